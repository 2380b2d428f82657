"""Which filter of raters or items would lift the agreement over a floor, and what it would cost.

A filter that is chosen on the labels by which it is then judged looks better than it is: items on which
all agree agree. So each such filter is judged twice, as it looks (`circular`) and on labels that it was
not chosen by (`honest`), and only the second counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.agreement.coefficients import Numbers, differences
from ai_data_platform.core.agreement.kinds import Kinds, kinds_of
from ai_data_platform.core.agreement.labels import Codes, Labels
from ai_data_platform.core.agreement.raters import FEWEST, disagreements
from ai_data_platform.core.agreement.resampling import (
    Estimate,
    agreement_of,
    interval,
    resampled_means,
)
from ai_data_platform.core.agreement.slices import Slices, alpha_by

__all__ = ["Filter", "FilterKind", "filters_of"]

FilterKind = str
"""`raters`, `labels_an_item`, `majority`, or `slices:` and the name of a column."""

_FOLDS = 5
_RATER_FLOORS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_MAJORITIES = (1.0, 0.8, 0.75, 2 / 3, 0.6)
_MOST_LABELS = 6
_MOST_SLICES = 30

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filter:
    """What would be kept, and the agreement that it would show.

    `circular` is alpha of what the filter keeps where the filter was chosen on the same labels, None for a
    filter that looks at no value. `honest` is judged on labels that the filter did not see: raters and
    slices are chosen on four fifths of the clusters of items and judged on the fifth, in turn; of a
    majority, each label is set against the others of its item where these alone reach the majority.
    """

    kind: FilterKind
    threshold: float
    said: str
    items: int
    labels: int
    raters: int
    circular: float | None
    honest: Estimate
    passes: bool


@dataclass(frozen=True, slots=True)
class _Judge:
    """What a kept set must show."""

    labels: Labels
    kinds: Kinds
    floor: float
    min_items: int

    def filter(
        self,
        kind: FilterKind,
        threshold: float,
        said: str,
        kept: Mask,
        honest: Estimate,
        *,
        circular: bool = True,
    ) -> Filter:
        left = self.labels.kept(kept)
        found = agreement_of(left, draws=1)
        passes = honest.above(self.floor) and found.items >= self.min_items
        alpha = found.alpha.value if circular else None
        sizes = (found.items, found.labels, found.raters)
        return Filter(kind, threshold, said, *sizes, alpha, honest, passes)


def filters_of(
    labels: Labels, slices: Mapping[str, Slices], *, floor: float, min_items: int
) -> tuple[Filter, ...]:
    """The filters that change something, by kind and then by how much they keep."""
    judge = _Judge(labels, kinds_of(labels), floor, min_items)
    if not len(judge.kinds.sizes):
        return ()
    tried = [*_rater_filters(judge), *_count_filters(judge), *_majority_filters(judge)]
    for column, own in slices.items():
        tried += _slice_filters(judge, column, own)
    whole = int(judge.kinds.sizes.sum()), int((judge.kinds.of_item[labels.items] >= 0).sum())
    seen: dict[tuple[str, int, int], Filter] = {}
    for one in tried:
        if one.items > 0 and (one.items, one.labels) != whole:
            seen.setdefault((one.kind, one.items, one.labels), one)  # of equal ones the first
    return tuple(seen.values())


def _rater_filters(judge: _Judge) -> Iterator[Filter]:
    """Leave out raters who are known (five labels or more) to agree with the others less than this."""
    labels = judge.labels
    found = disagreements(labels, judge.kinds)
    folds = labels.clusters[labels.items] % _FOLDS
    agreed = _out_of_fold(labels.raters, folds, found, len(labels.rater_ids))
    overall = _overall(labels.raters, found, len(labels.rater_ids))
    for floor in _RATER_FLOORS:
        kept = ~(overall[labels.raters] < floor)  # NaN, not known, stays
        judged = labels.kept(~(agreed[labels.raters, folds] < floor))
        said = f"without raters who agree with the others less than {floor:g}"
        yield judge.filter("raters", floor, said, kept, agreement_of(judged).alpha)


def _count_filters(judge: _Judge) -> Iterator[Filter]:
    """Keep items with so many labels: no value is looked at, so nothing is circular."""
    counts = judge.labels.counts.sum(axis=1)[judge.labels.items]
    for least in range(3, _MOST_LABELS + 1):
        kept = counts >= least
        honest = agreement_of(judge.labels.kept(kept)).alpha
        said = f"only items with {least} labels or more"
        yield judge.filter("labels_an_item", least, said, kept, honest, circular=False)


def _majority_filters(judge: _Judge) -> Iterator[Filter]:
    """Keep items with so large a majority, of two labels or more."""
    labels, kinds = judge.labels, judge.kinds
    shares = kinds.counts.max(axis=1) / kinds.counts.sum(axis=1)
    own = kinds.of_item[labels.items]
    for share in _MAJORITIES:
        kept = (own >= 0) & (shares[own] >= share - 1e-9)
        said = (
            "only items on which all agree"
            if share == 1
            else f"only items with a majority of {share:.0%} or more"
        )
        yield judge.filter("majority", round(share, 4), said, kept, _held_out(judge, share))


def _slice_filters(judge: _Judge, column: str, slices: Slices) -> Iterator[Filter]:
    """Leave out the slices whose alpha is not above the floor."""
    labels, count = judge.labels, len(slices.names)
    if not 2 <= count <= _MOST_SLICES:
        return
    folds = labels.clusters % _FOLDS
    low = _low_slices(judge, slices.of_item, count)
    left_out = np.zeros(len(folds), bool)
    for fold in range(_FOLDS):
        inside = folds == fold
        outside = _low_slices(judge, np.where(inside, -1, slices.of_item), count)
        left_out |= inside & outside[slices.of_item]
    names = ", ".join(name for name, out in zip(slices.names, low, strict=True) if out)
    kept, honestly = (~out[labels.items] for out in (low[slices.of_item], left_out))
    honest = agreement_of(labels.kept(honestly)).alpha
    yield judge.filter(f"slices:{column}", judge.floor, f"without {column} {names}", kept, honest)


def _low_slices(judge: _Judge, of_item: Codes, count: int) -> Mask:
    """Which slices have an alpha that is not above the floor, or none."""
    found = alpha_by(judge.labels, judge.kinds, of_item, count)
    low: Mask = ~(found > judge.floor)
    return low


def _out_of_fold(who: Codes, folds: Codes, found: Numbers, count: int) -> Numbers:
    """How far each rater agrees with the others outside each fold; NaN where too few labels tell."""
    known = np.isfinite(found)
    cells = who[known] * _FOLDS + folds[known]
    size = count * _FOLDS
    sums = np.bincount(cells, weights=found[known], minlength=size).reshape(count, _FOLDS)
    many = np.bincount(cells, minlength=size).reshape(count, _FOLDS)
    sums, many = sums.sum(1, keepdims=True) - sums, many.sum(1, keepdims=True) - many
    agreed: Numbers = np.where(many >= FEWEST, 1 - sums / np.maximum(many, 1), np.nan)
    return agreed


def _overall(who: Codes, found: Numbers, count: int) -> Numbers:
    known = np.isfinite(found)
    sums = np.bincount(who[known], weights=found[known], minlength=count)
    many = np.bincount(who[known], minlength=count)
    agreed: Numbers = np.where(many >= FEWEST, 1 - sums / np.maximum(many, 1), np.nan)
    return agreed


def _held_out(judge: _Judge, share: float) -> Estimate:
    """Agreement of a label with the others of its item, over labels whose others reach the majority.

    1 - (mean distance) / (mean distance of such a label and such others paired by chance). An item counts
    once, whatever the number of its labels; it takes three labels to tell.
    """
    kinds, labels = judge.kinds, judge.labels
    marginals = (kinds.counts * kinds.sizes[:, None]).sum(axis=0).astype(np.float64)
    apart = differences(labels.level, labels.numbers, marginals)
    rows = _held_out_rows(kinds.counts, apart, share)
    there = rows[:, 0] > 0
    if not there.any():
        return Estimate(None)
    sizes = kinds.sizes[there]
    point = np.average(rows[there], axis=0, weights=sizes)[None, :]
    drawn = resampled_means(rows[there], sizes)
    value = float(_held_out_alpha(point, apart)[0])
    return interval(value, _held_out_alpha(drawn, apart), int(sizes.sum()))


def _held_out_rows(counts: Codes, apart: Numbers, share: float) -> Numbers:
    """By kind of item: weight, distance, then the values of labels held out, and of their others."""
    kinds, width = counts.shape
    total = counts.sum(axis=1)
    rows = np.zeros((kinds, 2 + 2 * width))
    for value in range(width):
        rest = counts.copy()
        rest[:, value] -= 1
        others = np.maximum(total - 1, 1)
        good = (counts[:, value] > 0) & (total >= 3) & (rest.max(axis=1) / others >= share - 1e-9)
        weight = np.where(good, counts[:, value] / total, 0.0)
        shares = np.maximum(rest, 0) / others[:, None]
        rows[:, 0] += weight
        rows[:, 1] += weight * (shares @ apart[value])
        rows[:, 2 + value] += weight
        rows[:, 2 + width :] += weight[:, None] * shares
    return rows


def _held_out_alpha(means: Numbers, apart: Numbers) -> Numbers:
    width = len(apart)
    weight = np.maximum(means[:, 0], 1e-12)
    held, others = means[:, 2 : 2 + width], means[:, 2 + width :]
    chance = np.einsum("bc,bk,ck->b", held, others, apart) / weight**2
    there = chance > 1e-12
    seen = means[:, 1] / weight
    result: Numbers = np.where(there, 1 - seen / np.where(there, chance, 1), np.nan)
    return result
