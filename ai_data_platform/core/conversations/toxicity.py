"""How harmful a text is: the seam for a model, and a short word list for those who have none."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from ai_data_platform.core.fingerprints import hash_text

__all__ = ["LexiconScorer", "ToxicityScorer"]


class ToxicityScorer(Protocol):
    """Scores texts. Must answer the same for the same text, whatever texts stand beside it."""

    @property
    def fingerprint(self) -> str:
        """Identity of the model and its settings: another one has everything scored again."""
        ...

    def score(self, texts: Sequence[str]) -> Sequence[float]:
        """One number from 0 (harmless) to 1 for each text, in their order."""
        ...


_SOMEBODY = r"(?:you|him|her|them|your ?self|your (?:family|kids|children|mother|wife|husband))"
_GROUPS = r"(?:jews|muslims|christians|blacks|gays|lesbians|immigrants|refugees|gypsies|women)"
_THREATS = (
    r"i(?: will|['’]?ll|(?:['’]?m| am) (?:going to|gonna)) (?:kill|murder|rape|shoot|stab|strangle)"
    rf" {_SOMEBODY}\b",
    r"(?:go|please|just|should|better)(?: and)? (?:kill|hang|shoot) your ?self",
    r"you (?:should|deserve to) (?:die|be dead)\b|end your (?:own )?life (?:already|now)|go (?:and )?die[.!]",
    r"you (?:do not|don['’]?t) deserve to (?:live|be alive)",
    rf"(?:gas|exterminate|lynch) (?:all )?(?:the )?{_GROUPS}\b",
    rf"{_GROUPS} are (?:vermin|sub-?human|parasites)\b",
    r"ich bringe? dich um|bring dich (?:selbst )?um|je vais te tuer|suicide-toi|te voy a matar|mátate"
    r"|vou te matar|se mata\b|我要杀了你|你去死",
)  # fmt: skip
"""Threats, calls to suicide, and calls for, or denials of, the lives of groups."""

_THREAT = re.compile(rf"(?<!\w)(?:{'|'.join(_THREATS)})", re.IGNORECASE)

_SLURS = frozenset({
    "042788fc9467", "14674ab012d6", "1d77931b74c8", "2e7ad83e9c85", "33582bc5b3df", "4f574614dbc9",
    "5e7124781a32", "72266e3af39a", "9029e6545cd0", "cf9a3867edcb", "e1f162352d2c", "fa2409d307f0",
})  # fmt: skip
"""Six slurs against people for their origin or love, one and many, as the first digits of `hash_text` of the
word in lower case: whoever reads or searches this file need not meet them."""

_WORD = re.compile(r"[^\W\d_]+")


class LexiconScorer:
    """1 for a text that holds a threat, a call to suicide or a slur as a whole word; else 0.

    A floor, not a classifier: insults, slurs beyond the six, and everything that is said without these words
    pass, and a text that quotes them does not.
    """

    def __init__(self, slurs: frozenset[str] = _SLURS) -> None:
        self._slurs = slurs

    @property
    def fingerprint(self) -> str:
        return hash_text("lexicon-1", _THREAT.pattern, *sorted(self._slurs))

    def score(self, texts: Sequence[str]) -> list[float]:
        """1 or 0 for each text."""
        return [float(self._is_severe(text)) for text in texts]

    def _is_severe(self, text: str) -> bool:
        words = {*_WORD.findall(text.lower())}
        return _THREAT.search(text) is not None or any(_digest(w) in self._slurs for w in words)


@lru_cache(maxsize=1 << 16)
def _digest(word: str) -> str:
    return hash_text(word)[:12]
