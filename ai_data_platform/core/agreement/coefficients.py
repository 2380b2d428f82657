"""Agreement beyond chance: Cohen's and Fleiss' kappa, and Krippendorff's alpha.

Each is 1 where everybody agrees and 0 where they agree as often as by chance, and works on counts, for
one sample or for many resamples at once (the leading axis).
"""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.errors import ConfigurationError

__all__ = [
    "Level",
    "alpha",
    "cohen_kappa",
    "coincidences",
    "differences",
    "fleiss_kappa",
    "fleiss_parts",
    "level_named",
]

Level = Literal["nominal", "ordinal", "interval"]
"""How far two values are apart: different or not, by ranks between them, or by their difference."""

Numbers = npt.NDArray[np.float64]
_HELD = 4_000_000
"""Numbers of one step's table that are held together: 32 MB."""


def level_named(name: str) -> Level:
    """The level of this name. Raises ConfigurationError for another."""
    for level in get_args(Level):
        if level == name:
            found: Level = level
            return found
    raise ConfigurationError(f"level is {name!r}, wanted one of {', '.join(get_args(Level))}")


def coincidences(counts: npt.NDArray[np.int64], weights: Numbers) -> Numbers:
    """How often two labels of one item are these two values; shape (..., values, values).

    `counts` has a row for each kind of item and a column for each value, `weights` (..., kinds) says how
    many items are of that kind. An item with m labels gives m(m - 1) ordered pairs, each counted
    1 / (m - 1), so that it weighs as many labels as it has; an item with one label gives none.
    """
    kinds, width = counts.shape
    total = np.zeros((*weights.shape[:-1], width * width))
    step = max(1, _HELD // max(width * width, 1))
    for start in range(0, kinds, step):
        found = _pairs_within(counts[start : start + step])
        total += weights[..., start : start + step] @ found.reshape(len(found), -1)
    return total.reshape((*weights.shape[:-1], width, width))


def _pairs_within(counts: npt.NDArray[np.int64]) -> Numbers:
    labels = counts.sum(axis=1)
    both = (counts[:, :, None] * counts[:, None, :]).astype(np.float64)
    places = np.arange(counts.shape[1])
    both[:, places, places] -= counts
    both *= (np.where(labels > 1, 1.0, 0.0) / np.maximum(labels - 1, 1))[:, None, None]
    return both


def differences(level: Level, numbers: Numbers, marginals: Numbers) -> Numbers:
    """Squared distance of each two values, shape (..., values, values).

    Ordinal: Krippendorff's sum of the ranks from one value to the other, less half of the two ends, is
    the distance between their mean ranks.
    """
    if level == "nominal":
        other = 1.0 - np.eye(marginals.shape[-1])
        return np.broadcast_to(other, (*marginals.shape, marginals.shape[-1]))
    if level == "ordinal":
        numbers = np.cumsum(marginals, axis=-1) - marginals / 2
    numbers = np.broadcast_to(numbers, marginals.shape)
    apart: Numbers = (numbers[..., :, None] - numbers[..., None, :]) ** 2
    return apart


def alpha(found: Numbers, level: Level, numbers: Numbers) -> Numbers:
    """Krippendorff's alpha of coincidences (..., values, values): 1 - observed / expected disagreement.

    Computing Krippendorff's Alpha-Reliability (2011). NaN where all labels are one value: without
    variation nothing shows that raters tell items apart.
    """
    marginals = found.sum(axis=-1)
    total = marginals.sum(axis=-1)
    apart = differences(level, numbers, marginals)
    observed = (found * apart).sum(axis=(-2, -1))
    chance = np.einsum("...c,...k,...ck->...", marginals, marginals, apart)
    return 1 - _over(observed * (total - 1), chance)


def fleiss_parts(counts: npt.NDArray[np.int64]) -> Numbers:
    """For each kind of item: the share of agreeing pairs, then the share of each value."""
    labels = np.maximum(counts.sum(axis=1), 2)[:, None]
    agreeing = (counts * (counts - 1)).sum(axis=1, keepdims=True) / (labels * (labels - 1))
    return np.concatenate([agreeing, counts / labels], axis=1)


def fleiss_kappa(parts: Numbers) -> Numbers:
    """Fleiss' kappa of parts (..., 1 + values) averaged over items with two labels or more.

    With as many raters for every item it is Fleiss (1971); items with fewer count the same, as Gwet's
    handbook (2014) has it for missing ratings. NaN where all labels are one value.
    """
    by_chance = (parts[..., 1:] ** 2).sum(axis=-1)
    return _over(parts[..., 0] - by_chance, 1 - by_chance)


def cohen_kappa(table: Numbers, level: Level, numbers: Numbers) -> Numbers:
    """Cohen's kappa of tables (..., values, values): rows are one rater's values, columns the other's.

    Nominal is unweighted; ordinal and interval weigh by the squared difference of places or numbers, as
    scikit-learn's `quadratic` does on places. NaN where both gave one value only.
    """
    total = table.sum(axis=(-2, -1))
    rows, columns = table.sum(axis=-1), table.sum(axis=-2)
    weights = 1.0 - np.eye(table.shape[-1])
    if level != "nominal":
        weights = (numbers[:, None] - numbers[None, :]) ** 2
    observed = (table * weights).sum(axis=(-2, -1)) * total
    return 1 - _over(observed, np.einsum("...c,...k,ck->...", rows, columns, weights))


def _over(above: Numbers, below: Numbers) -> Numbers:
    """A quotient that is NaN where the divisor is 0."""
    above, below = np.asarray(above, np.float64), np.asarray(below, np.float64)
    there = below > 1e-12
    result: Numbers = np.where(there, above / np.where(there, below, 1.0), np.nan)
    return result
