"""Preference pairs from rated siblings, and what becomes of every other rating."""

import gzip
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.datasets.leakage import EvaluationItem, find_contamination
from ai_data_platform.core.datasets.preference import (
    DROP_REASONS,
    Pair,
    PairOptions,
    PairResult,
    Rating,
    build_pairs,
)
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.timestamps import parse_timestamp

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def answer(message_id: str, turn_index: int = 0, **changes: Any) -> Exchange:
    fields: dict[str, Any] = {
        "conversation_id": "c1",
        "user_message": f"Question {turn_index}?",
        "assistant_message": f"Answer {message_id}.",
        "created_at": NOON,
        "record_id": f"x-{message_id}",
    }
    return Exchange(message_id=message_id, turn_index=turn_index, **(fields | changes))


def rated(message_id: str | None, *ratings: int, **changes: Any) -> list[Rating]:
    """Ratings of one message by raters u0, u1, ... in this order."""
    return [
        Rating(
            **{
                "record_id": f"r-{message_id}-{number}",
                "event_id": f"e-{message_id}-{number}",
                "conversation_id": "c1",
                "message_id": message_id,
                "rating": rating,
                "user_id": f"u{number}",
                "created_at": NOON,
            }
            | changes
        )
        for number, rating in enumerate(ratings)
    ]


def drops(result: PairResult) -> dict[str, int]:
    return {reason: count for reason, count in result.drop_counts.items() if count}


def sides(result: PairResult) -> list[tuple[str, str]]:
    return [(pair.chosen_message_id, pair.rejected_message_id) for pair in result.pairs]


def test_the_best_rated_sibling_is_chosen_over_the_worst_with_the_whole_history_as_prompt() -> None:
    exchanges = [
        answer("a0", thread=("u0", "a0")),
        answer("a1", 1, thread=("u0", "a0", "u1", "a1")),
        answer("b1", 1, thread=("u0", "a0", "u1", "b1")),
        answer("d1", 1, thread=("u0", "a0", "u1", "d1")),
    ]
    result = build_pairs(exchanges, [*rated("a1", 2), *rated("b1", 5, 4), *rated("d1", 3)])

    assert result.pairs == (
        Pair(
            pair_id="7655f6281224e409120e25511084e4b0",
            conversation_id="c1",
            turn_index=1,
            prompt=[
                {"role": "user", "content": "Question 0?"},
                {"role": "assistant", "content": "Answer a0."},
                {"role": "user", "content": "Question 1?"},
            ],
            chosen=[{"role": "assistant", "content": "Answer b1."}],
            rejected=[{"role": "assistant", "content": "Answer a1."}],
            chosen_message_id="b1",
            rejected_message_id="a1",
            chosen_rating=4.5,
            rejected_rating=2.0,
            chosen_raters=2,
            rejected_raters=1,
            rating_record_ids=("r-a1-0", "r-b1-0", "r-b1-1"),
            exchange_record_ids=("x-a0", "x-b1", "x-a1"),
        ),
    )
    assert drops(result) == {"between_best_and_worst": 1}


def test_answers_to_different_turns_are_never_paired() -> None:
    result = build_pairs([answer("a0"), answer("a1", 1)], [*rated("a0", 5), *rated("a1", 1)])
    assert (result.pairs, drops(result)) == ((), {"no_rated_sibling": 2})


def test_an_answer_to_an_edited_question_is_no_sibling() -> None:
    exchanges = [answer("a0"), answer("b0", user_message="Something else?")]
    assert drops(build_pairs(exchanges, [*rated("a0", 5), *rated("b0", 1)])) == {
        "no_rated_sibling": 2
    }


def test_of_one_persons_ratings_of_one_answer_the_latest_counts() -> None:
    exchanges = [answer("a0"), answer("b0")]
    (early,) = rated("a0", 1)
    late = replace(early, rating=5, event_id="e2", created_at=NOON + timedelta(seconds=1))
    same_time = replace(late, rating=4, event_id="e1")

    for order in itertools.permutations([early, late, same_time]):
        result = build_pairs(exchanges, [*order, *rated("b0", 1)])
        assert [pair.chosen_rating for pair in result.pairs] == [5.0]
        assert [drop.rating for drop in result.dropped] == [early, same_time]
        assert drops(result) == {"repeated_rating": 2}


