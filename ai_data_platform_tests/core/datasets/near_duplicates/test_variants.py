import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.datasets.near_duplicates import variants
from ai_data_platform.core.datasets.near_duplicates.variants import masked_words, numbers
from ai_data_platform.core.text import normalise


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order 123 is 2 days late", ("123", "2")),
        ("model a4 and iso9001", ("a4", "iso9001")),
        ("it is -5 outside", ("-", "5")),
        ("pages 10-12", ("10", "12")),
        ("covid-19", ("19",)),
        ("- 3 apples", ("3",)),
        ("$5 or 5%", ("$", "5", "5", "%")),
        ("at 7:30 or 7.30", ("7", "30", "7", "30")),
        ("c++ and c# but # not", ("++", "#")),
        ("我有3个苹果", ("3",)),
        ("no number at all", ()),
    ],
)
def test_a_number_keeps_its_sign_its_currency_and_the_letters_around_it(
    text: str, found: tuple[str, ...]
) -> None:
    assert numbers(text) == found


@given(st.text("aé1 -+#$%."))
def test_numbers_found_part_by_part_are_those_of_the_whole_text(text: str) -> None:
    plain = normalise(text)
    assert numbers(plain) == tuple(variants._NUMBER.findall(plain))


def test_masked_words_are_equal_for_texts_that_differ_in_their_numbers_only() -> None:
    assert masked_words("pay $5.50 for 2 cups") == ["pay", "0", "for", "0", "cups"]
    assert masked_words("pay €17 for b2b cups") == ["pay", "0", "for", "0", "cups"]
    assert masked_words("") == []


def test_a_long_run_of_letters_is_read_in_linear_time() -> None:
    assert numbers("a" * 300_000 + " 1") == ("1",)
