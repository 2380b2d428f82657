"""The text of a source line, as the file holds it now."""

import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from ai_data_platform.core.columns import ColumnMap
from ai_data_platform.core.provenance import Place
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.readers import MAX_LINE_BYTES, read_records, shown

__all__ = ["RawLine", "raw_line"]

_CHUNK = 4 * 1024 * 1024
_PACKED_CHUNK = 16 * 1024
_JSON_LINES = tuple(
    f"{kind}{packed}" for kind in (".jsonl", ".ndjson") for packed in ("", ".gz", ".zst")
)


@dataclass(frozen=True, slots=True)
class RawLine:
    """The start of a line, and the byte of the file at which it begins; None where lines are packed.

    `path` is the file, or the name of the database.

    `same` is whether it still reads as the record that landed; None where it never met its contract.
    """

    path: Path | str
    text: str
    offset: int | None
    same: bool | None


def raw_line(
    path: Path,
    place: Place,
    record_id: str | None,
    parse: Callable[[object, str, int], Any],
    columns: ColumnMap,
) -> RawLine | None:
    """The line at a place and whether it still is the record of this id; None when there is no such line.

    JSON lines are counted and not parsed up to the one that is wanted; other files are read up to it.
    """
    if place.source_line < 1:
        return None
    offset = None
    found: tuple[object, object] | None
    if path.name.lower().endswith(_JSON_LINES):
        found, offset = _json_line(path, place.source_line, columns)
    else:
        found = _record(path, place, columns)
    if found is None:
        return None
    record, raw = found
    row = record if isinstance(record, Rejected) else parse(record, *_pair(place))
    same = None if record_id is None else getattr(row, "record_id", None) == record_id
    return RawLine(path, shown(raw).strip(), offset, same)


def _json_line(
    path: Path, line: int, columns: ColumnMap
) -> tuple[tuple[object, bytes] | None, int | None]:
    """(record, bytes) of a line, and its offset in a file that is not packed."""
    try:
        with _opened(path) as stream:
            offset = _skip(stream, line - 1)
            data = b"" if offset is None else stream.readline(MAX_LINE_BYTES)
    except (OSError, EOFError):
        return None, None  # damaged before this line
    if not data.strip():
        return None, None
    try:
        read = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
        record: object = columns.record(read) if isinstance(read, dict) else read
    except orjson.JSONDecodeError as error:
        record = Rejected("not_json", str(error))
    return (record, data), offset if path.suffix.lower() in _JSON_LINES else None


def _opened(path: Path) -> io.BufferedReader:
    if path.suffix.lower() == ".gz":  # gives the lines before a break, too
        return io.BufferedReader(gzip.GzipFile(path), _PACKED_CHUNK)
    return io.BufferedReader(pa.input_stream(str(path)), _CHUNK)


def _skip(stream: io.BufferedReader, lines: int) -> int | None:
    """Leave so many lines behind; the bytes passed, or None when the stream has fewer lines."""
    passed = 0
    while lines:
        chunk = stream.peek(_CHUNK)
        if not chunk:
            return None
        ends = chunk.count(b"\n")
        length = len(chunk) if ends < lines else _nth(chunk, lines) + 1
        stream.read(length)
        passed, lines = passed + length, max(lines - ends, 0)
    return passed


def _nth(data: bytes, number: int) -> int:
    """Where the line end of this number stands, from 1."""
    place = -1
    for _ in range(number):
        place = data.index(b"\n", place + 1)
    return place


def _record(path: Path, place: Place, columns: ColumnMap) -> tuple[object, object] | None:
    for line, record, raw in read_records(path, place.source_file, columns):
        if line == place.source_line:
            return record, raw
    return None


def _pair(place: Place) -> tuple[str, int]:
    return place.source_file, place.source_line
