"""Rows of one piece as they come, laid down as one Parquet file a day, in bounded memory."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.records import QUARANTINE, Rejected
from ai_data_platform.core.timestamps import parse_timestamp
from ai_data_platform.stores.readers import shown

__all__ = ["DayWriter", "Row"]

_BUFFERED_ROWS = 20_000
_BUFFERED_CHARACTERS = 64 * 1024 * 1024
"""Rows wait as Python objects until either is reached: a message may have 5 MB."""

_WAITING_BYTES = 128 * 1024 * 1024
"""Arrow tables of all days wait until then: a file of a year would make small row groups each time."""

_OPEN_DAYS = 200
"""Days written at once: an export of several years must not use up the process's file handles."""


class Row(Protocol):
    """What a contract makes of a good record: a slotted dataclass that knows its day."""

    @property
    def day(self) -> str: ...


class DayWriter:
    """Writes `<day>.parquet` for each day that a record was dated, and `quarantine.parquet`."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._buffer: dict[str, list[Any]] = {}
        self._buffered = self._characters = self._waiting_bytes = 0
        self._waiting: dict[str, list[pa.Table]] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._pieces: dict[str, list[Path]] = {}
        self._days: Counter[str] = Counter()
        self._rejected: list[dict[str, Any]] = []
        self._reasons: Counter[str] = Counter()
        self._quarantine = pq.ParquetWriter(
            folder / "quarantine.parquet", QUARANTINE, compression="zstd"
        )
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_writers()
        self._quarantine.close()

    def add(self, row: Row | Rejected, record: object, name: str, line: int, raw: object) -> None:
        """Take what the contract made of a record; `record` and `raw` are what it was made from."""
        if isinstance(row, Rejected):
            self._set_aside(row, record, name, line, raw)
            return
        self._buffer.setdefault(row.day, []).append(row)
        self.rows += 1
        self._buffered += 1
        self._characters += _characters(record)
        if self._buffered >= _BUFFERED_ROWS or self._characters >= _BUFFERED_CHARACTERS:
            self._pack()

    def close(self) -> dict[str, Any]:
        """Finish the files. `days` counts rows by day, `rejected` records by reason."""
        self._pack()
        self._write()
        self._close_writers()
        for day, pieces in self._pieces.items():
            _join(pieces, self._folder / f"{day}.parquet")
        self._write_rejected()
        self._quarantine.close()
        return {
            "days": dict(sorted(self._days.items())),
            "rejected": dict(sorted(self._reasons.items())),
        }

    def _set_aside(self, row: Rejected, record: object, name: str, line: int, raw: object) -> None:
        if (day := _day(record)) is not None:
            self._buffer.setdefault(day, [])  # a day is news when only bad records came for it
        place = {"source_file": name, "source_line": line, "day": day, "raw": shown(raw)}
        self._rejected.append(place | asdict(row))
        self._reasons[row.reason] += 1
        if len(self._rejected) >= _BUFFERED_ROWS:
            self._write_rejected()

    def _write_rejected(self) -> None:
        if self._rejected:
            self._quarantine.write_table(pa.Table.from_pylist(self._rejected, schema=QUARANTINE))
        self._rejected = []

    def _pack(self) -> None:
        for day, rows in self._buffer.items():
            columns = {name: [getattr(row, name) for row in rows] for name in self._schema.names}
            table = pa.table(columns, schema=self._schema)
            self._waiting.setdefault(day, []).append(table)
            self._waiting_bytes += table.nbytes
            self._days[day] += len(rows)
        self._buffer, self._buffered, self._characters = {}, 0, 0
        if self._waiting_bytes >= _WAITING_BYTES:
            self._write()

    def _write(self) -> None:
        for day, tables in self._waiting.items():
            self._writer(day).write_table(pa.concat_tables(tables).combine_chunks())
        self._waiting, self._waiting_bytes = {}, 0

    def _writer(self, day: str) -> pq.ParquetWriter:
        if day not in self._writers:
            if len(self._writers) == _OPEN_DAYS:
                self._close_writers()
            pieces = self._pieces.setdefault(day, [])
            pieces.append(self._folder / f"{day}.{len(pieces)}.parquet")
            self._writers[day] = pq.ParquetWriter(pieces[-1], self._schema, compression="zstd")
        return self._writers[day]

    def _close_writers(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


def _join(pieces: list[Path], path: Path) -> None:
    if len(pieces) > 1:
        rows = pa.concat_tables([pq.read_table(piece) for piece in pieces])
        pq.write_table(rows, pieces[0], compression="zstd")
    pieces[0].rename(path)
    for piece in pieces[1:]:
        piece.unlink()


def _characters(record: object) -> int:
    if not isinstance(record, Mapping):
        return 0
    return sum(len(value) for value in record.values() if isinstance(value, str))


def _day(record: object) -> str | None:
    moment = parse_timestamp(record.get("created_at")) if isinstance(record, Mapping) else None
    return None if moment is None else moment.date().isoformat()
