"""What kind of character a code point is, as bits: the regular expressions of a word, in a table."""

import re
import sys
from functools import cache

import numpy as np
import numpy.typing as npt

from ai_data_platform.core.datasets.near_duplicates.text_kernels import (
    APOSTROPHE,
    CURRENCY,
    DIGIT,
    LETTER,
    MINUS,
    SIGN,
    SPACE,
    UNSPACED_WORD,
    WORD,
    WORD_LIKE,
)
from ai_data_platform.core.text import UNSPACED

__all__ = ["kinds"]

_CURRENCIES = "$€£¥"
_PATTERNS = {
    WORD: rf"[^\W_{UNSPACED}]",
    UNSPACED_WORD: f"[{UNSPACED}]",
    WORD_LIKE: r"\w",
    APOSTROPHE: "['’]",
    SPACE: r"\s",
    LETTER: "[a-z]",
    DIGIT: r"\d",
    CURRENCY: f"[{_CURRENCIES}]",
    MINUS: "[-−]",
    SIGN: rf"[\d{_CURRENCIES}%°#+]",  # a text without any of these holds no number
}


@cache
def kinds() -> npt.NDArray[np.uint16]:
    """The bits of each code point."""
    points = np.arange(sys.maxunicode + 1, dtype="<u4")
    every = points.tobytes().decode("utf-32-le", "surrogatepass")
    found = np.zeros(len(points), dtype=np.uint16)
    for bit, pattern in _PATTERNS.items():
        for run in re.finditer(f"{pattern}+", every):
            found[run.start() : run.end()] |= bit
    return found
