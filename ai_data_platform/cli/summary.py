"""The end of a run, for a person: what was published, what was dropped and why, what to try next."""

from collections.abc import Mapping, Sequence
from typing import Any

from ai_data_platform.cli.output import bars, console, table

__all__ = ["show_summary"]

_TRY_NEXT = (
    (
        '.venv/bin/aidp search "how tight are the terminal screws" -k 3',
        "ask the published knowledge base",
    ),
    (".venv/bin/aidp versions sft", "see what can be rolled back"),
    ("make dev", "open the Dagster UI on the same data"),
)


def show_summary(
    report: Mapping[str, Any],
    failures: Sequence[Any],
    note: str | None,
    *,
    on_the_sample: bool,
    next_steps: bool,
) -> None:
    """Publications, drops by reason, failures, and three commands."""
    console.print()
    if note:
        console.print(note, style="green")
        console.print()
    _publications(report["publications"])
    _lanes(report["lanes"])
    told = {"; ".join(found["reasons"]) for found in report["publications"].values()}
    for failure in failures:
        if failure.message in told:
            continue  # it stands above, under what it kept from being published
        console.print(f"[red]✗ {failure.where}[/red]: {failure.message}", highlight=False)
    if not next_steps:
        return
    source = "the sample that ships with the project" if on_the_sample else "your sources"
    console.print(f"Made from {source}; everything lies in {report['home']}", style="dim")
    console.print("\nTry next:")
    for command, why in _TRY_NEXT:
        console.print(
            f"  [bold]{command}[/bold]  [dim]# {why}[/dim]", highlight=False, soft_wrap=True
        )


def _publications(publications: Mapping[str, Any]) -> None:
    rows = [
        (
            name,
            found["published"] or "nothing yet",
            found.get("rows", ""),
            (found.get("published_at") or "")[:16].replace("T", " "),
            found["verdict"],
        )
        for name, found in publications.items()
    ]
    console.print(table(["published", "version", "rows", "since (UTC)", "last gate"], rows))
    for name, found in publications.items():
        if found["verdict"] == "blocked":
            same = found["candidate"] == found["published"]
            what = "the published version would not pass now" if same else "was not published"
            console.print(f"\n[red]✗ {name}: candidate {found['candidate']}: {what}[/red]")
            for reason in found["reasons"]:
                console.print(f"    {reason}", highlight=False)
    console.print()


def _lanes(lanes: Mapping[str, Any]) -> None:
    for name, lane in lanes.items():
        days = f" on {lane['days']} days" if "days" in lane else ""
        dropped = sum(lane["dropped"].values())
        aside = f", {dropped:,} dropped" if dropped else ""
        console.print(f"[bold]{name}[/bold]: {lane['rows']:,} rows{days}{aside}", highlight=False)
        if lane["dropped"]:
            console.print(
                table(["", "", ""], ((f"  {n}", c, b) for n, c, b in bars(lane["dropped"])))
            )
    console.print()
