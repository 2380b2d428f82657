"""An index's measures and worst questions for a person, with intervals drawn as bars."""

from collections.abc import Collection, Sequence

from rich.text import Text

from ai_data_platform.cli.intervals import change_axis, interval_bar
from ai_data_platform.cli.output import console, table
from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary
from ai_data_platform.core.evaluation.worst_questions import SHOWN_MEASURES, WorstQuestion

__all__ = ["show_measures", "show_worst_questions"]


def show_measures(measures: Sequence[MeasureSummary], broken: Collection[str]) -> None:
    """Each measure against its floor, and against the published index; `broken` are figures."""
    _levels([m for m in measures if m.mean is not None], broken)
    _changes([m for m in measures if m.difference is not None], broken)


def _levels(measures: Sequence[MeasureSummary], broken: Collection[str]) -> None:
    if not measures:
        return
    width = min(max(console.width - 48, 12), 60)
    rows = [
        (
            measure.measure,
            *(_right(value, "{:.3f}") for value in (measure.mean, measure.lower)),
            _right(measure.floor, "{:g}"),
            interval_bar(
                measure.lower,
                measure.mean,
                measure.floor,
                (0, 1),
                width,
                holds=f"{measure.measure}_lower" not in broken,
            ),
        )
        for measure in measures
    ]
    console.print("\n[bold]Measures[/bold]  ● mean, ├ its 95 % lower bound, ┃ floor")
    console.print(table(["", "mean", "lower", "floor", _ends("0", "1", width)], rows))


def _changes(measures: Sequence[MeasureSummary], broken: Collection[str]) -> None:
    if not measures:
        return
    axis, width = change_axis(measures), min(max(console.width - 60, 12), 60)
    rows = [
        (
            measure.measure,
            _right(measure.published, "{:.3f}"),
            _right(measure.difference, "{:+.3f}"),
            _right(measure.difference_lower, "{:+.3f}"),
            _right(measure.detectable_drop, "{:.3f}"),
            interval_bar(
                measure.difference_lower,
                measure.difference,
                measure.margin,
                axis,
                width,
                holds=f"{measure.measure}_difference_lower" not in broken,
            ),
        )
        for measure in measures
    ]
    margin = next((f"{m.margin:g}" for m in measures if m.margin is not None), "none")
    console.print(f"\n[bold]Candidate − published[/bold]  ┃ margin {margin}")
    ends = _ends(f"{axis[0]:+.2f}", f"{axis[1]:+.2f}", width)
    console.print(table(["", "published", "change", "lower", "visible", ends], rows))
    console.print(
        "visible: the smallest true drop that these questions show in 9 of 10 cases", style="dim"
    )


def show_worst_questions(worst: Sequence[WorstQuestion]) -> None:
    """Each question with its scores, from published to candidate where both were scored."""
    if not worst:
        return
    compared = any(v is not None for q in worst for v in q.published.values())
    names = ["hit@5", "MRR@10", "recall"]
    by = "most lost against the published index first" if compared else "lowest scores first"
    console.print(f"\n[bold]Worst questions[/bold]  {by}")
    rows: list[tuple[object, ...]] = []
    for question in worst:
        scores = (Text(_scores(question, m), justify="right") for m in SHOWN_MEASURES)
        rows.append((*scores, question.question))
        if question.unsupported:
            rows.append(("", "", "", Text(f"lacked: {question.unsupported}", style="dim")))
    console.print(table([*names, "question"], rows))


def _scores(question: WorstQuestion, measure: str) -> str:
    now, before = question.scores[measure], question.published[measure]
    shown = "–" if now is None else f"{now:.2f}"
    return shown if before is None else f"{before:.2f} → {shown}"


def _right(value: float | None, shape: str) -> Text:
    return Text("–" if value is None else shape.format(value), justify="right")


def _ends(low: str, high: str, width: int) -> str:
    return low + high.rjust(width - len(low))
