"""The contract of feedback: what one rating must hold to enter the lake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable
from ai_data_platform.core.timestamps import parse_timestamp

__all__ = ["CONTRACT_VERSION", "FeedbackEvent", "parse_feedback"]

CONTRACT_VERSION = "feedback-1"
"""Part of every raw fingerprint: a changed contract reads every file again."""


@dataclass(frozen=True, slots=True)
class FeedbackEvent:
    """One rating of one answer by one person; the fields are the columns of `records.FEEDBACK`."""

    record_id: str
    event_id: str
    conversation_id: str
    message_id: str | None
    rating: int
    feedback_text: str | None
    user_id: str | None
    created_at: datetime
    source_file: str
    source_line: int

    @property
    def day(self) -> str:
        """The UTC day, the partition that this event belongs to."""
        return self.created_at.date().isoformat()


class _BreachError(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        self.rejected = Rejected(reason, detail)


def parse_feedback(record: object, source_file: str, source_line: int) -> FeedbackEvent | Rejected:
    """The rating that a record holds, or why it holds none. Keys outside the contract are ignored.

    Without an `event_id` the event is known by its content, so reading it twice gives one event.
    """
    if not isinstance(record, Mapping):
        return Rejected("not_an_object", f"saw {type(record).__name__}, wanted a JSON object")
    try:
        content = _content(record)
        event_id = _optional_text(record, "event_id")
    except _BreachError as breach:
        return breach.rejected
    event_id = event_id or fingerprint(content)
    return FeedbackEvent(
        record_id=hash_text(source_file, str(source_line), event_id, fingerprint(content)),
        event_id=event_id,
        source_file=source_file,
        source_line=source_line,
        **content,
    )


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "conversation_id": _identifier(record, "conversation_id"),
        "message_id": None
        if record.get("message_id") is None
        else _identifier(record, "message_id"),
        "rating": _rating(record),
        "feedback_text": _optional_text(record, "feedback_text"),
        "user_id": _optional_text(record, "user_id"),
        "created_at": _created_at(record),
    }


def _message_id(record: Mapping[str, Any]) -> str | None:
    if record.get("message_id") is None:
        return None
    return _identifier(record, "message_id")  # empty is an error: only null means the conversation


def _identifier(record: Mapping[str, Any], key: str) -> str:
    text = _optional_text(record, key)
    if text is None:
        raise _BreachError(
            f"{key}_missing", f"{key} is missing or empty, wanted a non-empty string"
        )
    return text


def _optional_text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None:
        return None
    if key.endswith("_id") and _is_integer(value) and value.bit_length() <= 64:
        value = str(value)  # a numeric id is an id, here as in the chat logs that it must join
    if not isinstance(value, str):
        raise _BreachError(f"{key}_wrong_type", f"{key} is {_short(value)}, wanted a string")
    return printable(value) or None


def _rating(record: Mapping[str, Any]) -> int:
    value: object = record.get("rating")
    if value is None:
        raise _BreachError("rating_missing", "rating is missing or null, wanted an integer 1 to 5")
    if not _is_integer(value):
        raise _BreachError(
            "rating_wrong_type", f"rating is {_short(value)}, wanted an integer 1 to 5"
        )
    if not 1 <= value <= 5:
        raise _BreachError("rating_out_of_range", f"rating is {_short(value)}, wanted 1 to 5")
    return value


def _created_at(record: Mapping[str, Any]) -> datetime:
    value = record.get("created_at")
    moment = parse_timestamp(value)
    if moment is None:
        reason = "created_at_missing" if value in (None, "") else "created_at_unreadable"
        raise _BreachError(
            reason, f"created_at is {_short(value)}, wanted ISO 8601 or epoch seconds"
        )
    return moment


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 64:
        return f"an integer of {value.bit_length()} bits"  # Python refuses to print the largest
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
