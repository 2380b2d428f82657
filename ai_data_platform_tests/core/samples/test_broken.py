"""Broken records, one kind of breach each."""

import orjson
import pytest

from ai_data_platform.core.samples.broken import BROKEN_KINDS, BrokenRecords
from ai_data_platform.core.samples.spec import SampleSpec

ROW = {
    "conversation_id": "c1",
    "message_id": "c1-a0",
    "user_message": "How long is the cable of the Wren 11?",
    "assistant_message": "It has five metres, as the page on its technical data says.",
    "rating": 4,
    "created_at": "2025-03-03T11:06:40Z",
    "thread": ["c1-u0", "c1-a0"],
}


def _dealt(conversations: int) -> list[tuple[str, bytes]]:
    records = BrokenRecords(SampleSpec(conversations=conversations))
    return [item for number in range(conversations) for item in records.after(number, ROW)]


def test_each_kind_differs_from_a_good_record_in_one_thing() -> None:
    lines = dict(_dealt(450))
    assert tuple(lines) == BROKEN_KINDS
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(lines.pop("not_json"))
    good = {key: value for key, value in ROW.items() if key not in ("thread", "message_id")}
    broken = {kind: orjson.loads(line) for kind, line in lines.items()}
    named = {kind: record.pop("message_id") for kind, record in broken.items()}
    changed = {
        "wrong_type": good | {"user_message": 42},
        "rating_out_of_range": good | {"rating": 99},
        "rating_as_text": good | {"rating": "5"},
        "rating_fractional": good | {"rating": 4.5},
        "null_id": good,
        "repeated_id": good | {"assistant_message": "This text came with an id that was taken."},
        "missing_column": {k: v for k, v in good.items() if k != "user_message"},
        "unreadable_timestamp": good | {"created_at": "2025-13-45 noon"},
    }
    assert broken == changed
    assert named.pop("null_id") is None
    assert named.pop("repeated_id") == "c1-a0"
    assert len({*named.values(), "c1-a0"}) == len(named) + 1


@pytest.mark.parametrize(("conversations", "each"), [(1, 1), (450, 1), (4_000, 2), (9_999, 4)])
def test_every_kind_comes_equally_often(conversations: int, each: int) -> None:
    kinds = [kind for kind, _ in _dealt(conversations)]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(BROKEN_KINDS, each)


def test_what_was_due_in_other_files_is_caught_up_with() -> None:
    records = BrokenRecords(SampleSpec(conversations=90))
    assert len(list(records.after(89, ROW))) == len(BROKEN_KINDS)
