"""A small PDF 1.4 file: lines of text in Helvetica on A4 pages, nothing compressed."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Line", "pdf_document"]

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 56  # A4 and 2 cm, in points
_LEADING = 1.4
_FIRST_PAGE = 6
"""Number of the first page object; catalog, page tree, two fonts and the title come before it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text and its size in points; an empty one is a gap."""

    text: str
    size: int
    bold: bool = False


def pdf_document(title: str, lines: Sequence[Line]) -> bytes:
    """A readable PDF of these lines. Characters that Windows-1252 lacks become question marks."""
    contents = _paginate(lines)
    kids = " ".join(f"{_FIRST_PAGE + 2 * i} 0 R" for i in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        b"<< /Title (" + _escape(title) + b") /Producer (Tarnholt manual press) >>",
    ]
    for index, content in enumerate(contents):
        objects.append(_page(_FIRST_PAGE + 2 * index + 1))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


def _paginate(lines: Sequence[Line]) -> list[bytes]:
    pages: list[list[bytes]] = [[]]
    top = float(_HEIGHT - _MARGIN)
    for line in lines:
        top -= line.size * _LEADING
        if top < _MARGIN:
            pages.append([])
            top = _HEIGHT - _MARGIN - line.size * _LEADING
        if line.text:
            font = b"F2" if line.bold else b"F1"
            place = f"{line.size} Tf {_MARGIN} {top:.1f} Td".encode()
            pages[-1].append(b"BT /%s %s (%s) Tj ET" % (font, place, _escape(line.text)))
    return [b"\n".join(page) for page in pages]


def _escape(text: str) -> bytes:
    data = text.encode("cp1252", "replace")
    return data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
    )


def _page(content: int) -> bytes:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] /Contents {content} 0 R "
        "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
    ).encode()


def _file(objects: Sequence[bytes]) -> bytes:
    data = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")  # the second line marks the file as binary
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R >>\n" % (len(objects) + 1)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % start)
