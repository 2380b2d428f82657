"""A picture of an index's measures: how high each is, how low it may be, and how it changed."""

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["interval_plot_png"]

_NAMES = {
    "hit_at_5": "hit@5",
    "mrr_at_10": "MRR@10",
    "ndcg_at_10": "nDCG@10",
    "vector_mrr_at_10": "MRR@10\nby vector alone",
    "context_recall": "context recall",
    "faithfulness": "faithfulness",
    "retrieved_faithfulness": "faithfulness\nto what is found",
}
# Okabe and Ito's blue and vermilion, told apart by every common kind of colour vision, and by shape here.
_HOLDS, _BREAKS = "#0072B2", "#D55E00"
_INK, _QUIET, _LINE = "#222222", "#666666", "#DDDDDD"
_STYLE: Any = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters on every machine
    "font.size": 9.0,
    "figure.constrained_layout.w_pad": 0.12,  # inches
    "figure.constrained_layout.h_pad": 0.08,
    "text.color": _INK,
    "axes.labelcolor": _QUIET,
    "axes.edgecolor": _LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": _QUIET,
    "ytick.color": _INK,
}
_DPI = 110
_SHADES = 8  # from each colour to white, for smooth edges: a quarter of the bytes of full colour
_LEAST_SPAN = 0.1  # of the axis of changes, so that noise does not fill it


@dataclass(frozen=True, slots=True)
class _Row:
    """One interval: from the bound to the mean, and the limit that the bound must keep."""

    measure: str
    mean: float
    lower: float | None
    limit: float | None
    holds: bool

    @property
    def known_lower(self) -> float | None:
        return self.lower if self.lower is not None and math.isfinite(self.lower) else None


_Draw = Callable[["Axes", Sequence[_Row]], None]


def interval_plot_png(measures: Sequence[MeasureSummary]) -> bytes | None:
    """PNG of each mean with its lower bound against its floor, and of each change against the margin.

    The changes are a second panel, absent where nothing was published. None without a measure. The same
    measures give the same bytes with the same matplotlib.
    """
    levels = [
        _Row(m.measure, m.mean, m.lower, m.floor, _reaches(m.lower, m.floor))
        for m in measures
        if m.mean is not None
    ]
    changes = [
        _Row(m.measure, m.difference, m.difference_lower, m.margin, _exceeds(m))
        for m in measures
        if m.difference is not None
    ]
    drawn: list[tuple[_Draw, list[_Row]]] = [(_draw_levels, levels), (_draw_changes, changes)]
    panels = [(draw, rows) for draw, rows in drawn if rows]
    return _png(panels) if panels else None


def _reaches(lower: float | None, floor: float | None) -> bool:
    return floor is None or (lower is not None and lower >= floor)


def _exceeds(measure: MeasureSummary) -> bool:
    lower, margin = measure.difference_lower, measure.margin
    return margin is None or (lower is not None and lower > margin)


def _png(panels: Sequence[tuple[_Draw, Sequence[_Row]]]) -> bytes:
    # Heavy to load, and wanted only where a picture is: no display, no state shared between threads.
    from matplotlib import rc_context, rcParamsDefault
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    rows = max(len(shown) for _, shown in panels)
    with rc_context(rcParamsDefault), rc_context(_STYLE):  # whatever style the machine prefers
        size = (5.2 * len(panels), 1.3 + 0.4 * rows)
        figure = Figure(figsize=size, dpi=_DPI, layout="constrained")
        canvas: Any = FigureCanvasAgg(figure)
        for place, (draw, shown) in enumerate(panels, start=1):
            draw(figure.add_subplot(1, len(panels), place), shown)
        _explain(figure, broken=any(not row.holds for _, shown in panels for row in shown))
        canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    shades = Image.new("P", (1, 1))
    shades.putpalette(_palette())
    written = io.BytesIO()
    picture.quantize(palette=shades, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


def _palette() -> list[int]:
    """Red, green and blue of white, of the grid, and of every other colour in steps to white."""
    shades = [(_LINE, _SHADES), *((_INK, step) for step in range(_SHADES + 1))]
    shades += [(c, step) for c in (_QUIET, _HOLDS, _BREAKS) for step in range(1, _SHADES + 1)]
    return [
        round(255 + (int(colour[place : place + 2], 16) - 255) * step / _SHADES)
        for colour, step in shades
        for place in (1, 3, 5)
    ]


def _draw_levels(axes: "Axes", rows: Sequence[_Row]) -> None:
    _draw_rows(axes, rows, "{:.2f}")
    axes.set_xlim(0, 1.02)
    axes.set_title("Candidate against its floors")
    axes.set_xlabel("score, 0 to 1")


def _draw_changes(axes: "Axes", rows: Sequence[_Row]) -> None:
    seen = [value for row in rows for value in (row.mean, row.known_lower, row.limit)]
    ends = [0.0, *(value for value in seen if value is not None)]
    _draw_rows(axes, rows, "{:+.3f}")
    axes.axvline(0, color=_QUIET, linewidth=0.8, zorder=1)
    axes.set_xlim(min(1.15 * min(ends), -_LEAST_SPAN), max(1.15 * max(ends), _LEAST_SPAN / 2))
    axes.set_title("Candidate − published against the margin")
    axes.set_xlabel("difference of scores")


def _draw_rows(axes: "Axes", rows: Sequence[_Row], shape: str) -> None:
    """One line of the panel a row, the first on top, with its figures at the right edge."""
    for place, row in enumerate(rows):
        colour = _HOLDS if row.holds else _BREAKS
        figures = shape.format(row.mean)
        if row.known_lower is not None:
            axes.plot([row.known_lower, row.mean], [place, place], color=colour, linewidth=3)
            axes.plot([row.known_lower], [place], color=colour, marker="|", markersize=10)
            figures += f" ({shape.format(row.known_lower)})"
        marker = "o" if row.holds else "X"
        axes.plot([row.mean], [place], color=colour, marker=marker, markersize=8, clip_on=False)
        if row.limit is not None:
            ends = [place - 0.34, place + 0.34]
            axes.plot([row.limit, row.limit], ends, color=_INK, linewidth=1.6)
        beside = axes.get_yaxis_transform()  # x in shares of the panel, y in rows
        figures = figures.replace("-", "−")
        axes.text(1.03, place, figures, transform=beside, va="center", color=colour)
    axes.set_yticks(range(len(rows)), [_NAMES.get(row.measure, row.measure) for row in rows])
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.tick_params(axis="both", length=0)
    axes.locator_params(axis="x", nbins=6)
    axes.grid(axis="x", color=_LINE, linewidth=0.7)
    axes.set_axisbelow(True)


def _explain(figure: "Figure", *, broken: bool) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], color=_HOLDS, marker="o", linewidth=3, label="mean (95 % lower bound)"),
        Line2D([], [], color=_INK, marker="|", linestyle="", markersize=12, label="floor, margin"),
    ]
    if broken:
        rule = "lower bound breaks the rule"
        marks.insert(1, Line2D([], [], color=_BREAKS, marker="X", linewidth=3, label=rule))
    figure.legend(
        handles=marks, loc="outside lower center", ncols=3, frameon=False, labelcolor=_QUIET
    )
