"""The few row types that travel between rooms, and their Arrow schemas."""

from dataclasses import dataclass

import pyarrow as pa

__all__ = ["CHAT_LOG", "FEEDBACK", "QUARANTINE", "Rejected"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that does not meet its contract.

    `reason` is a short identifier that is counted (`rating_out_of_range`), `detail` says what was seen
    and what was wanted.
    """

    reason: str
    detail: str


CHAT_LOG = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),  # hash of content and source position
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("message_id", pa.string(), nullable=False),
        pa.field(
            "parent_message_id", pa.string()
        ),  # the user message that this answers; siblings share it
        pa.field(
            "thread", pa.list_(pa.string())
        ),  # message ids from the first message to this answer
        pa.field("turn_index", pa.int32(), nullable=False),
        pa.field("user_message", pa.string(), nullable=False),
        pa.field("assistant_message", pa.string(), nullable=False),
        pa.field("rating", pa.int8()),
        pa.field("model", pa.string()),
        pa.field("user_id", pa.string()),
        pa.field("created_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),  # 1-based line or row number
    ]
)
"""One exchange: a user message and the answer to it."""

FEEDBACK = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),  # the client's, or a hash of the event
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("message_id", pa.string()),  # null: the whole conversation was rated
        pa.field("rating", pa.int8(), nullable=False),
        pa.field("feedback_text", pa.string()),
        pa.field("user_id", pa.string()),  # null: the source hides its raters
        pa.field("created_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),
    ]
)
"""One rating of one answer by one person."""

QUARANTINE = pa.schema(
    [
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),  # 0: the file as a whole
        pa.field("day", pa.string()),  # UTC day of the record where it could be read
        pa.field("reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("raw", pa.string()),  # the first 2,000 characters of the record as it was read
    ]
)
"""One record that was set aside, with its reason and where it stands."""
