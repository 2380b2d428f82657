"""All that is known of the agreement on one task: as a whole, by rater and slice, and what would help."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ai_data_platform.core.agreement.coefficients import Level
from ai_data_platform.core.agreement.filters import Filter, filters_of
from ai_data_platform.core.agreement.labels import Labels
from ai_data_platform.core.agreement.raters import (
    PairAgreement,
    RaterAgreement,
    pair_agreements,
    rater_agreements,
)
from ai_data_platform.core.agreement.resampling import Agreement, agreement_of
from ai_data_platform.core.agreement.slices import SliceAgreement, slice_agreements, slices_of

__all__ = ["DEFAULT_FLOOR", "DEFAULT_MIN_ITEMS", "Demand", "Study", "study_of"]

DEFAULT_FLOOR = 0.7
"""The specification's: kappa above 0.7. Krippendorff asks 0.8, and 0.667 for tentative conclusions."""
DEFAULT_MIN_ITEMS = 30
"""Items with two labels or more. The lower bound holds with fewer too (`python -m benchmarks.agreement`), but
what fewer prompts show says little of the others."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a task; a floor of None asks for nothing."""

    floor: float | None = DEFAULT_FLOOR
    min_items: int = DEFAULT_MIN_ITEMS


@dataclass(frozen=True, slots=True)
class Study:
    """One task: `values` counts all labels, `single` items that one rater labelled, which tell nothing.

    `left_out` counts rows that are no label, by reason. `raters`, and the slices of each column, begin
    with what pulls the agreement down most. `filters` are those that change something.
    """

    task: str
    level: Level
    demand: Demand
    agreement: Agreement
    values: Mapping[str, int]
    single: int
    left_out: Mapping[str, int]
    pairs: tuple[PairAgreement, ...]
    raters: tuple[RaterAgreement, ...]
    slices: Mapping[str, tuple[SliceAgreement, ...]]
    filters: tuple[Filter, ...]

    @property
    def enough(self) -> bool:
        """Whether enough items have two labels or more."""
        return self.agreement.items >= self.demand.min_items

    @property
    def passes(self) -> bool:
        """Whether the demand is met."""
        floor = self.demand.floor
        return floor is None or (self.enough and self.agreement.alpha.above(floor))

    @property
    def items_wanted(self) -> int | None:
        """How many items would lift the lower bound over the floor if agreement stayed as it is.

        The distance from alpha to its bound shrinks with the square root of the items. None where alpha
        itself is not above the floor: then more of the same labels do not help.
        """
        alpha, floor = self.agreement.alpha, self.demand.floor
        if floor is None or alpha.value is None or alpha.lower is None or alpha.value <= floor:
            return None
        ratio = (alpha.value - alpha.lower) / (alpha.value - floor)
        return max(math.ceil(self.agreement.items * ratio**2), self.demand.min_items)

    @property
    def best_filter(self) -> Filter | None:
        """Of the filters that would pass on labels they did not see, the one that keeps most labels."""
        passing = [one for one in self.filters if one.passes]
        return max(passing, key=lambda one: (one.labels, one.items), default=None)


def study_of(
    task: str, labels: Labels, table: pa.Table, columns: Sequence[str], demand: Demand
) -> Study:
    """Everything about these labels; `columns` of the table that they were read from name slices."""
    agreement = agreement_of(labels)
    slices = slices_of(labels, table, columns)
    floor = DEFAULT_FLOOR if demand.floor is None else demand.floor
    values = np.bincount(labels.values, minlength=len(labels.scale)).tolist()
    return Study(
        task=task,
        level=labels.level,
        demand=demand,
        agreement=agreement,
        values=dict(zip(labels.scale, values, strict=True)),
        single=int((labels.counts.sum(axis=1) == 1).sum()),
        left_out=labels.left_out,
        pairs=pair_agreements(labels),
        raters=rater_agreements(labels),
        slices={
            name: slice_agreements(labels, own, agreement.alpha.value)
            for name, own in slices.items()
        },
        filters=filters_of(labels, slices, floor=floor, min_items=demand.min_items),
    )
