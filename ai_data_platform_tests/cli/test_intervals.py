"""Intervals as bars of characters."""

import pytest

from ai_data_platform.cli.intervals import change_axis, interval_bar
from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary


@pytest.mark.parametrize(
    ("lower", "mean", "limit", "bar"),
    [
        (0.5, 0.8, 0.2, "··┃··├━━●··"),
        (0.3, 0.8, 0.5, "···├━┃━━●··"),
        (0.8, 0.8, 0.5, "·····┃··●··"),
        (0.5, 0.8, 0.5, "·····├━━●··"),
        (None, 0.8, 0.5, "·····┃··●··"),
        (-9.0, 0.2, None, "├━●········"),
        (None, None, None, "···········"),
    ],
)
def test_a_bar_runs_from_the_bound_to_the_mean_past_the_limit(
    lower: float | None, mean: float | None, limit: float | None, bar: str
) -> None:
    assert interval_bar(lower, mean, limit, (0, 1), 11, holds=True).plain == bar


def test_a_broken_bound_has_another_colour() -> None:
    held, broken = (interval_bar(0.5, 0.8, 0.6, (0, 1), 11, holds=h) for h in (True, False))
    assert {str(span.style) for span in held.spans} - {"dim", "bold"} == {"green"}
    assert {str(span.style) for span in broken.spans} - {"dim", "bold"} == {"red"}


def test_the_axis_of_changes_holds_the_widest_and_is_never_all_noise() -> None:
    def change(mean: float, lower: float) -> MeasureSummary:
        return MeasureSummary("hit_at_5", None, None, None, None, mean, lower, -0.03, None)

    assert change_axis([change(0.001, -0.002)]) == (-0.05, 0.05)
    assert change_axis([change(0.2, 0.1), change(-0.3, -0.55)]) == (-0.55, 0.2)
