"""One screen for a person: what readers see, what the gates said, where rows went, what to try next."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from ai_data_platform.cli.output import bars, console, shortened, show_json, table
from ai_data_platform.settings import Settings

__all__ = ["show_report", "show_summary"]

_TRY_NEXT = (
    (
        '.venv/bin/aidp search "how tight are the terminal screws" -k 3',
        "ask the published knowledge base",
    ),
    (".venv/bin/aidp explain c00000023", "see where a conversation came from and where it went"),
    (".venv/bin/aidp gate knowledge_base", "see what its gate measured"),
    (".venv/bin/aidp status --all", "see every reason for which rows were dropped"),
    ("make dev", "open the Dagster UI on the same data"),
)
_TABLES_SHOWN = 3
_REASONS_SHOWN = 2


def show_report(
    report: dict[str, Any],
    settings: Settings,
    failures: list[Any],
    as_json: bool,
    *,
    note: str | None = None,
    next_steps: bool = True,
    every_drop: bool = False,
) -> None:
    """The report as JSON, or as the screen for a person."""
    if as_json:
        failed = [{"where": f.where, "message": f.message} for f in failures]
        show_json({**report, "note": note, "failures": failed})
        return
    show_summary(
        report,
        failures,
        note,
        on_the_sample=settings.on_the_sample,
        next_steps=next_steps,
        every_drop=every_drop,
    )


def show_summary(
    report: Mapping[str, Any],
    failures: Sequence[Any],
    note: str | None,
    *,
    on_the_sample: bool,
    next_steps: bool,
    every_drop: bool = False,
) -> None:
    """Publications, what did not pass, rows and drops, failures; and commands to go on with."""
    console.print()
    if note:
        console.print(note, style="green")
        console.print()
    _publications(report["publications"])
    _not_passed(report["not_passed"])
    lanes = {
        name: lane for name, lane in report["lanes"].items() if lane["rows"] or lane["dropped"]
    }
    console.print()
    if lanes:
        _lanes(lanes, every_drop=every_drop)
    else:
        console.print("Nothing was read so far: run `aidp run`")
    _failures(report, failures)
    if not next_steps:
        return
    source = "the sample that ships with the project" if on_the_sample else "your sources"
    console.print(f"\nMade from {source}; state: {report['home']}", style="dim", soft_wrap=True)
    console.print("\nTry next:")
    for command, why in _TRY_NEXT:
        console.print(f"  [bold]{command}[/bold]  [dim]# {why}[/dim]", soft_wrap=True)


def _publications(publications: Mapping[str, Any]) -> None:
    rows = [
        (
            name,
            found["published"] or "nothing yet",
            found.get("rows", ""),
            (found.get("published_at") or "")[:16].replace("T", " "),
            _candidate(found),
        )
        for name, found in publications.items()
    ]
    console.print(table(["", "readers see", "rows", "since (UTC)", "candidate"], rows))
    for name, found in publications.items():
        for line in _explained(name, found):
            console.print(line, soft_wrap=True)


def _candidate(found: Mapping[str, Any]) -> Text:
    """What became of the candidate that was judged last, in words of at most 21 cells."""
    outcome = found["outcome"]
    if outcome is None:
        return Text("not judged yet", style="dim")
    if outcome != "PASSED":
        return Text(outcome, style="red" if outcome == "BLOCKED" else "yellow")
    if found["obstacle"]:
        return Text("PASSED, held back", style="red")
    if found["candidate"] == found["published"]:
        return Text("PASSED, published", style="green")
    if found["candidate"] == found["withdrawn"]:
        return Text("PASSED, withdrawn", style="yellow")
    return Text("PASSED, not published", style="yellow")


def _explained(name: str, found: Mapping[str, Any]) -> Iterator[Text]:
    """What stands against the candidate, shortened to two lines, and a rollback that holds."""
    reasons = [found["obstacle"]] if found["obstacle"] else found["reasons"]
    if reasons:
        stay = (
            f"readers stay on {found['published']}" if found["published"] else "nothing to read yet"
        )
        state = f"is held back; {stay}"
        if found["candidate"] == found["published"]:
            state = "is still read, though it would not pass now"
        yield Text(f"✗ {name}: {found['candidate']} {state}", "red")
        for reason in reasons[:_REASONS_SHOWN]:
            yield _below(shortened(reason, console.width - 4))
        more = len(reasons) - _REASONS_SHOWN
        yield _below(f"{f'{more} more: ' if more > 0 else 'more: '}aidp gate {name}", style="bold")
    if found["withdrawn"]:
        what = f"{found['withdrawn']} was rolled back; readers stay on {found['published']}"
        yield Text(f"↩ {name}: {what}", "yellow")
        yield _below(f"back again: aidp rollback {name} {found['withdrawn']}", style="bold")


def _not_passed(tables: Mapping[str, Any]) -> None:
    """Tables that a gate did not let into the lake: the earlier table, if any, is still read."""
    for name, found in list(tables.items())[:_TABLES_SHOWN]:
        head = f"✗ {name}: {found['outcome']}: "
        reason = shortened("; ".join(found["reasons"]), console.width - len(head))
        console.print(Text.assemble((head, "red"), reason), soft_wrap=True)
        console.print(_below(f"more: aidp gate {name}", style="bold"))
    if len(tables) > _TABLES_SHOWN:
        rest = list(tables)[_TABLES_SHOWN:]
        line = f"and {len(rest)} more tables: {', '.join(rest)}"
        console.print(shortened(line, console.width), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table: rows that came out of a step, and what it left out."""

    name: str
    rows: int
    dropped: Mapping[str, int]
    note: str | None = None  # in the place of the drops
    days: int = 0


