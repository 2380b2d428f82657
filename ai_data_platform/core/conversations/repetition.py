"""Degenerate answers: a model that got stuck and says one thing over and over."""

from ai_data_platform.core.text import words

__all__ = ["MAX_REPEATED_SHARE", "REPETITION_VERSION", "repeated_share"]

REPETITION_VERSION = "repetition-1"
"""Part of every fingerprint that the shares enter."""

MAX_REPEATED_SHARE = 0.65
"""Of an answer's words. Gopher (Rae et al. 2021, arXiv 2112.11446, table A1) lets 15 % of a web page's
characters lie in repeated 5-grams. Chat answers are short and quote themselves (lists, code, tables), so
here most of the answer has to be repetition: song texts with their choruses reach 0.59, templated lists
0.58, and the one answer of 26,728 real ones that is stuck 0.70."""

_SPAN = 5
_FEWEST = 20
"""Words. "No no no no" is an answer; Gopher asks for pages of at least 50."""


def repeated_share(answer: str) -> float:
    """Share of the words, 0 to 1, that lie in a 5-gram which stood in the answer before.

    Read from the left: a 5-gram that is known is counted whole and passed over, so no word counts twice.
    0 for answers of fewer than 20 words.
    """
    found = words(answer.lower())
    # Each repeated word has an equal one before it: distinct words alone rule out nearly every answer.
    if len(found) < _FEWEST or len({*found}) > (1 - MAX_REPEATED_SHARE) * len(found):
        return 0.0
    known = set[tuple[str, ...]]()
    repeated = place = 0
    while place <= len(found) - _SPAN:
        span = tuple(found[place : place + _SPAN])
        if span in known:
            repeated += _SPAN
            place += _SPAN
        else:
            known.add(span)
            place += 1
    return repeated / len(found)
