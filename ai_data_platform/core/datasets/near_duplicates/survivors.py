"""Which of the near texts stay: the best of each group, and whatever is near to none that stays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.sketches import Places, Sketches

__all__ = ["NOBODY", "Followers", "follow"]


_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LOWER = np.uint64(32), np.uint64((1 << 32) - 1)
_MANY = 64


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
    labels: Places,
    numbers: npt.NDArray[np.uint64],
    threshold: float,
    *,
    masks_count: bool = False,
) -> Followers:
    """Leaders and followers among the texts, which come best first; near are those of one label and number.

    Going from best to worst, a text that is near to no leader of its kind leads; the others follow
    the nearest leader that is better than they are, the best of several equally near. A follower leads
    nobody: in a chain A, B, C whose ends are far apart, C stays. With `masks_count`, texts that are
    equal but for their numbers are near.
    """
    from ai_data_platform.core.datasets.near_duplicates import set_kernels

    # Texts of a label lie near each other in memory; many of one label are told apart by their numbers.
    groups = labels.astype(np.uint64) << _HALF
    many = np.bincount(labels)[labels] > _MANY
    groups[many] = ((groups[many] ^ numbers[many]) * _ODD) & ~_LOWER
    packed = np.sort(groups | np.arange(len(texts), dtype=np.uint64))
    leaders, jaccards = set_kernels.follow(
        sketches.sets, texts, packed, labels, numbers, threshold, masks_count
    )
    following = np.flatnonzero(leaders >= 0)
    return Followers(texts[following], texts[leaders[following]], jaccards[following])
