"""How well the length of an answer alone tells which one people liked."""

from array import array

import numpy as np
import numpy.typing as npt

__all__ = ["LARGE_BIAS", "NOTABLE_BIAS", "LengthBias", "separation"]

NOTABLE_BIAS, LARGE_BIAS = 0.65, 0.75
"""From here on a look, and from here on a block: a reward model that only counts words is right that often.
Of 2,312 pairs of hh-rlhf (harmless-base, test) the chosen answer was the longer one in 43 %."""

Lengths = npt.NDArray[np.int64]


def separation(liked: Lengths, other: Lengths) -> float | None:
    """How well numbers tell two groups apart: 0.5 is not at all, 1 is always; None where one is empty.

    The area under the ROC curve by Mann and Whitney, whichever group has the higher numbers: that short
    answers win is as easy to learn as that long ones do.
    """
    if not len(liked) or not len(other):
        return None
    ordered = np.sort(other)
    below = np.searchsorted(ordered, liked, "left") + np.searchsorted(ordered, liked, "right")
    area = float(below.sum()) / (2 * len(liked) * len(other))
    return max(area, 1 - area)


class LengthBias:
    """Lengths in words of liked and disliked answers, 8 bytes an answer."""

    def __init__(self) -> None:
        self._longer = self._pairs = 0
        self._liked = array("q")
        self._other = array("q")

    def add_pair(self, chosen: int, rejected: int) -> None:
        """Two answers to one prompt, which are compared with each other alone."""
        self._pairs += 2
        self._longer += 2 * (chosen > rejected) + (chosen == rejected)

    def add(self, length: int, *, liked: bool) -> None:
        """An answer that stands alone, which is compared with all of the other label."""
        (self._liked if liked else self._other).append(length)

    @property
    def longer_share(self) -> float | None:
        """The share of pairs whose chosen answer is the longer one, half for equal lengths."""
        return self._longer / self._pairs if self._pairs else None

    @property
    def auc(self) -> float | None:
        """The area under the ROC curve of a classifier that sees lengths only.

        Of pairs it is taken within each pair: how often the longer answer is the chosen one, or the
        shorter one where that is more often.
        """
        share = self.longer_share
        if share is not None:
            return max(share, 1 - share)
        return separation(np.asarray(self._liked), np.asarray(self._other))
