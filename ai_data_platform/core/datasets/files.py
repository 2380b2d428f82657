"""A dataset as files that `datasets.load_dataset(folder)` reads: Parquet and JSONL."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import orjson
import pyarrow as pa

__all__ = ["jsonl", "split_table"]


def jsonl(rows: Iterable[Any]) -> bytes:
    """One JSON object a line from dataclass rows, keys in the order of the fields."""
    return b"".join(orjson.dumps(asdict(row)) + b"\n" for row in rows)


def split_table(rows: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """The dataclass rows as a table of this schema."""
    columns = {name: [getattr(row, name) for row in rows] for name in schema.names}
    return pa.table(columns, schema=schema)
