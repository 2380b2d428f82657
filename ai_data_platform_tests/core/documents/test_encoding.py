"""Bytes to text: what files in the wild are written in."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.documents.encoding import decode
from ai_data_platform.core.errors import SourceUnreadable


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_no_part_of_the_text(name: str) -> None:
    assert decode("Grüße, 世界".encode(name)) == "Grüße, 世界"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_characters_without_a_mark_are_known_by_their_zero_bytes(name: str) -> None:
    assert decode("Plain words, quite a few of them.".encode(name)) == (
        "Plain words, quite a few of them."
    )


@pytest.mark.parametrize(
    "text",
    [
        "Café déjà vu: le garçon a mangé.",
        "Grüße aus München, schöne Straße",
        "El niño comió piña",
        "naïve",
        "Smörgåsbord på svenska är gott",
        "x² + y² = 5 µm at 10 °C",
    ],
)
def test_a_short_latin_1_line_is_not_taken_for_baltic_or_hungarian(text: str) -> None:
    assert decode(text.encode("latin-1")) == text


def test_the_quotes_and_dashes_of_windows_are_kept() -> None:
    text = "“Quoted” text — with dashes … €5"
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cp1251", "Привет, как дела? Это проверка кодировки текста."),
        ("koi8-r", "Привет, как дела? Это проверка кодировки текста."),
        ("shift_jis", "これは日本語のテストです。文字コードを調べます。"),
        ("euc-jp", "これは日本語のテストです。文字コードを調べます。"),
        ("gb18030", "中文测试文本，请检查编码。"),
        ("big5", "繁體中文測試文字，請檢查編碼。"),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy"),
        ("iso-8859-7", "Ελληνικό κείμενο για έλεγχο"),
        ("cp1254", "Bugün hava çok güzel, dışarı çıkıp yürüyüş yapalım mı?"),
    ],
)
def test_other_scripts_are_recognised_by_their_statistics(name: str, text: str) -> None:
    assert decode(text.encode(name)) == text


def test_a_page_says_its_own_charset() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">да, нет'
    assert decode(page.encode("cp1251"), markup=True).endswith("да, нет")


def test_a_page_that_declares_latin_1_is_read_as_browsers_read_it() -> None:
    page = '<meta charset="iso-8859-1">“5 €”'
    assert decode(page.encode("cp1252"), markup=True).endswith("“5 €”")


def test_utf_8_wins_over_a_wrong_declaration() -> None:
    page = '<meta charset="iso-8859-1">schön'
    assert decode(page.encode(), markup=True).endswith("schön")


def test_a_declared_charset_that_does_not_exist_is_passed_over() -> None:
    page = b'<meta charset="klingon">caf\xe9'
    assert decode(page, markup=True).endswith("café")


def test_utf_8_that_is_cut_off_inside_a_character_loses_that_character_only() -> None:
    whole = "これは日本語のテストです。"
    assert decode(whole.encode()[:-1]) == whole[:-1] + "\ufffd"


def test_line_ends_become_newlines() -> None:
    assert decode(b"one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"


def test_bytes_that_are_no_text_are_refused_with_a_reason() -> None:
    noise = random.Random(7).randbytes(4_000)
    with pytest.raises(SourceUnreadable) as refused:
        decode(noise)
    assert refused.value.reason == "undecodable_bytes"


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    with suppress(SourceUnreadable):
        assert "\r" not in decode(data)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")
