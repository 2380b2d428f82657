"""Telephone numbers: where a run of digits can be one, and which words speak for it."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from ai_data_platform.core.conversations.pii_phone_plans import (
    is_fiction,
    likely_number,
    planned_number,
)
from ai_data_platform.core.conversations.pii_text import Find, Passage

__all__ = ["find_phones"]

_GAP = r"(?:[ ]?[-./][ ]?|\)[ ]?-?[ ]?|[ ]?\(|[ ])"
_RUN = re.compile(rf"(?:\+[ ]?)?\(?\+?\d(?:{_GAP}?\d)*+")
"""Digits with the marks that phone numbers hold. Possessive: each character is read once."""

_BREAK = re.compile(r"(?<=[\d)])(?: ?/ ?| - (?!\()| )(?=[\d(])")
"""Where one number can end and the next begin; a hyphen or a dot never parts two numbers."""

_GLUED_BEFORE = re.compile(r"(?:[A-Za-z0-9_$€£¥#]|[A-Za-z0-9][-./,])$")
_GLUED_AFTER = re.compile(r"[A-Za-wyzA-Z0-9_%]|x(?!\d)|[-./,:]\d|\)?\(")

_WHOLE = (
    "tel", "ph", "call", "called", "calling", "cell", "fax", "dial", "ring", "mobil", "mobile", "handy",
    "sms", "hotline", "wa.me",
)  # fmt: skip
_WITHIN = (
    "phone", "whatsapp", "telegram", "telef", "tél", "téléph", "rufnummer", "móvil", "movil", "celular",
    "cellulare", "telemóvel", "电话", "電話", "手机", "手機", "号码是", "號碼是", "联系方式", "微信", "携帯",
    "전화", "휴대폰", "연락처", "телефон", "тел.", "номер", "моб.", "позвон", "هاتف", "جوال", "موبايل",
    "رقمي", "טלפון", "נייד", "फ़ोन", "फोन", "मोबाइल",
)  # fmt: skip
_PHRASES = (
    r"(?:reach|text|contact)(?:ed|ing)? (?:me|us|him|her|them|you)(?![a-z])",
    r"(?:my|his|her|our|your|their) (?:new |old |work |home |private )?number",
)
_CUE = re.compile(
    rf"(?<![a-z])(?:{'|'.join(map(re.escape, _WHOLE))})(?![a-z])"
    rf"|(?<!\[)(?:{'|'.join(map(re.escape, _WITHIN))})|{'|'.join(_PHRASES)}",
    re.IGNORECASE,
)
"""Words that announce a telephone number; the name of a placeholder is none."""

_HINTS = (*_WHOLE, *_WITHIN, "reach", "text", "contact", "number")
_NOT_BETWEEN = re.compile(r"[\d\[\]@]")
"""Stands between no cue and its number. Placeholders hold such a sign, so a find moves no cue."""

_LONGEST_CUE = 24
_CUE_REACH = 32  # "phone number, in case you need to reach me: " and the like
_MIN_DIGITS, _MAX_DIGITS = 7, 15  # the longest is E.164's
_MAX_PARTS = 6  # blocks between spaces of one number, as in +33 6 12 34 56 78


def find_phones(passage: Passage, regions: tuple[str, ...]) -> Iterator[Find]:
    """Numbers that a numbering plan knows; the value is E.164 (or the digits where no plan fits).

    With + or 00 every country's, without them those of `regions`, grouped as people there write them.
    Bare or oddly grouped digits, and numbers in no plan, count only after a word for telephones, in
    this message or at the end of the one before.
    """
    cues = _Cues(passage)
    for run in _RUN.finditer(passage.text):
        if run.end() - run.start() < _MIN_DIGITS or _is_one_tangle(run[0]):
            continue
        parts = _parts(passage.text, run)
        cued = cues.near(run.start())
        if not cued and _GLUED_BEFORE.search(passage.text, max(0, run.start() - 2), run.start()):
            parts = parts[1:]
        if _GLUED_AFTER.match(passage.text, run.end()):
            parts = parts[:-1]
        for start, end, number in _numbers(passage.text, parts, regions, cued):
            yield Find("PHONE", start, end, number, is_fiction(number))


def _is_one_tangle(run: str) -> bool:
    """Whether a run, which nothing parts into numbers, mixes dots and hyphens as no number does."""
    return "." in run and "-" in run and " " not in run and "/" not in run


class _Cues:
    """The words for telephones of a passage, looked for when the first number asks."""

    def __init__(self, passage: Passage) -> None:
        self._text = f"{passage.before}\n{passage.text}"
        self._offset = len(passage.before) + 1

    @cached_property
    def _possible(self) -> bool:
        lowered = self._text.lower().replace("[phone_", "")
        return any(map(lowered.__contains__, _HINTS))

    def near(self, start: int) -> bool:
        """Whether such a word stands shortly before this place, with no other number between."""
        if not self._possible:
            return False
        place = start + self._offset
        begin = max(0, place - _CUE_REACH - _LONGEST_CUE)
        ends = (cue.end() for cue in _CUE.finditer(self._text, begin, place))
        return any(
            place - end <= _CUE_REACH and not _NOT_BETWEEN.search(self._text, end, place)
            for end in ends
        )


def _parts(text: str, run: re.Match[str]) -> list[tuple[int, int, int]]:
    """Start, end and digits of the blocks between which a number may end and another begin."""
    whole = run.span()
    breaks = [found.span() for found in _BREAK.finditer(text, *whole)]
    edges = [(whole[0], whole[0]), *breaks, (whole[1], whole[1])]
    spans = [(before[1], after[0]) for before, after in pairwise(edges)]
    return [(start, end, sum(map(str.isdigit, text[start:end]))) for start, end in spans]


def _numbers(
    text: str, parts: list[tuple[int, int, int]], regions: tuple[str, ...], cued: bool
) -> Iterator[tuple[int, int, str]]:
    """Start, end and E.164 of the numbers in the blocks of one run; the longest from each block."""
    first = 0
    while first < len(parts):
        last, find = _longest(text, parts, first, regions, cued)
        if find is not None:
            yield find
        first = last + 1


def _longest(
    text: str, parts: list[tuple[int, int, int]], first: int, regions: tuple[str, ...], cued: bool
) -> tuple[int, tuple[int, int, str] | None]:
    """The last block, and place and digits, of the longest number that begins with a block."""
    spans = {last: _inside(text, parts[first][0], parts[last][1]) for last in _ends(parts, first)}
    for judged in (planned_number, likely_number):
        for last, (start, end) in spans.items():
            number = judged(text[start:end], regions, cued=cued)
            if number is not None:
                return last, (start, end, number)
    return first, None


def _inside(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without brackets that go around a number rather than around its area code."""
    if text[start] == "(" and ")" not in text[start : end - 1]:
        start += 1
    return start, end - (text[end - 1] == ")")


def _ends(parts: list[tuple[int, int, int]], first: int) -> list[int]:
    """The blocks that a number beginning at `first` may end with, the farthest first."""
    found, digits = [], 0
    for last in range(first, min(first + _MAX_PARTS, len(parts))):
        digits += parts[last][2]
        if digits > _MAX_DIGITS:
            break
        if digits >= _MIN_DIGITS:
            found.append(last)
    return found[::-1]
