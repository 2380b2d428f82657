"""Plots as SVG: the same figures give the same bytes, and the page around them gives the colours."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from ai_data_platform.core.datasets.lengths import count_percentile
from ai_data_platform.core.datasets.report.svg import svg_line, svg_number, svg_rect, svg_text

__all__ = ["PLOT_STYLE", "Bar", "Plot", "bar_chart", "histogram"]

PLOT_STYLE = """
.bar{fill:var(--series)}.drop{fill:var(--drop)}.mild{fill:var(--mild)}.quietbar{fill:var(--grid)}
.ghost{fill:none;stroke:var(--ink);stroke-width:1.3;stroke-dasharray:3 2}
.grid{stroke:var(--grid);stroke-width:1}.mark{stroke:var(--quiet);stroke-width:1}
.limit{stroke:var(--drop);stroke-width:1.6;stroke-dasharray:5 3}
.t{fill:var(--ink);font-size:12px}.s{fill:var(--quiet);font-size:11px}.d{fill:var(--drop);font-size:11px}
""".strip()
"""Classes of the plots; the colours --series, --drop, --mild, --ink, --quiet and --grid are the page's."""

_WIDTH = 560
_ROWS = (64, 50, 36)  # where names of lines stand, the second and third for those that would touch
_STEPS = (1, 1.5, 2, 3, 5, 7)  # edges of bins within a power of ten: equal steps to the eye
_FINE = (1, 1.2, 1.5, 1.8, 2.2, 2.6, 3, 3.5, 4, 5, 6, 7, 8.5)  # for lengths that are much alike
_FEWEST = 9  # bins that a plot should have
_LABELS = 9  # edges that are named at most


