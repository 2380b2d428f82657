"""Batches of rows out of Parquet and Arrow files, small enough for a message of megabytes in each row."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["arrow_batches", "parquet_batches", "plain_batches"]

_BATCH_ROWS = 10_000
_BATCH_BYTES = 32 * 1024 * 1024
"""What a batch may hold before it becomes Python objects: these are several times its size."""

_ARROW_FILE = b"ARROW1"


def parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file. Raises pa.ArrowException or OSError where it cannot be read."""
    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(n) for n in range(file.metadata.num_row_groups)]
        size = max((g.total_byte_size // max(1, g.num_rows) for g in groups), default=1)
        rows = min(_BATCH_ROWS, max(1, _BATCH_BYTES // max(1, size)))
        for batch in file.iter_batches(batch_size=rows):
            yield from plain_batches(batch)


def arrow_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of an Arrow file in either format, the stream's (as `datasets` saves) or the file's.

    Raises as `parquet_batches` does.
    """
    with pa.memory_map(str(path)) as source:
        if bytes(source.read(len(_ARROW_FILE))) == _ARROW_FILE:
            file = pa.ipc.open_file(source)
            batches = (file.get_batch(n) for n in range(file.num_record_batches))
        else:
            source.seek(0)
            batches = iter(pa.ipc.open_stream(source))
        for batch in batches:
            yield from plain_batches(batch)


def plain_batches(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of bounded size, times in microseconds: Python has no finer ones."""
    fields = [
        field.with_type(pa.timestamp("us", tz=field.type.tz))
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
        else field
        for field in batch.schema
    ]
    cast = batch.cast(pa.schema(fields), safe=False)
    size = max(1, cast.nbytes // max(1, cast.num_rows))
    rows = min(_BATCH_ROWS, max(1, _BATCH_BYTES // size))
    for start in range(0, cast.num_rows, rows):
        yield cast.slice(start, rows)
    if cast.num_rows == 0:
        yield cast  # its columns are known all the same
