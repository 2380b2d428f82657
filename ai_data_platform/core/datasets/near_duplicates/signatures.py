"""MinHash signatures as band keys.

numpy, not a MinHash library: rensa 0.5 computes digests faster and hands them over as Python integers
only, which makes it half as fast in the end, and its digests changed from one release to the next.
"""

import hashlib
from functools import cache

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions

__all__ = ["SIGNATURE_VERSION", "band_keys"]

SIGNATURE_VERSION = "minhash-1"
"""Names the digests: band keys under another name mean something else."""

_ODD = np.uint64(0x9E3779B97F4A7C15)
_TO_32_BITS = np.uint64(19)  # of the 51 bits of a shingle the upper ones
_TEXTS_AT_ONCE = 1024  # their hashes stay in the processor's cache: a third less time than 8,192

Numbers = npt.NDArray[np.uint32]


def band_keys(
    offsets: npt.NDArray[np.int64], shingles: npt.NDArray[np.uint64], options: NearDuplicateOptions
) -> Numbers:
    """One key for each text and band, shape (texts, bands); an empty set has keys that mean nothing.

    Keys have 32 bits: a chance meeting costs one comparison, never a row.
    """
    keys = np.zeros((options.bands, len(offsets) - 1), dtype=np.uint32)
    filled = np.flatnonzero(np.diff(offsets))
    for first in range(0, len(filled), _TEXTS_AT_ONCE):
        some = filled[first : first + _TEXTS_AT_ONCE]
        start, end = offsets[some[0]], offsets[some[-1] + 1]
        hashes = (shingles[start:end] >> _TO_32_BITS).astype(np.uint32)
        for band in range(options.bands):
            keys[band, some] = _keys(hashes, offsets[some] - start, band, options.rows_per_band)
    return keys.T


def _keys(hashes: Numbers, starts: npt.NDArray[np.int64], band: int, rows: int) -> Numbers:
    key = np.zeros(len(starts), dtype=np.uint64)
    for row in range(rows):
        key = (key ^ _lowest(hashes, starts, band * rows + row)) * _ODD
        key ^= key >> np.uint64(32)
    return key.astype(np.uint32)


def _lowest(hashes: Numbers, starts: npt.NDArray[np.int64], number: int) -> Numbers:
    """The lowest hash of each set under one permutation of all 32-bit numbers: x -> ax + b, a odd."""
    factor, shift = _permutation(number)
    moved = hashes * factor
    moved += shift
    lowest: Numbers = np.minimum.reduceat(moved, starts)
    return lowest


@cache
def _permutation(number: int) -> tuple[np.uint32, np.uint32]:
    digest = hashlib.sha256(f"{SIGNATURE_VERSION} {number}".encode()).digest()
    factor, shift = np.frombuffer(digest[:8], dtype="<u4")
    return np.uint32(factor | 1), np.uint32(shift)
