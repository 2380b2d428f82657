"""MinHash signatures as band keys.

Our own: rensa 0.5 hands its digests over as Python integers only, which makes it slower in the end, and
they changed from one release to the next.
"""

import hashlib
from functools import cache

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions

__all__ = ["SIGNATURE_VERSION", "band_keys"]

SIGNATURE_VERSION = "minhash-1"
"""Names the digests: band keys under another name mean something else."""

Numbers = npt.NDArray[np.uint32]


def band_keys(
    offsets: npt.NDArray[np.int64], shingles: npt.NDArray[np.uint64], options: NearDuplicateOptions
) -> Numbers:
    """One key for each band and text, shape (bands, texts); an empty set has keys that mean nothing.

    Keys have 32 bits: a chance meeting costs one comparison, never a row.
    """
    from ai_data_platform.core.datasets.near_duplicates import set_kernels

    factors, shifts = _permutations(options.permutations)
    found: Numbers = set_kernels.band_keys(
        offsets, shingles, factors, shifts, options.rows_per_band
    )
    return found


@cache
def _permutations(count: int) -> tuple[Numbers, Numbers]:
    """Permutations of all 32-bit numbers, x -> ax + b: a, which is odd, and b."""
    names = (f"{SIGNATURE_VERSION} {number}" for number in range(count))
    digests = b"".join(hashlib.sha256(name.encode()).digest()[:8] for name in names)
    factors, shifts = np.frombuffer(digests, dtype="<u4").reshape(-1, 2).astype(np.uint32).T.copy()
    return factors | np.uint32(1), shifts
