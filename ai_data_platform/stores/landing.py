"""Landing: each piece of a source is read once and its rows laid down by day.

A daily partition then costs its own rows and not every file of the source. Raw rows are immutable: a
piece that changed replaces its own rows, one that was moved away or cannot be read to its end keeps them.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import QUARANTINE, Rejected
from ai_data_platform.stores.day_writer import DayWriter
from ai_data_platform.stores.files import exclusive, replace_folder, write_atomically
from ai_data_platform.stores.readers import UNFINISHED
from ai_data_platform.stores.sources import Fetched, Piece

__all__ = ["DayPart", "Landing", "LandingReport", "Parse"]

Parse = Callable[[object, str, int], Any]
"""A contract: (record, source file, source line) to a Row or a Rejected."""

_LEAVES_ROWS = UNFINISHED | {"empty_file"}
"""A piece set aside as a whole for one of these keeps the rows that it gave before."""

_Metadata = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayPart:
    """The rows of one day that came from one piece; none when each of them was set aside.

    `write` lays the file down where it may not be there yet.
    """

    path: Path
    identity: str  # content of the piece, the contract and the day
    rows: int
    write: Callable[[Path], None] | None = None

    def table(self) -> pa.Table:
        if self.write is not None:
            self.write(self.path)
        return pq.read_table(self.path)


@dataclass(frozen=True, slots=True)
class LandingReport:
    """What one refresh did: pieces listed and read, rows laid down, records set aside by reason."""

    files: int
    files_read: int
    rows: int
    rejected: dict[str, int]


class _Unfinished(Exception):
    def __init__(self, line: int, rejected: Rejected) -> None:
        self.line = line
        self.rejected = rejected


class Landing:
    """Rows of one kind by piece and day, with a quarantine per piece.

    `contract` is the version of the contract together with whatever else decides what a record means.
    """

    def __init__(self, root: Path, schema: pa.Schema, parse: Parse, contract: str) -> None:
        self._root = root
        self._schema = schema
        self._parse = parse
        self._contract = contract

    def refresh(self, pieces: Sequence[Piece], log: Callable[[str], None]) -> LandingReport:
        """Read every piece whose content or contract is new; the rest costs one small read each.

        What was landed before an error stays, so that the next refresh goes on from there. Raises
        SourceBrokeOff when the source does, ConfigurationError when a named column is nowhere.
        """
        rows, rejected, read = 0, Counter[str](), 0
        with exclusive(self._root / ".lock"):
            self._tidy()
            for piece in pieces:
                known = self._metadata(self._folder(piece.name))
                if known.get("stamp") == self._hash(piece.name, piece.stamp):
                    continue
                try:
                    landed = self._take(piece, known, log)
                except FileNotFoundError:
                    log(
                        f"{piece.name} was moved away while it was read: its rows stay as they were"
                    )
                    continue
                if landed is not None:
                    read += 1
                    rows += sum(landed["days"].values())
                    rejected.update(landed["rejected"])
        self._require_columns()
        return LandingReport(len(pieces), read, rows, dict(sorted(rejected.items())))

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
        tables = [QUARANTINE.empty_table()]
        for folder, metadata in self._landed():
            tables.append(pq.read_table(folder / "quarantine.parquet"))
            if (found := metadata.get("unfinished")) is not None:
                tables.append(pa.Table.from_pylist([found], schema=QUARANTINE))
        return pa.concat_tables(tables)

    def rejected(self) -> dict[str, int]:
        """How many records were set aside, by reason, over every piece."""
        totals: Counter[str] = Counter()
        for _, metadata in self._landed():
            totals.update(_rejected(metadata))
        return dict(sorted(totals.items()))

    def _landed(self) -> Iterator[tuple[Path, _Metadata]]:
        found = [(folder, self._metadata(folder)) for folder in self._root.glob("[!.]*")]
        yield from sorted((f, m) for f, m in found if m)  # by folder, which is a hash of the name

    def _folder(self, name: str) -> Path:
        return self._root / hash_text(name)

    def _hash(self, name: str, content: str) -> str:
        return hash_text(name, content, self._contract)

    @staticmethod
    def _metadata(folder: Path) -> _Metadata:
        try:
            metadata: _Metadata = orjson.loads((folder / "file.json").read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return metadata

    def _take(self, piece: Piece, known: _Metadata, log: Callable[[str], None]) -> _Metadata | None:
        """Land one piece; None when it holds what it held before."""
        seen = {"name": piece.name, "stamp": self._hash(piece.name, piece.stamp)}
        with (
            TemporaryDirectory(dir=self._root, prefix=".fetch.") as scratch,
            piece.fetched(Path(scratch)) as found,
        ):
            identity = self._hash(piece.name, found.digest)
            if known.get("identity") == identity:
                same = {key: value for key, value in known.items() if key != "unfinished"}
                self._note(same | seen)
                return None
            try:
                landed = self._land(piece, found, seen | {"identity": identity})
            except _Unfinished as broken:
                return self._leave(piece, known, seen | {"identity": identity}, broken, log)
        log(f"read {piece.name}: {_counts(landed)}")
        return landed

    def _land(self, piece: Piece, found: Fetched, seen: _Metadata) -> _Metadata:
        with (
            replace_folder(self._folder(piece.name)) as folder,
            DayWriter(folder, self._schema) as writer,
        ):
            lacking = None
            for line, record, raw in found.records:
                row = (
                    record
                    if isinstance(record, Rejected)
                    else self._parse(record, piece.name, line)
                )
                lacks = isinstance(row, Rejected) and row.reason == "column_missing"
                if lacks and writer.rows:  # a column that may be absent: the rows are good without
                    lacking = row.detail
                elif lacks or (isinstance(row, Rejected) and row.reason in _LEAVES_ROWS):
                    raise _Unfinished(line, row)
                else:
                    writer.add(row, record, piece.name, line, raw)
            metadata = writer.close() | seen | ({"lacking": lacking} if lacking else {})
            (folder / "file.json").write_bytes(_json(metadata))
        return metadata

    def _leave(
        self,
        piece: Piece,
        known: _Metadata,
        seen: _Metadata,
        broken: _Unfinished,
        log: Callable[[str], None],
    ) -> _Metadata:
        """Note that a piece could not be read to its end; the rows that it gave before stay."""
        if not known:
            with (
                replace_folder(self._folder(piece.name)) as folder,
                DayWriter(folder, self._schema) as writer,
            ):
                known = writer.close() | seen
                (folder / "file.json").write_bytes(_json(known))
        note = {
            "source_file": piece.name,
            "source_line": broken.line,
            "day": None,
            "reason": broken.rejected.reason,
            "detail": broken.rejected.detail,
            "raw": "",
        }
        kept = known | {"name": seen["name"], "stamp": seen["stamp"], "unfinished": note}
        self._note(kept)
        stay = (
            "the rows that it gave before stay"
            if sum(known["days"].values())
            else "no row of it is used"
        )
        log(f"{piece.name} is set aside: {note['reason']} ({note['detail']}); {stay}")
        return {"days": {}, "rejected": {broken.rejected.reason: 1}}

    def _note(self, metadata: _Metadata) -> None:
        write_atomically(self._folder(metadata["name"]) / "file.json", _json(metadata))

    def _tidy(self) -> None:
        """Undo what a killed process left: put back a folder that was being replaced, drop the rest."""
        for left in self._root.glob(".*/"):
            held = next(left.glob("*/file.json"), None)
            if held is not None and not (self._root / held.parent.name).exists():
                held.parent.rename(self._root / held.parent.name)
            shutil.rmtree(left)

    def _require_columns(self) -> None:
        landed = [metadata for _, metadata in self._landed()]
        if any(rows for metadata in landed for rows in metadata["days"].values()):
            return
        for found in (metadata.get("unfinished", {}) for metadata in landed):
            if found.get("reason") == "column_missing":
                raise ConfigurationError(f"no record could be read: {found['detail']}")


def _json(metadata: _Metadata) -> bytes:
    return orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS)


def _rejected(metadata: _Metadata) -> Counter[str]:
    counts: Counter[str] = Counter(metadata["rejected"])
    if "unfinished" in metadata:
        counts[metadata["unfinished"]["reason"]] += 1
    return counts


def _counts(metadata: _Metadata) -> str:
    rows, days = sum(metadata["days"].values()), sum(map(bool, metadata["days"].values()))
    aside = sum(metadata["rejected"].values())
    lacking = f"; {metadata['lacking']}" if "lacking" in metadata else ""
    return f"{rows:,} rows on {days} days" + (f", {aside:,} set aside" if aside else "") + lacking
