"""The two series of rows that the store numbers: events and turns, and how a row of each is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson

from ai_data_platform.core.conversations import ChatExchange
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.timestamps import filing_time

__all__ = ["EVENTS", "SERIES", "TURNS", "Entry", "Row", "Series"]

Row = FeedbackEvent | ChatExchange
_T = TypeVar("_T", FeedbackEvent, ChatExchange)

_MAX_KEY_BYTES = 2_000
"""PostgreSQL keeps no longer text in an index."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row on its way into the store.

    `key` tells rows apart, `content` is what a retry must repeat, `values` goes into the columns of its
    series, `misdated` whether it is filed under the day of its arrival. `conflict` is what is said when
    the key stands with other content.
    """

    key: str
    content: tuple[object, ...]
    values: tuple[object, ...]
    day: str
    misdated: bool
    conflict: str


@dataclass(frozen=True, slots=True)
class Series(Generic[_T]):
    """One numbered table. `columns` begin with the key and hold each field of `kind`."""

    name: str
    kind: type[_T]
    key: str
    columns: tuple[str, ...]
    content: tuple[str, ...]
    key_of: Callable[[_T], str]
    conflict: str

    def entry(self, row: _T, received_at: datetime) -> Entry:
        """Raises ValueError for a text that no database keeps: the contract mends these."""
        filed_at = filing_time(row.created_at, received_at)
        misdated = filed_at != row.created_at
        fields: dict[str, object] = {name: getattr(row, name) for name in self.kind.__slots__}
        fields[self.key] = self.key_of(row)
        fields["created_at"] = _text(filed_at)
        fields["claimed_at"] = _text(row.created_at) if misdated else None
        if fields.get("thread") is not None:
            fields["thread"] = orjson.dumps(fields["thread"]).decode()
        _require_storable(self.key, fields)
        return Entry(
            str(fields[self.key]),
            tuple(fields[name] for name in self.content),
            tuple(fields[name] for name in self.columns),
            str(fields["created_at"])[:10],
            misdated,
            self.conflict.format_map(fields),
        )

    def row(self, sequence: int, values: Sequence[Any]) -> _T:
        """What was stored; without a line of its own (0) its line is its sequence."""
        fields = dict(zip(self.columns, values, strict=True))
        fields["created_at"] = datetime.fromisoformat(fields["created_at"])
        fields["source_line"] = fields["source_line"] or sequence
        if fields.get("thread") is not None:
            fields["thread"] = orjson.loads(fields["thread"])
        return self.kind(**{name: fields[name] for name in self.kind.__slots__})


EVENTS: Series[FeedbackEvent] = Series(
    "events",
    FeedbackEvent,
    "event_id",
    (
        "event_id",
        "record_id",
        "conversation_id",
        "message_id",
        "rating",
        "feedback_text",
        "user_id",
        "kind",
        "edited_text",
        "shown_position",
        "created_at",
        "claimed_at",
        "source_file",
        "source_line",
    ),
    (
        "conversation_id",
        "message_id",
        "rating",
        "feedback_text",
        "user_id",
        "kind",
        "edited_text",
        "shown_position",
    ),
    lambda event: event.event_id,
    "event {event_id} is stored with another rating: send a new rating under an event id of its own",
)

TURNS: Series[ChatExchange] = Series(
    "turns",
    ChatExchange,
    "turn_id",
    (
        "turn_id",
        "record_id",
        "conversation_id",
        "message_id",
        "parent_message_id",
        "thread",
        "turn_index",
        "user_message",
        "assistant_message",
        "rating",
        "model",
        "user_id",
        "created_at",
        "claimed_at",
        "source_file",
        "source_line",
    ),
    (
        "parent_message_id",
        "thread",
        "turn_index",
        "user_message",
        "assistant_message",
        "rating",
        "model",
        "user_id",
    ),
    lambda turn: hash_text(turn.conversation_id, turn.message_id),
    "message {message_id} of conversation {conversation_id} is stored with another content: send another "
    "answer under a message id of its own",
)

SERIES: tuple[Series[Any], ...] = (EVENTS, TURNS)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _require_storable(key: str, fields: dict[str, object]) -> None:
    for name, value in fields.items():
        if isinstance(value, str):
            if "\0" in value:
                raise ValueError(f"{name} holds a NUL character: parse the record by its contract")
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError(
                    f"{name} holds a lone surrogate: parse the record by its contract"
                ) from None
    if (size := len(str(fields[key]).encode())) > _MAX_KEY_BYTES:
        raise ValueError(f"{key} has {size:,} bytes, wanted {_MAX_KEY_BYTES:,} or fewer")
