"""Which of the near texts stay: the best of each group, and whatever is near to none that stays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.jaccard import jaccards_from
from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["NOBODY", "Followers", "follow"]


@dataclass(frozen=True, slots=True, eq=False)
class Followers:
    """Texts that are near to a better one which leads: three arrays of one length."""

    texts: Places
    leaders: Places
    jaccards: npt.NDArray[np.float64]


NOBODY = Followers(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp), np.zeros(0))


def follow(
    sketches: Sketches,
    texts: Places,
    groups: npt.NDArray[np.integer],
    threshold: float,
    *,
    masks_count: bool = False,
) -> Followers:
    """Leaders and followers among the texts, which come best first within each group.

    Going from best to worst, a text that is near to no leader of its group leads; the others follow
    the nearest leader that is better than they are, the best of several equally near. A follower leads
    nobody: in a chain A, B, C whose ends are far apart, C stays. With `masks_count`, texts that are
    equal but for their numbers are near.

    All groups advance together, one leader each at a time: the comparisons are leaders times members.
    """
    order = np.argsort(groups, kind="stable")
    texts, groups = texts[order], groups[order]
    ends = np.searchsorted(groups, groups, side="right")
    undecided = np.arange(len(texts))
    leaders = np.full(len(texts), -1, dtype=np.intp)
    best = np.zeros(len(texts))
    leading = np.zeros(len(texts), dtype=bool)
    while len(undecided):
        firsts = undecided[np.unique(groups[undecided], return_index=True)[1]]
        leading[firsts] = True
        left, right = _behind(firsts, ends)
        left, right = left[~leading[right]], right[~leading[right]]
        jaccards, near = _compare(sketches, texts[left], texts[right], threshold, masks_count)
        better = near & ((leaders[right] < 0) | (jaccards > best[right]))
        leaders[right[better]], best[right[better]] = left[better], jaccards[better]
        undecided = undecided[~leading[undecided] & (leaders[undecided] < 0)]
    following = np.flatnonzero(leaders >= 0)
    return Followers(texts[following], texts[leaders[following]], best[following])


def _behind(firsts: Places, ends: Places) -> tuple[Places, Places]:
    """Pairs of each first place with every later one of its group."""
    counts = ends[firsts] - firsts - 1
    shift = np.repeat(firsts + 1 - (np.cumsum(counts) - counts), counts)
    return np.repeat(firsts, counts), np.arange(counts.sum()) + shift


def _compare(
    sketches: Sketches, left: Places, right: Places, threshold: float, masks_count: bool
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    jaccards = jaccards_from(sketches, left, right, threshold)
    near = jaccards > 0
    if masks_count:
        alike = np.flatnonzero(~near & (sketches.masks[left] == sketches.masks[right]))
        jaccards[alike] = jaccards_from(sketches, left[alike], right[alike], 0)
        near[alike] = True
    return jaccards, near