def test_raters_who_hide_are_never_taken_for_one_person() -> None:
    hidden = [*rated("a0", 5, 2, user_id=None), *rated("b0", 1)]
    result = build_pairs([answer("a0"), answer("b0")], hidden)
    assert [(pair.chosen_rating, pair.chosen_raters) for pair in result.pairs] == [(3.5, 2)]


def test_one_event_that_comes_twice_counts_once() -> None:
    ratings = [*rated("a0", 5, user_id=None), *rated("a0", 5, user_id=None), *rated("b0", 1)]
    result = build_pairs([answer("a0"), answer("b0")], ratings)
    assert (drops(result), result.pairs[0].chosen_raters) == ({"repeated_rating": 1}, 1)


def test_raters_who_disagree_put_a_message_on_one_side_only() -> None:
    exchanges = [answer("a0"), answer("b0")]
    result = build_pairs(exchanges, [*rated("a0", 5, 1), *rated("b0", 1, 5)])
    assert (result.pairs, drops(result)) == ((), {"margin_below_minimum": 4})


@pytest.mark.parametrize(
    ("ratings", "min_margin", "pairs"),
    [
        (((5, 4, 4), (4, 3, 3)), 1.0, 1),  # 13/3 - 10/3 is 1 exactly, in floats 1.0000000000000004
        (((5, 5, 4), (4, 4, 3)), 1.0, 1),
        (((5, 4), (4, 4)), 1.0, 0),
        (((5, 4), (4, 4)), 0.5, 1),
        (((5,) + (4,) * 9, (4,)), 0.1, 1),
        (((4,), (4,)), 0.0, 0),
    ],
)
def test_a_margin_is_compared_exactly_and_equal_means_never_pair(
    ratings: tuple[tuple[int, ...], tuple[int, ...]], min_margin: float, pairs: int
) -> None:
    given = [*rated("a0", *ratings[0]), *rated("b0", *ratings[1])]
    result = build_pairs([answer("a0"), answer("b0")], given, PairOptions(min_margin=min_margin))
    assert len(result.pairs) == pairs


def test_answers_that_read_the_same_are_one_answer() -> None:
    exchanges = [answer("a0", assistant_message="Yes."), answer("b0", assistant_message=" YES. ")]
    ratings = [*rated("a0", 5), *rated("b0", 1, user_id="u9")]
    assert drops(build_pairs(exchanges, ratings)) == {"identical_answers": 2}

    result = build_pairs([*exchanges, answer("d0")], [*ratings, *rated("d0", 1)])
    assert sides(result) == [("a0", "d0")]
    assert (result.pairs[0].chosen_rating, result.pairs[0].chosen_raters) == (3.0, 2)


@pytest.mark.parametrize(
    ("exchange", "rating", "reason"),
    [
        (answer("a0"), rated(None, 5), "conversation_level"),
        (answer("a0"), rated("gone", 5), "unknown_message"),
        (answer("a0"), rated("a0", 5, conversation_id="c2"), "unknown_message"),
        (answer("a0", 1), rated("a0", 5), "history_unknown"),
        (answer("a0", user_message=" "), rated("a0", 5), "empty_prompt"),
        (answer("a0", assistant_message="\n"), rated("a0", 5), "empty_answer"),
        (answer("a0"), rated("a0", 5), "no_rated_sibling"),
    ],
)
def test_a_rating_that_can_stand_behind_no_pair_is_dropped_with_its_reason(
    exchange: Exchange, rating: list[Rating], reason: str
) -> None:
    result = build_pairs([exchange], rating)
    assert drops(result) == {reason: 1}
    assert result.dropped[0].rating == rating[0]


def test_a_prompt_with_a_hole_in_its_history_makes_no_pair() -> None:
    exchanges = [answer("a0", assistant_message=""), answer("a1", 1), answer("b1", 1)]
    result = build_pairs(exchanges, [*rated("a1", 5), *rated("b1", 1)])
    assert drops(result) == {"empty_turn_in_history": 2}


