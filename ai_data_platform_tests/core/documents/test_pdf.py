"""PDF files: their text layer, page by page."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ai_data_platform.core.documents import Section, extract
from ai_data_platform.core.documents.pdf import read_pdf
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.records import Rejected
from ai_data_platform_tests.core.documents.pdf_files import pdf_file


def refusal(data: bytes) -> str:
    with pytest.raises(SourceUnreadable) as refused:
        extract(data, "reports/x.pdf")
    return refused.value.reason


def test_each_page_is_a_section_with_its_number() -> None:
    document = extract(pdf_file([["First page."], [], ["Third page."]]), "x.pdf")
    assert document.sections == (
        Section((), "First page.", page=1),
        Section((), "Third page.", page=3),
    )
    assert document.dropped == (Rejected("page_without_text", "page 2 has no text layer"),)


def test_lines_that_run_on_become_one_paragraph() -> None:
    lines = [
        "Gross margin",
        "Products gross margin increased during the third quarter compared to",
        "the same quarter of the year before, due to a different mix.",
        "Services 71.5 % 69.8 % 72.2 %",
        "Products 34.5 % 36.0 % 36.8 %",
    ]
    assert extract(pdf_file([lines]), "x.pdf").text == (
        "Gross margin\n\n"
        "Products gross margin increased during the third quarter compared to "
        "the same quarter of the year before, due to a different mix.\n\n"
        "Services 71.5 % 69.8 % 72.2 %\n"
        "Products 34.5 % 36.0 % 36.8 %"
    )


def test_a_word_broken_at_the_line_end_is_whole_again() -> None:
    lines = ["The committee reported several improve-", "ments to the system."]
    assert extract(pdf_file([lines]), "x.pdf").text == (
        "The committee reported several improvements to the system."
    )


def test_a_compound_keeps_its_hyphen_where_the_document_shows_that_it_has_one() -> None:
    pages = [["Some forward-looking statements."], ["These are also forward-", "looking ones."]]
    assert (
        extract(pdf_file(pages), "x.pdf").sections[1].text == "These are also forward-looking ones."
    )


def test_running_heads_and_page_numbers_are_dropped_and_reported() -> None:
    pages = [
        ["Annual Report", f"Content of part {word}.", f"Page {n}"]
        for n, word in enumerate(["one", "two", "three", "four"], 1)
    ]
    document = extract(pdf_file(pages), "x.pdf")
    assert [section.text for section in document.sections] == [
        "Content of part one.",
        "Content of part two.",
        "Content of part three.",
        "Content of part four.",
    ]
    assert document.dropped == (
        Rejected("running_head", "'Annual Report' on 4 pages"),
        Rejected("running_head", "'Page #' on 4 pages"),
    )


def test_the_dots_of_a_table_of_contents_are_shortened() -> None:
    assert extract(pdf_file([["Scope ............................ 12"]]), "x.pdf").text == (
        "Scope ... 12"
    )


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Annual Performance Report", "Annual Performance Report"),
        ("0000320193-22-000070", "2022 Q3 AAPL"),
        ("Microsoft Word - draft 3 final", "2022 Q3 AAPL"),
        ("my report.docx", "2022 Q3 AAPL"),
        ("", "2022 Q3 AAPL"),
    ],
)
def test_a_stored_title_counts_only_where_a_person_wrote_it(stored: str, shown: str) -> None:
    data = pdf_file([["Text."]], title=stored)
    assert extract(data, "filings/2022 Q3 AAPL.pdf").title == shown


def test_a_file_encrypted_with_an_empty_password_is_read() -> None:
    assert extract(pdf_file([["In the open."]], user_password=b""), "x.pdf").text == "In the open."


def test_a_file_that_needs_a_password_is_set_aside() -> None:
    assert refusal(pdf_file([["Secret."]], user_password=b"secret")) == "encrypted_pdf"


def test_a_file_of_images_needs_ocr() -> None:
    assert refusal(pdf_file([[], []])) == "needs_ocr"


def test_a_web_page_named_pdf_is_not_one() -> None:
    assert refusal(b"<html><body>404 Not found</body></html>") == "not_a_pdf"


def test_a_damaged_file_is_broken() -> None:
    assert refusal(b"%PDF-1.7\nnothing of use") == "broken_pdf"


def test_a_file_without_pages_is_broken_even_after_one_with_a_password() -> None:
    refusal(pdf_file([["Secret."]], user_password=b"secret"))
    assert refusal(pdf_file([])) == "broken_pdf"


def test_threads_may_read_at_once() -> None:
    files = [pdf_file([[f"Text of file {number}."]]) for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        texts = [sections[0].text for _, sections, _ in pool.map(read_pdf, files)]
    assert texts == [f"Text of file {number}." for number in range(16)]


def test_real_filings_with_an_empty_password_give_all_their_pages(shared_data: Path) -> None:
    path = shared_data / "documents" / "pdf_sec_10q" / "2022 Q3 AAPL.pdf"
    document = extract(path.read_bytes(), path.name)
    assert document.title == "2022 Q3 AAPL"
    assert [section.page for section in document.sections] == list(range(1, 29))
    assert "Total net sales 82,959 81,434 304,182 282,457" in document.sections[3].text
    assert not any(mark in document.text for mark in "\x02\ufffe\x00")
