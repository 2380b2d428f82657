"""How a text is read when personal data is looked for: disguises lifted, positions kept."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Find", "Folded", "Passage", "fold"]

_LEAD = 64
"""Characters before a find that can say what it is ("my phone number is"): about ten words."""

_FULL_WIDTH = range(0xFF01, 0xFF5F)
_HYPHENS = frozenset("\u2010\u2011\u2012\u2013\u2212\ufe63")  # not the em dash: it parts sentences
_INVISIBLE_SET = (
    "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
)
_LONG_NUMBER = re.compile(r"\d[\d ./()-]{5}")
_INVISIBLE = re.compile(f"[{_INVISIBLE_SET}]")
_VISIBLE = re.compile(f"[^{_INVISIBLE_SET}]")
_ESCAPED_SPACE = re.compile(r"\\[nrt]")


@dataclass(frozen=True, slots=True)
class Find:
    """A piece of personal data: its kind, its place, and a value equal for every writing of it."""

    kind: str
    start: int
    end: int
    value: str
    reserved: bool = False  # belongs to nobody, by rule or because everybody publishes it


@dataclass(frozen=True, slots=True)
class Passage:
    """One folded message, and the end of the folded message before it."""

    text: str
    before: str = ""

    @property
    def has_long_number(self) -> bool:
        """Whether seven digits or signs of numbers stand together: 1.1.1.1 is the shortest find."""
        return _LONG_NUMBER.search(self.text) is not None

    def lead(self, start: int) -> str:
        """The 64 characters before a position, of the previous message too where this one is short."""
        own = self.text[max(0, start - _LEAD) : start]
        return own if start >= _LEAD else f"{self.before}\n{own}"[-_LEAD:]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with disguises lifted; `offsets` gives the original place of each of its characters."""

    text: str
    offsets: Sequence[int] | None = None  # None: each character stands where it stood

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that a span of the folded one was read from."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def fold(text: str) -> Folded:
    """The text as finders read it.

    Full-width forms and digits of any script become ASCII, every space and hyphen the plain one,
    `\\n` written as two characters (JSON inside a message) white space; invisible characters go.
    """
    folded = text if text.isascii() else text.translate(_FOLDS)
    if "\\" in folded:
        folded = _ESCAPED_SPACE.sub("\n\n", folded)
    if folded.isascii() or not _INVISIBLE.search(folded):
        return Folded(folded)
    offsets = [found.start() for found in _VISIBLE.finditer(folded)]
    return Folded(_INVISIBLE.sub("", folded), offsets)


class _Folds(dict[int, int | str]):
    """What each character is read as, worked out when it is first met."""

    def __missing__(self, code: int) -> int | str:
        self[code] = folded = _fold_character(code)
        return folded


def _fold_character(code: int) -> int | str:
    character = chr(code)
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if code in _FULL_WIDTH:
        return code - 0xFEE0
    if character == "\ufe6b":  # small commercial at
        return "@"
    if character in _HYPHENS:
        return "-"
    return " " if unicodedata.category(character) == "Zs" else code


_FOLDS = _Folds()
