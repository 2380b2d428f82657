"""`aidp gate`: why a candidate passed, or did not."""

from typing import Annotated

import typer

from ai_data_platform.cli.gate_report import gate_report, report_as_json
from ai_data_platform.cli.gate_view import show_gate
from ai_data_platform.cli.output import AsJson, explained, show_json
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings
from ai_data_platform.stores.home import PUBLICATIONS

__all__ = ["gate"]


@explained
def gate(
    name: Annotated[
        str,
        typer.Argument(help=f"{', '.join(PUBLICATIONS)}, or a table: raw_chat_logs/2025-03-01."),
    ],
    candidate: Annotated[
        str | None,
        typer.Option(help="The start of a fingerprint; the candidate judged last by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Why a gate let a candidate through, or did not. Exit code 1 when it did not."""
    report = gate_report(open_home(read_settings()), name, candidate)
    if as_json:
        show_json(report_as_json(report))
    else:
        show_gate(report)
    if not report.passes:
        raise typer.Exit(1)
