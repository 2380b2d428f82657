"""What every extractor gives: sections of readable text under their headings."""

from dataclasses import dataclass
from itertools import zip_longest

from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable, word_count

__all__ = ["ExtractedDocument", "Section", "SectionWriter", "fresh_headings", "readable"]

_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff\ufffe\uffff"))
"""Soft hyphens, zero-width spaces and non-characters: they hide a word from search."""

_LONGEST_HEADING = 40  # words; each chunk repeats its headings and has room for about 20 pieces


@dataclass(frozen=True, slots=True)
class Section:
    """The text below one heading, or of one PDF page.

    `text` holds paragraphs apart by an empty line, list items and table rows one a line, and code
    between ``` fences; `page` counts from 1 and is None where the format has no pages.
    """

    heading_path: tuple[str, ...]
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ExtractedDocument:
    """A readable document; `dropped` names each part that was left out, and why."""

    title: str
    media_type: str
    sections: tuple[Section, ...]
    extractor: str
    dropped: tuple[Rejected, ...] = ()

    @property
    def text(self) -> str:
        """All sections in order, each heading on a line of its own where it first holds."""
        parts: list[str] = []
        before: tuple[str, ...] = ()
        for section in self.sections:
            parts += fresh_headings(before, section.heading_path)
            parts.append(section.text)
            before = section.heading_path
        return "\n\n".join(part for part in parts if part)


def _is_above(path: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(path) < len(other) and path == other[: len(path)]


def fresh_headings(before: tuple[str, ...], path: tuple[str, ...]) -> tuple[str, ...]:
    """What `path` has below the headings that the two share."""
    shared = 0
    while shared < min(len(before), len(path)) and before[shared] == path[shared]:
        shared += 1
    return path[shared:]


class SectionWriter:
    """Takes headings and blocks in reading order and cuts them into sections."""

    def __init__(self) -> None:
        self.headings: list[tuple[int, str]] = []
        self._path: list[tuple[int, str]] = []
        self._blocks: list[list[str]] = []  # the lines of each
        self._in_lines = False
        self._sections: list[Section] = []

    @property
    def title(self) -> str | None:
        """The first level-1 heading; without one, the first heading if none stands above it."""
        top = min((level for level, _ in self.headings), default=0)
        first = next((text for level, text in self.headings if level == top), None)
        return first if top == 1 or (self.headings and self.headings[0][0] == top) else None

    def heading(self, level: int, text: str) -> None:
        """Starts a section, unless the heading has no text or is as long as a paragraph."""
        text = readable(" ".join(text.split()))
        if not text or word_count(text) > _LONGEST_HEADING:
            self.paragraph(text)
            return
        self._close()
        self._path = [*(entry for entry in self._path if entry[0] < level), (level, text)]
        self.headings.append((level, text))

    def paragraph(self, text: str) -> None:
        """A block that stands apart from its neighbours by an empty line."""
        if text := readable(text).strip():
            self._blocks.append([text])
            self._in_lines = False

    def line(self, text: str) -> None:
        """A list item or table row: directly below the line before it."""
        if not (text := readable(text).rstrip()).strip():
            return
        if self._in_lines:
            self._blocks[-1].append(text)
        else:
            self._blocks.append([text])
        self._in_lines = True

    def code(self, text: str, language: str = "") -> None:
        """A code block between fences that the code itself does not hold."""
        if text := readable(text).strip("\n").rstrip():
            fence = "```"
            while fence in text:
                fence += "`"
            self._blocks.append([f"{fence}{language}", text, fence])
            self._in_lines = False

    def finish(self) -> tuple[Section, ...]:
        """The sections; a heading without text stays only where no deeper one carries it."""
        self._close()
        return tuple(
            section
            for section, after in zip_longest(self._sections, self._sections[1:])
            if section.text or not (after and _is_above(section.heading_path, after.heading_path))
        )

    def _close(self) -> None:
        if self._blocks or self._path:
            path = tuple(text for _, text in self._path)
            text = "\n\n".join("\n".join(lines) for lines in self._blocks)
            self._sections.append(Section(path, text))
        self._blocks = []
        self._in_lines = False


def readable(text: str) -> str:
    """The text without control characters and characters that nobody sees."""
    return printable(text).translate(_INVISIBLE)
