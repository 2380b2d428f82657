"""Bounds on a mean when questions about one source document stand and fall together."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = ["SEED", "Interval", "detectable_drop", "mean_lower_bound", "paired_lower_bound"]

SEED = 20_240_229
"""Fixed, so that the same scores give the same verdict."""

_DRAWN_AT_ONCE = 1_000_000
"""Cluster draws held in memory together: 8 MB an array, whatever the number of clusters."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` values in `clusters` groups, with its one-sided lower bound.

    With fewer than two clusters nothing is known of the spread: `lower` is -inf.
    """

    mean: float
    lower: float
    clusters: int
    n: int


@dataclass(frozen=True, slots=True)
class _Grouped:
    """Sum and size of each cluster, in the order of the cluster ids."""

    sums: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]

    @property
    def mean(self) -> float:
        return math.fsum(self.sums) / float(self.sizes.sum())


def paired_lower_bound(
    differences: Sequence[float],
    clusters: Sequence[str],
    *,
    draws: int = 10_000,
    seed: int = SEED,
    confidence: float = 0.95,
) -> Interval:
    """The mean of candidate minus published, and how low it may truly be.

    Percentile bootstrap that draws whole clusters; the order of the values does not count.
    ValueError for a value that is not finite, lengths that differ, or no values.
    """
    grouped = _group(differences, clusters)
    count = len(grouped.sums)
    lower = -math.inf
    if count >= 2:
        means = _bootstrap_means(grouped, draws, seed)
        lower = float(np.quantile(means, 1 - confidence, method="lower"))
    return Interval(grouped.mean, lower, count, len(differences))


def mean_lower_bound(
    values: Sequence[float],
    clusters: Sequence[str],
    *,
    draws: int = 10_000,
    seed: int = SEED,
    confidence: float = 0.95,
) -> Interval:
    """The mean of the values and its lower bound, for a floor; the same method and errors."""
    return paired_lower_bound(values, clusters, draws=draws, seed=seed, confidence=confidence)


def detectable_drop(
    differences: Sequence[float],
    clusters: Sequence[str],
    *,
    power: float = 0.9,
    confidence: float = 0.95,
) -> float:
    """The smallest true drop that would be seen with this power; inf with fewer than two clusters.

    The usual sample-size formula n = ((z_confidence + z_power) * sd / drop)^2, solved for the drop,
    with the clustered standard error for sd / sqrt(n) (E. Miller, arXiv 2411.00640). Where hardly a
    difference was seen that goes to 0, which few questions cannot support: the drop is never below
    the share of clusters that could be lost without one of them being in the sample.
    """
    grouped = _group(differences, clusters)
    count = len(grouped.sums)
    if count < 2:
        return math.inf
    residuals = grouped.sums - grouped.mean * grouped.sizes
    variance = math.fsum(residuals**2) * count / (count - 1)
    error = math.sqrt(variance) / len(differences)
    normal = NormalDist()
    visible = (normal.inv_cdf(confidence) + normal.inv_cdf(power)) * error
    all_or_nothing = 1 - math.pow(1 - power, 1 / count)
    return max(visible, all_or_nothing)


def _group(values: Sequence[float], clusters: Sequence[str]) -> _Grouped:
    if len(values) != len(clusters):
        raise ValueError(f"{len(values)} values and {len(clusters)} clusters: wanted one for each")
    if not values:
        raise ValueError("no values: a bound needs at least one")
    if not all(map(math.isfinite, values)):
        raise ValueError("a value is not finite: decide what an unscored question counts as first")
    members: defaultdict[str, list[float]] = defaultdict(list)
    for value, cluster in zip(values, clusters, strict=True):
        members[cluster].append(value)
    ordered = [members[cluster] for cluster in sorted(members)]
    return _Grouped(
        sums=np.array([math.fsum(own) for own in ordered]),
        sizes=np.array([float(len(own)) for own in ordered]),
    )


def _bootstrap_means(grouped: _Grouped, draws: int, seed: int) -> npt.NDArray[np.float64]:
    generator = np.random.Generator(np.random.PCG64(seed))
    count = len(grouped.sums)
    batch = max(1, _DRAWN_AT_ONCE // count)
    means = np.empty(draws)
    for start in range(0, draws, batch):
        stop = min(start + batch, draws)
        drawn = generator.integers(0, count, size=(stop - start, count))
        means[start:stop] = grouped.sums[drawn].sum(axis=1) / grouped.sizes[drawn].sum(axis=1)
    return means
