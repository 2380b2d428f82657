"""The smallest pieces that a chunk is made of: sentences, list items, table rows, code blocks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from ai_data_platform.core.text import word_count, words

__all__ = ["Place", "Unit", "size_of", "split_units", "text_of"]

_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<language>[^`\n]*)$", re.MULTILINE)
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
class Place:
    """Where a text stands: the headings above it, and its page if the format has pages."""

    heading_path: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of text that is cut only when it alone is too large.

    `glue` is the white space between it and the unit before; `size` is in words (see `size_of`);
    after a unit that `binds`, such as a heading, no chunk ends.
    """

    text: str
    glue: str
    size: int
    place: Place
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


def split_units(text: str, largest: int, place: Place) -> tuple[Unit, ...]:
    """The units of a section's text in order, none larger than `largest` unless it is one word."""
    return tuple(
        Unit(small, glue, size, place)
        for glue, part in _parts(text)
        for glue, small, size in _divided(part, glue, largest)
    )


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for glue, block, is_code in _blocks(text):
        if is_code:
            yield glue, block
        else:
            yield from _prose(block, glue)


def _blocks(text: str) -> Iterator[tuple[str, str, bool]]:
    """(glue, text, whether it is code) for each code block and what stands between them."""
    end = 0
    for start, stop in _code_spans(text):
        if prose := text[end:start].strip("\n"):
            yield "\n\n", prose, False
        yield "\n\n", text[start:stop], True
        end = stop
    if prose := text[end:].strip("\n"):
        yield "\n\n", prose, False


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    """From fence to fence; one that is never closed is not code."""
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence["ticks"] == opened["ticks"] and not fence["language"].strip():
            yield opened.start(), fence.end()
            opened = None


def _prose(text: str, glue: str) -> Iterator[tuple[str, str]]:
    for paragraph in text.split("\n\n"):
        for line in filter(str.strip, paragraph.split("\n")):
            for between, sentence in _sentences(line):
                yield glue or between, sentence
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


def _divided(text: str, glue: str, largest: int) -> Iterator[tuple[str, str, int]]:
    """(glue, text, size) of the part itself, or of its lines, its tokens, or words without spaces."""
    size = size_of(text)
    parts = [] if size <= largest else _lines(text) or _tokens(text) or _words(text)
    if len(parts) < 2:
        yield glue, text, size
        return
    for number, (between, part) in enumerate(parts):
        yield from _divided(part, between if number else glue, largest)


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
