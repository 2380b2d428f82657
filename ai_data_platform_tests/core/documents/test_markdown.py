"""Markdown files, as they read when rendered."""

import pytest

from ai_data_platform.core.documents import ExtractedDocument, Section, extract
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.records import Rejected


def read(source: str) -> ExtractedDocument:
    return extract(source.encode(), "docs/some-page.md")


def test_headings_become_the_path_of_what_stands_below_them() -> None:
    document = read("# Book\n\nHello.\n\n## Part\n\n### Deep\n\nText.\n\nSetext\n------\n\nMore.\n")
    assert document.title == "Book"
    assert document.sections == (
        Section(("Book",), "Hello."),
        Section(("Book", "Part", "Deep"), "Text."),
        Section(("Book", "Setext"), "More."),
    )


def test_a_page_that_starts_at_the_second_level_is_named_after_its_first_heading() -> None:
    assert read("## Hello, World!\n\n### Setup\n\nText.").title == "Hello, World!"


def test_a_page_without_headings_is_named_after_its_file() -> None:
    assert read("Just text.").title == "some-page"


def test_front_matter_gives_the_title_and_is_no_text() -> None:
    document = read('---\ntitle: "The Guide"\ntags: [a]\n---\n# Other\n\nText.\n')
    assert (document.title, document.text) == ("The Guide", "Other\n\nText.")


def test_a_rule_at_the_top_is_not_front_matter() -> None:
    assert read("---\n\nText.\n\n---\n\nMore.").text == "Text.\n\nMore."


def test_marks_are_gone_and_words_stay() -> None:
    assert read(
        "Some *stressed* and **bold** `code()` with a [link text](https://a.example/b),\n"
        "a [reference][r]<!-- ignore --> and ![a picture](p.png).\n\n[r]: https://c.example\n"
    ).text == ("Some stressed and bold code() with a link text, a reference and a picture.")


def test_code_fences_are_kept_with_their_language() -> None:
    assert read("```rust,ignore\nfn main() {\n    run();\n}\n```").text == (
        "```rust\nfn main() {\n    run();\n}\n```"
    )


def test_code_that_holds_a_fence_gets_a_longer_one() -> None:
    assert read("````md\n```\na\n```\n````").text == "````md\n```\na\n```\n````"


def test_lines_that_include_other_files_are_dropped_and_reported() -> None:
    document = read(
        "Before.\n\n```rust\n{{#rustdoc_include ../a.rs:all}}\n```\n\n{{#include b.md}}\n"
    )
    assert document.text == "Before."
    assert document.dropped == (
        Rejected("include_directive", "{{#rustdoc_include ../a.rs:all}}"),
        Rejected("include_directive", "{{#include b.md}}"),
    )


def test_comments_are_dropped_even_across_empty_lines() -> None:
    assert read("One.\n\n<!-- hidden\n\nstill hidden -->\n\nTwo.").text == "One.\n\nTwo."


def test_tables_are_one_line_a_row() -> None:
    assert read("| a | b |\n|---|---|\n| `x` | [y](z) |\n").text == "a | b\nx | y"


def test_nested_lists_keep_their_order() -> None:
    assert read("1. one\n   - inner\n2. two\n\n   more\n").text == (
        "1. one\n  - inner\n2. two\nmore"
    )


def test_html_inside_markdown_is_read_as_html() -> None:
    document = read('<h1 align="center">Project</h1>\n\n<p>Some <b>text</b></p>\n\nMore.\n')
    assert document.sections == (Section(("Project",), "Some text\n\nMore."),)


def test_navigation_inside_markdown_is_dropped_and_reported() -> None:
    document = read("<nav>Home</nav>\n\nText.\n")
    assert document.text == "Text."
    assert document.dropped == (Rejected("navigation", "<nav> Home"),)


def test_the_caption_of_a_code_listing_is_kept() -> None:
    assert read(
        '<Listing number="1" caption="Using `await` &amp; join">\n\nText.\n\n</Listing>'
    ).text == ("Using await & join\n\nText.")


def test_a_file_of_comments_only_has_no_text() -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read("<!-- nothing here -->\n")
    assert refused.value.reason == "no_text"
