"""Pages as files, read back with the tools that readers use."""

import re

import pypdfium2
from resiliparse.extract.html2text import extract_plain_text

from ai_data_platform.core.samples.pages import Page, pages
from ai_data_platform.core.samples.pdf import Line, pdf_document
from ai_data_platform.core.samples.rendering import render

PAGES = list(pages(7, 40))


def _pages(suffix: str) -> list[Page]:
    return [page for page in PAGES if page.format == suffix]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return _flat(" ".join(page.get_textpage().get_text_range() for page in document))


def test_a_pdf_gives_its_whole_text_back() -> None:
    for page in _pages("pdf"):
        text = _pdf_text(render(page))
        assert page.title in text
        assert [fact.state for fact in page.facts if fact.state not in text] == []


def test_a_pdf_carries_its_title() -> None:
    page = _pages("pdf")[0]
    metadata = pypdfium2.PdfDocument(render(page)).get_metadata_dict()
    assert metadata["Title"] == page.title


def test_the_cross_references_of_a_pdf_point_at_its_objects() -> None:
    data = render(_pages("pdf")[0])
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n ", data)]
    assert [data[o : o + 8].split()[0] for o in offsets] == [
        str(number).encode() for number in range(1, len(offsets) + 1)
    ]
    start = int(data.split(b"startxref\n")[1].split()[0])
    assert data[start:].startswith(b"xref\n")


def test_brackets_backslashes_and_degrees_survive_in_a_pdf() -> None:
    assert (
        _pdf_text(pdf_document("t", [Line(r"(a \ b) 20 °C 4 mm²", 10)])) == r"(a \ b) 20 °C 4 mm²"
    )


def test_a_long_pdf_has_several_pages_and_loses_no_line() -> None:
    data = pdf_document("t", [Line(f"line {number}", 10) for number in range(200)])
    assert len(pypdfium2.PdfDocument(data)) == 4
    assert _pdf_text(data) == " ".join(f"line {number}" for number in range(200))


def test_a_web_page_holds_its_text_among_navigation_cookies_and_scripts() -> None:
    for page in _pages("html"):
        source = render(page).decode()
        # Not `main_content`: that leaves out the lists of the release notes.
        text = _flat(extract_plain_text(source, main_content=False))
        assert [fact.state for fact in page.facts if fact.state not in text] == []
        assert "We use cookies" in text
        assert "dataLayer" in source
        assert "dataLayer" not in text


def test_a_markdown_page_opens_with_its_title_and_lists_its_headings() -> None:
    for page in _pages("md"):
        lines = render(page).decode().splitlines()
        assert lines[0] == f"# {page.title}"
        headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
        assert headings == [section.heading for section in page.sections]


def test_a_data_page_ends_with_a_table_of_its_values() -> None:
    page = next(p for p in _pages("md") if p.uri.endswith("/data.md"))
    text = render(page).decode()
    assert text.count("\n| ") == len(page.facts) + 1
    assert f"| {page.facts[0].value} |" in text


def test_the_text_page_is_latin_1_and_not_utf_8() -> None:
    (page,) = _pages("txt")
    data = render(page)
    assert "Genève" in data.decode("latin-1")
    assert "Gen\xe8ve".encode("latin-1") in data
