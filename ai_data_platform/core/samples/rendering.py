"""Pages as the bytes of a file: markdown, a web page with its furniture, Latin-1 text or PDF."""

import html
import textwrap
from collections.abc import Iterator

from ai_data_platform.core.samples.pages import Page, Section
from ai_data_platform.core.samples.pdf import Line, pdf_document
from ai_data_platform.core.samples.world import COMPANY, PAGE_KINDS

__all__ = ["render"]

_FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} | {company} Help</title>
<style>nav li {{ display: inline; margin-right: 1em }} .banner {{ background: #eef }}</style>
<script>window.dataLayer = window.dataLayer || []; dataLayer.push({{page: "{uri}"}});</script>
</head>
<body>
<header><a href="/">{company}</a> <form action="/search"><input name="q"></form></header>
<nav><ul>{menu}</ul></nav>
<div class="banner">We use cookies to remember your language. <button>Accept</button></div>
<main>
<article>
<h1>{title}</h1>
{body}
</article>
</main>
<aside><h2>Related</h2><ul><li><a href="/shop">Shop</a></li><li><a href="/login">Login</a></li></ul></aside>
<footer>Copyright {company}. <a href="/imprint">Imprint</a> <a href="/company/privacy">Privacy</a></footer>
</body>
</html>
"""


def render(page: Page) -> bytes:
    """The file that this page is kept in."""
    if page.format == "pdf":
        return pdf_document(page.title, list(_pdf_lines(page)))
    if page.format == "html":
        return _html(page).encode()
    if page.format == "txt":
        return _text(page).encode("latin-1")
    return _markdown(page).encode()


def _markdown(page: Page) -> str:
    return f"# {page.title}\n\n" + "\n".join(_markdown_section(s) for s in page.sections)


def _markdown_section(section: Section) -> str:
    lead, *rest = section.paragraphs
    points = "\n".join(f"- {text}" for text in rest) if section.listed else "\n\n".join(rest)
    table = [f"| {name} | {value} |" for name, value in section.rows]
    if table:
        table = ["| Quantity | Value |", "|---|---|", *table]
    blocks = [f"## {section.heading}", lead, points, "\n".join(table)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _html(page: Page) -> str:
    menu = "".join(f'<li><a href="../{kind}.html">{kind.title()}</a></li>' for kind in PAGE_KINDS)
    return _FRAME.format(
        title=html.escape(page.title),
        company=COMPANY,
        uri=page.uri,
        menu=menu,
        body="\n".join(_html_section(section) for section in page.sections),
    )


def _html_section(section: Section) -> str:
    lead, *rest = [html.escape(text, quote=False) for text in section.paragraphs]
    points = "".join(f"<li>{text}</li>\n" for text in rest)
    listed = f"<ul>\n{points}</ul>" if section.listed else "\n".join(f"<p>{t}</p>" for t in rest)
    rows = "\n".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in section.rows)
    table = f"<table>\n{rows}\n</table>" if rows else ""
    blocks = [f"<h2>{html.escape(section.heading)}</h2>", f"<p>{lead}</p>", listed, table]
    return "\n".join(block for block in blocks if block)


def _text(page: Page) -> str:
    lines = [page.title, "=" * len(page.title), ""]
    for section in page.sections:
        lines += [section.heading, "-" * len(section.heading), ""]
        for paragraph in section.paragraphs:
            lines += [*textwrap.wrap(paragraph, 76), ""]
        lines += [f"{name}: {value}" for name, value in section.rows]
    return "\n".join(lines)


def _pdf_lines(page: Page) -> Iterator[Line]:
    yield Line(page.title, 18, bold=True)
    for section in page.sections:
        yield Line("", 10)
        yield Line(section.heading, 13, bold=True)
        for paragraph in section.paragraphs:
            for text in textwrap.wrap(paragraph, 92):
                yield Line(text, 10)
            yield Line("", 5)
        for name, value in section.rows:
            yield Line(f"{name}: {value}", 10)
