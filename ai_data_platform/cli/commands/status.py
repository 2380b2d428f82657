"""`aidp status`: what stands."""

from typing import Annotated

import typer

from ai_data_platform.cli.output import AsJson, explained
from ai_data_platform.cli.places import open_home
from ai_data_platform.cli.report import platform_report
from ai_data_platform.cli.summary import show_report
from ai_data_platform.settings import read_settings

__all__ = ["status"]


@explained
def status(
    every_drop: Annotated[
        bool, typer.Option("--all", help="Show every reason for which rows were dropped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What is published, what the gates said last, and where rows went."""
    settings = read_settings()
    report = platform_report(open_home(settings))
    show_report(report, settings, [], as_json, next_steps=False, every_drop=every_drop)
