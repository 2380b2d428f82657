"""Pairs of one bucket that can be near, found by their rare shingles instead of one by one.

Texts with a long common passage share bands without being near. Ordered by how rare they are, the first
shingles of two near texts must meet (the prefix filter of set joins), and a common passage comes last.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.ranges import Ranges
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["RareShingles", "rare_shingles"]

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class RareShingles:
    """Occurrences of rare shingles: the place of the text in its bucket, and which pairs of them meet."""

    texts: Places
    meetings: Ranges


def rare_shingles(
    sketches: Sketches, texts: Places, labels: Places, threshold: float
) -> RareShingles:
    """Every two of the texts in different components that reach the threshold are among the meetings.

    `labels` name the component of each of the texts.

    For texts x and y, y the shorter, they share one of the first |x| - t|x| + 1 shingles of x and
    |y| - 2t/(1 + t)|y| + 1 of y.
    """
    sizes = sketches.sets.sizes[texts]
    owner, token, place = _by_rarity(sketches, texts, sizes)
    probe = sizes - np.ceil(threshold * sizes - _ROUNDING) + 1
    index = sizes - np.ceil(2 * threshold / (1 + threshold) * sizes - _ROUNDING) + 1
    early = np.flatnonzero(place < probe[owner])
    order = early[np.lexsort((owner[early], sizes[owner[early]], token[early]))]
    owner, token, place = owner[order], token[order], place[order]
    starts = np.searchsorted(token, token, side="left")
    ends = np.searchsorted(token, token, side="right")
    left = np.flatnonzero((place < index[owner]) & _mixed(labels[owner], starts, ends))
    return RareShingles(owner, Ranges(left, left + 1, ends[left]))


def _by_rarity(
    sketches: Sketches, texts: Places, sizes: npt.NDArray[np.int64]
) -> tuple[Places, Places, Places]:
    """Owner, number and place in its text of each shingle; a text's rarest shingle has place 0."""
    shingles = sketches.shingles(texts)
    _, token, counts = np.unique(shingles, return_inverse=True, return_counts=True)
    order = np.lexsort((token, counts[token], np.repeat(np.arange(len(texts)), sizes)))
    place = np.arange(len(token)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(np.arange(len(texts)), sizes), token[order], place


def _mixed(labels: Places, starts: Places, ends: Places) -> npt.NDArray[np.bool_]:
    """For each occurrence whether the texts with its shingle are of more than one component."""
    changes = np.concatenate(([0], np.cumsum(labels[1:] != labels[:-1])))
    return np.asarray(changes[ends - 1] > changes[starts])
