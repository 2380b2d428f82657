"""The queue over small conversations: what is asked, in which order, and what never is."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from ai_data_platform.core.annotation import (
    ANNOTATION_ITEM,
    annotation_items,
    label_events,
    rater_hash,
    shows_second_first,
)
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def said(
    message_id: str,
    answer: str,
    *,
    conversation: str = "c1",
    question: str = "How long is the cable?",
    turn: int = 0,
    parent: str | None = None,
) -> Exchange:
    return Exchange(
        message_id=message_id,
        conversation_id=conversation,
        turn_index=turn,
        user_message=question,
        assistant_message=answer,
        created_at=NOON,
        parent_message_id=parent,
    )


def rated(
    message_id: str | None,
    rating: int,
    user: str | None,
    *,
    conversation: str = "c1",
    minutes: int = 0,
) -> dict[str, Any]:
    return {
        "event_id": f"{user} {message_id} {minutes}",
        "conversation_id": conversation,
        "message_id": message_id,
        "rating": rating,
        "user_id": user,
        "created_at": NOON + timedelta(minutes=minutes),
    }


TWO = [said("a", "Ten metres."), said("b", "Two metres.")]


def queue(
    exchanges: Sequence[Exchange], ratings: Sequence[Mapping[str, Any]] = (), most: int = 10
) -> list[dict[str, Any]]:
    items = annotation_items(exchanges, ratings, min_margin=1.0, most=most)
    assert items.schema == ANNOTATION_ITEM
    return items.to_pylist()


def test_an_item_holds_the_conversation_before_and_the_two_answers() -> None:
    later = [
        said("start", "Hello! What is it about?", question="Hello"),
        said("a", "Ten metres.", turn=1),
        said("b", "Two metres.", turn=1),
    ]
    (item,) = queue(later, [rated("a", 5, "kim"), rated("b", 3, "kim"), rated("a", 4, "lee")])
    assert {name: item[name] for name in item if name not in ("item_id", "chance_of_change")} == {
        "conversation_id": "c1",
        "turn_index": 1,
        "prompt": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hello! What is it about?"},
            {"role": "user", "content": "How long is the cable?"},
        ],
        "first_message_id": "a",
        "first_answer": "Ten metres.",
        "second_message_id": "b",
        "second_answer": "Two metres.",
        "first_rating": 4.5,
        "second_rating": 3.0,
        "first_votes": 1,
        "second_votes": 0,
        "ties": 0,
        "raters": [rater_hash("kim")],
        "reason": "near_margin",
    }


def test_answers_to_other_questions_equal_answers_and_single_ones_are_not_asked() -> None:
    assert queue([said("a", "Ten metres."), said("b", "Blue.", question="Which colour?")]) == []
    assert queue([said("a", "Ten metres."), said("b", " ten  METRES.")]) == []
    assert queue([said("a", "Ten metres."), said("b", "Two metres.", turn=1)]) == []
    assert queue([said("a", "Ten metres."), said("b", " ")]) == []


def test_siblings_are_told_by_the_user_message_that_they_share() -> None:
    shared = [said("a", "Ten.", parent="u1"), said("b", "Two.", parent="u1")]
    assert [item["reason"] for item in queue(shared)] == ["unrated"]
    assert queue([said("a", "Ten.", parent="u1"), said("b", "Two.", parent="u2")]) == []


def test_what_a_label_may_change_comes_first_and_what_none_can_is_left_out() -> None:
    def pair(conversation: str) -> list[Exchange]:
        return [
            said("a", "Ten.", conversation=conversation),
            said("b", "Two.", conversation=conversation),
        ]

    def both(conversation: str, user: str, first: int, second: int) -> list[dict[str, Any]]:
        return [
            rated("a", first, user, conversation=conversation),
            rated("b", second, user, conversation=conversation),
        ]

    exchanges = [e for name in ("agreed", "clear", "split", "unrated") for e in pair(name)]
    ratings = [
        *both("agreed", "kim", 5, 1),
        *both("agreed", "lee", 5, 1),
        *both("clear", "kim", 5, 1),
        *both("split", "kim", 5, 1),
        *both("split", "lee", 1, 5),
    ]
    items = queue(exchanges, ratings)
    assert [(item["conversation_id"], item["reason"]) for item in items] == [
        ("split", "disagreement"),
        ("unrated", "unrated"),
        ("clear", "few_raters"),
    ]
    assert [i["conversation_id"] for i in queue(exchanges, ratings, most=1)] == ["split"]


def test_a_persons_latest_rating_counts_and_hidden_people_are_not_taken_for_one() -> None:
    twice = [rated("a", 1, "kim"), rated("b", 5, "kim"), rated("a", 5, "kim", minutes=1)]
    (item,) = queue(TWO, twice)
    assert queue(TWO, twice[::-1]) == [item]
    assert (item["first_rating"], item["second_rating"], item["ties"]) == (5.0, 5.0, 1)
    (item,) = queue(TWO, [rated("a", 5, None), rated("b", 1, None), rated(None, 1, "kim")])
    assert (item["first_votes"], item["raters"]) == (0, [])


def test_the_queue_does_not_depend_on_the_order_of_ratings() -> None:
    ratings = [
        rated("a", 5, "kim"),
        rated("b", 3, "kim"),
        rated("a", 2, "lee"),
        rated("b", 1, None),
    ]
    found = [queue(TWO, order) for order in permutations(ratings)]
    assert all(one == found[0] for one in found)


def test_of_many_answers_the_pair_that_tells_most_is_asked() -> None:
    many = [said(name, f"{name} metres.") for name in "abc"]
    ratings = [
        rated("a", 5, "kim"),
        rated("b", 1, "kim"),
        rated("a", 5, "lee"),
        rated("b", 1, "lee"),
    ]
    (item,) = queue(many, ratings)
    assert (item["first_message_id"], item["second_message_id"]) == ("a", "c")


@pytest.mark.parametrize("choice", ["left", "right", "tie"])
def test_a_choice_rates_what_stood_on_that_side(choice: Any) -> None:
    (item,) = queue(TWO)
    sides = set()
    for rater in ("kim", "lee", "sam", "ann", "bob"):
        events = [
            event
            for body in label_events(item, choice, rater, 0, NOON)
            if isinstance(event := parse_feedback(body, "feedback_api", 0), FeedbackEvent)
        ]
        left = "b" if shows_second_first(item["item_id"], rater) else "a"
        sides.add(left)
        ratings = {"left": (5, 1), "right": (1, 5), "tie": (3, 3)}[choice]
        assert [(e.message_id, e.rating, e.shown_position, e.kind) for e in events] == [
            (left, ratings[0], 1, "comparison"),
            ("ab".replace(left, ""), ratings[1], 2, "comparison"),
        ]
    assert sides == {"a", "b"}


def test_a_changed_mind_is_another_event_and_a_repeated_choice_the_same() -> None:
    (item,) = queue(TWO)
    first, again, changed = (
        [body["event_id"] for body in label_events(item, choice, "kim", revision, NOON)]
        for choice, revision in (("left", 0), ("left", 0), ("right", 1))
    )
    assert first == again
    assert not {*first} & {*changed}
