"""Lines as a page shows them, made into paragraphs as a reader takes them in."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from ai_data_platform.core.text import words

__all__ = [
    "masked",
    "mend_hyphens",
    "paragraphs",
    "running_heads",
    "vocabulary",
    "without_heads",
    "without_leaders",
]

_HALVES = re.compile(r"[^\W_]{1,40}(?:[\x02\ufffe\u00ad]\n?|-\n)[^\W_]{1,40}")
_BREAK = re.compile(r"([^\W\d_]{1,40})(?:[\x02\ufffe\u00ad]\n?|-\n)(?=([^\W_]{1,40}))")
_LEADER = re.compile(r"(?: ?\.){4,} ?")
_LOOSE = re.compile(r"[\x02\ufffe]")
# Halves of at most 40 letters: without a limit, one endless word takes quadratic time.
_COMPOUND = re.compile(r"[^\W_]{1,40}(?:-[^\W_]{1,40})+")

_ITEM = re.compile(r"\s*(?:[•●▪◦‣■□➢✓*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s")
_NUMBER = re.compile(r"[$€£(]*\d[\d.,]*[)%]*|[$€£%()—–-]+")
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = (".", "!", "?", ":", "。", "！", "？")

_FULL = 0.75  # of the widest neighbour: a shorter line ended because its paragraph did
_WINDOW = 4  # lines looked at on each side for that width: columns change within a page
_NARROWEST = 40  # characters; below that a line is a label or a cell, not running text
_SHORT = 60  # characters; a longer line that stands alone is a paragraph
_EDGE = 3  # lines at the top and at the bottom of a page that can be a running head
_FEWEST_PAGES = 4


def vocabulary(text: str) -> Counter[str]:
    """How often each whole word and hyphenated compound occurs, case folded."""
    whole = _HALVES.sub(" ", text.casefold())
    return Counter(words(whole)) + Counter(_COMPOUND.findall(whole))


def mend_hyphens(text: str, known: Counter[str]) -> str:
    """The text with words that a line's end broke made whole.

    A PDF does not say whether the hyphen belongs to the word, so the rest of the document is
    asked: `improve-ments` is joined; `forward-looking` keeps its hyphen where the document has it
    elsewhere or knows both halves as words of their own.
    """

    def whole(found: re.Match[str]) -> str:
        left, right = found.group(1), found.group(2)
        joined, compound = (left + right).casefold(), f"{left}-{right}".casefold()
        if known[joined] and known[joined] >= known[compound]:
            return left
        two_words = len(right) > 2 and known[left.casefold()] and known[right.casefold()]
        return f"{left}-" if known[compound] or two_words or not right[0].islower() else left

    return _LOOSE.sub("-", _BREAK.sub(whole, text))


def without_leaders(line: str) -> str:
    """The line with " ... " for the row of dots that leads to a page number."""
    return _LEADER.sub(" ... ", line)


def masked(line: str) -> str:
    """The line with # for its numbers: the footers of page 3 and page 14 become one."""
    return _DIGITS.sub("#", line.strip())


def running_heads(pages: Sequence[Sequence[str]]) -> dict[str, int]:
    """Masked lines at the top or bottom of at least half of the pages, with the number of pages."""
    if len(pages) < _FEWEST_PAGES:
        return {}
    counts = Counter(line for page in pages for line in {*map(masked, _edges(page))} if line)
    return {line: count for line, count in sorted(counts.items()) if 2 * count >= len(pages)}


def without_heads(page: Sequence[str], heads: Collection[str]) -> list[str]:
    """The page's lines less the running heads at its edges."""
    last = len(page) - _EDGE
    return [
        line
        for number, line in enumerate(page)
        if _EDGE <= number < last or masked(line) not in heads
    ]


def _edges(page: Sequence[str]) -> list[str]:
    return [*page[:_EDGE], *page[-_EDGE:]]


def paragraphs(lines: Sequence[str]) -> str:
    """The lines joined where a sentence runs on; paragraphs are apart by an empty line.

    Rows of figures, list items and labels keep lines of their own.
    """
    blocks: list[list[str]] = []
    for number, line in enumerate(lines):
        if blocks and _runs_on(lines, number):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return _laid_out([(_joined(block), len(block) > 1) for block in blocks])


def _runs_on(lines: Sequence[str], number: int) -> bool:
    """Whether this line carries on the sentence of the line before it."""
    before, line = lines[number - 1], lines[number]
    if not before or not line or _ITEM.match(line) or _is_row(before) or _is_row(line):
        return False
    if line[0].islower() and not before.endswith(_SENTENCE_END):
        return True
    near = lines[max(0, number - 1 - _WINDOW) : number + _WINDOW]
    full = max(_NARROWEST, _FULL * max(map(len, near)))
    return len(before) >= full and not (before.endswith(":") or len(line) < 3)


def _is_row(line: str) -> bool:
    """At least two figures, and about as many figures as words: a row of a table."""
    tokens = line.split()
    figures = sum(1 for token in tokens if _NUMBER.fullmatch(token))
    return figures >= 2 and 5 * figures >= 2 * len(tokens)


def _joined(lines: Sequence[str]) -> str:
    text = lines[0]
    for before, line in pairwise(lines):
        text += line if before.endswith("-") and before[-2:-1].isalnum() else f" {line}"
    return text


def _laid_out(blocks: Sequence[tuple[str, bool]]) -> str:
    """Blocks apart by an empty line, except between short lines and between list items."""
    text, close = "", False
    for block, several_lines in blocks:
        line = not several_lines and (len(block) < _SHORT or _is_row(block))
        tight = line or _ITEM.match(block) is not None
        if block:
            text += (("\n" if close and tight else "\n\n") if text else "") + block
            close = tight
        else:
            close = False
    return text
