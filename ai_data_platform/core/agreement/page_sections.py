"""Parts of the page on agreement that speak of one task."""

from dataclasses import replace

from ai_data_platform.core.agreement.gate import pulled_down_by
from ai_data_platform.core.agreement.raters import RaterAgreement
from ai_data_platform.core.agreement.resampling import Agreement, Estimate
from ai_data_platform.core.agreement.slices import SliceAgreement
from ai_data_platform.core.agreement.study import Study
from ai_data_platform.core.datasets.report.interval_chart import Span, interval_chart
from ai_data_platform.core.datasets.report.page_parts import plot_grid, section, wide_table
from ai_data_platform.core.datasets.report.plots import Bar, bar_chart

__all__ = ["filter_section", "made_of", "rater_section", "slice_sections", "span_of"]

_SHOWN = 25
_ENDS = (-0.25, 1.0)


def span_of(label: str, agreement: Agreement, floor: float | None) -> Span | None:
    """A line of an interval chart, with the number of items; None where alpha is not defined.

    It holds when its lower bound is above the floor.
    """
    found = _span(label, agreement.alpha, f"{agreement.items:,} items", floor)
    holds = floor is None or agreement.alpha.above(floor)
    return found and replace(found, holds=holds)


def made_of(study: Study) -> str:
    """The labels by value, and what was left out."""
    total = sum(study.values.values())
    bars = [
        Bar(value, many, f"{many:,} ({many / total:.1%})") for value, many in study.values.items()
    ]
    left = [
        Bar(reason.replace("_", " "), many, f"{many:,}", "drop")
        for reason, many in sorted(study.left_out.items())
    ]
    plots = [bar_chart("Labels by value", bars)]
    if left:
        plots.append(bar_chart("Rows that are no label", left))
    return section("What was labelled", "", plot_grid(plots))


def rater_section(study: Study) -> str:
    """Each rater against the others, those that pull most first, and pairs of raters."""
    spans = [
        found
        for one in study.raters[:_SHOWN]
        if (found := _rater_span(one, study.demand.floor)) is not None
    ]
    if not spans:
        return section(
            "By rater", "Nobody labelled five items that somebody else labelled too.", ""
        )
    plot = interval_chart("Agreement with the others", spans, floor=study.demand.floor, ends=_ENDS)
    names = ", ".join(pulled_down_by(study))
    said = f" The whole is pulled down by: {names}." if names else ""
    more = len(study.raters) - len(spans)
    rest = f" {more:,} more stand in agreement.json." if more > 0 else ""
    pairs = [
        (
            one.first,
            one.second,
            f"{one.items:,}",
            _figure(one.kappa.value),
            _figure(one.kappa.lower),
        )
        for one in study.pairs[:_SHOWN]
    ]
    columns = ("rater", "rater", "items", "Cohen's kappa", "lower bound")
    table = wide_table(columns, pairs, (2, 3, 4)) if pairs else ""
    text = f"Those that pull alpha down most come first, with what it would rise by without them.{said}{rest}"
    return section("By rater", text, plot_grid([plot]) + table)


def slice_sections(study: Study) -> list[str]:
    """Each column that makes more than one slice."""
    sections = []
    for column, found in study.slices.items():
        spans = [
            span for one in found if (span := _slice_span(one, study.demand.floor)) is not None
        ]
        if len(spans) < 2:
            continue
        plot = interval_chart(
            f"Alpha by {column}", spans[:_SHOWN], floor=study.demand.floor, ends=_ENDS
        )
        said = "Alpha within each slice; what pulls it down most comes first."
        sections.append(section(f"By {column}", said, plot_grid([plot])))
    return sections


def filter_section(study: Study) -> str:
    """What each filter would keep, as it looks and as it is on labels that it did not see."""
    if not study.filters:
        return ""
    rows = [
        (
            one.said,
            f"{one.items:,} ({one.items / study.agreement.items:.0%})",
            f"{one.labels:,}",
            f"{one.raters:,}",
            "–" if one.circular is None else f"{one.circular:.3f}",
            _figure(one.honest.value),
            _figure(one.honest.lower),
            "yes" if one.passes else "no",
        )
        for one in study.filters
    ]
    columns = (
        "kept", "items", "labels", "people", "alpha, circular", "on unseen labels", "lower bound", "passes",
    )  # fmt: skip
    return section(
        "What a filter would do",
        "Which labels would have to go for the rest to agree. A filter that is chosen on the labels by which "
        "it is judged looks better than it is, so that it passes by labels that it did not see.",
        wide_table(columns, rows, (1, 2, 3, 4, 5, 6)),
    )


def _rater_span(one: RaterAgreement, floor: float | None) -> Span | None:
    pull = "" if one.pull is None else f", pull {one.pull:+.3f}"
    return _span(one.rater, one.with_rest, f"{one.labels:,} labels{pull}", floor)


def _slice_span(one: SliceAgreement, floor: float | None) -> Span | None:
    pull = "" if one.pull is None else f", pull {one.pull:+.3f}"
    return _span(one.name, one.agreement.alpha, f"{one.agreement.items:,} items{pull}", floor)


def _span(label: str, found: Estimate, said: str, floor: float | None) -> Span | None:
    if found.value is None:
        return None
    low = found.value if found.lower is None else found.lower
    high = found.value if found.upper is None else found.upper
    holds = floor is None or found.value > floor
    return Span(label, found.value, low, high, f"{found.value:.2f}, {said}", holds)


def _figure(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"
