"""What the store holds as parts of daily raw tables: a Parquet file a day, written when the day is built."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.conversations import CONTRACT_VERSION as CHAT_LOG_CONTRACT
from ai_data_platform.core.feedback import CONTRACT_VERSION as FEEDBACK_CONTRACT
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import CHAT_LOG, FEEDBACK
from ai_data_platform.stores.feedback import EVENT_SOURCE, TURN_SOURCE, DayTotals, FeedbackStore
from ai_data_platform.stores.files import replace_file
from ai_data_platform.stores.landing import DayPart

__all__ = ["event_parts", "turn_parts"]

Columns = Mapping[str, Sequence[Any]]
Pages = Callable[[str, int, int], Iterator[Columns]]

_ROWS = 100_000  # of a batch that is copied from an earlier file

_READ_SOON_S = 600
"""A file is read right after it was asked for. One that a later one superseded goes after this time."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """One series of a store: where its days lie, and how they are read."""

    source: str
    schema: pa.Schema
    identity: str  # of the store and the contract: other rows may have the same numbers
    days: Mapping[str, DayTotals]
    pages: Pages


def event_parts(landing: Path, store: FeedbackStore) -> dict[str, DayPart]:
    """A part for each UTC day with events; rows as in `records.FEEDBACK`, their line is their sequence."""
    identity = hash_text(FEEDBACK_CONTRACT, store.first_record_id("events"))
    days = store.days()
    pages = partial(store.columns_of_day, "events")
    return _parts(landing, _Stored(EVENT_SOURCE, FEEDBACK, identity, days, pages))


def turn_parts(landing: Path, store: FeedbackStore) -> dict[str, DayPart]:
    """The same of turns; rows as in `records.CHAT_LOG`."""
    identity = hash_text(CHAT_LOG_CONTRACT, store.first_record_id("turns"))
    days = store.turn_days()
    pages = partial(store.columns_of_day, "turns")
    return _parts(landing, _Stored(TURN_SOURCE, CHAT_LOG, identity, days, pages))


def _parts(landing: Path, stored: _Stored) -> dict[str, DayPart]:
    """Nothing is read but the totals of days; a file is written when its part is asked for it."""
    folder = landing / stored.source / stored.identity
    return {
        day: DayPart(
            folder / f"{day}-{last}.parquet",
            hash_text(stored.identity, day, str(count), str(last)),
            count,
            partial(_write, stored, day, last),
        )
        for day, (count, last) in stored.days.items()
    }


def _write(stored: _Stored, day: str, last: int, path: Path) -> None:
    """What an earlier file of the day holds, and the rows that came since."""
    if path.is_file():
        path.touch()
        return
    files = [(_last(file), file) for file in path.parent.glob(f"{day}-*.parquet")]
    after, earlier = max((found for found in files if found[0] < last), default=(0, None))
    with replace_file(path) as file, pq.ParquetWriter(file, stored.schema) as writer:
        if earlier is not None:
            for batch in pq.ParquetFile(earlier).iter_batches(_ROWS):
                writer.write_batch(batch)
        for page in stored.pages(day, last, after):
            writer.write_batch(_batch(page, stored))
    _remove_superseded(path, day)


def _remove_superseded(path: Path, day: str) -> None:
    """Earlier files of the day, and all of other stores and contracts."""
    now = time.time()
    for file in path.parent.parent.rglob("*.parquet"):
        other = file.parent != path.parent or file.name.startswith(f"{day}-")
        if file != path and other and now - file.stat().st_mtime > _READ_SOON_S:
            file.unlink(missing_ok=True)


def _batch(columns: Columns, stored: _Stored) -> pa.RecordBatch:
    """Straight from the database's columns: objects in between would take four times as long."""
    arrays = {name: columns[name] for name in stored.schema.names}
    lines = zip(columns["source_line"], columns["sequence"], strict=True)
    arrays["source_line"] = [line or sequence for line, sequence in lines]
    arrays["source_file"] = [stored.source] * len(columns["sequence"])
    arrays["created_at"] = pa.array(columns["created_at"]).cast(pa.timestamp("us", "UTC"))
    if "thread" in columns:
        arrays["thread"] = [text and orjson.loads(text) for text in columns["thread"]]
    return pa.RecordBatch.from_pydict(arrays, schema=stored.schema)


def _last(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