@dataclass(frozen=True, slots=True)
class Plot:
    """The inside of an SVG of this width and height, and what it shows in words."""

    title: str
    body: str
    height: int
    width: int = _WIDTH

    def svg(self) -> str:
        """An element for a page; its title is what a screen reader says."""
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-label="{escape(self.title)}">{self.body}</svg>'
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar: what it stands for, how long it is, and what is written behind it.

    `tone` is "bar", "drop", "mild" or "quietbar"; an indented bar belongs to the one above.
    """

    label: str
    value: float
    said: str
    tone: str = "bar"
    indent: bool = False


def histogram(
    title: str,
    counts: Mapping[int, int],
    *,
    unit: str,
    limit: int | None = None,
    published: Mapping[int, int] | None = None,
) -> Plot:
    """How many rows have which length, in steps of even ratio, with p50, p95, p99 and the trainer's limit.

    A dashed outline is the published version, as shares of its own rows.
    """
    edges = _edges(counts, [*(published or {}), *([limit] if limit else [])])
    shares = _shares(counts, edges)
    outline = _shares(published, edges) if published else []
    top, high, base = 82, 120, 202
    highest = max([*shares, *outline, 1e-9])
    step, every = (_WIDTH - 20) / len(shares), math.ceil(len(shares) / _LABELS)
    parts = [
        svg_line("grid", 10, top, _WIDTH - 10, top),
        svg_text("s", _WIDTH - 10, 14, f"highest bar {highest:.0%}", "end"),
        svg_line("grid", 10, base, _WIDTH - 10, base),
    ]
    for place, (share, (start, end)) in enumerate(zip(shares, pairwise(edges), strict=True)):
        tall = high * share / highest
        said = f"{_span(start, end)} {unit}: {share:.1%}"
        parts.append(svg_rect("bar", 10 + place * step + 0.5, base - tall, step - 1, tall, said))
        if place % every == 0:
            parts.append(svg_text("s", 10 + place * step, base + 14, f"{start:,}", "middle"))
    if outline:
        parts.append(_outline(outline, step, base, high / highest))
    parts += _marks(counts, edges, step, base, limit)
    parts.append(svg_text("s", _WIDTH - 10, base + 28, unit, "end"))
    return Plot(title, "".join(parts), base + 34)


def bar_chart(
    title: str,
    bars: Sequence[Bar],
    *,
    marks: Sequence[tuple[float, str]] = (),
    end: float | None = None,
) -> Plot:
    """One bar a line; `marks` are values with their names, drawn across all bars.

    The scale ends at the longest bar, or at `end`, where longer bars are cut.
    """
    longest = max([*(bar.value for bar in bars), 1e-9]) if end is None else end
    left, room, line = 190, 250, 21
    head = 16 if marks else 2
    parts = []
    for value, said in marks:
        x = left + room * value / longest
        parts.append(svg_line("limit", x, head, x, head + line * len(bars)))
        parts.append(svg_text("d", x, 11, said, "middle"))
    for place, bar in enumerate(bars):
        y = head + place * line
        shown = bar.label if len(bar.label) <= 28 else f"{bar.label[:27]}…"
        parts.append(svg_text("s" if bar.indent else "t", left - 8, y + 14, shown, "end"))
        length = room * min(bar.value / longest, 1)
        parts.append(
            svg_rect(bar.tone, left, y + 3, max(length, 1), line - 7, f"{bar.label}: {bar.said}")
        )
        parts.append(svg_text("s", left + max(length, 1) + 6, y + 14, bar.said, "start"))
    return Plot(title, "".join(parts), head + line * max(len(bars), 1) + 2)


def _edges(counts: Mapping[int, int], others: Iterable[int]) -> list[int]:
    """Where bins begin, from the bin of the smallest length to the one of the largest, and the end."""
    seen = [*counts, *others] or [1]
    for steps in (_STEPS, _FINE):
        ladder = sorted({0, *(round(step * 10**power) for power in range(10) for step in steps)})
        first = max(place for place, edge in enumerate(ladder) if edge <= max(min(seen), 0))
        last = next(place for place, edge in enumerate(ladder) if edge > max(seen))
        if last - first >= _FEWEST:
            break
    return ladder[first : last + 1]


def _shares(counts: Mapping[int, int], edges: Sequence[int]) -> list[float]:
    total = max(sum(counts.values()), 1)
    spans = list(pairwise(edges))
    return [sum(n for v, n in counts.items() if a <= v < b) / total for a, b in spans]


def _marks(
    counts: Mapping[int, int],
    edges: Sequence[int],
    step: float,
    base: int,
    limit: int | None,
) -> list[str]:
    """Lines at the percentiles and the limit, named above the plot, and their values on its first line."""
    named = [(f"p{n}", count_percentile(counts, n / 100)) for n in (50, 95, 99)]
    lines = [(name, value, "mark", "s") for name, value in named if value is not None]
    if limit is not None:
        lines.append(("limit", float(limit), "limit", "d"))
    values = "  ·  ".join(f"{name} {value:,.0f}" for name, value, _, _ in lines)
    parts, ends = [svg_text("t", 10, 14, values, "start")], [0.0, 0.0, 0.0]
    for name, value, line, words in sorted(lines, key=lambda found: found[1]):
        x = 10 + step * _position(value, edges)
        half = 4 * len(name)
        row = next((i for i, end in enumerate(ends) if x - half > end), len(ends) - 1)
        ends[row] = x + half
        y = _ROWS[row]
        parts.append(svg_line(line, x, y + 4, x, base))
        parts.append(svg_text(words, min(max(x, half), _WIDTH - half), y, name, "middle"))
    return parts


def _position(value: float, edges: Sequence[int]) -> float:
    """Where a length stands between the edges, in bins."""
    place = max(i for i, edge in enumerate(edges[:-1]) if edge <= value)
    start, end = edges[place], edges[place + 1]
    if start == 0:
        return place + 0.5
    return place + min(math.log((value + 0.5) / start) / math.log(end / start), 1)


def _outline(shares: Sequence[float], step: float, base: int, scale: float) -> str:
    """Steps along the tops of the published version's bars."""
    points = [f"M10 {base}"]
    for place, share in enumerate(shares):
        y = svg_number(base - share * scale)
        points.append(f"V{y}H{svg_number(10 + (place + 1) * step)}")
    return f'<path class="ghost" d="{"".join(points)}V{base}"/>'


def _span(start: int, end: int) -> str:
    return f"{start:,}" if end == start + 1 else f"{start:,} to {end - 1:,}"
