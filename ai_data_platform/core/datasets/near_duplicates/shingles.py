"""Texts as hashes of what they say and sorted sets of 51-bit shingle hashes, many texts at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.text import normalise

__all__ = ["READING_VERSION", "Readings", "read"]

READING_VERSION = "words-2"
"""Names the hashes: shingles, keys and masks under another name mean something else."""

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What is compared of n texts.

    `keys` (n, 2) are equal for texts that say the same word for word; case, punctuation and white space
    do not count, and a text without any word is compared as it stands. `numbers` and `masks` (n,) are of
    the numbers alone and of the text without them; the mask of a text too short to compare is that of
    its words. The set of text i is `shingles[offsets[i]:offsets[i + 1]]`, ascending; bit b of `bitmaps`
    (n, 8) is the parity of the shingles that are b modulo 512.
    """

    keys: Hashes
    numbers: Hashes
    masks: Hashes
    offsets: npt.NDArray[np.int64]
    shingles: Hashes
    bitmaps: Hashes


def read(
    texts: Sequence[str], shingle: int, min_words: int, *, keep_whole: bool = False
) -> Readings:
    """Shingles are words and runs of `shingle` words.

    A text of fewer than `min_words` words has none, or one for the whole of it where `keep_whole`.
    """
    from ai_data_platform.core.datasets.near_duplicates.characters import kinds
    from ai_data_platform.core.datasets.near_duplicates.text_kernels import read_texts

    plain = [_plain(text) for text in texts]
    offsets = np.zeros(len(plain) + 1, dtype=np.int64)
    np.cumsum([len(text) for text in plain], out=offsets[1:])
    data = np.frombuffer(bytearray().join(plain), dtype=np.uint8)
    return Readings(*read_texts(data, offsets, kinds(), shingle, min_words, keep_whole))


def _plain(text: str) -> bytes:
    """Normalised but for white space, which tells no words apart."""
    plain = text.lower() if text.isascii() else normalise(text)
    return plain.encode("utf-8", "surrogatepass")
