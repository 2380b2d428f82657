"""Rows that the API stored, as the store has them: by place, by id, and as the text of a raw line."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import orjson

from ai_data_platform.core.provenance import Place
from ai_data_platform.stores.feedback import EVENT_SOURCE, TURN_SOURCE, FeedbackStore
from ai_data_platform.stores.provenance.raw_lines import RawLine
from ai_data_platform.stores.provenance.tables import Row

__all__ = ["STORED", "stored_line", "stored_named", "stored_rows"]

STORED = {"raw_feedback": EVENT_SOURCE, "raw_chat_logs": TURN_SOURCE}
"""The source file that rows of the store have in each raw table; their line is their sequence."""

_SERIES = {EVENT_SOURCE: "events", TURN_SOURCE: "turns"}


def stored_rows(store: FeedbackStore, source: str, sequences: Collection[int]) -> list[Row]:
    """The rows at these sequences, with the columns of their raw table."""
    found = (store.row(_SERIES[source], sequence) for sequence in sorted(sequences))
    return [_row(row, source) for row in found if row is not None]


def stored_named(store: FeedbackStore, source: str, id: str) -> list[Row]:
    """Rows that an id names, among those that came last: no day was built with them so far."""
    return [_row(row, source) for row in store.newest_named(_SERIES[source], id)]


def stored_line(store: FeedbackStore, place: Place, record_id: str | None) -> RawLine | None:
    """What the database holds at a place, as JSON, with the database's name as its path."""
    columns = store.stored(_SERIES[place.source_file], place.source_line)
    if columns is None:
        return None
    text = orjson.dumps({name: value for name, value in columns.items() if value is not None})
    same = None if record_id is None else columns["record_id"] == record_id
    return RawLine(store.name, text.decode(), None, same)


def _row(row: Any, source: str) -> Row:
    return asdict(row) | {"source_file": source}
