"""Text: what counts as a word, which texts are the same, what is taken out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.text import normalise, printable, word_count, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Don't stop, it’s fine.", ["Don't", "stop", "it’s", "fine"]),
        ("snake_case and C3PO", ["snake", "case", "and", "C3PO"]),
        ("naïve café Straße", ["naïve", "café", "Straße"]),
        ("你好 world", ["你", "好", "world"]),
        ("カタ", ["カ", "タ"]),
        ("3.5 %", ["3", "5"]),
        ("... —", []),
        ("", []),
    ],
)
def test_words_are_found_in_any_script(text: str, found: list[str]) -> None:
    assert words(text) == found
    assert word_count(text) == len(found)


@given(st.text("aZ3_'’ -.\n\x1f"))
def test_plain_text_is_cut_like_text_of_any_script(text: str) -> None:
    assert words(f"{text} é") == [*words(text), "é"]


def test_an_answer_in_chinese_is_not_one_word() -> None:
    assert word_count("今天的天气很好") == 7


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("  Hello\t\nWorld ", "hello world"),
        ("ﬁne", "fine"),
        ("STRASSE", "straße"),
        ("e\u0301", "é"),
        ("a\u00a0b", "a b"),
    ],
)
def test_texts_that_a_reader_calls_the_same_normalise_alike(left: str, right: str) -> None:
    assert normalise(left) == normalise(right)


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_normalising_is_stable_where_it_leaves_one_space(text: str) -> None:
    assert "  " not in normalise(text)
    assert normalise(text) == normalise(text).strip()


def test_control_characters_and_lone_surrogates_go_and_line_ends_stay() -> None:
    assert printable("a\x00b\x1b[31m\ud83d\tc\r\nd\x7f") == "ab[31m\tc\r\nd"


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=())))
def test_a_printable_text_can_always_be_written_as_utf_8(text: str) -> None:
    clean = printable(text)
    assert clean.encode().decode() == clean == printable(clean)
