"""The files that a leakage certificate is about: their rows, and whether they are as they were."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from ai_data_platform.core.datasets.leakage.certificate import CertifiedRow, seal_of
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.fingerprints import hash_bytes

__all__ = ["certified_rows", "changed_files", "unsealed"]

_ROWS_AT_ONCE = 4_096


_FORMATS: Mapping[str, tuple[str, ...]] = {
    "pair_id": ("prompt", "chosen", "rejected"),
    "row_id": ("prompt", "completion"),
    "conversation_id": ("messages",),
}
"""Columns of messages by the column that names a row; the first whose columns are there counts."""


def certified_rows(path: Path) -> Iterator[CertifiedRow]:
    """The rows of a data file as a certificate speaks of them.

    A conversation goes by its own id, a preference row by that of the pair or row. Raises
    SourceUnreadable for a file without conversations or messages.
    """
    with pq.ParquetFile(path) as file:
        known = set(file.schema_arrow.names)
        for name, texts in _FORMATS.items():
            if {name, "conversation_id", *texts} <= known:
                break
        else:
            raise SourceUnreadable(
                "no_conversations",
                f"{path} has the columns {', '.join(sorted(known))}, wanted conversation_id and messages, "
                "or the columns of a preference dataset",
            )
        wanted = [*dict.fromkeys([name, "conversation_id"]), *texts]
        columns = [*wanted, *(["user_hash"] if "user_hash" in known else [])]
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns):
            for row in batch.to_pylist():
                yield _row(row)


def _row(row: Mapping[str, Any]) -> CertifiedRow:
    name = next(column for column in _FORMATS if column in row)
    texts = [[message["content"] for message in row[column]] for column in _FORMATS[name]]
    return CertifiedRow(
        row[name],
        tuple(text for part in texts for text in part),
        row.get("user_hash"),
        row["conversation_id"],
        asked=len(texts[0]) if "prompt" in row else 0,
    )


def unsealed(path: Path, record: Mapping[str, Any]) -> Iterator[str]:
    """In what a certificate is not as it was written: by its own seal, and by its version's manifest."""
    if record["seal"] != seal_of(record):
        yield "seal: the certificate was changed after it was made"
    manifest = path.parent / "manifest.json"
    if manifest.is_file():
        wanted = orjson.loads(manifest.read_bytes()).get("files", {}).get(path.name)
        if wanted is not None and wanted != hash_bytes(path.read_bytes()):
            yield f"{path.name}: not the file that the version's manifest names"


def changed_files(
    folder: Path, files: Mapping[str, str], log: Callable[[str], None]
) -> Iterator[str]:
    """Files that are missing, changed, or lie beside those that the certificate is about."""
    for name, wanted in files.items():
        log(f"hashing {name}")
        if not (folder / name).is_file():
            yield f"files.{name}: there is no such file"
        elif (seen := _sha256(folder / name)) != wanted:
            yield f"files.{name}: its SHA-256 is {seen}, the certificate names {wanted}"
    beside = {path.relative_to(folder).as_posix() for path in folder.glob("data/*.parquet")}
    for name in sorted(beside - set(files)):
        yield f"files.{name}: lies beside the certified files, and the certificate does not name it"
    for path in sorted(folder.glob("jsonl/*.jsonl")):
        if f"data/{path.stem}.parquet" in files:
            yield from _same_rows(folder, path)
        else:
            yield f"files.jsonl/{path.name}: there is no Parquet file of these rows"


def _same_rows(folder: Path, jsonl: Path) -> Iterator[str]:
    """The JSONL of a split holds the conversations and messages of its Parquet file."""
    parquet = folder / "data" / f"{jsonl.stem}.parquet"
    rows = certified_rows(parquet) if parquet.is_file() else iter(())
    with jsonl.open("rb") as lines:
        for place, (line, row) in enumerate(zip_longest(lines, rows), start=1):
            if line is None or row is None or _parsed(line) != row:
                yield f"files.jsonl/{jsonl.name}: row {place} is not that of data/{parquet.name}"
                return


def _parsed(line: bytes) -> CertifiedRow | None:
    try:
        return _row(orjson.loads(line))
    except (orjson.JSONDecodeError, KeyError, StopIteration, TypeError):
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
