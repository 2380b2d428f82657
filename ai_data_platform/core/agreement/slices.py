"""Agreement within parts of the items: a day, a language, a topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ai_data_platform.core.agreement.coefficients import Numbers, alpha, coincidences
from ai_data_platform.core.agreement.kinds import Kinds, kinds_of
from ai_data_platform.core.agreement.labels import Codes, Labels, encoded
from ai_data_platform.core.agreement.resampling import Agreement, agreement_of

__all__ = ["SliceAgreement", "Slices", "alpha_by", "slice_agreements", "slices_of"]

_SHOWN = 30
"""Slices of one column that are measured: the largest; a column with more is told by them alone."""


@dataclass(frozen=True, slots=True)
class SliceAgreement:
    """Agreement on the items of one slice, and alpha of all others; `pull` is above 0 where it pulls down."""

    name: str
    agreement: Agreement
    without: float | None
    pull: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """The slice of each item by one column, as places in `names`."""

    of_item: Codes
    names: tuple[str, ...]


def slices_of(labels: Labels, table: pa.Table, columns: Sequence[str]) -> Mapping[str, Slices]:
    """The slices that these columns of the labels' table make.

    An item is in the slice of its first label by time of reading: the row of the least rater. Labels of an
    item are expected to agree in such a column.
    """
    first = np.unique(labels.items, return_index=True)[1]
    found = {}
    for name in columns:
        codes, names = encoded(table[name])
        of_item = np.full(len(labels.item_ids), -1, np.int64)
        of_item[labels.items[first]] = codes[labels.rows[first]]
        found[name] = Slices(of_item, tuple(names.to_pylist()))
    return found


def slice_agreements(
    labels: Labels, slices: Slices, whole: float | None
) -> tuple[SliceAgreement, ...]:
    """The 30 slices with the most labels, the one that pulls alpha (`whole`) down most first."""
    own = slices.of_item[labels.items]
    sizes = np.bincount(own[own >= 0], minlength=len(slices.names))
    largest = np.lexsort((np.arange(len(sizes)), -sizes))[:_SHOWN]
    without = alpha_by(labels, kinds_of(labels), slices.of_item, len(slices.names), others=True)
    found = []
    for place in largest[sizes[largest] > 0].tolist():
        inside = agreement_of(labels.kept(own == place))
        rest = round(float(without[place]), 6) if np.isfinite(without[place]) else None
        pull = None if rest is None or whole is None else round(rest - whole, 6)
        found.append(SliceAgreement(slices.names[place], inside, rest, pull))
    return tuple(sorted(found, key=lambda one: (-(one.pull or 0.0), one.name)))


def alpha_by(
    labels: Labels, kinds: Kinds, of_item: Codes, count: int, *, others: bool = False
) -> Numbers:
    """Alpha of the items of each of `count` parts, or of all others; NaN where it is not defined.

    `of_item` is the part of each item, -1 of one that is in none and counts nowhere.
    """
    inside = (kinds.of_item >= 0) & (of_item >= 0)
    cells = of_item[inside] * len(kinds.sizes) + kinds.of_item[inside]
    size = len(kinds.sizes)
    weights = np.bincount(cells, minlength=count * size).reshape(count, size)
    if others:
        weights = weights.sum(axis=0) - weights
    return alpha(
        coincidences(kinds.counts, weights.astype(np.float64)), labels.level, labels.numbers
    )
