"""`aidp verify-certificate`: what was compared, and what differs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ai_data_platform.cli.output import console, table
from ai_data_platform.core.datasets.leakage import EvaluationItem
from ai_data_platform.stores.certificate_check import Verification
from ai_data_platform.stores.evaluation_archive import EvaluationArchive
from ai_data_platform.stores.evaluation_items import items_from
from ai_data_platform.stores.home import Home

__all__ = ["find_items", "show_verification", "verification_as_json"]

_SHOWN = 20


def find_items(home: Home, file: Path | None) -> Callable[[str], Sequence[EvaluationItem] | None]:
    """Evaluation items by their hash: those of a file where one is given, or else those kept in the home."""
    if file is not None:
        return lambda _: items_from(pq.read_table(file))
    return EvaluationArchive(home.root / "evaluation").find


def verification_as_json(found: Verification) -> dict[str, Any]:
    return {
        "certificate": str(found.certificate),
        "holds": found.holds,
        "claims": found.claims,
        "compared": dict(found.compared),
        "differences": list(found.differences),
    }


def show_verification(found: Verification) -> None:
    """One line of outcome, what was compared, and the points that differ."""
    if found.holds:
        console.print("[green]The certificate holds:[/green] worked out again, all of it is so.")
    elif found.differences:
        console.print("[red]The certificate does not hold.[/red]")
    else:
        console.print("[red]The certificate says itself that the data leak[/red], and so it is.")
    if found.compared.get("evaluation_items") == 0:
        console.print(
            "No evaluation set was registered: the rows were compared with each other only."
        )
    rows = [(name.replace("_", " "), count) for name, count in found.compared.items()]
    console.print(table(["compared", ""], rows))
    for line in found.differences[:_SHOWN]:
        console.print(f"  {line}", highlight=False, markup=False)
    if (more := len(found.differences) - _SHOWN) > 0:
        console.print(f"  and {more:,} more")