def test_a_cap_keeps_the_widest_margins_of_a_conversation() -> None:
    exchanges = [
        answer(f"{side}{turn}", turn, parent_message_id=f"u{turn}", thread=thread)
        for turn in range(3)
        for side in "ab"
        for thread in [tuple(_path(turn, side))]
    ]
    ratings = [
        rated(f"{side}{turn}", rating)[0]
        for turn, pair in enumerate([(3, 1), (5, 1), (1, 4)])
        for side, rating in zip("ab", pair, strict=True)
    ]

    free = build_pairs(exchanges, ratings)
    capped = build_pairs(exchanges, ratings, PairOptions(max_pairs_per_conversation=2))

    assert sides(free) == [("a0", "b0"), ("a1", "b1"), ("b2", "a2")]
    assert free.figures["max_pairs_per_conversation"] == 3
    assert sides(capped) == [("a1", "b1"), ("b2", "a2")]
    assert drops(capped) == {"over_conversation_cap": 2}


def _path(turn: int, side: str) -> Iterator[str]:
    for earlier in range(turn):
        yield from (f"u{earlier}", f"a{earlier}")
    yield from (f"u{turn}", f"{side}{turn}")


def test_the_figures_tell_length_bias_and_agreement() -> None:
    exchanges = [
        answer("a0", assistant_message="A longer answer."),
        answer("b0", assistant_message="Short."),
        answer("d0", conversation_id="c2", assistant_message="No."),
        answer("e0", conversation_id="c2", assistant_message="Not at all, never."),
    ]
    ratings = [
        *rated("a0", 5, 5, 1, 3),
        *rated("b0", 1, 2, 2, 3),  # u0 and u1 agree, u2 does not, u3 rates both equal
        *rated("d0", 5, conversation_id="c2"),
        *rated("e0", 1, conversation_id="c2"),
    ]
    assert build_pairs(exchanges, ratings).figures == {
        "ratings": 10,
        "ratings_used": 10,
        "pairs": 2,
        "max_pairs_per_conversation": 1,
        "chosen_longer_share": 0.5,
        "rater_agreement": 1 / 3,
    }


def test_nothing_in_gives_nothing_out_and_no_share_of_nothing() -> None:
    result = build_pairs([], [])
    assert (result.pairs, result.dropped) == ((), ())
    assert result.drop_counts == dict.fromkeys(DROP_REASONS, 0)
    assert result.figures == {
        "ratings": 0,
        "ratings_used": 0,
        "pairs": 0,
        "max_pairs_per_conversation": 0,
        "chosen_longer_share": None,
        "rater_agreement": None,
    }


def _crowd(seed: int) -> tuple[list[Exchange], list[Rating]]:
    """Small conversations of every kind, rated at random."""
    dice = random.Random(seed)
    texts = ["Yes.", "No.", "Maybe so.", "yes.", "", "Ask again later."]
    exchanges = [
        answer(
            f"m{number}",
            turn,
            conversation_id=f"c{dice.randint(0, 12)}",
            parent_message_id=f"m{dice.randint(0, number)}" if turn > 0 else None,
            user_message=dice.choice(["Why?", "Why?", "How?", "How?", ""]),
            assistant_message=dice.choice(texts),
        )
        for number in range(80)
        for turn in [dice.choice([-1, 0, 0, 0, 0, 0, 0, 1, 1, 2])]
    ]
    ratings = [
        Rating(
            record_id=f"r{number}",
            event_id=f"e{number % 380}",
            conversation_id=f"c{dice.randint(0, 12)}" if number % 9 == 0 else seen.conversation_id,
            message_id=None if number % 31 == 0 else seen.message_id,
            rating=dice.randint(1, 5),
            user_id=dice.choice([None, "u1", "u2", "u3"]),
            created_at=NOON + timedelta(seconds=dice.randint(0, 5)),
        )
        for number in range(400)
        for seen in [dice.choice(exchanges)]
    ]
    return exchanges, ratings


