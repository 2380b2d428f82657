"""Logged exchanges to conversations that can train: one row each, with what decides over it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pyarrow as pa

from ai_data_platform.core.datasets.near_duplicates import Text
from ai_data_platform.core.datasets.threads import Exchange, sft_messages

__all__ = [
    "ASSEMBLED",
    "EXCHANGES",
    "SFT_SCHEMA",
    "TEXT_COLUMNS",
    "assembled",
    "messages_in",
    "texts_in",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MESSAGE = pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())])
SFT_SCHEMA = pa.schema(
    [
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("messages", pa.list_(_MESSAGE), nullable=False),
        pa.field(
            "ratings", pa.list_(pa.int8()), nullable=False
        ),  # one an answer, null where unrated
        pa.field(
            "record_ids", pa.list_(pa.string()), nullable=False
        ),  # the raw record of each exchange
        pa.field("user_hash", pa.string()),  # whose the first exchange is, where that is known
    ]
)
"""One conversation: alternating user and assistant messages, and the raw records it was made from."""

_LEFT_OUT = pa.struct([pa.field("record_id", pa.string()), pa.field("drop_reason", pa.string())])
ASSEMBLED = pa.schema(
    [
        *SFT_SCHEMA,
        pa.field("began", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("mean_rating", pa.float64(), nullable=False),  # 0 where nobody rated
        pa.field("characters", pa.int64(), nullable=False),
        pa.field("left_out", pa.list_(_LEFT_OUT), nullable=False),
    ]
)
"""A conversation of the log; without messages where none of its exchanges trains.

User and beginning are those of the log before any filter, so no filter moves a conversation.
"""

EXCHANGES = (
    "record_id",
    "conversation_id",
    "message_id",
    "parent_message_id",
    "thread",
    "turn_index",
    "user_message",
    "assistant_message",
    "rating",
    "created_at",
    "user_hash",
)
"""The columns that `assembled` reads, beside the flag `trains`."""


TEXT_COLUMNS = ("conversation_id", "messages", "began")
"""The columns that `texts_in` and `messages_in` read."""


def assembled(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The conversations (ASSEMBLED) of a batch of exchanges that ends where a conversation ends.

    The batch has the columns EXCHANGES, its rows grouped by conversation, and `trains`: whether the
    exchange passed every filter. A batch function: what becomes of a conversation depends on it alone.
    """
    rows = [
        _conversation(name, list(group))
        for name, group in groupby(_rows(batch), key=lambda pair: pair[0].conversation_id)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(ASSEMBLED)
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, ASSEMBLED, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=ASSEMBLED)


def texts_in(batches: Iterable[pa.RecordBatch]) -> Iterator[Text]:
    """What is compared of each conversation that trains; its segment is the day on which it began."""
    for batch in batches:
        days = (_day(micros) for micros in batch.column("began").cast(pa.int64()).to_pylist())
        for (name, messages), day in zip(messages_in([batch]), days, strict=True):
            if messages:
                yield Text(name, "\n".join(messages), day)


def messages_in(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, Sequence[str]]]:
    """Id and the texts of the messages of each conversation."""
    for batch in batches:
        messages = batch.column("messages")
        contents = messages.flatten().field("content").to_pylist()
        ends = messages.value_lengths().to_pylist()
        start = 0
        for name, length in zip(batch.column("conversation_id").to_pylist(), ends, strict=True):
            yield name, contents[start : start + length]
            start += length


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[Exchange, bool, str | None]]:
    """Each exchange, whether it trains, and its user. Times are microseconds: quicker than datetimes."""
    columns = {name: batch.column(name) for name in EXCHANGES}
    micros = columns.pop("created_at").cast(pa.int64()).to_pylist()
    users = columns.pop("user_hash").to_pylist()
    values = zip(*(column.to_pylist() for column in columns.values()), strict=True)
    trains = batch.column("trains").to_pylist()
    for row, at, flag, user in zip(values, micros, trains, users, strict=True):
        found = dict(zip(columns, row, strict=True))
        thread = found.pop("thread")
        exchange = Exchange(
            **found,
            thread=None if thread is None else tuple(thread),
            created_at=_EPOCH + timedelta(microseconds=at),
        )
        yield exchange, flag, user


def _conversation(
    conversation_id: str, rows: Sequence[tuple[Exchange, bool, str | None]]
) -> tuple[Any, ...]:
    """The values of ASSEMBLED."""
    thread = sft_messages(
        [exchange for exchange, trains, _ in rows if trains],
        logged=[exchange for exchange, _, _ in rows],
    )
    ratings = [exchange.rating for exchange in thread.used]
    rated = [rating for rating in ratings if rating is not None]
    first = min(rows, key=lambda row: (row[0].turn_index, row[0].created_at, row[0].record_id))
    left_out = [{"record_id": one.record_id, "drop_reason": why} for one, why in thread.dropped]
    return (
        conversation_id,
        thread.messages,
        ratings,
        [exchange.record_id for exchange in thread.used],
        first[2],
        min(exchange.created_at for exchange, _, _ in rows),
        sum(rated) / len(rated) if rated else 0.0,
        sum(len(message["content"]) for message in thread.messages),
        left_out,
    )


def _day(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).date().isoformat()
