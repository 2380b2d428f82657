"""What commands print: tables and lines for people, JSON for programs, errors in one sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Annotated, Any, ParamSpec

import orjson
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ai_data_platform.core.errors import AidpError, ConfigurationError

__all__ = [
    "AsJson",
    "bars",
    "console",
    "explained",
    "shortened",
    "show_indented",
    "show_json",
    "table",
]

console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

_GAP = 2
_LEAST = 12  # cells that the last column keeps in the narrowest terminal

_P = ParamSpec("_P")


def show_json(value: Any) -> None:
    """Print one JSON document, and nothing else, on standard output."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    title: str | None = None,
    *,
    header: bool = True,
) -> Table:
    """A plain table of one line a row; numbers stand to the right, the last column fills what is left.

    What does not fit there ends in an ellipsis. Cells are text, numbers or rich's Text.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    drawn = Table(title=title, title_justify="left", show_header=header, box=None)
    drawn.pad_edge, drawn.padding = False, (0, _GAP, 0, 0)
    used = 0
    for place, name in enumerate(columns):
        column = [row[place] for row in cells]
        right = any(text.justify == "right" for text in column)
        drawn.add_column(name, justify="right" if right else "left", no_wrap=True)
        if place + 1 < len(columns):
            used += _GAP + max(cell_len(name), *(text.cell_len for text in column), 0)
    for row in cells:
        row[-1].truncate(max(console.width - used, _LEAST), overflow="ellipsis")
        drawn.add_row(*row)
    return drawn


def shortened(text: str, room: int) -> str:
    """The text on one line of so many cells, with an ellipsis where it was cut, between words if it can."""
    line = Text(" ".join(text.split()))
    if line.cell_len <= room:
        return line.plain
    line.truncate(max(room - 1, 1))
    words, space, _ = line.plain.rpartition(" ")
    return f"{words} …" if space and words else f"{line.plain.rstrip()}…"


def show_indented(text: str, indent: int, style: str = "", *, first: str | None = None) -> None:
    """Print text in the room beside an indent, which `first` fills on the first line."""
    for line in Text(text, style=style).wrap(console, max(console.width - indent, _LEAST)):
        line.rstrip()
        console.print(Text(" " * indent if first is None else first) + line, soft_wrap=True)
        first = None


def explained(command: Callable[_P, None]) -> Callable[_P, None]:
    """A command whose errors of this package end in one sentence: exit code 2 for settings, 1 otherwise."""

    @wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except AidpError as error:
            _errors.print(f"[red]error:[/red] {escape(str(error))}")
            raise typer.Exit(2 if isinstance(error, ConfigurationError) else 1) from error

    return run


def bars(counts: Mapping[str, int]) -> Iterable[Sequence[object]]:
    """Rows of reason, count and bar, the largest first."""
    top = max(counts.values(), default=1)
    for name, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield name, rows, "█" * max(round(24 * rows / top), 1)


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Text(f"{value:,}", justify="right")
    return Text("" if value is None else str(value))
