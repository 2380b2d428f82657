"""MinHash signatures as band keys. rensa computes them; nothing else knows that."""

from functools import cache

import numpy as np
import numpy.typing as npt
import rensa

from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes

__all__ = ["band_keys", "digest_version"]

_SEED = 42
_KNOWN = "037902425358b5bf95adb6e991939256"
"""The hash of the signatures of {1, 2, 3} and {0, ..., 999} in 256 values, as rensa 0.5 gives them."""

_ODD = np.uint64(0x9E3779B97F4A7C15)


def digest_version() -> str:
    """Names the digests: band keys under another name mean something else.

    Raises ConfigurationError when the installed rensa gives other digests than this code was made with.
    """
    return _checked(_SEED)


def band_keys(
    offsets: npt.NDArray[np.int64], shingles: npt.NDArray[np.uint64], options: NearDuplicateOptions
) -> npt.NDArray[np.uint32]:
    """One key for each text and band, shape (texts, bands); an empty set has keys that mean nothing.

    Keys have 32 bits: a chance meeting costs one comparison, never a row.
    """
    digest_version()
    rows = _digests(offsets, shingles, options.permutations)
    values = rows.reshape(len(rows), options.bands, options.rows_per_band).astype(np.uint64)
    keys = np.zeros(values.shape[:2], dtype=np.uint64)
    for row in range(options.rows_per_band):
        keys = (keys ^ values[:, :, row]) * _ODD
        keys ^= keys >> np.uint64(32)
    return keys.astype(np.uint32)


def _digests(
    offsets: npt.NDArray[np.int64], shingles: npt.NDArray[np.uint64], permutations: int
) -> npt.NDArray[np.uint32]:
    matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(
        shingles, offsets.astype(np.uint64), permutations, _SEED
    )
    return np.array(matrix.to_rows(), dtype=np.uint32).reshape(len(offsets) - 1, permutations)


@cache
def _checked(seed: int) -> str:
    shingles = np.concatenate((np.arange(1, 4), np.arange(1000))).astype(np.uint64)
    seen = hash_bytes(_digests(np.array([0, 3, 1003]), shingles, 256).astype("<u4").tobytes())
    if seen != _KNOWN:
        raise ConfigurationError(
            f"rensa gives digests with the hash {seen}, wanted {_KNOWN}: its algorithm changed, and "
            "signatures that were kept would match nothing; install rensa 0.5"
        )
    return fingerprint(["rensa", rensa.RMinHash.ALGORITHM_VERSION, seed, seen])