@pytest.mark.parametrize("seed", range(5))
def test_every_rating_comes_out_exactly_once(seed: int) -> None:
    exchanges, ratings = _crowd(seed)
    result = build_pairs(exchanges, ratings, PairOptions(max_pairs_per_conversation=1))

    used = [record_id for pair in result.pairs for record_id in pair.rating_record_ids]
    dropped = [drop.rating.record_id for drop in result.dropped]
    assert sorted(used + dropped) == sorted(rating.record_id for rating in ratings)
    assert len(used) + sum(result.drop_counts.values()) == result.figures["ratings"] == 400
    assert len(result.drop_counts) == len(DROP_REASONS)
    assert result.pairs


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_events_does_not_change_the_result(seed: int) -> None:
    exchanges, ratings = _crowd(seed)
    result = build_pairs(exchanges, ratings)
    random.Random(seed).shuffle(exchanges)
    random.Random(seed).shuffle(ratings)
    assert build_pairs(exchanges, ratings) == result


@pytest.mark.parametrize(
    "text",
    ["What does the blue lamp of the Larch 10 mean?", "It has lost its network and looks for it."],
)
def test_a_pair_that_holds_an_evaluation_item_is_left_out_and_names_it(text: str) -> None:
    asked = "What does the blue lamp of the Larch 10 mean?"
    exchanges = [
        answer("a", user_message=asked),
        answer(
            "b", user_message=asked, assistant_message="It has lost its network and looks for it."
        ),
        answer("c", conversation_id="c2"),
        answer("d", conversation_id="c2"),
    ]
    ratings = [*rated("a", 2), *rated("b", 5, 4)]
    ratings += [*rated("c", 1, conversation_id="c2"), *rated("d", 5, conversation_id="c2")]
    items = [EvaluationItem("q1", "exam", text)]
    result = build_pairs(
        exchanges, ratings, contaminated=lambda texts: find_contamination(texts, items)
    )
    assert sides(result) == [("d", "c")]
    assert drops(result) == {"overlaps_evaluation_set": 3}
    assert {drop.detail for drop in result.dropped} == {"same_question 1.00 with item q1 of exam"}
    assert result.figures["ratings"] == 5
    assert result.figures["ratings_used"] == 2


def test_a_pair_never_holds_its_own_answers_in_its_prompt(shared_data: Path) -> None:
    exchanges, ratings = _oasst(shared_data)
    for pair in build_pairs(exchanges, ratings).pairs:
        told = [message["content"] for message in pair.prompt]
        assert pair.chosen[0]["content"] not in told
        assert pair.rejected[0]["content"] not in told


def test_real_message_trees_give_pairs_with_the_history_that_the_tree_records(
    shared_data: Path,
) -> None:
    exchanges, ratings = _oasst(shared_data)
    result = build_pairs(exchanges, ratings)

    assert drops(result) == {
        "between_best_and_worst": 180,
        "history_unknown": 2,  # two rows whose user message is in another language's file
        "margin_below_minimum": 66,
        "no_rated_sibling": 31,
    }
    assert result.figures == {
        "ratings": 683,
        "ratings_used": 404,
        "pairs": 202,
        "max_pairs_per_conversation": 5,
        "chosen_longer_share": 135 / 202,
        "rater_agreement": None,
    }
    ranked = {
        frozenset((row["chosen_message_id"], row["rejected_message_id"])): row["prompt"]
        for row in _rows(shared_data / "annotations" / "oasst1_en.ranked_pairs.jsonl.gz")
    }
    prompts = {
        frozenset((p.chosen_message_id, p.rejected_message_id)): p.prompt for p in result.pairs
    }
    common = prompts.keys() & ranked.keys()
    assert len(common) == 179
    assert [prompts[pair] for pair in common] == [ranked[pair] for pair in common]


def _oasst(folder: Path) -> tuple[list[Exchange], list[Rating]]:
    turns = _rows(folder / "chat_logs" / "oasst1_en.turns.jsonl.gz")
    exchanges = [
        Exchange.from_row(row | {"created_at": parse_timestamp(row["created_at"])}) for row in turns
    ]
    events = [
        parse_feedback(row, "oasst1_en.quality.jsonl.gz", number)
        for number, row in enumerate(_rows(folder / "feedback" / "oasst1_en.quality.jsonl.gz"), 1)
    ]
    ratings = [Rating.from_row(asdict(one)) for one in events if isinstance(one, FeedbackEvent)]
    return exchanges, ratings


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
