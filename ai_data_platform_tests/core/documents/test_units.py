"""Sentences, list items, table rows and code blocks: what chunks are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.documents.units import Place, size_of, split_units, text_of
from ai_data_platform.core.text import word_count, words


def parts(text: str, largest: int = 180) -> list[str]:
    return [unit.text for unit in split_units(text, largest, Place())]


def test_prose_is_cut_into_sentences() -> None:
    assert parts('It works. Does it? "Yes!" she said. Good.') == [
        "It works.",
        "Does it?",
        '"Yes!" she said.',
        "Good.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "See e.g. Smith et al. 2020 for more.",
        "Dr. Who met J. Smith in the U.S. Senate.",
        "Version 1.2.3 of a.b.c is out",
    ],
)
def test_an_abbreviation_ends_no_sentence(sentence: str) -> None:
    assert parts(sentence) == [sentence]


def test_chinese_sentences_need_no_space_between_them() -> None:
    assert parts("今天天气很好。我们去公园吧！") == ["今天天气很好。", "我们去公园吧！"]


def test_list_items_and_table_rows_are_units() -> None:
    assert parts("- one\n- two\n\na | b. C\nd | e") == ["- one", "- two", "a | b. C", "d | e"]


def test_a_code_block_is_one_unit_with_its_empty_lines() -> None:
    code = "```py\na = 1.\n\nB = 2\n```"
    assert parts(f"Before.\n\n{code}\n\nAfter.") == ["Before.", code, "After."]


def test_a_fence_that_is_never_closed_hides_nothing() -> None:
    assert parts("```py\nOne. Two.") == ["```py", "One.", "Two."]


def test_a_code_block_beyond_the_limit_is_cut_at_its_lines() -> None:
    code = "```\n" + "\n".join(f"call {number}" for number in range(10)) + "\n```"
    assert parts(code, largest=10) == code.split("\n")


def test_a_sentence_beyond_the_limit_is_cut_at_spaces_and_then_between_words() -> None:
    assert parts("one two 三四五六", largest=3) == ["one", "two", "三", "四", "五", "六"]


def test_a_single_endless_word_stays_whole() -> None:
    assert parts("x" * 5_000, largest=10) == ["x" * 5_000]


def test_code_and_figures_take_more_room_than_words() -> None:
    assert size_of("five words are in here") == 5
    assert size_of("") == 0
    assert size_of('if (a[i] != "x") { return; }') > 2 * word_count('if (a[i] != "x") { return; }')


@given(st.text(alphabet="ab .!\n`|三-", max_size=300), st.integers(1, 30))
def test_units_hold_every_word_in_order(text: str, largest: int) -> None:
    units = split_units(text, largest, Place())
    assert words(text_of(units) if units else "") == words(text)
    assert all(unit.size <= largest or len(words(unit.text)) <= 1 for unit in units)
