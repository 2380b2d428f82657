"""Answers without a rated sibling are liked or not, or say neither."""

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.preference import PairOptions
from ai_data_platform_tests.core.preference.rating_tables import NOON, answer, build, drops, rated


def test_a_single_rated_answer_is_a_row_with_its_prompt_and_a_label() -> None:
    exchanges = [answer("a0"), answer("a1", 1), answer("b1", 1)]
    made = build(exchanges, rated("a1", 5, 4, kind="thumbs"))
    (row,) = made.unpaired.to_pylist()
    assert len(row.pop("row_id")) == 32
    assert row == {
        "prompt": [
            {"role": "user", "content": "Question 0?"},
            {"role": "assistant", "content": "Answer a0."},
            {"role": "user", "content": "Question 1?"},
        ],
        "completion": [{"role": "assistant", "content": "Answer a1."}],
        "label": True,
        "conversation_id": "c1",
        "turn_index": 1,
        "message_id": "a1",
        "rating": 4.5,
        "raters": 2,
        "rating_record_ids": ["r-a1-0", "r-a1-1"],
        "exchange_record_ids": ["x-a0", "x-a1"],
        "user_hash": "someone",
        "began": NOON,
    }


@pytest.mark.parametrize(
    ("ratings", "label"),
    [((5,), True), ((4,), True), ((2,), False), ((1,), False), ((3,), None), ((5, 1), None)],
)
def test_stars_of_four_and_more_like_of_two_and_less_dislike(
    ratings: tuple[int, ...], label: bool | None
) -> None:
    made = build([answer("a0")], rated("a0", *ratings))
    assert made.unpaired["label"].to_pylist() == ([] if label is None else [label])
    assert drops(made) == ({"neutral_rating": len(ratings)} if label is None else {})


def test_where_liking_begins_is_an_option() -> None:
    made = build([answer("a0")], rated("a0", 3), PairOptions(like_from=3, dislike_to=1))
    assert made.unpaired["label"].to_pylist() == [True]


def test_no_answer_can_be_liked_and_disliked() -> None:
    with pytest.raises(ConfigurationError, match="liked from 3 on and disliked up to 3: wanted"):
        PairOptions(like_from=3, dislike_to=3)


def test_better_than_an_answer_that_nobody_knows_is_no_label() -> None:
    made = build([answer("a0"), answer("b0")], rated("a0", 5, kind="comparison"))
    assert drops(made) == {"comparison_without_sibling": 1}


def test_an_answer_that_was_compared_and_given_stars_has_the_label_of_its_stars() -> None:
    ratings = [*rated("a0", 1, kind="comparison"), *rated("a0", 5, user_id="u9", record_id="r9")]
    made = build([answer("a0")], ratings)
    assert made.unpaired.select(["label", "rating"]).to_pylist() == [{"label": True, "rating": 5.0}]
    assert drops(made) == {"comparison_without_sibling": 1}


def test_answers_compared_under_different_questions_are_a_mismatch() -> None:
    exchanges = [answer("a0"), answer("b0", user_message="Something else?")]
    ratings = [*rated("a0", 5, kind="comparison"), *rated("b0", 1, kind="comparison")]
    assert drops(build(exchanges, ratings)) == {"prompt_mismatch": 2}
