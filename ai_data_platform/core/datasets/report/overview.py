"""The most telling plots of a report as one picture, for a card and for the asset's page."""

from html import escape

from ai_data_platform.core.datasets.report.page_style import COLOURS, DARK
from ai_data_platform.core.datasets.report.plots import PLOT_STYLE, Plot
from ai_data_platform.core.datasets.report.quality import QualityReport
from ai_data_platform.core.datasets.report.sections import (
    category_plots,
    drift_plot,
    funnel_plot,
    token_plots,
    word_plots,
)

__all__ = ["quality_overview"]

_GAP, _HEAD = 24, 30
_ANSWERS = ("Answers", "Chosen answers", "Rejected answers", "Liked answers", "Disliked answers")


def quality_overview(report: QualityReport) -> bytes:
    """SVG of what was left out, lengths, ratings and drift, two plots a line, on a ground of its own."""
    words = [p for p in word_plots(report.profile, report.published) if p.title in _ANSWERS]
    plots = [
        plot
        for plot in (
            funnel_plot(report),
            *words,
            *token_plots(report.profile, report.published)[:1],
            *category_plots(report.profile),
            drift_plot(report),
        )
        if plot is not None
    ]
    columns, parts = [0, 0], []
    width = plots[0].width if plots else 1
    for plot in plots:
        column = columns.index(min(columns))
        parts.append(_placed(plot, _GAP + column * (width + _GAP), _GAP + columns[column]))
        columns[column] += plot.height + _HEAD + _GAP
    wide, tall = 2 * width + 3 * _GAP, max(columns) + _GAP
    style = (
        f"svg{{{COLOURS};font-family:system-ui,sans-serif}}"
        f"@media (prefers-color-scheme:dark){{svg{{{DARK}}}}}"
        f".ground{{fill:var(--card)}}.h{{fill:var(--ink);font-size:15px;font-weight:600}}{PLOT_STYLE}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" '
        f'height="{tall}" role="img"><title>Quality of {escape(report.title)}</title>'
        f'<style>{style}</style><rect class="ground" width="{wide}" height="{tall}" rx="12"/>'
        f"{''.join(parts)}</svg>\n"
    ).encode("utf-8", "replace")


def _placed(plot: Plot, x: int, y: int) -> str:
    title = f'<text class="h" x="10" y="14">{escape(plot.title)}</text>'
    return f'<g transform="translate({x} {y})">{title}<g transform="translate(0 {_HEAD})">{plot.body}</g></g>'
