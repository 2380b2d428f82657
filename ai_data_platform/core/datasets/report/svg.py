"""Shapes of a plot, in classes that the page around it gives their colours."""

from html import escape

__all__ = ["svg_dot", "svg_line", "svg_number", "svg_rect", "svg_text"]


def svg_rect(kind: str, x: float, y: float, wide: float, tall: float, said: str) -> str:
    """A bar; `said` is what it tells of itself."""
    return (
        f'<rect class="{kind}" x="{svg_number(x)}" y="{svg_number(y)}" width="{svg_number(wide)}" '
        f'height="{svg_number(tall)}" rx="1.5">'
        f"<title>{escape(said)}</title></rect>"
    )


def svg_dot(kind: str, x: float, y: float, radius: float, said: str) -> str:
    """A point; `said` is what it tells of itself."""
    return (
        f'<circle class="{kind}" cx="{svg_number(x)}" cy="{svg_number(y)}" r="{svg_number(radius)}">'
        f"<title>{escape(said)}</title></circle>"
    )


def svg_line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2), strict=True)
    places = " ".join(f'{name}="{svg_number(value)}"' for name, value in ends)
    return f'<line class="{kind}" {places}/>'


def svg_text(kind: str, x: float, y: float, said: str, anchor: str) -> str:
    """Words; `anchor` is start, middle or end."""
    place = f'x="{svg_number(x)}" y="{svg_number(y)}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(said)}</text>'


def svg_number(value: float) -> str:
    """A coordinate in tenths: no digits that a processor could disagree on."""
    return f"{round(value, 1):g}"
