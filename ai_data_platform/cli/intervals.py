"""Intervals as bars of characters: where a bound lies between a limit and the mean."""

from collections.abc import Sequence

from rich.text import Text

from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary

__all__ = ["change_axis", "interval_bar"]

_LEAST_CHANGE = 0.05  # to each side of 0, so that noise does not fill the bar


def interval_bar(
    lower: float | None,
    mean: float | None,
    limit: float | None,
    axis: tuple[float, float],
    width: int,
    *,
    holds: bool,
) -> Text:
    """`···┃··├━●··`: lower bound to mean on a track of `width` cells, and the limit as a stroke.

    The limit is drawn above the line, and mean and bound above the limit.
    """
    colour = "green" if holds else "red"
    cells: list[tuple[str, str]] = [("·", "dim")] * width
    low, high = axis

    def place(value: float) -> int:
        return min(max(round((value - low) / (high - low) * (width - 1)), 0), width - 1)

    if mean is not None and lower is not None:
        for cell in range(place(lower), place(mean)):
            cells[cell] = ("━", colour)
    if limit is not None:
        cells[place(limit)] = ("┃", "bold")
    if mean is not None and lower is not None and place(lower) < place(mean):
        cells[place(lower)] = ("├", colour)
    if mean is not None:
        cells[place(mean)] = ("●", colour)
    return Text.assemble(*cells)


def change_axis(measures: Sequence[MeasureSummary]) -> tuple[float, float]:
    """The ends of an axis that holds every change with its bound and the margin."""
    seen = [(m.difference, m.difference_lower, m.margin) for m in measures]
    ends = [value for row in seen for value in row if value is not None]
    low = min([*ends, -_LEAST_CHANGE])
    high = max([*ends, _LEAST_CHANGE])
    return low, high
