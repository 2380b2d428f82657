"""Plots as SVG: whole, the same bytes each time, with the lines that a reader looks for."""

import xml.etree.ElementTree as ET

import pytest

from ai_data_platform.core.datasets.report.plots import Bar, Plot, bar_chart, histogram

SPACE = "{http://www.w3.org/2000/svg}"


def drawn(plot: Plot) -> ET.Element:
    return ET.fromstring(plot.svg())


def texts(plot: Plot) -> list[str]:
    return [element.text or "" for element in drawn(plot).iter("text")]


def bars(plot: Plot, kind: str = "bar") -> list[dict[str, str]]:
    return [dict(found.attrib) for found in drawn(plot).iter("rect") if found.get("class") == kind]


def test_every_length_stands_in_one_bar_as_a_share_of_all() -> None:
    counts = {0: 5, 1: 5, 9: 40, 80: 30, 700: 20}
    plot = histogram("Answers", counts, unit="words")
    shares = [
        float((title.text or "").rpartition(": ")[2].rstrip("%"))
        for title in drawn(plot).iter("title")
    ]
    assert sum(shares) == pytest.approx(100)
    assert max(shares) == 40
    assert "p50 9  ·  p95 700  ·  p99 700" in texts(plot)


def test_the_limit_is_drawn_where_it_is_even_beyond_the_longest_row() -> None:
    plot = histogram("Rows", {20: 10, 30: 1}, unit="tokens", limit=1024)
    assert "limit" in texts(plot)
    assert "p50 20  ·  p95 30  ·  p99 30  ·  limit 1,024" in texts(plot)
    limit = next(line for line in drawn(plot).iter("line") if line.get("class") == "limit")
    last = max(float(bar["x"]) for bar in bars(plot) if float(bar["height"]) > 0)
    assert last < float(limit.attrib["x1"]) <= plot.width


def test_the_published_version_is_an_outline_in_shares_of_its_own_rows() -> None:
    plain = histogram("Rows", {10: 3, 20: 1}, unit="words")
    both = histogram("Rows", {10: 3, 20: 1}, unit="words", published={10: 3_000, 20: 1_000})
    assert "ghost" not in plain.body
    assert both.body.count('class="ghost"') == 1
    assert [bar["height"] for bar in bars(both)] == [bar["height"] for bar in bars(plain)]


def test_lengths_that_are_much_alike_get_finer_bins() -> None:
    assert len(bars(histogram("Rows", dict.fromkeys(range(20, 41), 1), unit="words"))) >= 6


def test_nothing_to_draw_is_an_empty_plot() -> None:
    assert drawn(histogram("Rows", {}, unit="words")) is not None
    assert drawn(bar_chart("Bars", [])) is not None


def test_bars_are_as_long_as_their_values_and_end_at_the_end_of_the_scale() -> None:
    found = [Bar("a", 50, "50"), Bar("b", 25, "25"), Bar("c", 400, "400", "drop")]
    plot = bar_chart("Bars", found, marks=[(20, "low")], end=100)
    lengths = [float(bar["width"]) for bar in bars(plot)]
    assert lengths == [125, 62.5]
    assert float(bars(plot, "drop")[0]["width"]) == 250
    assert "low" in texts(plot)


def test_markup_in_names_is_text() -> None:
    plot = bar_chart("<b>", [Bar("<script>alert(1)</script>", 1, "&")])
    assert "<script" not in plot.svg()
    assert drawn(plot).get("aria-label") == "<b>"


def test_the_same_figures_give_the_same_bytes() -> None:
    counts = {n: n % 7 + 1 for n in range(300)}
    plots = [
        histogram("Rows", dict(sorted(counts.items(), key=order)), unit="words", limit=100)
        for order in (lambda item: item[0], lambda item: -item[0])
    ]
    assert plots[0] == plots[1]
