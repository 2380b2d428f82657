"""Items that were labelled alike: what a resample of the items comes down to."""

from dataclasses import dataclass

import numpy as np

from ai_data_platform.core.agreement.labels import Codes, Labels

__all__ = ["Kinds", "kinds_of"]

_HELD = 4_000_000
"""Numbers that are held together: 32 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The kinds of items with two labels or more: rows of `counts` that differ.

    `of_item` is the kind of each item, -1 of one with fewer labels; `sizes` how many items are of it.
    """

    counts: Codes
    of_item: Codes
    sizes: Codes


def kinds_of(labels: Labels) -> Kinds:
    """Items grouped by how often they were given which value; the order of items does not count."""
    counts = labels.counts
    paired = counts.sum(axis=1) >= 2
    distinct, inverse = _distinct_rows(counts[paired])
    of_item = np.full(len(counts), -1, np.int64)
    of_item[paired] = inverse
    return Kinds(distinct, of_item, np.bincount(inverse, minlength=len(distinct)))


def _distinct_rows(rows: Codes) -> tuple[Codes, Codes]:
    """The rows that differ, in order, and which of them each row is; by one number a row where it fits."""
    base = int(rows.max(initial=0)) + 1
    if base ** rows.shape[1] > _HELD:
        distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
        return distinct, inverse.reshape(-1)
    digits = base ** np.arange(rows.shape[1], dtype=np.int64)[::-1]
    numbers = rows @ digits
    found = np.flatnonzero(np.bincount(numbers))
    places = np.zeros(found.max(initial=-1) + 1, np.int64)
    places[found] = np.arange(len(found))
    return found[:, None] // digits % base, places[numbers]
