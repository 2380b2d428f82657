"""Records out of JSONL, CSV and Parquet files, plain or gz; what cannot be read is said, not raised."""

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
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
_CSV_NUMBERS = {  # CSV has no types: "4" is the number, "four" stays a wrong type
    "rating": re.compile(r"[+-]?\d{1,15}(?:\.0+)?"),  # "4.0" is how a column with gaps is exported
    "turn_index": re.compile(r"[+-]?\d{1,15}(?:\.0+)?"),
    "created_at": re.compile(r"\d{9,11}(?:\.\d+)?"),  # epoch seconds; eight digits are a date
}


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


def _read_stream(
    path: Path, name: str, parse: Callable[[IO[bytes]], Iterator[ReadRecord]]
) -> Iterator[ReadRecord]:
    line = 0
    opener: Any = gzip.open if name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
            for line, record, raw in parse(stream):
                yield line, record, raw
        if line == 0:
            yield 0, Rejected("empty_file", "the file has no records, wanted at least one"), ""
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


def _csv_rows(stream: IO[bytes]) -> Iterator[ReadRecord]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _csv_records(text)
    finally:
        text.detach()  # the stream is its opener's to close


def _csv_records(text: IO[str]) -> Iterator[ReadRecord]:
    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(text, strict=True)  # or a stray quote would run cells together unnoticed
    header: list[str] | None = None
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, _not_csv(error, start, reader.line_num), ""
            if header is None:
                return
            continue
        if header is None:
            header = cells
        elif cells:  # a blank line is no record
            yield start, _csv_record(header, cells), _shown(",".join(cells)[:_RAW_CHARACTERS])


def _not_csv(error: csv.Error, first: int, last: int) -> Rejected:
    spanned = "" if first == last else f"; lines {first} to {last} were read as one record"
    return Rejected("not_csv", f"{error}{spanned}; double every quote inside a quoted cell")


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
    for key, number in _CSV_NUMBERS.items():
        value = record.get(key)
        if isinstance(value, str) and number.fullmatch(value.strip()):
            record[key] = float(value) if key == "created_at" else int(value.split(".")[0])
    return record


def _read_parquet(path: Path) -> Iterator[ReadRecord]:
    row = 0
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=10_000):
                for record in _in_microseconds(batch).to_pylist():
                    row += 1
                    yield row, record, str(record)[:_RAW_CHARACTERS]
            if row == 0:
                yield 0, Rejected("empty_file", "the file has no records, wanted at least one"), ""
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        yield row, Rejected("broken_parquet", f"{str(error)[:200]}, after row {row}"), ""


def _in_microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Times in nanoseconds, which pandas writes, as Python's datetime holds them."""
    fields = [
        field.with_type(pa.timestamp("us", tz=field.type.tz))
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
        else field
        for field in batch.schema
    ]
    return batch.cast(pa.schema(fields), safe=False)


def _shown(data: bytes | str) -> str:
    if isinstance(data, bytes):
        data = data.decode("utf-8", "backslashreplace")
    return data.encode("utf-8", "backslashreplace").decode()[:_RAW_CHARACTERS]
