"""The contract of feedback, on hand-made and on real records."""

import gzip
import json
import math
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.records import FEEDBACK, Rejected

RECORD: dict[str, Any] = {
    "event_id": "e1",
    "conversation_id": "c1",
    "message_id": "m1",
    "rating": 4,
    "feedback_text": "Clear and short.",
    "user_id": "u1",
    "created_at": "2024-03-01T12:00:00Z",
}


def parse(**changes: Any) -> FeedbackEvent:
    event = parse_feedback(RECORD | changes, "feedback.jsonl", 7)
    assert isinstance(event, FeedbackEvent), event
    return event


def reason(**changes: Any) -> str:
    rejected = parse_feedback(RECORD | changes, "feedback.jsonl", 7)
    assert isinstance(rejected, Rejected), rejected
    return rejected.reason


def test_a_complete_record_becomes_an_event_with_the_columns_of_the_lake() -> None:
    event = parse(extra="ignored")

    assert asdict(event) == {
        "record_id": event.record_id,
        "event_id": "e1",
        "conversation_id": "c1",
        "message_id": "m1",
        "rating": 4,
        "feedback_text": "Clear and short.",
        "user_id": "u1",
        "created_at": datetime(2024, 3, 1, 12, tzinfo=UTC),
        "source_file": "feedback.jsonl",
        "source_line": 7,
        "kind": "stars",
        "edited_text": None,
        "shown_position": None,
    }
    assert event.day == "2024-03-01"
    assert pa.Table.from_pylist([asdict(event)], schema=FEEDBACK).to_pylist() == [asdict(event)]


def test_an_edit_a_thumb_and_the_place_of_an_answer_are_kept() -> None:
    event = parse(kind="thumbs", rating=1, edited_text="It opens at nine.", shown_position=2)

    assert (event.kind, event.rating) == ("thumbs", 1)
    assert (event.edited_text, event.shown_position) == ("It opens at nine.", 2)
    assert parse(kind=None, edited_text="").kind == "stars"
    assert parse(edited_text="").edited_text is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "claps"}, "kind_unknown"),
        ({"kind": ["stars"]}, "kind_unknown"),
        ({"kind": "thumbs", "rating": 4}, "rating_not_of_its_kind"),
        ({"kind": "comparison", "rating": 2}, "rating_not_of_its_kind"),
        ({"edited_text": 7}, "edited_text_wrong_type"),
        ({"shown_position": 0}, "shown_position_out_of_range"),
        ({"shown_position": True}, "shown_position_out_of_range"),
        ({"shown_position": "1"}, "shown_position_out_of_range"),
        ({"shown_position": 10**5000}, "shown_position_out_of_range"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_what_a_kind_or_a_place_cannot_be_is_rejected(
    changes: dict[str, Any], expected: str
) -> None:
    assert reason(**changes) == expected


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ("5", "rating_wrong_type"),
        (4.5, "rating_wrong_type"),
        (4.0, "rating_wrong_type"),
        (math.nan, "rating_wrong_type"),
        (True, "rating_wrong_type"),
        ([5], "rating_wrong_type"),
        (99, "rating_out_of_range"),
        (-3, "rating_out_of_range"),
        (0, "rating_out_of_range"),
        (6, "rating_out_of_range"),
        pytest.param(10**5000, "rating_out_of_range", id="5001 digits"),
        (None, "rating_missing"),
    ],
)
def test_a_rating_that_is_no_integer_from_1_to_5_is_rejected(rating: object, expected: str) -> None:
    assert reason(rating=rating) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"conversation_id": None}, "conversation_id_missing"),
        ({"conversation_id": ""}, "conversation_id_missing"),
        ({"conversation_id": "\x00"}, "conversation_id_missing"),
        ({"conversation_id": ["c1"]}, "conversation_id_wrong_type"),
        ({"message_id": ""}, "message_id_missing"),
        pytest.param({"message_id": 10**5000}, "message_id_wrong_type", id="5001 digits"),
        ({"message_id": 1.5}, "message_id_wrong_type"),
        ({"feedback_text": 5}, "feedback_text_wrong_type"),
        ({"user_id": True}, "user_id_wrong_type"),
        ({"event_id": {}}, "event_id_wrong_type"),
        ({"created_at": None}, "created_at_missing"),
        ({"created_at": "yesterday"}, "created_at_unreadable"),
        ({"created_at": 1709294400000}, "created_at_unreadable"),
        ({"created_at": True}, "created_at_unreadable"),
        ({"created_at": math.inf}, "created_at_unreadable"),
    ],
)
def test_every_other_breach_of_the_contract_has_its_own_reason(
    changes: dict[str, Any], expected: str
) -> None:
    assert reason(**changes) == expected


