"""Numbers in a text by regular expressions: what the compiled search for them must find."""

import re
from itertools import pairwise

from ai_data_platform.core.text import words

__all__ = ["masked_words", "numbers"]

_NUMBER = re.compile(
    r"(?<!\w)[-+−](?=[$€£¥]?\d)"  # the sign of a number, not the dash of a list or a range
    r"|[$€£¥%°]"
    r"|(?<=[a-z])(?:\+\+|#)"  # C++ and C#: `words` sees only the letter
    r"|(?<![a-z])[a-z]*+\d[a-z0-9]*"  # 42, b2b, iso9001
)
_MASK = "0"  # digits only stand where a mask stands: every other one was masked


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a normalised text in order, with signs, currencies and the marks of C++ and C#."""
    return tuple(_NUMBER.findall(text))


def masked_words(text: str) -> list[str]:
    """The words of a normalised text with one placeholder for each run of numbers."""
    found = words(_NUMBER.sub(f" {_MASK} ", text))
    return found[:1] + [word for before, word in pairwise(found) if not before == word == _MASK]
