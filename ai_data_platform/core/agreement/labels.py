"""Labels of several raters as numbers: which rater gave which item which value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.agreement.coefficients import Level
from ai_data_platform.core.errors import ConfigurationError

__all__ = ["MAX_VALUES", "Columns", "Labels", "encoded", "read_labels"]

MAX_VALUES = 50
"""Distinct values of a scale: tables of values by values are kept for each resample."""

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table keeps what: `time` decides which of a rater's labels of an item is the latest."""

    item: str = "item_id"
    rater: str = "rater"
    label: str = "label"
    time: str | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """One label of each rater for each item that they labelled, sorted by item and rater.

    `items`, `raters` and `values` are places in `item_ids`, `rater_ids` and `scale`. `clusters` has one
    number an item: items of a cluster are drawn together. `rows` is where in the table a label was read.
    `left_out` counts rows that are no label, by reason.
    """

    items: Codes
    raters: Codes
    values: Codes
    rows: Codes
    item_ids: pa.Array
    rater_ids: pa.Array
    scale: tuple[str, ...]
    level: Level
    clusters: Codes
    left_out: Mapping[str, int] = field(default_factory=dict)

    def kept(self, mask: npt.NDArray[np.bool_]) -> "Labels":
        """The labels where the mask is true; items, raters and the scale keep their numbers."""
        return replace(
            self,
            items=self.items[mask],
            raters=self.raters[mask],
            values=self.values[mask],
            rows=self.rows[mask],
        )

    @property
    def counts(self) -> Codes:
        """How often each item (row) was given each value (column)."""
        rows, width = len(self.item_ids), len(self.scale)
        flat = np.bincount(self.items * width + self.values, minlength=rows * width)
        return flat.reshape(rows, width).astype(np.int64)

    @property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The values of the scale as numbers: those that they say, or their places in its order."""
        if self.level == "interval":
            return np.array([float(value) for value in self.scale])
        return np.arange(len(self.scale), dtype=np.float64)


def read_labels(
    table: pa.Table,
    level: Level,
    columns: Columns | None = None,
    *,
    scale: Sequence[str] | None = None,
) -> Labels:
    """The labels in a table of any order. Of one rater's labels of one item the latest counts.

    Without a column of times that is the last row. Rows without item, rater or label are left out, with
    their reasons. `scale` is the order of ordinal values that are not numbers. Raises ConfigurationError
    for a column that is not there, more than 50 values, or values that the level cannot order.
    """
    columns = columns or Columns()
    table, rows, left_out = _complete(table, columns)
    items, item_ids = encoded(table[columns.item])
    raters, rater_ids = encoded(table[columns.rater])
    values, found = _scaled(table[columns.label], level, scale)
    latest = _latest(items, raters, values, _times(table, columns.time))
    left_out["repeated_label"] = len(items) - len(latest)
    clusters = np.arange(len(item_ids), dtype=np.int64)
    if columns.cluster is not None:
        clusters[items] = encoded(table[columns.cluster])[0]
    return Labels(
        items[latest],
        raters[latest],
        values[latest],
        rows[latest],
        item_ids,
        rater_ids,
        found,
        level,
        clusters,
        {reason: count for reason, count in left_out.items() if count},
    )


def encoded(column: pa.ChunkedArray | pa.Array) -> tuple[Codes, pa.Array]:
    """Each value's place among the distinct ones, and these as text in order; a null stands as `null`."""
    texts = pc.fill_null(column.cast(pa.string()), "null")
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    found = whole.dictionary_encode()
    order = pc.sort_indices(found.dictionary).to_numpy()
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    codes = found.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return places[codes], found.dictionary.take(pa.array(order))


def _complete(table: pa.Table, columns: Columns) -> tuple[pa.Table, Codes, dict[str, int]]:
    """The rows that have item, rater and label, where they stand, and how many lack what."""
    named = (columns.item, columns.rater, columns.label, columns.time, columns.cluster)
    absent = sorted({name for name in named if name and name not in table.column_names})
    if absent:
        has = ", ".join(table.column_names)
        raise ConfigurationError(f"no column {', '.join(absent)}: the labels have {has}")
    reasons, rows = {}, np.arange(len(table), dtype=np.int64)
    needed = {"item": columns.item, "rater": columns.rater, "label": columns.label}
    for said, name in needed.items():
        there = pc.is_valid(table[name])
        reasons[f"no_{said}"] = len(table) - (pc.sum(there).as_py() or 0)
        rows = rows[there.to_numpy()]
        table = table.filter(there)
    return table, rows, reasons


def _scaled(
    column: pa.ChunkedArray, level: Level, scale: Sequence[str] | None
) -> tuple[Codes, tuple[str, ...]]:
    codes, found = encoded(column)
    names = found.to_pylist()
    if len(names) > MAX_VALUES:
        raise ConfigurationError(
            f"the labels have {len(names):,} values, wanted at most {MAX_VALUES}: group them first"
        )
    ordered = _ordered(names, level, scale)
    places = {name: place for place, name in enumerate(ordered)}
    return np.array([places[name] for name in names], np.int64)[codes], tuple(ordered)


def _ordered(names: Sequence[str], level: Level, scale: Sequence[str] | None) -> list[str]:
    if scale is not None:
        strange = sorted(set(names) - set(scale))
        if strange:
            raise ConfigurationError(
                f"labels {', '.join(strange[:5])} are not in the scale {scale}"
            )
        return list(scale)
    if level == "nominal":
        return sorted(names)
    try:
        return sorted(names, key=float)
    except ValueError as error:
        raise ConfigurationError(
            f"{level} labels must be numbers ({error}): give their order, or call them nominal"
        ) from error


def _times(table: pa.Table, name: str | None) -> Codes:
    if name is None:
        return np.arange(len(table), dtype=np.int64)
    column = table[name]
    if pa.types.is_timestamp(column.type):
        return np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(), np.int64)
    return encoded(column)[0]  # ISO 8601 of one offset sorts as text


def _latest(items: Codes, raters: Codes, values: Codes, times: Codes) -> Codes:
    """Where the latest label of each item and rater stands; of the same moment the highest value."""
    order = np.lexsort((values, times, raters, items))
    last = np.ones(len(order), bool)
    own, who = items[order], raters[order]
    last[:-1] = (own[1:] != own[:-1]) | (who[1:] != who[:-1])
    return order[last]
