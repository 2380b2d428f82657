"""The front of document reading: the bytes of one file in, titled sections of text out."""

from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from ai_data_platform.core.documents import html, markdown, pdf, plain
from ai_data_platform.core.documents.encoding import decode
from ai_data_platform.core.documents.sections import ExtractedDocument, Section
from ai_data_platform.core.errors import SourceUnreadable

__all__ = [
    "EXTRACTOR_VERSIONS",
    "ExtractedDocument",
    "Section",
    "extract",
    "extract_text",
    "media_type_of",
]

MARKDOWN, HTML, PDF, PLAIN = "text/markdown", "text/html", "application/pdf", "text/plain"

EXTRACTOR_VERSIONS = MappingProxyType(
    {
        HTML: html.EXTRACTOR_VERSION,
        MARKDOWN: markdown.EXTRACTOR_VERSION,
        PDF: pdf.EXTRACTOR_VERSION,
        PLAIN: plain.EXTRACTOR_VERSION,
    }
)
"""By media type: goes into a document's fingerprint, so that a new library re-reads its files."""

_BY_SUFFIX = {
    ".htm": HTML,
    ".html": HTML,
    ".markdown": MARKDOWN,
    ".md": MARKDOWN,
    ".pdf": PDF,
    ".txt": PLAIN,
    ".xhtml": HTML,
}
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml")
_SNIFFED = 512


def extract(data: bytes, uri: str) -> ExtractedDocument:
    """The readable content of one file; the name in the URI gives its type and its last title.

    Raises SourceUnreadable: `empty_file`, `no_text`, `unsupported_media_type`, `undecodable_bytes`,
    and for PDF `not_a_pdf`, `broken_pdf`, `encrypted_pdf`, `needs_ocr`.
    """
    if not data:
        raise SourceUnreadable("empty_file", f"{uri} has no bytes")
    media_type = media_type_of(data, uri)
    if media_type != PDF:
        text = decode(data, markup=media_type == HTML)
        return extract_text(text, media_type, stem=_stem(uri))
    title, sections, dropped = pdf.read_pdf(data)
    return ExtractedDocument(title or _stem(uri), PDF, sections, pdf.EXTRACTOR_VERSION, dropped)


def extract_text(text: str, media_type: str, *, stem: str) -> ExtractedDocument:
    """The same for text at hand, such as a database column; `stem` is its title if it has no own.

    Raises SourceUnreadable(`no_text`).
    """
    if not text.strip():
        raise SourceUnreadable("no_text", "there is nothing but white space")
    if media_type == HTML:
        title, writer, dropped = html.read_html(text)
        title = _top_title(writer.headings) or title
    elif media_type == MARKDOWN:
        title, writer, dropped = markdown.read_markdown(text)
    else:
        title, writer, dropped = None, plain.read_plain(text), ()
    sections = writer.finish()
    if not sections:
        raise SourceUnreadable("no_text", "no heading and no text is left without its markup")
    version = EXTRACTOR_VERSIONS[media_type]
    return ExtractedDocument(title or writer.title or stem, media_type, sections, version, dropped)


def media_type_of(data: bytes, uri: str) -> str:
    """The media type by the name's suffix, or by the content where a URL has no known suffix.

    Raises SourceUnreadable(`unsupported_media_type`).
    """
    named = _BY_SUFFIX.get(_path(uri).suffix.lower())
    if data.startswith(b"%PDF-"):
        return PDF
    if named is not None:
        return named
    if "://" in uri or not _path(uri).suffix:
        start = data[:_SNIFFED].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        if start.startswith(_HTML_STARTS):
            return HTML
    known = " ".join(sorted(_BY_SUFFIX))
    raise SourceUnreadable(
        "unsupported_media_type", f"{_path(uri).name!r} is none of {known}, nor a web page"
    )


def _path(uri: str) -> PurePosixPath:
    """The path in a URL; a bare file name may hold # and ? and is taken as it is."""
    path = unquote(urlsplit(uri).path) if "://" in uri else uri.replace("\\", "/")
    return PurePosixPath(path)


def _stem(uri: str) -> str:
    return _path(uri).stem or uri


def _top_title(headings: list[tuple[int, str]]) -> str | None:
    return next((text for level, text in headings if level == 1), None)
