"""Saved web pages: what a reader sees."""

import time

import pytest

from ai_data_platform.core.documents import ExtractedDocument, Section, extract
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.records import Rejected


def page(body: str, head: str = "") -> ExtractedDocument:
    markup = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return extract(markup.encode(), "site/page.html")


def text(body: str) -> str:
    return page(body).text


def test_headings_become_the_path_of_what_stands_below_them() -> None:
    document = page(
        "<h1>Copy</h1><p>Copies files.</p><h2>Parameters</h2><h3>file</h3><p>The file.</p>"
        "<h2>Examples</h2><p>One.</p>"
    )
    assert document.title == "Copy"
    assert document.sections == (
        Section(("Copy",), "Copies files."),
        Section(("Copy", "Parameters", "file"), "The file."),
        Section(("Copy", "Examples"), "One."),
    )


def test_a_heading_with_nothing_below_it_is_kept() -> None:
    document = page("<h2>One</h2><h2>Two</h2><p>Text.</p>")
    assert document.sections == (Section(("One",), ""), Section(("Two",), "Text."))


def test_the_title_element_names_a_page_without_a_first_level_heading() -> None:
    assert page("<h2>Copy</h2><p>x</p>", "<title>Copy\n Task</title>").title == "Copy Task"


def test_a_page_without_any_title_is_named_after_its_top_heading_or_its_file() -> None:
    assert page("<h2>Copy</h2><p>x</p>").title == "Copy"
    assert page("<p>x</p>").title == "page"


def test_navigation_is_left_out_and_reported() -> None:
    document = page(
        '<header>My site</header><nav>Home About</nav><div class="sidebar wide">Menu</div>'
        '<div role="navigation">Next</div><p>Content.</p><footer>© me</footer>'
    )
    assert document.sections == (Section((), "Content."),)
    assert document.dropped == (
        Rejected("navigation", "<header> My site"),
        Rejected("navigation", "<nav> Home About"),
        Rejected("navigation", "<div> Menu"),
        Rejected("navigation", "<div> Next"),
        Rejected("navigation", "<footer> © me"),
    )


def test_a_list_of_links_inside_the_content_is_content() -> None:
    assert text('<p>Used by</p><ul><li><a href="a">Exec</a><li><a href="b">Apply</a></ul>') == (
        "Used by\n\n- Exec\n- Apply"
    )


def test_scripts_styles_and_hidden_parts_are_not_text() -> None:
    assert text(
        "<script>var a</script><style>p {}</style><noscript>turn it on</noscript>"
        '<p hidden>h</p><p style="display: none">n</p><p aria-hidden="true">a</p><p>Seen.</p>'
    ) == ("Seen.")


def test_only_the_main_element_is_read_where_a_page_has_one() -> None:
    assert text("<div>Cookies!</div><main><header><h1>T</h1></header><p>Content.</p></main>") == (
        "T\n\nContent."
    )


def test_nested_and_numbered_lists_keep_their_order() -> None:
    assert text("<ol><li>one<ul><li>inner</ul><li>two</ol>") == "1. one\n  - inner\n2. two"


def test_a_table_of_data_is_one_line_a_row() -> None:
    assert text(
        "<table><tr><th>Name<th>Meaning</tr><tr><td>file<td>The <b>file</b><br>to copy</tr></table>"
    ) == ("Name | Meaning\nfile | The file to copy")


def test_a_table_for_layout_is_read_as_blocks() -> None:
    assert page("<table><tr><td><h2>Left</h2><p>a</p><td><p>b</p></table>").sections == (
        Section(("Left",), "a\n\nb"),
    )


def test_code_keeps_its_lines_and_indents() -> None:
    assert text("<p>So:</p><pre><code>if a &lt; b:\n    return</code></pre>") == (
        "So:\n\n```\nif a < b:\n    return\n```"
    )


def test_code_written_as_one_element_a_line_keeps_its_lines() -> None:
    assert text("<pre><div>a = 1</div><div>b = 2</div></pre>") == "```\na = 1\nb = 2\n```"


def test_words_that_touch_across_elements_stay_apart_only_where_a_reader_sees_it() -> None:
    assert text("<div>one</div><div>t<b>w</b>o</div>three<br>four") == ("one\n\ntwo\n\nthree\nfour")


def test_soft_hyphens_and_zero_width_spaces_do_not_hide_words() -> None:
    assert text("<p>docu&shy;ment zero&#8203;width a&nbsp;b</p>") == "document zerowidth a b"


def test_self_closed_elements_of_xhtml_do_not_swallow_the_page() -> None:
    xhtml = b'<?xml version="1.0"?><html><head><title/><script src="a"/></head><body><p>Hi</p>'
    assert extract(xhtml, "a.xhtml").text == "Hi"


@pytest.mark.parametrize(
    "markup",
    [
        "<p> </p>",
        "<img src='data:image/png;base64," + "A" * 5_000_000 + "'>",
        "<div><img src='x.png' class='nav'></div>" * 120_000,
        "<script>" + "var x = 1;" * 500_000 + "</script>",
        "<!--" + "x" * 5_000_000 + "-->",
        "<p>" + "&nbsp;" * 800_000,
    ],
    ids=["space", "image", "images", "script", "comment", "blanks"],
)
def test_a_page_without_text_is_turned_down_quickly_however_large(markup: str) -> None:
    data = markup.encode()
    begun = time.process_time()
    with pytest.raises(SourceUnreadable) as refused:
        extract(data, "page.html")
    assert refused.value.reason == "no_text"
    assert time.process_time() - begun < 2


def test_a_frameset_says_where_its_text_is() -> None:
    with pytest.raises(SourceUnreadable, match="frameset"):
        extract(b"<html><frameset cols='1,2'><frame src=a></frameset></html>", "index.html")


def test_lists_nested_thousands_deep_do_not_grow_with_their_square() -> None:
    deep = page("<ul><li>a" * 20_000)
    assert len(deep.text) < 1_000_000
