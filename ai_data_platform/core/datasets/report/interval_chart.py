"""Figures with their bounds, one a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from ai_data_platform.core.datasets.report.plots import Plot
from ai_data_platform.core.datasets.report.svg import svg_dot, svg_line, svg_text

__all__ = ["INTERVAL_STYLE", "Span", "interval_chart"]

INTERVAL_STYLE = ".span{stroke:var(--series);stroke-width:3}.span.low{stroke:var(--drop)}"

_LEFT, _ROOM, _LINE = 160, 200, 21


@dataclass(frozen=True, slots=True)
class Span:
    """A value, how low and how high it may be, and what is written behind it; `holds` gives the colour."""

    label: str
    value: float
    lower: float
    upper: float
    said: str
    holds: bool = True


def interval_chart(
    title: str, spans: Sequence[Span], *, floor: float | None = None, ends: tuple[float, float]
) -> Plot:
    """One dot a line with its bounds, and the floor across all; the scale goes from end to end."""
    low, high = ends

    def x(value: float) -> float:
        return _LEFT + _ROOM * (min(max(value, low), high) - low) / (high - low)

    head, tall = 18, _LINE * max(len(spans), 1)
    parts = [svg_line("grid", x(low), head, x(low), head + tall)]
    parts += [
        svg_line("grid", x(1), head, x(1), head + tall),
        svg_text("s", x(1), 12, "1", "middle"),
    ]
    if low < 0:
        parts.append(svg_line("mark", x(0), head, x(0), head + tall))
    parts.append(svg_text("s", x(max(low, 0)), 12, f"{max(low, 0):g}", "middle"))
    if floor is not None:
        parts.append(svg_line("limit", x(floor), head, x(floor), head + tall))
        parts.append(svg_text("d", x(floor), 12, f"{floor:g}", "middle"))
    for place, span in enumerate(spans):
        y = head + place * _LINE + _LINE / 2
        shown = span.label if len(span.label) <= 28 else f"{span.label[:27]}…"
        kind, dot = ("span", "bar") if span.holds else ("span low", "drop")
        parts += [
            svg_text("t", _LEFT - 8, y + 4, shown, "end"),
            svg_line(kind, x(span.lower), y, x(span.upper), y),
            svg_dot(dot, x(span.value), y, 4.5, f"{span.label}: {span.said}"),
            svg_text("s", _LEFT + _ROOM + 12, y + 4, span.said, "start"),
        ]
    return Plot(title, "".join(parts), head + tall + 2)
