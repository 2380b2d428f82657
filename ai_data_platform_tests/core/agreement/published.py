"""Examples whose agreement was published, and a second way to work it out."""

from collections.abc import Callable, Iterable, Sequence
from itertools import permutations

import pyarrow as pa

__all__ = ["DIRECT_DISTANCES", "KRIPPENDORFF", "direct_alpha", "label_table", "table_of"]

# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): observers by units, * is missing.
KRIPPENDORFF = {
    "A": ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"),
    "B": ("a a b b d c c c e d d a", "b a b b b c c c e d d d"),
    "C": (
        "1 2 3 3 2 1 4 1 2 * * *",
        "1 2 3 3 2 2 4 1 2 5 * 3",
        "* 3 3 3 2 3 4 2 2 5 1 *",
        "1 2 3 3 2 4 4 1 2 5 1 *",
    ),
    # Three coders and fifteen units, as in many introductions.
    "D": (
        "* * * * * 3 4 1 2 1 1 3 3 * 3",
        "1 * 2 1 3 3 4 3 * * * * * * *",
        "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
    ),
}

Label = tuple[str, str, str]
"""Item, rater and value."""


def table_of(lines: Iterable[str]) -> pa.Table:
    """One line a rater, one word an item."""
    rows = [
        {"item_id": f"{item:02d}", "rater": f"r{rater}", "label": value}
        for rater, line in enumerate(lines)
        for item, value in enumerate(line.split())
        if value != "*"
    ]
    return pa.Table.from_pylist(rows)


def label_table(rows: Sequence[Label]) -> pa.Table:
    """One label a row."""
    names = ("item_id", "rater", "label")
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})


def direct_alpha(
    labels: Sequence[Label], distance: Callable[[list[float]], Callable[..., float]]
) -> float:
    """Alpha by its definition: every ordered pair of labels is looked at, one by one."""
    units: dict[str, list[float]] = {}
    for item, _, value in labels:
        units.setdefault(item, []).append(float(value))
    units = {item: values for item, values in units.items() if len(values) > 1}
    every = [value for values in units.values() for value in values]
    apart = distance(every)
    observed = sum(
        sum(apart(one, other) for one, other in permutations(values, 2)) / (len(values) - 1)
        for values in units.values()
    ) / len(every)
    expected = sum(apart(one, other) for one, other in permutations(every, 2))
    return 1 - observed / (expected / (len(every) * (len(every) - 1)))


def _ordinal(every: list[float]) -> Callable[[float, float], float]:
    """The sum of the counts of all values from one to the other, less half of the two ends, squared."""

    def apart(one: float, other: float) -> float:
        low, high = min(one, other), max(one, other)
        between = sum(low <= value <= high for value in every)
        return (between - (every.count(low) + every.count(high)) / 2) ** 2

    return apart


DIRECT_DISTANCES: dict[str, Callable[[list[float]], Callable[..., float]]] = {
    "nominal": lambda every: lambda one, other: float(one != other),
    "ordinal": _ordinal,
    "interval": lambda every: lambda one, other: (one - other) ** 2,
}
