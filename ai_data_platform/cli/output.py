"""What commands print: tables and lines for people, JSON for programs, errors in one sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Annotated, Any, ParamSpec

import orjson
import typer
from rich.console import Console
from rich.table import Table

from ai_data_platform.core.errors import AidpError, ConfigurationError

__all__ = ["AsJson", "bars", "console", "explained", "show_json", "table"]

console = Console()
_errors = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_P = ParamSpec("_P")


def show_json(value: Any) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None
) -> Table:
    """A plain table; numbers stand to the right."""
    drawn = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        drawn.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    return drawn


def explained(command: Callable[_P, None]) -> Callable[_P, None]:
    """A command whose errors of this package end in one sentence: exit code 2 for settings, 1 otherwise."""

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AidpError as error:
            _errors.print(f"[red]error:[/red] {error}", highlight=False)
            raise typer.Exit(2 if isinstance(error, ConfigurationError) else 1) from error

    return run


def bars(counts: Mapping[str, int]) -> Iterable[Sequence[object]]:
    """Rows of reason, count and bar, the largest first."""
    top = max(counts.values(), default=1)
    for name, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield name, rows, "█" * max(round(24 * rows / top), 1)
