"""Which evaluation items hold a run of words, and which rows hold enough of an item's runs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.leakage.ngrams import Hashes, Places, WordNumbers, runs_of
from ai_data_platform.core.datasets.near_duplicates.ranges import Ranges

__all__ = ["Postings", "postings"]

_SIEVE_BITS = np.uint64(24)


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Distinct runs, ascending; the items that hold run i are `owners[offsets[i]:offsets[i + 1]]`.

    `sizes` counts each item's runs, `common` are runs that count for nothing. `sieve` says of the upper
    24 bits of a hash whether any run has them: most runs of most rows end there.
    """

    hashes: Hashes
    offsets: npt.NDArray[np.int64]
    owners: Places
    sizes: npt.NDArray[np.int64]
    common: Hashes
    sieve: npt.NDArray[np.bool_]

    def held(self, rows: Places, hashes: Hashes, least: float) -> tuple[Places, Places]:
        """Rows and items of which a row holds at least one run, and at least this share of all.

        `rows` is the row of each of the hashes.
        """
        if not len(self.hashes):
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        hopeful = np.flatnonzero(self.sieve[hashes >> (np.uint64(64) - _SIEVE_BITS)])
        rows, hashes = rows[hopeful], hashes[hopeful]
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        known = self.hashes[place] == hashes
        row, run = np.unique(np.stack((rows[known], place[known])), axis=1)
        meetings = Ranges(row, self.offsets[run], self.offsets[run + 1])
        pairs = [a * len(self.sizes) + self.owners[b] for a, b in meetings.pairs()]
        met, count = np.unique(np.concatenate(pairs), return_counts=True)
        row, item = met // len(self.sizes), met % len(self.sizes)
        enough = count >= least * self.sizes[item]
        return row[enough], item[enough]

    def is_common(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Whether each of these runs counts for nothing."""
        return np.isin(hashes, self.common)


def postings(items: WordNumbers, width: int, most_items: int) -> Postings:
    """The runs of so many words of the items; one that more than `most_items` items hold is common."""
    runs = runs_of(items, width)
    order = np.lexsort((runs.owner, runs.hashes))
    hashes, owners = runs.hashes[order], runs.owner[order]
    again = np.zeros(len(hashes), dtype=bool)
    again[1:] = (hashes[1:] == hashes[:-1]) & (owners[1:] == owners[:-1])
    owners = owners[~again]
    distinct, counts = np.unique(hashes[~again], return_counts=True)
    telling = counts <= most_items
    owners, hashes = owners[np.repeat(telling, counts)], distinct[telling]
    sieve = np.zeros(1 << int(_SIEVE_BITS), dtype=bool)
    sieve[hashes >> (np.uint64(64) - _SIEVE_BITS)] = True
    offsets = np.concatenate(([0], np.cumsum(counts[telling])))
    sizes = np.bincount(owners, minlength=items.texts)
    return Postings(hashes, offsets, owners, sizes, distinct[~telling], sieve)
