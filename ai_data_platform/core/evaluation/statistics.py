"""Bounds on a mean when questions about one source document stand and fall together."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

__all__ = [
    "SEED",
    "Interval",
    "detectable_drop",
    "error_of_mean",
    "lower_bounds",
    "mean_lower_bound",
    "widened",
]

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


def lower_bounds(
    series: Mapping[str, Sequence[float]],
    clusters: Sequence[str],
    *,
    errors: Mapping[str, float] | None = None,
    draws: int = 10_000,
    seed: int = SEED,
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """The mean of each series and its lower bound, all from the same draws of clusters.

    Percentile bootstrap that draws whole clusters; the order of the values does not count, and a
    series has the same bound whatever others it comes with. `errors` holds the standard error of a
    mean that the scorer's own repeats tell of, see `widened`. ValueError for a value that is not
    finite, lengths that differ, or no values.
    """
    grouped = {name: _group(values, clusters) for name, values in series.items()}
    if not grouped:
        return {}
    count, errors = len(set(clusters)), errors or {}
    lowers = dict.fromkeys(grouped, -math.inf)
    if count >= 2:
        means = _bootstrap_means(list(grouped.values()), draws, seed)
        found = np.quantile(means, 1 - confidence, axis=1, method="lower").tolist()
        lowers = dict(zip(grouped, found, strict=True))
    return {
        name: Interval(
            own.mean,
            widened(own.mean, lowers[name], errors.get(name, 0.0), confidence),
            count,
            len(clusters),
        )
        for name, own in grouped.items()
    }


def mean_lower_bound(
    values: Sequence[float],
    clusters: Sequence[str],
    *,
    error: float = 0.0,
    draws: int = 10_000,
    seed: int = SEED,
    confidence: float = 0.95,
) -> Interval:
    """The mean of one series (values, or differences) and how low it may be; see `lower_bounds`."""
    return lower_bounds(
        {"": values},
        clusters,
        errors={"": error},
        draws=draws,
        seed=seed,
        confidence=confidence,
    )[""]


def error_of_mean(errors: Iterable[float], count: int) -> float:
    """The standard error that `count` scores hand on to their mean: sqrt(sum of squares) / count.

    Each error is that of one score: the SD over the scorer's k repeats, divided by sqrt(k). Plain
    propagation for repeats that err independently; a scorer that repeats itself gives 0.
    """
    return math.sqrt(math.fsum(error * error for error in errors)) / count if count else 0.0


def widened(mean: float, lower: float, error: float, confidence: float) -> float:
    """The bound, lower by the scorer's own standard error; the two add up as variances do.

    Noise that differs from question to question moves the scores apart, so the bootstrap has seen
    it already (E. Miller, arXiv 2411.00640, on resampling): counting it again is on the safe side, as
    is due where few clusters make a percentile bootstrap too narrow.
    """
    if error == 0:
        return lower
    return mean - math.hypot(mean - lower, NormalDist().inv_cdf(confidence) * error)


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


def _bootstrap_means(columns: Sequence[_Grouped], draws: int, seed: int) -> npt.NDArray[np.float64]:
    """The mean of each column in each draw, shape (columns, draws); all have the same sizes."""
    generator = np.random.Generator(np.random.PCG64(seed))
    sizes = columns[0].sizes
    batch = max(1, _DRAWN_AT_ONCE // len(sizes))
    means = np.empty((len(columns), draws))
    for start in range(0, draws, batch):
        stop = min(start + batch, draws)
        drawn = generator.integers(0, len(sizes), size=(stop - start, len(sizes)))
        drawn_sizes = sizes[drawn].sum(axis=1)
        for row, column in zip(means, columns, strict=True):
            row[start:stop] = column.sums[drawn].sum(axis=1) / drawn_sizes
    return means
