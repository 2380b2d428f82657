"""Labels of any origin: one label a row of a JSONL, CSV, Parquet or Arrow file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from ai_data_platform.core.agreement import Columns
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.readers import read_records

__all__ = ["LabelFile", "label_columns", "read_label_file"]

_ITEM = ("item_id", "item", "pair_id", "message_id", "id")
_RATER = ("rater", "rater_id", "annotator_id", "annotator", "worker_id", "user_id")
_LABEL = ("label", "rating", "preference", "value")
_TIME = ("created_at", "time", "timestamp")


@dataclass(frozen=True, slots=True)
class LabelFile:
    """The records of a file as a table of text, and how many could not be read, by reason."""

    path: Path
    table: pa.Table
    rejected: Mapping[str, int]


def read_label_file(path: Path) -> LabelFile:
    """Every column that holds no lists or objects. Raises ConfigurationError when no record is there."""
    path = path.expanduser()
    if not path.is_file():
        raise ConfigurationError(f"nothing is at {path}: name a file with one label a row")
    columns: dict[str, list[str | None]] = {}
    rejected: Counter[str] = Counter()
    rows = 0
    for _, record, _ in read_records(path, path.name):
        if not isinstance(record, Mapping):
            rejected[record.reason if isinstance(record, Rejected) else "not_an_object"] += 1
            continue
        for name, value in record.items():
            columns.setdefault(str(name), [None] * rows).append(_text(value))
        rows += 1
        for values in columns.values():
            if len(values) < rows:
                values.append(None)
    if not rows:
        said = ", ".join(f"{reason} ({many:,})" for reason, many in sorted(rejected.items()))
        raise ConfigurationError(f"{path} holds no label: {said}")
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return LabelFile(path, pa.table(arrays), dict(rejected))


def label_columns(
    table: pa.Table, item: str | None = None, rater: str | None = None, label: str | None = None
) -> Columns:
    """The columns that were named, and for the others those of a usual name.

    Raises ConfigurationError when none of the usual names is there.
    """
    return Columns(
        item=item or _found(table, "item", _ITEM),
        rater=rater or _found(table, "rater", _RATER),
        label=label or _found(table, "label", _LABEL),
        time=next((name for name in _TIME if name in table.column_names), None),
    )


def _found(table: pa.Table, what: str, usual: Sequence[str]) -> str:
    for name in usual:
        if name in table.column_names:
            return name
    raise ConfigurationError(
        f"no column of the {what} among {', '.join(table.column_names)}: name it with --{what}"
    )


def _text(value: object) -> str | None:
    """A cell as text, so that 4, 4.0 and "4" are one label; None for what is no single value."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float):
        return None if value != value else f"{value:g}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) else None
