"""The front of document reading, and the real corpora behind it."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.documents import (
    EXTRACTOR_VERSIONS,
    ExtractedDocument,
    Section,
    extract,
    extract_text,
    media_type_of,
)
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform_tests.core.documents.pdf_files import pdf_file


def refusal(data: bytes, uri: str) -> str:
    with pytest.raises(SourceUnreadable) as refused:
        extract(data, uri)
    return refused.value.reason


def outcomes(folder: Path) -> dict[str, str]:
    """What became of each file: its title, or the reason why it was set aside."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            try:
                found[path.name] = extract(path.read_bytes(), str(path)).title
            except SourceUnreadable as refused:
                found[path.name] = f"refused: {refused.reason}"
    return found


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.pdf"])
def test_an_empty_file_is_set_aside(name: str) -> None:
    assert refusal(b"", name) == "empty_file"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_of_white_space_has_no_text(name: str) -> None:
    assert refusal(b"\n \t\r\n\xef\xbb\xbf", name) == "no_text"


@pytest.mark.parametrize("name", ["a.docx", "a.csv", "archive.tar.gz", "no-suffix", "notes.md.bak"])
def test_other_types_are_set_aside(name: str) -> None:
    assert refusal(b"PK\x03\x04 whatever", name) == "unsupported_media_type"


def test_an_image_named_txt_is_no_text() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + struct.pack(">9I", *range(9)) + bytes(range(256))
    assert refusal(picture, "a.txt") == "undecodable_bytes"


@pytest.mark.parametrize(
    ("uri", "start", "media_type"),
    [
        ("README.MD", b"# a", "text/markdown"),
        ("a.markdown", b"# a", "text/markdown"),
        ("a.htm", b"x", "text/html"),
        ("a.xhtml", b"x", "text/html"),
        ("a.txt", b"x", "text/plain"),
        ("why #1?.txt", b"x", "text/plain"),
        ("C:\\docs\\a.txt", b"x", "text/plain"),
        ("https://a.example/x/a.md?raw=1#top", b"x", "text/markdown"),
        ("https://a.example/intro", b"\n<!DOCTYPE html><p>", "text/html"),
        ("https://a.example/intro.php", b"<html><p>", "text/html"),
        ("wrong.txt", b"%PDF-1.4", "application/pdf"),
    ],
)
def test_the_type_comes_from_the_name_and_then_from_the_content(
    uri: str, start: bytes, media_type: str
) -> None:
    assert media_type_of(start, uri) == media_type


def test_a_pdf_under_another_name_is_read_as_what_it_is() -> None:
    assert extract(pdf_file([["Text."]]), "report.txt").media_type == "application/pdf"


def test_a_file_at_a_url_is_named_after_its_decoded_path() -> None:
    assert extract(b"Text.", "https://a.example/My%20notes.txt?v=2").title == "My notes"


def test_the_extractor_of_a_document_is_the_version_of_its_type() -> None:
    document = extract(b"# T\n\nText.", "a.md")
    assert document.extractor == EXTRACTOR_VERSIONS["text/markdown"]
    assert "markdown-it-py-" in document.extractor
    assert len(set(EXTRACTOR_VERSIONS.values())) == 4


def test_the_column_of_a_table_is_read_like_a_file() -> None:
    assert extract_text("<p>An <b>answer</b></p>", "text/html", stem="row 7") == ExtractedDocument(
        title="row 7",
        media_type="text/html",
        sections=(Section((), "An answer"),),
        extractor=EXTRACTOR_VERSIONS["text/html"],
    )


def test_the_text_of_a_document_holds_each_heading_once() -> None:
    document = extract(b"# A\n\none\n\n## B\n\n### C\n\ntwo\n\n### D\n\nthree\n", "a.md")
    assert document.text == "A\n\none\n\nB\n\nC\n\ntwo\n\nD\n\nthree"


def test_control_characters_never_reach_the_text() -> None:
    source = "A line of text that is long enough. " * 3 + "One\x07two\ufffe three."
    assert extract(source.encode(), "a.txt").text.endswith(" Onetwo three.")


