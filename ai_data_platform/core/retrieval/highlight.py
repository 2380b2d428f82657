"""Which words of a passage answer to the words of a question."""

import re
from functools import cache
from typing import Any, NamedTuple

from ai_data_platform.core.evaluation.terms import content_terms
from ai_data_platform.core.text import normalise

__all__ = ["Segment", "segments"]

_WORD = re.compile(r"\w+")


class Segment(NamedTuple):
    """A part of a passage; `hit` when it is a word of the question."""

    text: str
    hit: bool


def segments(text: str, query: str) -> list[Segment]:
    """The passage in parts whose texts put together are the passage, nothing left out.

    A word is a hit when it has the stem of a content word of the question (Snowball's English stemmer, as
    the full-text index uses; a word of another language must be the same but for case).
    """
    wanted = {_stem(term) for term in content_terms(query)}
    found: list[Segment] = []
    end = 0
    for match in _WORD.finditer(text):
        if _stem(normalise(match[0])) in wanted:
            if match.start() > end:
                found.append(Segment(text[end : match.start()], False))
            found.append(Segment(match[0], True))
            end = match.end()
    if end < len(text):
        found.append(Segment(text[end:], False))
    return found


@cache
def _stemmer() -> Any:
    import snowballstemmer  # here, because only a search that is looked at needs it

    return snowballstemmer.stemmer("english")


def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))
