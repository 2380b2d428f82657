"""`aidp agreement`: how far people agree, in a file of labels or in the ratings of this home."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ai_data_platform.cli.output import console, explained
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings

__all__ = ["agreement"]


@explained
def agreement(
    file: Annotated[
        Path | None,
        typer.Argument(help="A file with one label a row; the ratings of AIDP_HOME without one."),
    ] = None,
    item: Annotated[str | None, typer.Option(help="Column of what was labelled.")] = None,
    rater: Annotated[str | None, typer.Option(help="Column of who labelled it.")] = None,
    label: Annotated[str | None, typer.Option(help="Column of the labels.")] = None,
    level: Annotated[str, typer.Option(help="nominal, ordinal or interval.")] = "nominal",
    task: Annotated[
        str | None, typer.Option(help="Column that tells tasks apart, each measured by itself.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Column that makes slices; repeat it.")
    ] = None,
    floor: Annotated[
        float | None, typer.Option(help="What the lower bound must exceed; AIDP_MIN_AGREEMENT.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the page with plots here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """How far people agree, who pulls it down, and what would help. Exit code 1 below the floor."""
    from ai_data_platform.cli import agreement as view
    from ai_data_platform.core.agreement import agreement_page, level_named, studies_as_json
    from ai_data_platform.stores.agreement import home_studies
    from ai_data_platform.stores.label_files import label_columns, read_label_file

    settings = read_settings()
    demand, rejected = settings.agreement_demand(), {}
    if floor is not None:
        demand = replace(demand, floor=floor)
    if file is None:
        studies = home_studies(open_home(settings), demand, tuple(by or ()))
        judged = ["preference"]
    else:
        read = read_label_file(file)
        columns = label_columns(read.table, item, rater, label)
        studies = view.file_studies(
            read, columns, level_named(level), demand, task=task, by=tuple(by or ())
        )
        rejected, judged = dict(read.rejected), [study.task for study in studies]
    if html is not None:
        html.write_bytes(agreement_page(view.page_title(file), studies, judged))
    if as_json:
        typer.echo(studies_as_json(studies).decode(), nl=False)
    else:
        view.show_studies(studies, rejected)
        if html is not None:
            console.print(f"\nThe page is at {html}")
    if not all(study.passes for study in studies if study.task in judged):
        raise typer.Exit(1)