@given(st.binary(max_size=400), st.sampled_from(["a.html", "a.md", "a.txt", "a.pdf"]))
def test_any_bytes_are_read_or_refused_with_a_reason(data: bytes, name: str) -> None:
    try:
        document = extract(data, name)
    except SourceUnreadable:
        return
    assert document.sections
    assert document.title


@given(st.text(max_size=400), st.sampled_from(["a.html", "a.md", "a.txt"]))
def test_any_text_is_read_the_same_twice(text: str, name: str) -> None:
    data = text.encode("utf-8", "replace")
    try:
        assert extract(data, name) == extract(data, name)
    except SourceUnreadable:
        return


def test_the_real_encoding_edge_cases(shared_data: Path) -> None:
    assert outcomes(shared_data / "documents" / "encoding_edge_cases") == {
        "README.md": "Example Docs",
        "codeblock.md": "HTML Example",
        "empty.txt": "refused: empty_file",
        "fake-html-cp1252.html": "My First Heading",
        "fake-html-lang-de.html": (
            "Jahresabschluss zum Geschäftsjahr vom 01.01.2020 bis zum 31.12.2020"
        ),
        "fake-html-with-base64-image.html": "fake-html-with-base64-image",
        "fake-html-with-duplicate-elements.html": "Example heading.",
        "fake-incomplete-json.txt": "fake-incomplete-json",
        "fake-text-all-whitespace.txt": "refused: no_text",
        "fake-text-utf-16-be.txt": "fake-text-utf-16-be",
        "fake-text-utf-16-le.txt": "fake-text-utf-16-le",
        "fake-text-utf-32.txt": "fake-text-utf-32",
    }


def test_the_real_windows_page_keeps_its_accents(shared_data: Path) -> None:
    path = shared_data / "documents" / "encoding_edge_cases" / "fake-html-cp1252.html"
    text = extract(path.read_bytes(), path.name).text
    assert "Die schöne Frau hat einen Kaffee mit Kuchen gegessen." in text
    assert "Der Preis betrug 15,50 €." in text


def test_the_real_pdf_edge_cases(shared_data: Path) -> None:
    found = outcomes(shared_data / "documents" / "pdf_edge_cases")
    refused = {name[:3]: what for name, what in found.items() if what.startswith("refused")}
    assert refused == {
        "005": "refused: encrypted_pdf",
        "007": "refused: needs_ocr",
        "017": "refused: broken_pdf",
        "019": "refused: needs_ocr",
        "023": "refused: needs_ocr",
    }
    assert found["009-pdflatex-geotopo__GeoTopo-komprimiert.pdf"] == "Geometrie und Topologie"
    assert found["011-google-doc-document__google-doc-document.pdf"] == "PDF Example Document"


def test_every_page_of_the_real_manual_is_read_but_its_frameset(shared_data: Path) -> None:
    folder = shared_data / "documents" / "html_ant_manual"
    documents = {}
    for path in sorted(folder.rglob("*.html")):
        uri = path.relative_to(folder).as_posix()
        if uri == "index.html":
            assert refusal(path.read_bytes(), uri) == "no_text"
        else:
            documents[uri] = extract(path.read_bytes(), uri)
    assert len(documents) == 225
    assert [section.heading_path for section in documents["Tasks/copy.html"].sections] == [
        ("Copy", "Description"),
        ("Copy", "Parameters"),
        (
            "Copy",
            "Parameters specified as nested elements",
            "any filesystem based resource collection",
        ),
        ("Copy", "Parameters specified as nested elements", "mapper"),
        ("Copy", "Parameters specified as nested elements", "filterset"),
        ("Copy", "Parameters specified as nested elements", "filterchain"),
        ("Copy", "Examples"),
    ]
    assert all(document.sections and document.title for document in documents.values())


def test_every_page_of_the_real_book_is_read(shared_data: Path) -> None:
    folder = shared_data / "documents" / "markdown_rust_book"
    documents = [extract(path.read_bytes(), path.name) for path in sorted(folder.glob("*.md"))]
    assert len(documents) == 112
    text = "\n".join(document.text for document in documents)
    assert not any(mark in text for mark in ("{{#", "<!--", "<Listing", "](", "\ufffd"))
