"""Markdown (CommonMark with tables) as it reads when rendered."""

import re
from collections.abc import Callable
from html import unescape
from importlib.metadata import version

from markdown_it import MarkdownIt
from markdown_it.token import Token
from resiliparse.parse.html import HTMLTree

from ai_data_platform.core.documents.encoding import DECODER_REVISION
from ai_data_platform.core.documents.html import EXTRACTOR_VERSION as HTML_VERSION
from ai_data_platform.core.documents.html import HtmlReader
from ai_data_platform.core.documents.sections import SectionWriter
from ai_data_platform.core.records import Rejected

__all__ = ["EXTRACTOR_VERSION", "read_markdown"]

EXTRACTOR_VERSION = (
    f"markdown:markdown-it-py-{version('markdown-it-py')}:{HTML_VERSION}"
    f":decoder-{DECODER_REVISION}:1"
)

_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(?=[\w\"#-])(.*?\n)?\1[ \t]*(?:\n|\Z)", re.DOTALL
)
_FRONT_TITLE = re.compile(r"^title\s*[:=]\s*(.+?)\s*$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t>]*(?:(?://|#)[ \t]*)?(\{\{#\w+[^\n]*?\}\})[ \t]*$\n?", re.MULTILINE)
"""A line that mdBook replaces by another file: the file is not here, and its path says nothing."""
_CAPTION = re.compile(r"<\w[^>]{0,500}?\scaption=\"([^\"]{1,500})\"")
"""Documentation components such as mdBook's <Listing> show this attribute above their code."""

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read_markdown(source: str) -> tuple[str | None, SectionWriter, tuple[Rejected, ...]]:
    """Title, sections (not finished) and dropped parts of one file."""
    front = _FRONT_MATTER.match(source)
    declared = _FRONT_TITLE.search(front.group()) if front else None
    body = source[front.end() :] if front else source
    dropped = tuple(
        Rejected("include_directive", found.group(1)) for found in _DIRECTIVE.finditer(body)
    )
    reader = _MarkdownReader()
    for token in _PARSER.parse(_DIRECTIVE.sub("", body)):
        reader.take(token)
    title = declared.group(1).strip("\"'") if declared else None
    return title or None, reader.writer, (*dropped, *reader.dropped)


class _MarkdownReader:
    """Takes block tokens in order and tells a SectionWriter what a reader would see."""

    def __init__(self) -> None:
        self.writer = SectionWriter()
        self.dropped: list[Rejected] = []
        self._heading: int | None = None
        self._lists: list[int] = []  # number of the next item, or -1 for bullets
        self._marker = ""
        self._cells: list[str] | None = None  # None outside a table row
        self._take: dict[str, Callable[[Token], None]] = {
            "heading_open": self._open_heading,
            "inline": self._inline,
            "fence": self._code,
            "code_block": self._code,
            "html_block": self._html,
            "bullet_list_open": self._open_list,
            "ordered_list_open": self._open_list,
            "bullet_list_close": self._close_list,
            "ordered_list_close": self._close_list,
            "list_item_open": self._open_item,
            "tr_open": self._open_row,
            "tr_close": self._close_row,
        }

    def take(self, token: Token) -> None:
        if (take := self._take.get(token.type)) is not None:
            take(token)

    def _open_heading(self, token: Token) -> None:
        # Inside a list or quotation a heading is emphasis, not a part of the document.
        self._heading = int(token.tag[1]) if token.level == 0 else None

    def _inline(self, token: Token) -> None:
        text = _inline_text(token.children or [])
        if self._cells is not None:
            self._cells.append(" ".join(text.split()))
        elif self._heading is not None:
            self.writer.heading(self._heading, text)
            self._heading = None
        elif self._lists:
            self.writer.line("  " * (len(self._lists) - 1) + self._marker + text)
            self._marker = ""
        else:
            self.writer.paragraph(text)

    def _code(self, token: Token) -> None:
        language = re.match(r"[\w+#.-]*", token.info.strip())
        self.writer.code(token.content, language.group() if language else "")

    def _html(self, token: Token) -> None:
        for found in _CAPTION.finditer(token.content):
            self.writer.paragraph(unescape(found.group(1)).replace("`", ""))
        body = HTMLTree.parse(token.content).body
        if body is not None:
            reader = HtmlReader(self.writer)
            reader.read(body)
            self.dropped += reader.dropped

    def _open_list(self, token: Token) -> None:
        ordered = token.type == "ordered_list_open"
        self._lists.append(int(token.attrGet("start") or 1) if ordered else -1)

    def _close_list(self, token: Token) -> None:
        self._lists.pop()

    def _open_item(self, token: Token) -> None:
        if self._lists[-1] < 0:
            self._marker = "- "
        else:
            self._marker = f"{self._lists[-1]}. "
            self._lists[-1] += 1

    def _open_row(self, token: Token) -> None:
        self._cells = []

    def _close_row(self, token: Token) -> None:
        self.writer.line(" | ".join(self._cells or []) if any(self._cells or []) else "")
        self._cells = None


def _inline_text(tokens: list[Token]) -> str:
    """Words without marks: link text without its URL, the description of an image, no tags."""
    parts = []
    for token in tokens:
        if token.type == "softbreak":
            parts.append(" ")
        elif token.type == "hardbreak" or _is_break(token):
            parts.append("\n")
        elif token.type in {"text", "code_inline", "image"}:
            parts.append(token.content)
    return "".join(parts).strip()


def _is_break(token: Token) -> bool:
    return token.type == "html_inline" and token.content.lower().startswith("<br")
