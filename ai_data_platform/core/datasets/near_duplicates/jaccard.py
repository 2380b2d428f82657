"""The exact Jaccard index of pairs of texts, and a bound that spares most pairs the exact one."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.shingles import (
    MAX_TEXTS,
    places_of,
    tagged_hashes,
)
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["Places", "jaccards_from"]

_PAIRS_AT_ONCE = 1 << 17
_SHINGLES_AT_ONCE = 1 << 21


def jaccards_from(
    sketches: Sketches, left: Places, right: Places, threshold: float
) -> npt.NDArray[np.float64]:
    """The Jaccard index of each pair that reaches the threshold; 0 for the others.

    No pair is estimated: the bound only leaves out pairs that cannot reach the threshold.
    """
    found = np.zeros(len(left))
    for first in range(0, len(left), _PAIRS_AT_ONCE):
        a, b = left[first : first + _PAIRS_AT_ONCE], right[first : first + _PAIRS_AT_ONCE]
        hopeful = np.flatnonzero(_upper_bounds(sketches, a, b) >= threshold)
        exact = _exact(sketches, a[hopeful], b[hopeful])
        found[first + hopeful] = np.where(exact >= threshold, exact, 0)
    return found


def _upper_bounds(sketches: Sketches, left: Places, right: Places) -> npt.NDArray[np.float64]:
    """Texts differ in at least as many shingles as their bitmaps differ in bits."""
    sizes = sketches.sizes[left] + sketches.sizes[right]
    differing = sketches.bitmaps(left) ^ sketches.bitmaps(right)
    apart = np.bitwise_count(differing).sum(axis=1, dtype=np.int64)
    bounds: npt.NDArray[np.float64] = (sizes - apart) / np.maximum(sizes + apart, 1)
    return bounds


def _exact(sketches: Sketches, left: Places, right: Places) -> npt.NDArray[np.float64]:
    sizes = sketches.sizes[left] + sketches.sizes[right]
    shared = np.zeros(len(left), dtype=np.int64)
    for some in _chunks(sizes):
        shared[some] = _shared(sketches, left[some], right[some])
    jaccards: npt.NDArray[np.float64] = shared / np.maximum(sizes - shared, 1)
    return jaccards


def _chunks(sizes: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Runs of at most MAX_TEXTS pairs that hold about _SHINGLES_AT_ONCE shingles together."""
    weights = np.maximum(sizes, _SHINGLES_AT_ONCE // MAX_TEXTS)
    chunk = np.cumsum(weights) // _SHINGLES_AT_ONCE
    bounds = [0, *(np.flatnonzero(np.diff(chunk)) + 1), len(sizes)]
    return (slice(start, stop) for start, stop in pairwise(bounds))


def _shared(sketches: Sketches, left: Places, right: Places) -> npt.NDArray[np.int64]:
    """How many shingles the texts of each pair share: one sort brings the equal ones together."""
    tagged = np.sort(np.concatenate([_tagged(sketches, side) for side in (left, right)]))
    twice = tagged[1:][tagged[1:] == tagged[:-1]]
    return np.bincount(places_of(twice), minlength=len(left))


def _tagged(sketches: Sketches, places: Places) -> npt.NDArray[np.uint64]:
    order, shingles = sketches.shingles(places)
    pairs = np.repeat(order.astype(np.uint64), sketches.sizes[places[order]])
    return tagged_hashes(pairs, shingles)
