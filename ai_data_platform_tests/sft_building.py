"""SFT datasets out of a few exchanges, all in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa

from ai_data_platform.core.datasets.assemble import ASSEMBLED, EXCHANGES, assembled
from ai_data_platform.core.datasets.conversations import Conversations
from ai_data_platform.core.datasets.funnel import DROPPED
from ai_data_platform.core.datasets.near_duplicates import (
    Corpus,
    NearDuplicateOptions,
    Text,
    changed,
    nothing,
)
from ai_data_platform.core.datasets.sft import SftDataset, build_sft
from ai_data_platform.core.datasets.split import Shares
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.records import CHAT_LOG

__all__ = ["built", "conversations_of", "exchange_batch", "searching", "with_fields"]

TRAIN_ALL = Shares(0, 0)


def exchange_batch(
    logged: Sequence[Exchange],
    clean: set[str] | None = None,
    users: Mapping[str, str] | None = None,
) -> pa.RecordBatch:
    """What `assembled` reads; without `clean` every exchange trains, `users` are by conversation."""
    rows = [{field.name: getattr(one, field.name) for field in fields(one)} for one in logged]
    columns = {
        name: pa.array([row[name] for row in rows], CHAT_LOG.field(name).type)
        for name in EXCHANGES
        if name != "user_hash"
    }
    owners = [(users or {}).get(one.conversation_id) for one in logged]
    columns["user_hash"] = pa.array(owners, pa.string())
    columns["trains"] = pa.array([clean is None or one.record_id in clean for one in logged])
    return pa.RecordBatch.from_pydict(columns)


def conversations_of(batch: pa.RecordBatch) -> Conversations:
    """The conversations of these exchanges, in batches of one row."""
    whole = assembled(batch)
    parts = [whole.slice(i, 1) for i in range(len(whole))]

    def batches(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return (part.select(list(columns)) for part in parts)

    assert whole.schema == ASSEMBLED
    return Conversations(batches)


def searching(threshold: float, **options: Any) -> Callable[[Iterable[Text]], Corpus]:
    """A search of all texts anew."""
    found = NearDuplicateOptions(threshold=threshold, **options)
    return lambda texts: changed(nothing(found), texts, None).corpus


def built(
    logged: Sequence[Exchange],
    clean: set[str] | None = None,
    *,
    shares: Shares = TRAIN_ALL,
    threshold: float = 1.0,
    users: Mapping[str, str] | None = None,
    **others: Any,
) -> SftDataset:
    """The dataset, in which conversations repeat each other only when they read the same."""
    conversations = conversations_of(exchange_batch(logged, clean, users))
    search = searching(threshold)
    return build_sft(conversations, DROPPED.empty_table(), shares, search=search, **others)


def with_fields(exchange: Exchange, **changes: Any) -> Exchange:
    """The same exchange but for these fields."""
    values = {field.name: getattr(exchange, field.name) for field in fields(exchange)}
    return Exchange(**{**values, **changes})
