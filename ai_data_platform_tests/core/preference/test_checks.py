"""Pairs that teach nothing are found before they are written, by the tokens of a real tokenizer."""

from dataclasses import replace
from typing import Any

import pytest

from ai_data_platform.core.preference import PairOptions
from ai_data_platform.core.preference.checks import near_equal
from ai_data_platform.stores.tokenizers import FileTokenizer
from ai_data_platform_tests.core.preference.rating_tables import (
    Row,
    answer,
    build,
    drops,
    rated,
    sides,
)

TOKENIZER = FileTokenizer()
LONG = "The lamp on the front turns blue once the network was found and the box is ready. " * 3
SHORT = PairOptions(max_tokens=60)


def pair(chosen: str, rejected: str, **more: Any) -> tuple[list[Row], list[Row]]:
    exchanges = [
        answer("a0", assistant_message=chosen, **more),
        answer("b0", assistant_message=rejected, **more),
    ]
    return exchanges, [*rated("a0", 5), *rated("b0", 1)]


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("a" * 19 + "b", "a" * 20, True),  # 1 of 20 characters: 0.95
        ("a" * 18 + "b", "a" * 19, False),
        ("", "", True),
    ],
)
def test_similarity_is_one_minus_single_character_edits_over_the_longer_text(
    left: str, right: str, near: bool
) -> None:
    assert near_equal([left], [right], 0.95).tolist() == [near]


def test_sides_that_differ_in_a_few_characters_make_no_pair() -> None:
    made = build(*pair(LONG, LONG.replace("blue", "Blue", 1) + "!"))
    assert drops(made) == {"near_equal_sides": 2}
    assert len(sides(build(*pair(LONG, LONG + LONG[:60])))) == 1


def test_a_small_edit_is_meant_and_stays() -> None:
    edits = rated("a0", 2, edited_text=LONG.replace("blue", "green", 1))
    assert sides(build([answer("a0", assistant_message=LONG)], edits)) == [(None, "a0")]


@pytest.mark.parametrize("origin", ["ratings", "edit"])
def test_sides_that_are_one_once_the_trainer_has_cut_them_make_no_pair(origin: str) -> None:
    if origin == "ratings":
        given = pair(LONG, LONG + "Press the knob twice to start over again.")
    else:
        given = ([answer("a0", assistant_message=LONG)], rated("a0", 2, edited_text=LONG + "Once."))
    made = build(*given, SHORT, tokenizer=TOKENIZER)
    assert drops(made) == {"equal_after_truncation": len(given[1])}
    assert len(sides(build(*given, tokenizer=TOKENIZER))) == 1
    assert len(sides(build(*given, SHORT))) == 1  # nothing is said without a tokenizer


def test_one_token_of_difference_within_the_limit_is_enough() -> None:
    """ChatML takes 5 tokens a message, 3 of them before an answer's first: the limit is met exactly."""
    words = [f"{word} lamp" for word in ("red", "blue")]
    exchanges, ratings = pair(
        f"same words {words[0]} on top", f"same words {words[1]} below it all"
    )
    question = len(TOKENIZER.encode([exchanges[0]["user_message"]])[0])
    needed = question + 5 + 3 + 3  # prompt, its frame, the answer's opening, "same words red"
    for limit, fits in ((needed - 1, False), (needed, True)):
        made = build(exchanges, ratings, replace(SHORT, max_tokens=limit), tokenizer=TOKENIZER)
        assert (len(sides(made)) == 1) == fits
        assert drops(made) == ({} if fits else {"equal_after_truncation": 2})


def test_a_prompt_that_fills_the_limit_leaves_no_room_for_pair_or_label() -> None:
    given = pair("Yes, it is.", "No, it never was.", user_message=LONG)
    single = (given[0][:1], given[1][:1])
    for exchanges, ratings in (given, single):
        made = build(exchanges, ratings, SHORT, tokenizer=TOKENIZER)
        assert drops(made) == {"prompt_fills_token_limit": len(ratings)}
    assert len(sides(build(*given, replace(SHORT, max_tokens=90), tokenizer=TOKENIZER))) == 1
