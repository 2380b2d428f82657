"""`aidp run`: the graph materialised, what passed published."""

from datetime import datetime
from typing import Annotated, Any

import typer

from ai_data_platform.cli.output import AsJson, console, explained
from ai_data_platform.cli.places import open_home
from ai_data_platform.cli.report import platform_report
from ai_data_platform.cli.summary import show_report
from ai_data_platform.settings import CHECKOUT, Settings, read_settings
from ai_data_platform.settings.service import ServiceSettings
from ai_data_platform.stores.home import Home

__all__ = ["run"]


@explained
def run(
    selection: Annotated[
        str | None, typer.Argument(help="Assets in Dagster's selection syntax; all by default.")
    ] = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="First day, UTC."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="DAY", help="Last day, UTC."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Ask every asset, even when nothing changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Materialise what changed and publish what passes its gate."""
    settings = read_settings()
    home = open_home(settings)
    snapshot = _snapshot(settings, home)
    whole = selection is None and first is None and last is None
    if whole and not force and (report := snapshot.unchanged()) is not None:
        show_report(report, settings, [], as_json, note="Nothing changed since the last run.")
        return
    from ai_data_platform.cli.graph import GraphRun

    sources = snapshot.sources()
    if as_json:
        console.quiet = True
    graph = GraphRun(settings, home)
    good = graph.run(selection, first and first.date(), last and last.date())
    console.quiet = False
    report = platform_report(home)
    if good and whole:
        snapshot.record(sources, report)
    show_report(report, settings, graph.failures, as_json)
    if not good:
        raise typer.Exit(1)


def _snapshot(settings: Settings, home: Home) -> Any:
    from ai_data_platform.stores.snapshot import RunSnapshot

    return RunSnapshot(
        home,
        chat_logs=settings.chat_log_source(),
        feedback=settings.feedback_source(),
        documents=settings.documents,
        evaluation=(settings.eval_questions, settings.eval_answers),
        evaluation_sets=settings.eval_sets,
        settings=settings.model_dump_json(exclude={*ServiceSettings.model_fields}),
        code=(CHECKOUT / "ai_data_platform", CHECKOUT / "dbt_project" / "models"),
    )
