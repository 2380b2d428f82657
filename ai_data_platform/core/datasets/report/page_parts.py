"""What pages are put together from."""

from collections.abc import Iterable, Sequence
from html import escape

from ai_data_platform.core.datasets.report.page_style import PAGE_STYLE
from ai_data_platform.core.datasets.report.plots import Plot

__all__ = ["definitions", "html_page", "marked", "plot_grid", "section", "wide_table"]


def html_page(title: str, sections: Iterable[str], style: str = "") -> bytes:
    """A page in UTF-8, whole in itself; `style` comes on top of that of all pages."""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{PAGE_STYLE}{style}</style></head>"
        f"<body><main>{''.join(sections)}</main></body></html>\n"
    )
    return page.encode("utf-8", "replace")


def section(title: str, said: str, body: str) -> str:
    """A heading, a sentence below it, and what follows."""
    text = f'<p class="quiet">{escape(said)}</p>' if said else ""
    return f"<section><h2>{escape(title)}</h2>{text}{body}</section>"


def plot_grid(plots: Iterable[Plot]) -> str:
    """Plots side by side where there is room."""
    shown = "".join(
        f'<figure class="plot"><h3>{escape(plot.title)}</h3>{plot.svg()}</figure>' for plot in plots
    )
    return f'<div class="plots">{shown}</div>'


def wide_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int]
) -> str:
    """A table of texts that scrolls where it is too wide; the columns in `numbers` stand to the right."""

    def cells(tag: str, values: Sequence[str]) -> str:
        kinds = [' class="n"' if place in numbers else "" for place in range(len(values))]
        return "".join(
            f"<{tag}{kind}>{escape(value)}</{tag}>"
            for kind, value in zip(kinds, values, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{cells("th", columns)}</tr>{body}</table></div>'


def definitions(terms: Iterable[tuple[str, str]]) -> str:
    """Words with what they mean."""
    listed = "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in terms)
    return f"<dl>{listed}</dl>"


def marked(text: str) -> str:
    """Text with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{one}</code>" if place % 2 else one for place, one in enumerate(parts))
