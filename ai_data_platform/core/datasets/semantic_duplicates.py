"""Conversations that say the same in other words: exact cosines, a block at a time.

Two conversations are compared when they have equally many exchanges, and each exchange with the one at the
same place; their similarity is that of the pair of exchanges that differs most. So a question asked again
counts, and a conversation that begins alike and goes elsewhere does not.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates import Repeats

__all__ = ["semantic_repeats"]

Places = npt.NDArray[np.intp]
Vectors = npt.NDArray[np.float32]
_ROWS = 2048  # 16 MB of similarities at a time
_ROUNDING = 1e-4
"""How far a product of blocks may lie from the cosine that decides, which is summed in one order."""


def semantic_repeats(
    best_first: Places, lengths: Places, vectors: Vectors, threshold: float
) -> Repeats:
    """Of conversations that reach the threshold with a better one that stays, the nearest such one.

    `best_first` lists the conversations; `lengths` counts the exchanges of each, `vectors` are theirs one
    after the other, of any length but zero. A conversation that is left out leaves out no other. The
    outcome is the same whatever the number of threads: what is near the threshold is decided by sums of
    double precision in one order.
    """
    starts = np.cumsum(lengths) - lengths
    unit = _normalised(vectors)
    rows: list[int] = []
    kept: list[int] = []
    cosines: list[float] = []
    for exchanges in np.unique(lengths[best_first]):
        group = best_first[lengths[best_first] == exchanges]
        places = starts[group][:, None] + np.arange(exchanges)
        for row, leader, cosine in _followers(unit, places, threshold):
            rows.append(int(group[row]))
            kept.append(int(group[leader]))
            cosines.append(cosine)
    order = np.argsort(np.array(rows, dtype=np.intp))
    return Repeats(
        np.array(rows, dtype=np.intp)[order],
        np.array(kept, dtype=np.intp)[order],
        np.array(cosines)[order],
        np.zeros(len(rows), dtype=bool),
    )


def _followers(unit: Vectors, places: Places, threshold: float) -> Iterator[tuple[int, int, float]]:
    """Conversations (as lines of `places`) that follow an earlier line which leads, and their cosine."""
    follows: dict[int, tuple[int, float]] = {}
    near: dict[int, list[tuple[int, float]]] = {}
    for left, right in _hopeful(unit, places, threshold - _ROUNDING):
        for a, b, cosine in zip(left, right, _exact(unit, places, left, right), strict=True):
            if cosine >= threshold:
                near.setdefault(int(b), []).append((int(a), float(cosine)))
    for row in sorted(near):
        leaders = [(cosine, -a) for a, cosine in near[row] if a not in follows]
        if leaders:
            cosine, leader = max(leaders)
            follows[row] = (-leader, cosine)
            yield row, -leader, cosine


def _hopeful(unit: Vectors, places: Places, threshold: float) -> Iterator[tuple[Places, Places]]:
    """Pairs of lines, the earlier one first, that may reach the threshold."""
    for first in range(0, len(places), _ROWS):
        ours = slice(first, first + _ROWS)
        for other in range(0, first + 1, _ROWS):
            theirs = slice(other, other + _ROWS)
            least = unit[places[ours, 0]] @ unit[places[theirs, 0]].T
            for exchange in range(1, places.shape[1]):
                np.minimum(
                    least,
                    unit[places[ours, exchange]] @ unit[places[theirs, exchange]].T,
                    out=least,
                )
            right, left = np.nonzero(least >= threshold)
            earlier = left + other < right + first
            yield left[earlier] + other, right[earlier] + first


def _exact(unit: Vectors, places: Places, left: Places, right: Places) -> npt.NDArray[np.float64]:
    found = np.empty(len(left))
    for first in range(0, len(left), _ROWS):
        some = slice(first, first + _ROWS)
        a, b = (unit[places[side[some]]].astype(np.float64) for side in (left, right))
        found[some] = np.round((a * b).sum(axis=2).min(axis=1), 6)
    return found


def _normalised(vectors: Vectors) -> Vectors:
    lengths = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit
