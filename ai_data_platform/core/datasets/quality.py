"""Figures of a training dataset, each a number that a gate can hold to a threshold."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

__all__ = ["duplicate_rate", "label_imbalance", "percentile"]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: `share` of the values do not exceed it; None when empty."""
    if not values:
        return None
    ordered = sorted(values)
    rank = math.ceil(round(share * len(ordered), 9))  # 0.07 * 100 is 7.000000000000001
    return float(ordered[max(rank, 1) - 1])


def duplicate_rate(keys: Iterable[Hashable]) -> float | None:
    """The share of rows that repeat an earlier row; None when there are no rows."""
    counts = Counter(keys)
    rows = sum(counts.values())
    return None if rows == 0 else (rows - len(counts)) / rows


def label_imbalance(labels: Iterable[Hashable]) -> float | None:
    """How many times the rarest label the commonest occurs; 1 for one label only, None when there is none."""
    counts = Counter(label for label in labels if label is not None)
    return None if not counts else max(counts.values()) / min(counts.values())
