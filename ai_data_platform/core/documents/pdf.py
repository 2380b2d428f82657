"""PDF: the text layer, one section a page, lines joined into paragraphs."""

import re
from collections import Counter
from contextlib import closing
from importlib.metadata import version
from threading import Lock

from pypdfium2 import PdfDocument, PdfiumError
from pypdfium2.raw import FPDF_ERR_PASSWORD

from ai_data_platform.core.documents.lines import (
    mend_hyphens,
    paragraphs,
    running_heads,
    vocabulary,
    without_heads,
    without_leaders,
)
from ai_data_platform.core.documents.sections import Section, readable
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.records import Rejected

__all__ = ["EXTRACTOR_VERSION", "read_pdf"]

EXTRACTOR_VERSION = f"pdf:pypdfium2-{version('pypdfium2')}:1"

_HEADER_WITHIN = 1024  # readers accept a PDF whose header stands this far in
_ONE_AT_A_TIME = Lock()
"""PDFium may not be entered by two threads at once, not even for two documents."""

_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb06": "st",
    }
)
_LONGEST_TITLE = 300
_TITLE_WORDS = re.compile(r"[^\W\d_]{2,}.*\s.*[^\W\d_]{2,}")
_TITLE_OF_A_TOOL = re.compile(
    r"^(?:microsoft \w+ - |untitled|document\d*$|powerpoint presentation|slide \d)|\.\w{2,5}$",
    re.IGNORECASE,
)


def read_pdf(data: bytes) -> tuple[str | None, tuple[Section, ...], tuple[Rejected, ...]]:
    """Title if the metadata hold a sensible one, a section for each page with text, dropped parts.

    Raises SourceUnreadable: `not_a_pdf`, `encrypted_pdf` (a password is needed), `broken_pdf`,
    `needs_ocr` (pages, but no text layer).
    """
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise SourceUnreadable("not_a_pdf", f"the file starts with {data[:8]!r}, not with %PDF-")
    with _ONE_AT_A_TIME:
        title, pages = _text_layer(data)
    if not any(page.strip() for page in pages):
        raise SourceUnreadable("needs_ocr", f"{len(pages)} page(s) of images without a text layer")
    sections, heads = _sections(pages)
    blank = tuple(
        Rejected("page_without_text", f"page {number} has no text layer")
        for number, page in enumerate(pages, 1)
        if not page.strip()
    )
    repeated = tuple(
        Rejected("running_head", f"{line!r} on {count} pages") for line, count in heads.items()
    )
    return _sensible_title(title), sections, blank + repeated


def _text_layer(data: bytes) -> tuple[str, list[str]]:
    try:
        with closing(PdfDocument(data)) as document:
            pages = [_page_text(document, index) for index in range(len(document))]
            title = document.get_metadata_value("Title")
    except PdfiumError as error:
        # PDFium keeps the code of an earlier file when it finds no page, so the code alone may lie.
        if error.err_code == FPDF_ERR_PASSWORD and b"/Encrypt" in data:
            raise SourceUnreadable("encrypted_pdf", "a password is needed to open it") from error
        raise SourceUnreadable("broken_pdf", str(error)) from error
    if not pages:
        raise SourceUnreadable("broken_pdf", "no page could be found in it")
    return title, pages


def _page_text(document: PdfDocument, index: int) -> str:
    with closing(document[index]) as page, closing(page.get_textpage()) as layer:
        text: str = layer.get_text_bounded()
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_LIGATURES)


def _sections(pages: list[str]) -> tuple[tuple[Section, ...], dict[str, int]]:
    known = vocabulary("\n".join(pages))
    lines = [_clean_lines(page, known) for page in pages]
    heads = running_heads(lines)
    texts = [paragraphs(without_heads(page, heads)) for page in lines]
    if not any(texts):  # every page says the same: then it is the content
        texts, heads = [paragraphs(page) for page in lines], {}
    numbered = enumerate(texts, 1)
    return tuple(Section((), text, number) for number, text in numbered if text), heads


def _clean_lines(page: str, known: Counter[str]) -> list[str]:
    whole = readable(mend_hyphens(page, known))
    return [line for raw in whole.split("\n") if (line := without_leaders(raw).strip())]


def _sensible_title(title: str) -> str | None:
    """At least two words that a person wrote; filing numbers and file names are none."""
    title = " ".join(readable(title[:_LONGEST_TITLE]).split())
    sensible = _TITLE_WORDS.search(title) and not _TITLE_OF_A_TOOL.search(title)
    return title if sensible else None
