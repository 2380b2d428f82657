"""Which raters agree with the others, and which pull the agreement down."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ai_data_platform.core.agreement.coefficients import (
    Numbers,
    alpha,
    coincidences,
    differences,
)
from ai_data_platform.core.agreement.kinds import Kinds, kinds_of
from ai_data_platform.core.agreement.labels import Codes, Labels
from ai_data_platform.core.agreement.resampling import Estimate, cohen_of, interval, resampled_means

__all__ = [
    "FEWEST",
    "PairAgreement",
    "RaterAgreement",
    "disagreements",
    "pair_agreements",
    "rater_agreements",
]

FEWEST = 5
"""Labels beside those of others below which nothing is said of a rater."""
_SHOWN = 200
_BUSIEST = 12  # raters whose pairs are compared: 66 tables at most


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """One rater against the others.

    `labels` are those beside somebody else's. `with_rest` is 1 - (mean disagreement with the others on the
    same items) / (disagreement expected by chance): alpha is its mean over all labels. `without` is alpha
    of the others alone, and `pull` how far it lies above alpha: above 0 the rater pulls it down.
    """

    rater: str
    labels: int
    with_rest: Estimate
    without: float | None
    pull: float | None


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two raters on the items that both labelled."""

    first: str
    second: str
    items: int
    kappa: Estimate


def disagreements(labels: Labels, kinds: Kinds | None = None) -> Numbers:
    """How far each label is from the others of its item, on average, where 1 is what chance expects.

    NaN for a label that stands alone, and where all labels are one value.
    """
    kinds = kinds or kinds_of(labels)
    own = kinds.of_item[labels.items]
    table = _by_kind_and_value(labels, kinds)
    found = np.where(
        own >= 0, table[np.maximum(own, 0), labels.values] if len(table) else 0, np.nan
    )
    result: Numbers = found
    return result


def rater_agreements(labels: Labels) -> tuple[RaterAgreement, ...]:
    """The 200 raters with the most labels of those with five or more, the one that pulls most first."""
    kinds = kinds_of(labels)
    if not len(kinds.sizes):
        return ()
    found = disagreements(labels, kinds)
    known = np.isfinite(found)
    many = np.bincount(labels.raters[known], minlength=len(labels.rater_ids))
    busiest = np.lexsort((np.arange(len(many)), -many))[:_SHOWN]
    base = coincidences(kinds.counts, kinds.sizes.astype(np.float64))
    whole = float(alpha(base, labels.level, labels.numbers))
    order = np.argsort(labels.raters, kind="stable")
    ends = np.searchsorted(labels.raters[order], np.arange(len(many) + 1))
    raters = []
    for place in busiest[many[busiest] >= FEWEST]:
        own = order[ends[place] : ends[place + 1]]
        own = own[known[own]]
        left = base + _taken(kinds, kinds.of_item[labels.items[own]], labels.values[own])
        without = _rounded(float(alpha(left, labels.level, labels.numbers)))
        pull = None if without is None else round(without - whole, 6)
        name = labels.rater_ids[int(place)].as_py()
        raters.append(RaterAgreement(name, len(own), _mean(1 - found[own]), without, pull))
    return tuple(sorted(raters, key=lambda one: (-(one.pull or 0.0), one.rater)))


def pair_agreements(labels: Labels) -> tuple[PairAgreement, ...]:
    """Cohen's kappa of each two of the twelve raters with the most labels who share five items or more."""
    many = np.bincount(labels.raters, minlength=len(labels.rater_ids))
    busiest = np.sort(np.lexsort((np.arange(len(many)), -many))[:_BUSIEST])
    given = np.full((len(busiest), len(labels.item_ids)), -1, np.int64)
    for row, rater in enumerate(busiest):
        own = labels.raters == rater
        given[row, labels.items[own]] = labels.values[own]
    pairs, width = [], len(labels.scale)
    for first, second in combinations(range(len(busiest)), 2):
        both = (given[first] >= 0) & (given[second] >= 0)
        if both.sum() < FEWEST:
            continue
        cells = np.bincount(given[first, both] * width + given[second, both], minlength=width**2)
        kappa = cohen_of(cells.reshape(width, width), labels)
        names = [labels.rater_ids[int(busiest[one])].as_py() for one in (first, second)]
        pairs.append(PairAgreement(names[0], names[1], int(both.sum()), kappa))
    return tuple(pairs)


def _by_kind_and_value(labels: Labels, kinds: Kinds) -> Numbers:
    """For each kind of item and each value: how far such a label is from the item's other labels."""
    if not len(kinds.sizes):
        return np.zeros((0, len(labels.scale)))
    marginals = (kinds.counts * kinds.sizes[:, None]).sum(axis=0).astype(np.float64)
    apart = differences(labels.level, labels.numbers, marginals)
    total = marginals.sum()
    chance = float(marginals @ apart @ marginals) / (total * (total - 1))
    others = np.maximum(kinds.counts.sum(axis=1, keepdims=True) - 1, 1)
    mean: Numbers = (kinds.counts @ apart) / others  # a label is at no distance from itself
    return mean / chance if chance > 0 else np.full_like(mean, np.nan)


def _taken(kinds: Kinds, own: Codes, values: Codes) -> Numbers:
    """What the coincidences change by when one label of this value is taken from each of these items."""
    width = kinds.counts.shape[1]
    cells, many = np.unique(own * width + values, return_counts=True)
    kind, value = np.divmod(cells, width)
    before = kinds.counts[kind]
    after = before.copy()
    after[np.arange(len(cells)), value] -= 1
    weights = many.astype(np.float64)
    return coincidences(after, weights) - coincidences(before, weights)


def _mean(values: Numbers) -> Estimate:
    distinct, sizes = np.unique(values, return_counts=True)
    means = resampled_means(distinct[:, None], sizes.astype(np.int64))[:, 0]
    return interval(float(np.average(distinct, weights=sizes)), means, len(values))


def _rounded(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None
