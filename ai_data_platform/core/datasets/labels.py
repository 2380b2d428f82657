"""Label balance by repetition: rows of rare labels are used more than once, and counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

__all__ = ["Upsampling", "copies_of", "plan_upsampling"]


@dataclass(frozen=True, slots=True)
class Upsampling:
    """How often the rows of each label stand in the new file: `times`, and once more for the first `extra`.

    `before` and `after` count rows by label.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    times: Mapping[str, int]
    extra: Mapping[str, int]


def plan_upsampling(counts: Mapping[str, int], max_imbalance: float) -> Upsampling:
    """As many copies as bring every label up to the allowed imbalance, and no more.

    The most frequent label stays as it is; rows of one label are repeated equally often, give or take one.
    """
    top = max(counts.values(), default=0)
    # As a fraction of what was written: 21 / 1.4 is more than 15 in floats, which is one row too many.
    least = ceil(top / Fraction(str(max_imbalance)))
    after = {label: max(rows, least) for label, rows in sorted(counts.items()) if rows}
    return Upsampling(
        before={label: counts[label] for label in after},
        after=after,
        times={label: rows // counts[label] for label, rows in after.items()},
        extra={label: rows % counts[label] for label, rows in after.items()},
    )


def copies_of(plan: Upsampling, label: str | None, seen: int) -> int:
    """How often a row stands in the new file: row number `seen`, from 0, of its label; 1 without a label."""
    if label is None:
        return 1
    return plan.times[label] + (seen < plan.extra[label])
