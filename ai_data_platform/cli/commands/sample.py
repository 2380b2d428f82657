"""`aidp sample`: inputs with known planted defects."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ai_data_platform.cli.output import AsJson, console, explained, show_json, table

__all__ = ["sample"]


@explained
def sample(
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
    conversations: Annotated[
        int | None, typer.Option(min=1, help="Conversations; about 2.5 exchanges each.")
    ] = None,
    documents: Annotated[int | None, typer.Option(min=1, help="Readable documents.")] = None,
    feedback: Annotated[int | None, typer.Option(min=0, help="Ratings, one a line.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=365, help="Days to spread over.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed writes the same bytes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write realistic inputs with known planted defects."""
    from dataclasses import asdict

    from ai_data_platform.core.samples.spec import SampleSpec
    from ai_data_platform.stores.samples import write_sample

    asked = {
        "conversations": conversations,
        "documents": documents,
        "feedback": feedback,
        "days": days,
        "seed": seed,
    }
    spec = SampleSpec(**{name: value for name, value in asked.items() if value is not None})
    report = asdict(write_sample(to, spec))
    if as_json:
        show_json(report)
    else:
        console.print(table(["what", "count"], _flat(report), title=f"Written to {to}"))


def _flat(report: dict[str, Any], prefix: str = "") -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in report.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows
