"""`aidp versions` and `aidp rollback`: what was published, and the way back."""

from typing import Annotated

import typer

from ai_data_platform.cli.output import AsJson, console, explained, show_json, table
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings
from ai_data_platform.stores.home import PUBLICATIONS

__all__ = ["rollback", "versions"]


@explained
def versions(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PUBLICATIONS)}.")],
    as_json: AsJson = False,
) -> None:
    """Every published version, the newest first; ● is the one that readers see."""
    listed = open_home(read_settings()).versions(name).published()
    rows = [
        {
            "version": found.version,
            "published_at": found.published_at and found.published_at.isoformat(timespec="seconds"),
            "rows": found.rows,
            "current": found.current,
            "path": str(found.folder),
        }
        for found in listed
    ]
    if as_json:
        show_json(rows)
        return
    shown = [
        ("●" if r["current"] else "", r["version"], r["published_at"], r["rows"]) for r in rows
    ]
    console.print(table(["", "version", "published at", "rows"], shown))


@explained
def rollback(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(PUBLICATIONS)}.")],
    version: Annotated[
        str | None, typer.Argument(help="A version or its start; the one before by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Point readers at an earlier published version, at once. Later runs leave it there."""
    current = open_home(read_settings()).versions(name).rollback(version)
    if as_json:
        show_json({"name": name, "published": current.version, "rows": current.rows})
    else:
        console.print(f"Readers of {name} now see {current.version} ({current.rows:,} rows).")
