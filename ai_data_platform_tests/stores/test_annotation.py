"""The annotation queue as a table: gated, made anew only for new logs or ratings, and read as a file."""

import json
from pathlib import Path

import pytest

from ai_data_platform.core.annotation import rater_hash
from ai_data_platform.core.errors import GateBlocked, NotPublishedYet
from ai_data_platform.stores.annotation import AnnotationQueue, write_queue
from ai_data_platform_tests.stores.annotated import Annotated


def both(number: int, user: str, first: int, second: int) -> list[dict[str, object]]:
    place = {"conversation_id": f"c{number}", "user_id": user}
    return [
        place | {"message_id": f"c{number}a", "rating": first},
        place | {"message_id": f"c{number}b", "rating": second},
    ]


@pytest.fixture
def annotated(tmp_path: Path) -> Annotated:
    return Annotated(tmp_path)


def test_a_build_orders_what_ratings_leave_open_and_says_why(annotated: Annotated) -> None:
    annotated.rate(
        *both(0, "kim", 5, 1), *both(0, "lee", 5, 1), *both(1, "kim", 5, 1), *both(1, "lee", 1, 5)
    )
    verdict = annotated.refresh().verdict
    assert [(item["conversation_id"], item["reason"]) for item in annotated.items()] == [
        ("c1", "disagreement"),
        ("c2", "unrated"),
    ]
    assert dict(verdict.figures) == {
        "rows": 2,
        "conversations_answered_twice": 3,
        "repeated_items": 0,
        "equal_answers": 0,
        "because_unrated": 1,
        "because_disagreement": 1,
        "because_near_margin": 0,
        "because_few_raters": 0,
    }


def test_nothing_new_makes_nothing_and_a_new_rating_makes_it_anew(annotated: Annotated) -> None:
    annotated.rate(*both(0, "kim", 5, 1))
    assert [annotated.refresh().reused for _ in range(2)] == [False, True]
    annotated.rate(*both(0, "kim", 5, 1), *both(2, "kim", 5, 1))
    assert annotated.refresh().reused is False
    assert annotated.refresh(most=1).reused is False
    assert len(annotated.items()) == 1


def test_without_ratings_every_pair_of_answers_is_open(annotated: Annotated) -> None:
    annotated.refresh()
    assert [item["reason"] for item in annotated.items()] == ["unrated"] * 3


def test_conversations_that_answer_once_give_an_empty_queue(tmp_path: Path) -> None:
    annotated = Annotated(tmp_path)
    annotated.rows = annotated.rows[::2]
    annotated.log()
    assert annotated.refresh().verdict.passed
    assert annotated.items() == []


def test_answers_that_share_the_answer_before_are_siblings_whatever_their_turn(
    tmp_path: Path,
) -> None:
    annotated = Annotated(tmp_path, conversations=1)
    first, second = annotated.rows
    annotated.rows = [
        first | {"message_id": "m0", "record_id": "r0", "user_message": "Hello"},
        first | {"turn_index": 1, "parent_message_id": "m0"},
        second | {"turn_index": 2, "parent_message_id": "m0"},
    ]
    annotated.log()
    annotated.refresh()
    assert [(i["first_message_id"], i["second_message_id"]) for i in annotated.items()] == [
        ("c0a", "c0b")
    ]


def test_the_queue_is_written_as_json_lines(annotated: Annotated, tmp_path: Path) -> None:
    annotated.refresh()
    assert write_queue(annotated.home, tmp_path / "queue.jsonl") == 3
    lines = [json.loads(line) for line in (tmp_path / "queue.jsonl").read_text().splitlines()]
    assert lines == annotated.items()


def test_a_person_is_not_asked_what_they_have_compared(annotated: Annotated) -> None:
    annotated.rate(*both(0, "kim", 5, 4))
    annotated.refresh()
    queue, kim, lee = AnnotationQueue(annotated.home), rater_hash("kim"), rater_hash("lee")

    def asked(rater: str) -> list[str]:
        return sorted(item["conversation_id"] for item in queue.waiting(rater))

    assert (asked(kim), asked(lee)) == (["c1", "c2"], ["c0", "c1", "c2"])
    queue.done(kim, queue.waiting(kim)[0]["item_id"])
    assert (len(asked(kim)), len(asked(lee))) == (1, 3)


def test_the_service_sees_a_new_queue_without_a_restart(annotated: Annotated) -> None:
    queue = AnnotationQueue(annotated.home)
    with pytest.raises(NotPublishedYet):
        queue.waiting("anybody")
    annotated.refresh()
    assert len(queue.waiting("anybody")) == 3
    annotated.refresh(most=1)
    assert len(queue.waiting("anybody")) == 1


def test_a_queue_that_was_edited_by_hand_is_not_shown(annotated: Annotated) -> None:
    annotated.refresh()
    rows = annotated.home.lake.read("annotation_queue")
    annotated.home.lake.write("annotation_queue", rows.slice(1), inputs="by hand")
    with pytest.raises(GateBlocked):
        AnnotationQueue(annotated.home).waiting("anybody")
