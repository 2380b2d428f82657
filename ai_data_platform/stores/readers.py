"""Records out of JSONL, CSV, Parquet and Arrow files; what cannot be read is said, not raised."""

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa

from ai_data_platform.core.columns import ColumnMap
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.arrow_files import arrow_batches, parquet_batches
from ai_data_platform.stores.csv_files import MAX_LINE_BYTES, csv_rows

__all__ = ["LOG_SUFFIXES", "MAX_LINE_BYTES", "UNFINISHED", "ReadRecord", "read_records", "shown"]

_PACKED = ("", ".gz", ".zst")
LOG_SUFFIXES = (
    *(f".{kind}{packed}" for packed in _PACKED for kind in ("jsonl", "ndjson", "csv")),
    ".parquet",
    ".arrow",
)
UNFINISHED = frozenset(
    {
        "truncated_gzip",
        "broken_gzip",
        "truncated_zstd",
        "broken_zstd",
        "broken_parquet",
        "broken_arrow",
    }
)
"""Reasons that speak of a whole file: what was read before the break is a part of it, and no more."""

ReadRecord = tuple[int, object, object]
"""1-based line or row (0: the whole file), the record or a Rejected, the record as it was read."""

_RAW_CHARACTERS = 2_000
_SHOWN_KEYS = 30
_ZSTD_BUFFER = 1024 * 1024
_Lines = Callable[[IO[bytes], str, ColumnMap], Iterator[ReadRecord]]


def read_records(path: Path, name: str, columns: ColumnMap | None = None) -> Iterator[ReadRecord]:
    """Every record of the file, good or rejected, in order, under the names of the contract.

    A record rejected for a reason of UNFINISHED is the last one, and says that the file has more.
    """
    columns = columns or ColumnMap()
    lowered = name.lower().removesuffix(".gz").removesuffix(".zst")
    if path.stat().st_size == 0:
        yield 0, Rejected("empty_file", "the file has no bytes, wanted at least one record"), ""
    elif name.lower().endswith(".parquet"):
        yield from _read_table(parquet_batches(path), "broken_parquet", name, columns)
    elif name.lower().endswith(".arrow"):
        yield from _read_table(arrow_batches(path), "broken_arrow", name, columns)
    elif lowered.endswith((".jsonl", ".ndjson")):
        yield from _read_stream(path, name, columns, _json_lines)
    elif lowered.endswith(".csv"):
        yield from _read_stream(path, name, columns, csv_rows)
    else:
        wanted = ", ".join(LOG_SUFFIXES)
        yield 0, Rejected("unsupported_file", f"saw {path.suffix!r}, wanted one of {wanted}"), ""


def shown(raw: object) -> str:
    """The start of a record as it was read, 2,000 characters of text that can be written anywhere."""
    if isinstance(raw, Mapping):  # no more of a long cell is printed than is kept
        cut = _RAW_CHARACTERS
        raw = str({k: v[:cut] if isinstance(v, str | bytes) else v for k, v in raw.items()})
    if isinstance(raw, list):
        raw = ",".join(raw)
    if isinstance(raw, bytes):
        raw = raw[: 4 * _RAW_CHARACTERS].decode("utf-8", "backslashreplace")
    return str(raw)[:_RAW_CHARACTERS].encode("utf-8", "backslashreplace").decode()[:_RAW_CHARACTERS]


def _read_stream(path: Path, name: str, columns: ColumnMap, parse: _Lines) -> Iterator[ReadRecord]:
    line, empty = 0, True
    try:
        with _opened(path, name) as stream:
            for line, record, raw in parse(stream, name, columns):
                empty = False
                yield line, record, raw
        if empty:
            yield 0, Rejected("empty_file", "the file has no records, wanted at least one"), ""
    except EOFError:
        detail = f"the gz stream ends before its end mark, after line {line}; send the file again"
        yield line + 1, Rejected("truncated_gzip", detail), ""
    except (gzip.BadGzipFile, zlib.error) as error:
        yield line + 1, Rejected("broken_gzip", f"{error}, after line {line}"), ""
    except OSError as error:
        if not name.lower().endswith(".zst"):
            raise
        kind = "truncated_zstd" if "Truncated" in str(error) else "broken_zstd"
        yield line + 1, Rejected(kind, f"{error}, after line {line}; send the file again"), ""


def _opened(path: Path, name: str) -> Any:
    if name.lower().endswith(".gz"):
        return gzip.open(path, "rb")
    if name.lower().endswith(".zst"):
        return io.BufferedReader(pa.input_stream(str(path), compression="zstd"), _ZSTD_BUFFER)
    return path.open("rb")


def _json_lines(stream: IO[bytes], name: str, columns: ColumnMap) -> Iterator[ReadRecord]:
    line, keys = 0, _Keys(columns)
    while data := stream.readline(MAX_LINE_BYTES + 1):
        line += 1
        if len(data) > MAX_LINE_BYTES:
            size = len(data) + _skip_line(stream, data)
            detail = f"the line has {size:,} bytes, wanted at most {MAX_LINE_BYTES:,}"
            yield line, Rejected("line_too_long", detail), data[:_RAW_CHARACTERS]
        elif data.strip():
            record = _json(data, ended=data.endswith(b"\n"))
            yield line, keys.renamed(record), data
    if line and (lacking := columns.missing(name, keys.seen)) is not None:
        yield 0, lacking, ""


class _Keys:
    """Renames JSON records and remembers their keys: JSON has no header that could lack a column."""

    def __init__(self, columns: ColumnMap) -> None:
        self._columns = columns
        self._wanted = {*columns.columns.values()}
        self._unseen = set(self._wanted)
        self.seen: dict[str, None] = {}

    def renamed(self, record: object) -> object:
        if not self._columns or not isinstance(record, dict):
            return record
        if self._unseen:
            self._unseen.difference_update(record)
            few = len(self.seen) < _SHOWN_KEYS
            self.seen.update((key, None) for key in record if few or key in self._wanted)
        return self._columns.record(record)


def _skip_line(stream: IO[bytes], data: bytes) -> int:
    skipped = 0
    while data and not data.endswith(b"\n"):
        data = stream.readline(MAX_LINE_BYTES)
        skipped += len(data)
    return skipped


def _json(data: bytes, *, ended: bool) -> object:
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:
            data.decode("utf-8")
            if "surrogate" in str(error):  # half an emoji, cut off by its writer: JSON all the same
                return json.loads(data)
        except UnicodeDecodeError as decoding:
            detail = f"byte {decoding.start} is not UTF-8; save the file as UTF-8"
            return Rejected("not_utf8", detail)
        except (ValueError, RecursionError):
            pass
        seen = f"{error.msg} at character {error.pos + 1}"
        if not ended:
            detail = f"the last line has no line end and is not JSON ({seen}); is it still written?"
            return Rejected("incomplete_last_line", detail)
        return Rejected("not_json", seen)


def _read_table(
    batches: Iterator[pa.RecordBatch], broken: str, name: str, columns: ColumnMap
) -> Iterator[ReadRecord]:
    row = 0
    try:
        for batch in batches:
            if (lacking := columns.missing(name, batch.schema.names)) is not None:
                yield 0, lacking, ""
                return
            for record in batch.to_pylist():
                row += 1
                yield row, columns.record(record) if columns else record, record
        if row == 0:
            yield 0, Rejected("empty_file", "the file has no records, wanted at least one"), ""
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        yield row, Rejected(broken, f"{str(error)[:200]}, after row {row}"), ""
