"""Words of a question in a passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.retrieval.highlight import segments


def hits(text: str, query: str) -> list[str]:
    return [part.text for part in segments(text, query) if part.hit]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("How do I borrow values?", ["Borrowing", "value", "borrowed"]),
        ("what is a VALUE", ["value"]),
        ("how is it that you are", []),
        ("", []),
    ],
)
def test_words_with_the_stem_of_a_content_word_are_hits(query: str, expected: list[str]) -> None:
    assert hits("Borrowing a value: it is yours, borrowed.", query) == expected


def test_a_word_of_another_language_is_found_whatever_its_case() -> None:
    assert hits("Das VENTIL öffnen; Ölwanne prüfen.", "ventil Öffnen") == ["VENTIL", "öffnen"]


def test_a_part_of_a_word_is_no_hit() -> None:
    assert hits("The category of cats.", "cat") == ["cats"]


@given(text=st.text(max_size=200), query=st.text(max_size=30))
def test_the_parts_put_together_are_the_passage(text: str, query: str) -> None:
    assert "".join(part.text for part in segments(text, query)) == text
    assert all(part.text for part in segments(text, query))
