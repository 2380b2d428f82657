"""The picture of an index's measures."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ai_data_platform.core.evaluation.interval_plot import interval_plot_png
from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary

HIT = MeasureSummary("hit_at_5", 0.95, 0.92, 0.6, 0.94, 0.01, -0.004, -0.03, 0.02)
MRR = MeasureSummary("mrr_at_10", 0.86, 0.8, 0.4, 0.87, -0.01, -0.02, -0.03, 0.02)
FIRST = replace(HIT, published=None, difference=None, difference_lower=None, margin=None)
BLUE, VERMILION = (0, 114, 178), (213, 94, 0)


def pixels(png: bytes | None) -> np.ndarray:
    assert png is not None
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def has(png: bytes | None, colour: tuple[int, int, int]) -> bool:
    """Whether the picture holds more than specks of a colour."""
    return int((np.abs(pixels(png) - colour).max(axis=2) < 12).sum()) > 30


def test_the_same_measures_give_the_same_small_png() -> None:
    first, again = interval_plot_png([HIT, MRR]), interval_plot_png([HIT, MRR])
    assert first == again
    assert first is not None
    assert len(first) < 25_000
    assert b"Software" not in first
    assert b"tIME" not in first


def test_the_ground_is_white() -> None:
    assert pixels(interval_plot_png([HIT, MRR]))[0, 0].tolist() == [255, 255, 255]


def test_other_figures_give_another_picture() -> None:
    assert interval_plot_png([HIT, MRR]) != interval_plot_png([HIT, replace(MRR, lower=0.7)])


def test_an_index_without_a_published_one_has_a_single_panel() -> None:
    one, two = pixels(interval_plot_png([FIRST])), pixels(interval_plot_png([HIT]))
    assert two.shape[1] == 2 * one.shape[1]


@pytest.mark.parametrize(
    "measure",
    [
        replace(HIT, lower=0.59),
        replace(HIT, lower=None),
        replace(HIT, difference_lower=-0.03),  # must be above the margin, not on it
        replace(HIT, difference_lower=None),
    ],
)
def test_a_bound_that_breaks_its_rule_or_is_unknown_stands_out(measure: MeasureSummary) -> None:
    assert not has(interval_plot_png([HIT, MRR]), VERMILION)
    assert has(interval_plot_png([measure, MRR]), VERMILION)
    assert has(interval_plot_png([measure, MRR]), BLUE)


def test_a_bound_on_its_floor_holds() -> None:
    assert not has(interval_plot_png([replace(HIT, lower=0.6)]), VERMILION)


def test_without_measures_there_is_no_picture() -> None:
    assert interval_plot_png([]) is None
    assert interval_plot_png([replace(FIRST, mean=None)]) is None


def test_the_machine_s_own_style_changes_nothing() -> None:
    import matplotlib as mpl

    plain = interval_plot_png([HIT])
    with mpl.rc_context({"axes.facecolor": "black", "font.size": 30.0}):
        assert interval_plot_png([HIT]) == plain
