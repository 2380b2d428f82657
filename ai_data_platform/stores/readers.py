"""Records out of JSONL, CSV and Parquet files, plain or gz; what cannot be read is said, not raised."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.records import Rejected

__all__ = ["LOG_SUFFIXES", "MAX_LINE_BYTES", "ReadRecord", "read_records"]

LOG_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".parquet", ".jsonl.gz", ".ndjson.gz", ".csv.gz")
MAX_LINE_BYTES = 8 * 1024 * 1024
"""A longer line is set aside unread: a message of 5 MB fits, a file without line ends does not."""

ReadRecord = tuple[int, object, str]
"""1-based line or row (0: the whole file), the record or a Rejected, the start of it as it was read."""

_RAW_CHARACTERS = 2_000
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMERIC_COLUMNS = ("rating", "turn_index")


def read_records(path: Path, name: str) -> Iterator[ReadRecord]:
    """Every record of the file, good or rejected, in order."""
    if path.stat().st_size == 0:
        yield 0, Rejected("empty_file", "the file has no bytes, wanted at least one record"), ""
        return
    lowered = name.lower().removesuffix(".gz")
    if lowered.endswith(".parquet"):
        yield from _read_parquet(path)
    elif lowered.endswith((".jsonl", ".ndjson")):
        yield from _read_stream(path, name, _json_lines)
    elif lowered.endswith(".csv"):
        yield from _read_stream(path, name, _csv_rows)
    else:
        wanted = ", ".join(LOG_SUFFIXES)
        yield 0, Rejected("unsupported_file", f"saw {path.suffix!r}, wanted one of {wanted}"), ""


def _read_stream(path: Path, name: str, parse: Any) -> Iterator[ReadRecord]:
    line = 0
    opener = gzip.open if name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
            for line, record, raw in parse(stream):
                yield line, record, raw
    except EOFError:
        detail = f"the gz stream ends before its end mark, after line {line}; send the file again"
        yield line + 1, Rejected("truncated_gzip", detail), ""
    except (gzip.BadGzipFile, zlib.error) as error:
        yield line + 1, Rejected("broken_gzip", f"{error}, after line {line}"), ""


def _json_lines(stream: IO[bytes]) -> Iterator[ReadRecord]:
    line = 0
    while data := stream.readline(MAX_LINE_BYTES + 1):
        line += 1
        if len(data) > MAX_LINE_BYTES:
            size = len(data) + _skip_line(stream, data)
            detail = f"the line has {size:,} bytes, wanted at most {MAX_LINE_BYTES:,}"
            yield line, Rejected("line_too_long", detail), _shown(data[:_RAW_CHARACTERS])
        elif data.strip():
            yield line, _json(data, ended=data.endswith(b"\n")), _shown(data[: 4 * _RAW_CHARACTERS])


def _skip_line(stream: IO[bytes], data: bytes) -> int:
    skipped = 0
    while data and not data.endswith(b"\n"):
        data = stream.readline(MAX_LINE_BYTES)
        skipped += len(data)
    return skipped


def _json(data: bytes, *, ended: bool) -> object:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as decoding:
            detail = f"byte {decoding.start} is not UTF-8; save the file as UTF-8"
            return Rejected("not_utf8", detail)
        if not ended:
            detail = (
                f"the last line has no line end and is not JSON ({error}); is it still written?"
            )
            return Rejected("incomplete_last_line", detail)
        return Rejected("not_json", str(error))


def _csv_rows(stream: IO[bytes]) -> Iterator[ReadRecord]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(text)
    try:
        header = next(reader)
        start = reader.line_num + 1
        for cells in reader:
            yield start, _csv_record(header, cells), _shown(",".join(cells)[:_RAW_CHARACTERS])
            start = reader.line_num + 1
    except csv.Error as error:
        yield reader.line_num, Rejected("not_csv", f"{error}; the rest of the file is not read"), ""


def _csv_record(header: list[str], cells: list[str]) -> object:
    if len(cells) != len(header):
        detail = f"saw {len(cells)} cells, wanted {len(header)} as in the header"
        return Rejected("wrong_number_of_cells", detail)
    if any("\udc80" <= character <= "\udcff" for cell in cells for character in cell):
        return Rejected("not_utf8", "a cell holds bytes that are not UTF-8; save the file as UTF-8")
    record: dict[str, object] = {
        key: (cell if cell != "" or key.endswith("_message") else None)
        for key, cell in zip(header, cells, strict=True)
    }
    for key in _NUMERIC_COLUMNS:  # CSV has no types: "4" is the number, "four" stays a wrong type
        value = record.get(key)
        if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
            record[key] = int(value)
    return record


def _read_parquet(path: Path) -> Iterator[ReadRecord]:
    row = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=10_000):
                for record in batch.to_pylist():
                    row += 1
                    yield row, record, str(record)[:_RAW_CHARACTERS]
            if row == 0:
                yield 0, Rejected("empty_file", "the file has no rows, wanted at least one"), ""
    except (pa.ArrowInvalid, OSError) as error:
        yield row, Rejected("broken_parquet", str(error)[:200]), ""


def _shown(data: bytes | str) -> str:
    if isinstance(data, bytes):
        data = data.decode("utf-8", "backslashreplace")
    return data.encode("utf-8", "backslashreplace").decode()[:_RAW_CHARACTERS]