def _lanes(lanes: Mapping[str, Any], *, every_drop: bool) -> None:
    """Rows and drops a lane: the commonest reasons on its line, or every reason with its bar."""
    lines = [line for name, lane in lanes.items() for line in _lines(name, lane, stages=every_drop)]
    if every_drop:
        for line in lines:
            when = f" on {line.days} days" if line.days else ""
            console.print(f"[bold]{line.name}[/bold]: {line.rows:,} {line.note or f'rows{when}'}")
            shown = ((f"  {n}", c, b) for n, c, b in bars(line.dropped))
            console.print(table(["", "", ""], shown, header=False))
        return
    rows = [
        (
            line.name,
            line.rows,
            "" if line.note else sum(line.dropped.values()),
            line.note or _commonest(line.dropped),
        )
        for line in lines
    ]
    console.print(table(["", "rows", "dropped", "mostly for"], rows))


def _lines(name: str, lane: Mapping[str, Any], *, stages: bool) -> Iterator[_Line]:
    """A lane; before a dataset, when asked for, each of its stages that left something out."""
    made_in = lane.get("stages", [])
    for stage in made_in if stages else []:
        if stage["dropped"]:
            yield _Line(f"  {stage['stage']}", stage["rows_out"], stage["dropped"])
    last = name.rpartition("/")[2]
    if made_in and stages:
        yield _Line(last, lane["rows"], {}, lane["made_of"])
    elif made_in:
        dropped = Counter[str]()
        for stage in made_in:
            dropped.update(stage["dropped"])
        yield _Line(last, lane["rows"], dict(dropped))
    else:
        yield _Line(last, lane["rows"], lane["dropped"], days=lane.get("days", 0))


def _commonest(dropped: Mapping[str, int]) -> str:
    ordered = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason} {rows:,}" for reason, rows in ordered)


def _failures(report: Mapping[str, Any], failures: Sequence[Any]) -> None:
    found = [*report["publications"].values(), *report["not_passed"].values()]
    told = [reason for verdict in found for reason in verdict["reasons"]]
    for failure in failures:
        if not any(reason in failure.message for reason in told):  # it stands above
            console.print(Text.assemble((f"\n✗ {failure.where}", "red"), f": {failure.message}"))


def _below(text: str, style: str = "") -> Text:
    return Text(f"    {text}", style=style)
