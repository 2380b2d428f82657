"""How sure an agreement is: a bootstrap over items, at a cost that the number of items hardly moves.

Items with the same counts of labels are alike, so a resample is one multinomial draw over the kinds of
items: 10,000 items of three raters and three values have ten kinds.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ai_data_platform.core.agreement.coefficients import (
    Numbers,
    alpha,
    cohen_kappa,
    coincidences,
    fleiss_kappa,
    fleiss_parts,
)
from ai_data_platform.core.agreement.kinds import Kinds, kinds_of
from ai_data_platform.core.agreement.labels import Codes, Labels
from ai_data_platform.core.evaluation.statistics import SEED

__all__ = [
    "CONFIDENCE",
    "DRAWS",
    "Agreement",
    "Estimate",
    "agreement_of",
    "cohen_of",
    "interval",
    "resampled_means",
]

DRAWS = 2_000
"""Resamples: the bound at 0.95 then moves by about 0.003 from seed to seed at 100 items."""
CONFIDENCE = 0.95
_DIGITS = 6  # what processors agree on, whatever the order in which they add
_HELD = 4_000_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A coefficient with one-sided 95 % bounds on either side; None where it is not defined."""

    value: float | None
    lower: float | None = None
    upper: float | None = None

    def above(self, floor: float) -> bool:
        """Whether it is above the floor at the lower end."""
        return self.lower is not None and self.lower > floor


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree: items with two labels or more, their labels, raters and clusters."""

    alpha: Estimate
    fleiss: Estimate
    items: int
    labels: int
    raters: int
    clusters: int


def agreement_of(labels: Labels, *, draws: int = DRAWS, seed: int = SEED) -> Agreement:
    """Alpha and Fleiss' kappa of these labels, with their bounds from whole clusters drawn anew.

    The bounds are those of the items and one more, on which two people disagree over the two commonest
    values. Without it few items look surer than they are: of ten that all agree each resample agrees.
    With it the bound of items that all agree is that of the rule of three, and among hundreds it counts
    for nothing.
    """
    kinds = kinds_of(labels)
    paired = kinds.of_item[labels.items] >= 0
    clusters = _clusters(kinds, labels.clusters)
    counts = np.concatenate([kinds.counts, _disagreement(kinds)])
    parts, numbers = fleiss_parts(counts), labels.numbers

    def alphas(weights: Numbers) -> Numbers:
        return alpha(coincidences(counts, weights), labels.level, numbers)

    def fleiss(weights: Numbers) -> Numbers:
        return fleiss_kappa(weights @ parts / np.maximum(weights.sum(-1, keepdims=True), 1))

    whole = np.append(kinds.sizes, 0).astype(np.float64)
    drawn: tuple[list[Numbers], list[Numbers]] = ([], [])
    for weights in _resampled(clusters.and_one, draws, seed):
        drawn[0].append(alphas(weights))
        drawn[1].append(fleiss(weights))
    return Agreement(
        alpha=_estimate(alphas(whole), drawn[0], clusters.count),
        fleiss=_estimate(fleiss(whole), drawn[1], clusters.count),
        items=int(kinds.sizes.sum()),
        labels=int(paired.sum()),
        raters=len(np.unique(labels.raters[paired])),
        clusters=clusters.count,
    )


def _disagreement(kinds: Kinds) -> Codes:
    """One kind of item: a label of each of the two commonest values; of one value alone, none."""
    many = (kinds.counts * kinds.sizes[:, None]).sum(axis=0)
    row = np.zeros((1, kinds.counts.shape[1]), np.int64)
    row[0, np.lexsort((np.arange(len(many)), -many))[:2]] = 1
    return row


def _estimate(value: Numbers, drawn: list[Numbers], clusters: int) -> Estimate:
    return interval(float(value), np.concatenate(drawn), clusters) if drawn else Estimate(None)


def cohen_of(table: Codes, labels: Labels, *, draws: int = DRAWS, seed: int = SEED) -> Estimate:
    """Cohen's kappa of one table of two raters' values, items drawn anew."""
    total = int(table.sum())
    if total == 0:
        return Estimate(None)
    cells = table.reshape(-1) / total
    drawn = _generator(seed).multinomial(total, cells, size=draws).astype(np.float64)
    tables = drawn.reshape(draws, *table.shape)
    point = cohen_kappa(table.astype(np.float64), labels.level, labels.numbers)
    return interval(float(point), cohen_kappa(tables, labels.level, labels.numbers), total)


def interval(value: float, resamples: Numbers, items: int) -> Estimate:
    """The value with the percentiles of its resamples; an undefined resample counts as no agreement.

    The lower bound is never above 0.05^(1 / items): the others could be labelled by chance without one of
    them being in the sample. Fewer than two items, or an undefined value, have no bounds.
    """
    if not math.isfinite(value):
        return Estimate(None)
    if items < 2:
        return Estimate(round(value, _DIGITS))
    known = np.where(np.isfinite(resamples), resamples, 0.0)
    lower = float(np.quantile(known, 1 - CONFIDENCE, method="lower"))
    upper = float(np.quantile(known, CONFIDENCE, method="higher"))
    unseen = math.pow(1 - CONFIDENCE, 1 / items)
    return Estimate(*(round(number, _DIGITS) for number in (value, min(lower, unseen), upper)))


def resampled_means(
    rows: Numbers, sizes: Codes, *, draws: int = DRAWS, seed: int = SEED
) -> Numbers:
    """Means of `rows` over resamples of units, of which `sizes` are like each row; (draws, columns)."""
    total = int(sizes.sum())
    weights = _generator(seed).multinomial(total, sizes / total, size=draws)
    means: Numbers = weights @ rows / total
    return means


@dataclass(frozen=True, slots=True, eq=False)
class _Clusters:
    """Clusters alike, how many there are of each, and the kinds of items that they hold.

    `held` are (which clusters, which kind, how many items), by kind; None where each cluster is an item.
    """

    sizes: Codes
    held: tuple[Codes, Codes, Codes] | None
    kinds: int

    @property
    def count(self) -> int:
        return int(self.sizes.sum())

    @property
    def and_one(self) -> "_Clusters":
        """These and a cluster of one item, of a kind of its own; of none, none."""
        if not self.count:
            return self
        held = self.held
        if held is not None:
            which, kind, many = held
            own = np.append(which, len(self.sizes)), np.append(kind, self.kinds)
            held = (*own, np.append(many, 1))
        return _Clusters(np.append(self.sizes, 1), held, self.kinds + 1)


def _clusters(kinds: Kinds, clusters: Codes) -> _Clusters:
    paired = kinds.of_item >= 0
    own = kinds.of_item[paired]
    _, place = np.unique(clusters[paired], return_inverse=True)
    count = int(place.max()) + 1 if len(place) else 0
    if count == len(own):
        return _Clusters(kinds.sizes, None, len(kinds.sizes))
    # A sum of random numbers, one for each kind, tells clusters with other items apart.
    marks = _generator(0).integers(0, 2**64, size=len(kinds.sizes), dtype=np.uint64)
    signature = np.zeros(count, np.uint64)
    np.add.at(signature, place, marks[own])
    _, first, alike, sizes = np.unique(
        signature, return_index=True, return_inverse=True, return_counts=True
    )
    shown = first[alike.reshape(-1)[place]] == place  # items of the first cluster of each signature
    pairs = alike.reshape(-1)[place[shown]] * len(kinds.sizes) + own[shown]
    cells, many = np.unique(pairs, return_counts=True)
    which, kind = np.divmod(cells, len(kinds.sizes))
    order = np.argsort(kind, kind="stable")
    held = (which[order], kind[order], many[order].astype(np.int64))
    return _Clusters(sizes.astype(np.int64), held, len(kinds.sizes))


def _resampled(clusters: _Clusters, draws: int, seed: int) -> Iterator[Numbers]:
    """How many items of each kind are in each resample, some resamples at a time; none without items."""
    if not clusters.count:
        return
    generator, held = _generator(seed), clusters.held
    widest = max(len(clusters.sizes), clusters.kinds, len(held[0]) if held else 0)
    step = max(1, _HELD // widest)
    shares = clusters.sizes / clusters.count
    for start in range(0, draws, step):
        size = min(step, draws - start)
        drawn = generator.multinomial(clusters.count, shares, size=size)
        if held is None:
            yield drawn.astype(np.float64)
            continue
        which, kind, many = held
        starts = np.flatnonzero(np.diff(kind, prepend=-1))
        yield np.add.reduceat(drawn[:, which] * many, starts, axis=1).astype(np.float64)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))
