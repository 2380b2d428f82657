"""Answers that decline and answers of phrases alone: judged sentence by sentence, whole answers only."""

import re
from enum import Enum
from typing import Literal

from ai_data_platform.core.conversations.refusal_words import (
    COURTESY,
    DECLINES,
    PHRASES,
    REDIRECTS,
    TURNS,
)
from ai_data_platform.core.conversations.refusal_words_abroad import ABROAD
from ai_data_platform.core.text import word_count

__all__ = ["REFUSALS_VERSION", "empty_answer_kind"]

REFUSALS_VERSION = "refusals-1"
"""Part of every fingerprint that the verdicts enter: raised when a pattern changes."""

_LONGEST = 600  # characters: whoever writes more has something to say
_LONGEST_COURTESY = 150
_FEW_WORDS = 8  # "Yes, that works for me."
_SENTENCE = re.compile(r"(?:[^.!?。！？\n]|(?<=\w)\.(?=\w))+[.!?。！？]*")
_END_MARK = re.compile(r"(?:<\|[a-z_]{1,20}\|>|</s>)\s*$")
_AROUND = " \t\r\n\"'*_-–—:()“”"
_STOPS = ".!?。！？ "


class _Says(Enum):
    NO = "declines"
    NOTHING = "apologises, offers, thanks or takes leave"
    ELSEWHERE = "sends the reader to somebody else"
    MORE = "says anything else"


def empty_answer_kind(asked: str, answer: str) -> Literal["refusal", "boilerplate_answer"] | None:
    """What an answer is when nothing in it helps; None for every answer with one sentence that may.

    `refusal`: it declines, or says that it cannot or does not know, and every other sentence is an apology,
    an offer or a pointer to a professional. `boilerplate_answer`: apologies, offers and greetings alone,
    where the user did not merely greet, agree, thank or take leave.
    """
    text = _END_MARK.sub("", answer.strip())
    if not text or len(text) > _LONGEST:
        return None
    said = set[_Says]()
    for sentence in _SENTENCE.findall(text):
        words = " ".join(sentence.strip(_AROUND).rstrip(_STOPS).split())
        if words:
            said.add(_says(words))
        if _Says.MORE in said:
            return None
    if _Says.NO in said:
        return "refusal"
    return "boilerplate_answer" if said == {_Says.NOTHING} and not _is_courtesy(asked) else None


def _is_courtesy(asked: str) -> bool:
    """Whether a message asks for nothing, so that a phrase is the right answer to it."""
    if "?" in asked or "？" in asked or len(asked) > _LONGEST_COURTESY:
        return False
    return word_count(asked) < _FEW_WORDS or bool(COURTESY.search(asked))


def _says(sentence: str) -> _Says:
    declined = DECLINES.match(sentence)
    if declined and not TURNS.search(sentence, declined.end()):
        return _Says.NO
    if PHRASES.fullmatch(sentence):
        return _Says.NOTHING
    if REDIRECTS.match(sentence):
        return _Says.ELSEWHERE
    return _says_abroad(sentence)


def _says_abroad(sentence: str) -> _Says:
    for words in ABROAD:
        if words.opens.match(sentence) and words.declines.search(sentence):
            return _Says.MORE if words.turns.search(sentence) else _Says.NO
        if words.phrases.fullmatch(sentence):
            return _Says.NOTHING
    return _Says.MORE
