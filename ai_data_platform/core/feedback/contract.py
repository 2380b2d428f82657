"""The contract of feedback: what one rating must hold to enter the lake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeGuard, cast, get_args

from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable
from ai_data_platform.core.timestamps import parse_timestamp

__all__ = ["CONTRACT_VERSION", "FeedbackEvent", "Kind", "parse_feedback"]

CONTRACT_VERSION = "feedback-2"
"""Part of every raw fingerprint: a changed contract reads every file again."""

Kind = Literal["stars", "thumbs", "comparison"]
"""Stars are 1 to 5; a thumb is 5 or 1; of two answers shown side by side the better is noted as 5 and the
other as 1, both as 3 for a tie."""

_RATINGS: dict[Kind, tuple[int, ...]] = {
    "stars": (1, 2, 3, 4, 5),
    "thumbs": (1, 5),
    "comparison": (1, 3, 5),
}
_MAX_POSITION = 1_000
_LATER = {"kind": "stars", "edited_text": None, "shown_position": None}
"""Fields that came later, as they read in events that do not name them: ids of old events stay."""


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
    kind: Kind = "stars"
    edited_text: str | None = None
    shown_position: int | None = None

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
    identity = fingerprint({k: v for k, v in content.items() if v != _LATER.get(k, ...)})
    event_id = event_id or identity
    return FeedbackEvent(
        record_id=hash_text(source_file, str(source_line), event_id, identity),
        event_id=event_id,
        source_file=source_file,
        source_line=source_line,
        **content,
    )


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    kind = _kind(record)
    return {
        "conversation_id": _identifier(record, "conversation_id"),
        "message_id": None
        if record.get("message_id") is None
        else _identifier(record, "message_id"),
        "rating": _rating(record, kind),
        "feedback_text": _optional_text(record, "feedback_text"),
        "user_id": _optional_text(record, "user_id"),
        "created_at": _created_at(record),
        "kind": kind,
        "edited_text": _optional_text(record, "edited_text"),
        "shown_position": _shown_position(record),
    }


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


def _kind(record: Mapping[str, Any]) -> Kind:
    value = record.get("kind")
    if value is None:
        return "stars"
    if value not in get_args(Kind):
        wanted = ", ".join(get_args(Kind))
        raise _BreachError("kind_unknown", f"kind is {_short(value)}, wanted one of {wanted}")
    return cast(Kind, value)


def _shown_position(record: Mapping[str, Any]) -> int | None:
    value = record.get("shown_position")
    if value is None or (_is_integer(value) and 1 <= value <= _MAX_POSITION):
        return value
    raise _BreachError(
        "shown_position_out_of_range",
        f"shown_position is {_short(value)}, wanted an integer 1 to {_MAX_POSITION:,}",
    )


def _rating(record: Mapping[str, Any], kind: Kind) -> int:
    value: object = record.get("rating")
    if value is None:
        raise _BreachError("rating_missing", "rating is missing or null, wanted an integer 1 to 5")
    if not _is_integer(value):
        raise _BreachError(
            "rating_wrong_type", f"rating is {_short(value)}, wanted an integer 1 to 5"
        )
    if not 1 <= value <= 5:
        raise _BreachError("rating_out_of_range", f"rating is {_short(value)}, wanted 1 to 5")
    if value not in _RATINGS[kind]:
        wanted = ", ".join(map(str, _RATINGS[kind]))
        raise _BreachError(
            "rating_not_of_its_kind", f"rating of {kind} is {value}, wanted {wanted}"
        )
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
