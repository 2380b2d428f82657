"""Records out of CSV: a header of names, cells without types, and what cannot be read."""

import csv
import io
import re
from collections.abc import Iterator
from typing import IO

from ai_data_platform.core.columns import ColumnMap
from ai_data_platform.core.records import Rejected

__all__ = ["MAX_LINE_BYTES", "csv_rows"]

MAX_LINE_BYTES = 8 * 1024 * 1024
"""A longer line is set aside unread: a message of 5 MB fits, a file without line ends does not."""

_NOT_UTF8 = re.compile(r"[\udc80-\udcff]")  # what `surrogateescape` makes of such a byte
_CSV_NUMBERS = {  # CSV has no types: "4" is the number, "four" stays a wrong type
    "rating": re.compile(r"[+-]?\d{1,15}(?:\.0+)?"),  # "4.0" is how a column with gaps is exported
    "turn_index": re.compile(r"[+-]?\d{1,15}(?:\.0+)?"),
    "created_at": re.compile(r"\d{9,11}(?:\.\d+)?"),  # epoch seconds; eight digits are a date
}


def csv_rows(
    stream: IO[bytes], name: str, columns: ColumnMap
) -> Iterator[tuple[int, object, object]]:
    """1-based line, the record or a Rejected, and its cells, which hold what the header says."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _csv_records(text, name, columns)
    finally:
        text.detach()  # the stream is its opener's to close


def _csv_records(
    text: IO[str], name: str, columns: ColumnMap
) -> Iterator[tuple[int, object, object]]:
    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(text, strict=True)  # or a stray quote would run cells together unnoticed
    header: list[list[str]] | None = None
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
            if (lacking := columns.missing(name, cells)) is not None:
                yield start, lacking, cells
                return
            header = columns.header(cells)
        elif cells:  # a blank line is no record
            yield start, _csv_record(header, cells), cells


def _not_csv(error: csv.Error, first: int, last: int) -> Rejected:
    spanned = "" if first == last else f"; lines {first} to {last} were read as one record"
    return Rejected("not_csv", f"{error}{spanned}; double every quote inside a quoted cell")


def _csv_record(header: list[list[str]], cells: list[str]) -> object:
    if len(cells) != len(header):
        detail = f"saw {len(cells)} cells, wanted {len(header)} as in the header"
        return Rejected("wrong_number_of_cells", detail)
    if any(map(_NOT_UTF8.search, cells)):
        return Rejected("not_utf8", "a cell holds bytes that are not UTF-8; save the file as UTF-8")
    record: dict[str, object] = {
        key: (cell if cell != "" or key.endswith("_message") else None)
        for keys, cell in zip(header, cells, strict=True)
        for key in keys
    }
    for key, number in _CSV_NUMBERS.items():
        value = record.get(key)
        if isinstance(value, str) and number.fullmatch(value.strip()):
            record[key] = float(value) if key == "created_at" else int(value.split(".")[0])
    return record
