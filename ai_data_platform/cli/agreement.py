"""`aidp agreement`: how far people agree, who and what pulls it down, and what would help."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.compute as pc
from rich.text import Text

from ai_data_platform.cli.output import bars, console, table
from ai_data_platform.core.agreement import (
    Columns,
    Demand,
    Level,
    Study,
    advice,
    read_labels,
    study_of,
)
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.label_files import LabelFile

__all__ = ["file_studies", "page_title", "show_studies"]

_SHOWN = 8


def file_studies(
    file: LabelFile,
    columns: Columns,
    level: Level,
    demand: Demand,
    *,
    task: str | None = None,
    by: Sequence[str] = (),
) -> tuple[Study, ...]:
    """The study of a file's labels, or one for each value of the column `task`.

    Raises ConfigurationError for a column that is not there.
    """
    absent = [
        name for name in (*by, *([task] if task else [])) if name not in file.table.column_names
    ]
    if absent:
        has = ", ".join(file.table.column_names)
        raise ConfigurationError(f"no column {', '.join(absent)}: {file.path.name} has {has}")
    if task is None:
        parts = {file.path.name.split(".")[0]: file.table}
    else:
        names = sorted(pc.unique(file.table[task]).drop_null().to_pylist())
        parts = {name: file.table.filter(pc.equal(file.table[task], name)) for name in names}
    return tuple(
        study_of(name, read_labels(rows, level, columns), rows, by, demand)
        for name, rows in parts.items()
    )


def show_studies(studies: Sequence[Study], rejected: dict[str, int] | None = None) -> None:
    """Each task in a line, then what pulls it down and what filter would help."""
    console.print(table(_COLUMNS, [_line(study) for study in studies]))
    if rejected:
        console.print("\n[bold]Records that could not be read[/bold]")
        console.print(table(["reason", "records", ""], bars(rejected)))
    for study in studies:
        console.print()
        console.print(Text.assemble((study.task, "bold"), f": {advice(study)}"), soft_wrap=True)
        _show_raters(study)
        _show_slices(study)
        _show_filters(study)


_COLUMNS = ("task", "alpha", "lower", "upper", "Fleiss' kappa", "items", "people", "wanted", "")


def _line(study: Study) -> tuple[object, ...]:
    own, floor = study.agreement, study.demand.floor
    alpha = own.alpha
    held = Text("✓", "green") if study.passes else Text("✗", "red")
    wanted = "–" if floor is None else f"> {floor:g}"
    values = (_number(value) for value in (alpha.value, alpha.lower, alpha.upper, own.fleiss.value))
    return study.task, *values, own.items, own.raters, wanted, held


def _show_raters(study: Study) -> None:
    rows = [
        (
            one.rater,
            one.labels,
            _number(one.with_rest.value),
            _number(one.without),
            _number(one.pull),
        )
        for one in study.raters[:_SHOWN]
    ]
    if rows:
        console.print()
        console.print(table(["rater", "labels", "with the others", "alpha without", "pull"], rows))
    pairs = [
        (
            f"{one.first}, {one.second}",
            one.items,
            _number(one.kappa.value),
            _number(one.kappa.lower),
        )
        for one in study.pairs[:_SHOWN]
    ]
    if pairs:
        console.print()
        console.print(table(["two raters", "items", "Cohen's kappa", "lower"], pairs))


def _show_slices(study: Study) -> None:
    for column, found in study.slices.items():
        if len(found) < 2:
            continue
        rows = [
            (
                one.name,
                one.agreement.items,
                _number(one.agreement.alpha.value),
                _number(one.agreement.alpha.lower),
                _number(one.pull),
            )
            for one in found[:_SHOWN]
        ]
        console.print()
        console.print(table([column, "items", "alpha", "lower", "pull"], rows))


def _show_filters(study: Study) -> None:
    rows = [
        (
            Text("✓", "green") if one.passes else Text("✗", "red"),
            one.items,
            one.labels,
            one.raters,
            _number(one.circular),
            _number(one.honest.lower),
            one.said,
        )
        for one in study.filters
    ]
    if rows:
        console.print()
        columns = ["", "items", "labels", "people", "looks like", "lower, unseen labels", "filter"]
        console.print(table(columns, rows))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def page_title(path: Path | None) -> str:
    """What the page is called."""
    return "Agreement of ratings" if path is None else f"Agreement in {path.name}"
