"""Files that are hashed while they are written, and files in Parquet and JSONL that grow by batches."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["HashedFile", "file_hash", "write_rows"]

_GROUP_ROWS = 1 << 14


class HashedFile:
    """Passes what is written on to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.closed = False

    @property
    def sha256(self) -> str:
        """64 hex digits of what was written so far."""
        return self._digest.hexdigest()

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        """Does nothing: whoever opened the file closes it."""


def file_hash(path: Path) -> str | None:
    """64 hex digits of the SHA-256 of a file; None where there is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_rows(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, parquet: Path, jsonl: Path | None = None
) -> tuple[int, dict[Path, str]]:
    """Write rows as Parquet (zstd) and as JSONL, one object a line: how many, and the hash of each file.

    The bytes depend on the rows alone, not on where batches end.
    """
    paths = [parquet] if jsonl is None else [parquet, jsonl]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    files = [path.open("wb") for path in paths]
    try:
        hashed = [HashedFile(file) for file in files]
        rows = _write(batches, schema, *hashed)
    finally:
        for file in files:
            file.close()
    return rows, {path: file.sha256 for path, file in zip(paths, hashed, strict=True)}


def _write(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    parquet: HashedFile,
    jsonl: HashedFile | None = None,
) -> int:
    rows = 0
    with pq.ParquetWriter(
        pa.PythonFile(parquet, "w"),
        schema,
        compression="zstd",
        use_compliant_nested_type=False,  # or list items come back under another name than they had
    ) as writer:
        for group in _groups(batches, schema):
            rows += group.num_rows
            writer.write_table(group, row_group_size=_GROUP_ROWS)
            if jsonl is not None:
                lines = (orjson.dumps(row) + b"\n" for row in group.to_pylist())
                jsonl.write(b"".join(lines))
    return rows


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in tables of equal length, each in one piece: pages end where pieces end."""
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch], schema)])
        while waiting.num_rows >= _GROUP_ROWS:
            yield waiting.slice(0, _GROUP_ROWS).combine_chunks()
            waiting = waiting.slice(_GROUP_ROWS)
    if waiting.num_rows:
        yield waiting.combine_chunks()
