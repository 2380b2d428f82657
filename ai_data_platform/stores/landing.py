"""Landing: each dropped file is read once and its rows laid down by day.

A daily partition then costs its own rows and not every file of the folder. Raw rows are immutable: a
file that changed replaces its own rows, a file that was moved away keeps them.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import QUARANTINE, Rejected
from ai_data_platform.core.timestamps import parse_timestamp
from ai_data_platform.stores.files import SourceFile, exclusive, replace_folder
from ai_data_platform.stores.readers import read_records

__all__ = ["DayPart", "Landing", "LandingReport", "Parse"]

_BUFFERED_ROWS = 20_000
_OPEN_DAYS = 200
"""Days written at once: an export of several years must not use up the process's file handles."""


class Row(Protocol):
    """What a contract makes of a good record: a slotted dataclass that knows its day."""

    @property
    def day(self) -> str: ...


Parse = Callable[[object, str, int], Any]
"""A contract: (record, source file, source line) to a Row or a Rejected."""


@dataclass(frozen=True, slots=True)
class DayPart:
    """The rows of one day that came from one file; none when each of them was set aside."""

    path: Path
    identity: str  # content of the file, the contract and the day
    rows: int


@dataclass(frozen=True, slots=True)
class LandingReport:
    """What one refresh did: files read, rows laid down, records set aside by reason."""

    files: int
    files_read: int
    rows: int
    rejected: dict[str, int]


class Landing:
    """Rows of one kind by source file and day, with a quarantine per file."""

    def __init__(self, root: Path, schema: pa.Schema, parse: Parse, contract_version: str) -> None:
        self._root = root
        self._schema = schema
        self._parse = parse
        self._contract = contract_version

    def refresh(self, files: list[SourceFile], log: Callable[[str], None]) -> LandingReport:
        """Read every file whose content or contract is new; the rest costs one small read each."""
        rows, rejected, files_read = 0, Counter[str](), 0
        with exclusive(self._root / ".lock"):
            for file in files:
                known = self._metadata(self._folder(file.name))
                if known.get("identity") == self._identity(file):
                    continue
                try:
                    metadata = self._land(file)
                except FileNotFoundError:
                    log(f"{file.name} was moved away while it was read: its rows stay as they were")
                    continue
                files_read += 1
                rows += sum(metadata["days"].values())
                rejected.update(metadata["rejected"])
                log(f"read {file.name}: {_counts(metadata)}")
        return LandingReport(len(files), files_read, rows, dict(sorted(rejected.items())))

    def days(self) -> dict[str, list[DayPart]]:
        """The parts of each day that a record was dated, in the order of days; always the same order."""
        days: dict[str, list[DayPart]] = {}
        for folder, metadata in self._landed():
            for day, rows in metadata["days"].items():
                identity = hash_text(metadata["identity"], day)
                days.setdefault(day, []).append(DayPart(folder / f"{day}.parquet", identity, rows))
        return dict(sorted(days.items()))

    def quarantine(self) -> pa.Table:
        """Every record that was set aside, with its reason and place; schema `records.QUARANTINE`."""
        tables = [pq.read_table(folder / "quarantine.parquet") for folder, _ in self._landed()]
        return pa.concat_tables([QUARANTINE.empty_table(), *tables])

    def rejected(self) -> dict[str, int]:
        """How many records were set aside, by reason, over every file."""
        totals: Counter[str] = Counter()
        for _, metadata in self._landed():
            totals.update(metadata["rejected"])
        return dict(sorted(totals.items()))

    def _landed(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        found = [(folder, self._metadata(folder)) for folder in self._root.glob("[!.]*")]
        yield from sorted((f, m) for f, m in found if m)  # by folder, which is a hash of the name

    def _folder(self, name: str) -> Path:
        return self._root / hash_text(name)

    def _identity(self, file: SourceFile) -> str:
        return hash_text(file.name, file.sha256, self._contract)

    @staticmethod
    def _metadata(folder: Path) -> dict[str, Any]:
        try:
            metadata: dict[str, Any] = orjson.loads((folder / "file.json").read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return metadata

    def _land(self, file: SourceFile) -> dict[str, Any]:
        with replace_folder(self._folder(file.name)) as folder:
            writer = _DayWriter(folder, self._schema)
            for line, record, raw in read_records(file.path, file.name):
                writer.add(self._checked(record, file.name, line), record, file.name, line, raw)
            metadata = writer.close()
            metadata |= {"name": file.name, "identity": self._identity(file)}
            (folder / "file.json").write_bytes(orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS))
        return metadata

    def _checked(self, record: object, name: str, line: int) -> Any:
        return record if isinstance(record, Rejected) else self._parse(record, name, line)


class _DayWriter:
    """Buffers rows and appends them to one Parquet file a day."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder = folder
        self._schema = schema
        self._buffer: dict[str, list[Any]] = {}
        self._buffered = 0
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._pieces: dict[str, list[Path]] = {}
        self._days: Counter[str] = Counter()
        self._rejected: list[dict[str, Any]] = []

    def add(self, row: Any, record: object, name: str, line: int, raw: str) -> None:
        if isinstance(row, Rejected):
            if (day := _day(record)) is not None:
                self._buffer.setdefault(day, [])  # a day is news when only bad records came for it
            self._rejected.append(
                {"source_file": name, "source_line": line, "day": day, "raw": raw, **asdict(row)}
            )
            return
        self._buffer.setdefault(row.day, []).append(row)
        self._buffered += 1
        if self._buffered >= _BUFFERED_ROWS:
            self._flush()

    def close(self) -> dict[str, Any]:
        self._flush()
        self._close_writers()
        for day, pieces in self._pieces.items():
            self._join(pieces, self._folder / f"{day}.parquet")
        quarantine = pa.Table.from_pylist(self._rejected, schema=QUARANTINE)
        pq.write_table(quarantine, self._folder / "quarantine.parquet", compression="zstd")
        reasons = Counter(row["reason"] for row in self._rejected)
        return {"days": dict(sorted(self._days.items())), "rejected": dict(sorted(reasons.items()))}

    def _flush(self) -> None:
        for day, rows in self._buffer.items():
            columns = {name: [getattr(row, name) for row in rows] for name in self._schema.names}
            self._writer(day).write_table(pa.table(columns, schema=self._schema))
            self._days[day] += len(rows)
        self._buffer, self._buffered = {}, 0

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

    @staticmethod
    def _join(pieces: list[Path], path: Path) -> None:
        if len(pieces) > 1:
            rows = pa.concat_tables([pq.read_table(piece) for piece in pieces])
            pq.write_table(rows, pieces[0], compression="zstd")
        pieces[0].rename(path)
        for piece in pieces[1:]:
            piece.unlink()


def _day(record: object) -> str | None:
    moment = parse_timestamp(record.get("created_at")) if isinstance(record, dict) else None
    return None if moment is None else moment.date().isoformat()


def _counts(metadata: dict[str, Any]) -> str:
    rows, days = sum(metadata["days"].values()), sum(map(bool, metadata["days"].values()))
    aside = sum(metadata["rejected"].values())
    return f"{rows:,} rows on {days} days" + (f", {aside:,} set aside" if aside else "")
