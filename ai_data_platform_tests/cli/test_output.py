"""What commands print, on a terminal of any width."""

import pytest
from rich.console import Console

from ai_data_platform.cli import output
from ai_data_platform.cli.output import shortened, table


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(width=30, highlight=False, force_terminal=False)
    monkeypatch.setattr(output, "console", console)
    return console


def test_a_table_keeps_every_row_on_one_line_and_cuts_the_last_column(printed: Console) -> None:
    rows = [("one", 1234, "a sentence that is too long for it"), ("two", 5, "short")]
    with printed.capture() as captured:
        printed.print(table(["name", "rows", "why"], rows))
    assert [line.rstrip() for line in captured.get().splitlines()] == [
        "name   rows  why",
        "one   1,234  a sentence that …",
        "two       5  short",
    ]


@pytest.mark.parametrize(
    ("text", "room", "line"),
    [
        ("fits", 4, "fits"),
        ("two  lines\nbecome one", 30, "two lines become one"),
        ("cut between words here", 16, "cut between …"),
        ("unbreakable", 6, "unbre…"),
        ("語語 語語語", 6, "語語 …"),
    ],
)
def test_a_shortened_text_ends_in_an_ellipsis_and_fits(text: str, room: int, line: str) -> None:
    assert shortened(text, room) == line