def test_a_record_that_is_no_object_is_rejected() -> None:
    assert parse_feedback(["c1", 5], "f", 1) == Rejected(
        "not_an_object", "saw list, wanted a JSON object"
    )


@pytest.mark.parametrize(
    "created_at",
    ["2024-03-01T12:00:00", "2024-03-01T13:00:00+01:00", 1709294400, 1709294400.0],
)
def test_every_way_to_write_a_time_gives_the_same_utc_time(created_at: object) -> None:
    assert parse(created_at=created_at).created_at == datetime(2024, 3, 1, 12, tzinfo=UTC)


def test_a_null_message_id_means_that_the_whole_conversation_was_rated() -> None:
    assert parse(message_id=None).message_id is None


def test_a_hidden_rater_has_no_user_id() -> None:
    assert (parse(user_id=None).user_id, parse(user_id="").user_id) == (None, None)


def test_numeric_ids_are_read_as_the_chat_logs_read_them() -> None:
    event = parse(conversation_id=12, message_id=0)
    assert (event.conversation_id, event.message_id) == ("12", "0")


def test_nul_and_lone_surrogates_are_taken_out_of_text() -> None:
    assert parse(feedback_text="good\x00 \ud800answer\n").feedback_text == "good answer\n"


def test_without_an_event_id_the_content_names_the_event() -> None:
    first = parse(event_id=None)
    elsewhere = parse_feedback(RECORD | {"event_id": None}, "copy.jsonl", 99)

    assert isinstance(elsewhere, FeedbackEvent)
    assert first.event_id == elsewhere.event_id
    assert first.record_id != elsewhere.record_id
    changes = [
        {"conversation_id": "c2"},
        {"message_id": None},
        {"rating": 5},
        {"feedback_text": None},
        {"user_id": "u2"},
        {"created_at": "2024-03-01T12:00:01Z"},
    ]
    ids = {parse(event_id=None, **change).event_id for change in changes}
    assert len(ids | {first.event_id}) == 7


def test_the_ids_of_an_event_never_change() -> None:
    assert parse().record_id == "6e86dc8d3625d4138a0ef88756a2fb3f"
    assert parse(event_id=None).event_id == "ecb303ac57c8b1f2aaf2a627fcb89368"


STRANGE = [None, True, 0, -1, 2**70, 1.5, math.nan, -math.inf, "", "\x00", "\ud800", "a", [], {}]


@pytest.mark.parametrize("key", sorted(RECORD))
def test_no_value_of_any_field_ever_raises(key: str) -> None:
    for value in STRANGE:
        parsed = parse_feedback(RECORD | {key: value}, "f", 1)
        assert isinstance(parsed, FeedbackEvent | Rejected)
    without = parse_feedback({name: RECORD[name] for name in RECORD if name != key}, "f", 1)
    assert without == parse_feedback(RECORD | {key: None}, "f", 1)


def test_real_feedback_is_read_whole_but_for_one_missing_rating(shared_data: Path) -> None:
    seen = {path.name: _outcomes(path) for path in sorted((shared_data / "feedback").glob("*.gz"))}
    del seen["feedbackqa.items.jsonl.gz"]  # the questions and answers, not ratings

    assert seen == {
        "feedbackqa.feedback.jsonl.gz": {"event": 5904},
        "oasst1_en.quality.jsonl.gz": {"event": 683},
        "topical_chat.feedback.jsonl.gz": {"event": 12729, "rating_missing": 1},
    }


def _outcomes(path: Path) -> dict[str, int]:
    counts: Counter[str] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            parsed = parse_feedback(json.loads(line), path.name, number)
            counts[parsed.reason if isinstance(parsed, Rejected) else "event"] += 1
    return dict(counts)
