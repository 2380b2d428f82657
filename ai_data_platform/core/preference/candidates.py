"""Pairs before they are checked, in columns, and which ratings stand behind each."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.preference.codes import Codes, Flags
from ai_data_platform.core.preference.fates import Details, Fates

__all__ = ["Candidates", "Origin", "Side"]

Numbers = npt.NDArray[np.float64]
Origin = Literal["ratings", "edit"]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of each pair: its exchange (of an edit the one that was edited), text and ratings.

    Ratings and positions are means over raters, NaN where there are none.
    """

    exchanges: Codes
    texts: pa.Array
    ratings: Numbers
    raters: Codes
    positions: Numbers

    def kept(self, places: Codes) -> "Side":
        """These sides only."""
        texts = self.texts.take(pa.array(places))
        rest = (self.ratings[places], self.raters[places], self.positions[places])
        return Side(self.exchanges[places], texts, *rest)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of one origin; `margins` are infinite for edits. `of` has the pair of each rating, or -1."""

    origin: Origin
    chosen: Side
    rejected: Side
    margins: Numbers
    of: Codes

    def __len__(self) -> int:
        return len(self.margins)

    def ratings(self, flags: Flags) -> Codes:
        """The ratings behind the pairs with this flag."""
        return np.flatnonzero((self.of >= 0) & np.append(flags, False)[self.of])

    def without(self, flags: Flags, fates: Fates, reason: str, details: Details) -> "Candidates":
        """The pairs without those of this flag, whose ratings end here; `details` are one a flagged pair."""
        if not flags.any():
            return self
        ratings = self.ratings(flags)
        told = details
        if not isinstance(details, str):
            numbers = (np.cumsum(flags) - 1)[self.of[ratings]]
            told = pa.array(details, pa.string()).take(pa.array(numbers))
        fates.drop(ratings, reason, told)
        kept = np.flatnonzero(~flags)
        numbers = np.full(len(self) + 1, -1, np.int64)
        numbers[kept] = np.arange(len(kept))
        sides = (self.chosen.kept(kept), self.rejected.kept(kept))
        return Candidates(self.origin, *sides, self.margins[kept], numbers[self.of])
