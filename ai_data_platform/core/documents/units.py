"""The smallest pieces that a chunk is made of: sentences, list items, table rows, code blocks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from ai_data_platform.core.text import word_count, words

__all__ = ["Unit", "size_of", "split_units", "text_of"]

_FENCED = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r"\S+")
_SENTENCE_END = re.compile(
    r"[.!?…][\"'”’)\]]*(?P<space>\s+)(?=[\"'“‘(\[]*[^\W_a-z])|[。！？][」』”）]*(?P<none>)(?=\S)"
)
_ABBREVIATION = re.compile(
    r"(?:\b[A-Z]|\b(?:e\.g|i\.e|vs|cf|al|no|fig|mr|mrs|ms|dr|prof|st|inc|approx|u\.s))$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 8

# What a word-piece vocabulary of English makes of a text, counted without it: within 10 % of the
# all-MiniLM-L6-v2 tokenizer on prose, tables and code (its mean piece holds 7 letters or 3 digits).
_PIECE = re.compile(r"[A-Za-z]{1,7}|\d{1,3}|[^\W\dA-Za-z_]{1,3}|[^\w\s]|_")
_PIECES_PER_WORD = 1.3  # of English prose


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of text that is cut only when it alone is too large.

    `glue` is the white space between it and the unit before; `size` is in words (see `size_of`);
    after a unit that `binds`, such as a heading, no chunk ends.
    """

    text: str
    glue: str
    size: int
    page: int | None = None
    binds: bool = False


def size_of(text: str) -> int:
    """The length in words of prose that takes as much room in an embedding model.

    At least the number of words. Code and figures count more: a line of code has few words, but
    each of its signs is a piece of its own.
    """
    return max(word_count(text), ceil(sum(1 for _ in _PIECE.finditer(text)) / _PIECES_PER_WORD))


def text_of(units: Sequence[Unit]) -> str:
    """The text that the units were cut from."""
    return units[0].text + "".join(unit.glue + unit.text for unit in units[1:])


def split_units(text: str, largest: int, page: int | None = None) -> tuple[Unit, ...]:
    """The units of a section's text in order, none larger than `largest` unless it is one word."""
    return tuple(
        small
        for glue, part, is_code in _blocks(text)
        for unit in (
            [Unit(part, glue, size_of(part), page)] if is_code else _prose(part, glue, page)
        )
        for small in _divided(unit, largest)
    )


def _blocks(text: str) -> Iterator[tuple[str, str, bool]]:
    """(glue, text, whether it is code) for each code block and what stands between them."""
    end = 0
    for fenced in _FENCED.finditer(text):
        if prose := text[end : fenced.start()].strip("\n"):
            yield "\n\n", prose, False
        yield "\n\n", fenced.group(), True
        end = fenced.end()
    if prose := text[end:].strip("\n"):
        yield "\n\n", prose, False


def _prose(text: str, glue: str, page: int | None) -> Iterator[Unit]:
    for paragraph in text.split("\n\n"):
        for line in filter(str.strip, paragraph.split("\n")):
            for between, sentence in _sentences(line):
                yield Unit(sentence, glue or between, size_of(sentence), page)
                glue = ""
            glue = "\n"
        glue = "\n\n"


def _sentences(line: str) -> Iterator[tuple[str, str]]:
    """(white space before it, sentence) for each; a table row stays whole."""
    start, between = 0, ""
    for found in () if " | " in line else _SENTENCE_END.finditer(line):
        before = line[max(start, found.start() - _LONGEST_ABBREVIATION) : found.start()]
        if not _ABBREVIATION.search(before):
            space = found.group("space") or ""
            yield between, line[start : found.end() - len(space)]
            start, between = found.end(), space
    yield between, line[start:]


def _divided(unit: Unit, largest: int) -> Iterator[Unit]:
    """The unit itself, or its lines, or their tokens, or the words of a text without spaces."""
    if unit.size <= largest:
        yield unit
        return
    parts = _lines(unit.text) or _tokens(unit.text) or _words(unit.text)
    if len(parts) < 2:
        yield unit
        return
    for number, (glue, part) in enumerate(parts):
        small = Unit(part, glue if number else unit.glue, size_of(part), unit.page)
        yield from _divided(small, largest)


def _lines(text: str) -> list[tuple[str, str]]:
    return [("\n", line) for line in text.split("\n")] if "\n" in text else []


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, end = [], 0
    for found in _TOKEN.finditer(text):
        tokens.append((text[end : found.start()], found.group()))
        end = found.end()
    return tokens if len(tokens) > 1 else []


def _words(text: str) -> list[tuple[str, str]]:
    starts, end = [], 0
    for word in words(text):
        starts.append(text.index(word, end))
        end = starts[-1] + len(word)
    bounds = [0, *starts[1:], len(text)]
    return [("", text[a:b]) for a, b in pairwise(bounds)]
