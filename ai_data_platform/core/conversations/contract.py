"""The contract of a chat log: what one exchange must hold to enter the lake."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable
from ai_data_platform.core.timestamps import parse_timestamp

__all__ = ["CONTRACT_VERSION", "ChatExchange", "parse_exchange"]

CONTRACT_VERSION = "chat-log-1"
"""Part of every raw fingerprint: a changed contract reads every file again."""


@dataclass(frozen=True, slots=True)
class ChatExchange:
    """One user message and the answer to it; the fields are the columns of `records.CHAT_LOG`."""

    record_id: str
    conversation_id: str
    message_id: str
    parent_message_id: str | None
    thread: list[str] | None
    turn_index: int
    user_message: str
    assistant_message: str
    rating: int | None
    model: str | None
    user_id: str | None
    created_at: datetime
    source_file: str
    source_line: int

    @property
    def day(self) -> str:
        """The UTC day, the partition that this exchange belongs to."""
        return self.created_at.date().isoformat()


class _Breach(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        self.rejected = Rejected(reason, detail)


def parse_exchange(record: object, source_file: str, source_line: int) -> ChatExchange | Rejected:
    """The exchange that a record holds, or why it holds none. Keys outside the contract are ignored."""
    if not isinstance(record, Mapping):
        return Rejected("not_an_object", f"saw {type(record).__name__}, wanted a JSON object")
    try:
        fields = _fields(record)
    except _Breach as breach:
        return breach.rejected
    identity = "\x1f".join("" if value is None else str(value) for value in fields.values())
    return ChatExchange(
        record_id=hash_text(source_file, str(source_line), identity),
        source_file=source_file,
        source_line=source_line,
        **fields,
    )


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "conversation_id": _identifier(record, "conversation_id"),
        "message_id": _identifier(record, "message_id"),
        "parent_message_id": _optional_text(record, "parent_message_id"),
        "thread": _thread(record),
        "turn_index": _turn_index(record),
        "user_message": _message(record, "user_message"),
        "assistant_message": _message(record, "assistant_message"),
        "rating": _rating(record),
        "model": _optional_text(record, "model"),
        "user_id": _optional_text(record, "user_id"),
        "created_at": _created_at(record),
    }


def _identifier(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None or value == "":
        raise _Breach(f"{key}_missing", f"{key} is {value!r}, wanted a non-empty string")
    if _is_number(value):
        return str(value)  # a numeric id is an id: many sources count their rows
    if not isinstance(value, str):
        raise _Breach(f"{key}_wrong_type", f"{key} is {_short(value)}, wanted a string")
    if not printable(value).strip():
        raise _Breach(f"{key}_missing", f"{key} is {value!r}, wanted a string that can be read")
    return printable(value)


def _message(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        raise _Breach(f"{key}_missing", f"{key} is missing or null, wanted a string")
    if not isinstance(value, str):
        raise _Breach(f"{key}_wrong_type", f"{key} is {_short(value)}, wanted a string")
    return printable(value)


def _optional_text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return printable(value)
    if _is_number(value):
        return str(value)
    raise _Breach(f"{key}_wrong_type", f"{key} is {_short(value)}, wanted a string or null")


def _thread(record: Mapping[str, Any]) -> list[str] | None:
    value = record.get("thread")
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [printable(item) for item in value]
    raise _Breach("thread_wrong_type", f"thread is {_short(value)}, wanted a list of message ids")


def _turn_index(record: Mapping[str, Any]) -> int:
    value = _integer(record, "turn_index", "an integer")
    if value is None:
        raise _Breach("turn_index_missing", "turn_index is missing or null, wanted a number from 0")
    if not 0 <= value < 2**31:
        raise _Breach("turn_index_out_of_range", f"turn_index is {_short(value)}, wanted 0 or more")
    return value


def _rating(record: Mapping[str, Any]) -> int | None:
    value = _integer(record, "rating", "an integer 1 to 5")
    if value is not None and not 1 <= value <= 5:
        raise _Breach("rating_out_of_range", f"rating is {_short(value)}, wanted 1 to 5")
    return value


def _integer(record: Mapping[str, Any], key: str, wanted: str) -> int | None:
    """A column of numbers with gaps comes out of Parquet as floats, its gaps as NaN."""
    value: object = record.get(key)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = int(value) if value.is_integer() else value
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _Breach(f"{key}_wrong_type", f"{key} is {_short(value)}, wanted {wanted}")


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 64


def _created_at(record: Mapping[str, Any]) -> datetime:
    value = record.get("created_at")
    moment = parse_timestamp(value)
    if moment is None:
        reason = "created_at_missing" if value in (None, "") else "created_at_unreadable"
        raise _Breach(reason, f"created_at is {_short(value)}, wanted ISO 8601 or epoch seconds")
    return moment


def _short(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 64:
        return f"an integer of {value.bit_length()} bits"  # Python refuses to print the largest
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
