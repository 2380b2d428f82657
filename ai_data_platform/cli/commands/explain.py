"""`aidp explain`: the way of a row, both ways."""

from typing import Annotated

import typer

from ai_data_platform.cli.output import AsJson, explained, show_json
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings

__all__ = ["explain"]


@explained
def explain(
    id: Annotated[
        str, typer.Argument(metavar="ID", help="FILE:LINE, or the id of a record, row or document.")
    ],
    every: Annotated[bool, typer.Option("--all", help="Show every record and chunk.")] = False,
    as_json: AsJson = False,
) -> None:
    """The way of a row back to its raw lines, and of a raw line to its rows or its reason."""
    from ai_data_platform.cli.explain import explanation_as_json, show_explanation
    from ai_data_platform.stores.provenance import Provenance, Sources

    settings = read_settings()
    sources = Sources(settings.chat_log_source(), settings.feedback_source(), settings.documents)
    most = None if every or as_json else 12
    found = Provenance(open_home(settings), sources).explain(id, raw_lines=most or 100)
    if as_json:
        show_json(explanation_as_json(found))
    else:
        show_explanation(found, most=most)
