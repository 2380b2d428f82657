"""A gate's report for a person: the outcome, what broke, each rule, the measures, what was before."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.text import Text

from ai_data_platform.cli.gate_report import GateReport
from ai_data_platform.cli.measure_view import show_measures, show_worst_questions
from ai_data_platform.cli.output import console, shortened, show_indented, table
from ai_data_platform.core.gates import Rule, Verdict
from ai_data_platform.stores.ledger import RecordedVerdict, table_name

__all__ = ["OUTCOME_STYLE", "show_gate", "upstream_lines"]

OUTCOME_STYLE = {
    "PASSED": "green",
    "BLOCKED": "red",
    "INSUFFICIENT_EVIDENCE": "yellow",
    "REBASELINE_REQUIRED": "yellow",
}
_MEANING = {
    "PASSED": "every rule held",
    "BLOCKED": "the candidate broke a rule; what was there before stays",
    "INSUFFICIENT_EVIDENCE": "too little was measured to tell; what was there before stays",
    "REBASELINE_REQUIRED": "measured against something else; what was there before stays",
}
_SHORT = 12  # hex digits of a fingerprint: as long as a version's name


def show_gate(report: GateReport) -> None:
    """Print the whole report."""
    _head(report)
    _upstream(report)
    _rules(report.verdict)
    _unasked(report.verdict)
    show_measures(report.measures, _broken(report.verdict))
    show_worst_questions(report.worst)
    _history(report.history)


def upstream_lines(names: Sequence[str]) -> Iterator[str]:
    """The gated tables that something was made from, the days of a daily table as one line."""
    days: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        asset, _, day = name.partition("/")
        days[asset] += [day] if day else []
    for asset, found in sorted(days.items()):
        if len(found) > 1:
            yield f"{asset}: {len(found)} days from {min(found)} to {max(found)}"
        else:
            yield "/".join([asset, *found])


def _head(report: GateReport) -> None:
    verdict = report.verdict
    outcome = Text(verdict.outcome, style=f"bold {OUTCOME_STYLE[verdict.outcome]}")
    console.print(Text.assemble(outcome, f"  {report.name}: {_MEANING[verdict.outcome]}"))
    what = table_name(verdict.asset, verdict.partition)
    _pair("judged", f"{what} at {verdict.fingerprint}")
    _pair("when", f"{_time(report.recorded.judged_at)} UTC, by code version {verdict.code_version}")
    if report.published is not None:
        same = verdict.fingerprint.startswith(report.published.version)
        other = f"{report.published.version}, not this candidate"
        _pair("readers see", f"{report.published.version}, this candidate" if same else other)
    if report.obstacle is not None:
        _pair("held back", report.obstacle, style="red")


def _upstream(report: GateReport) -> None:
    for place, line in enumerate(upstream_lines(list(report.verdict.inputs))):
        _pair("" if place else "made from", line)


def _pair(name: str, text: str, style: str = "") -> None:
    show_indented(text, 14, style, first=f"  {name:<12}")


def _rules(verdict: Verdict) -> None:
    """Every rule below its reason, the broken ones first."""
    broken = [rule for rule in verdict.rules if rule.failure(verdict.figures)]
    held = [rule for rule in verdict.rules if not rule.failure(verdict.figures)]
    parts = (("broken", broken, ("✗", "red")), ("that hold", held, ("✓", "green")))
    for title, rules, mark in parts:
        if rules:
            console.print(f"\n[bold]Rules {title}[/bold]  {len(rules)} of {len(verdict.rules)}")
            _rule_lines(rules, verdict, mark)
    if not verdict.rules:
        console.print("\n[red]✗[/red] no rule was given, and a gate without rules passes nothing")


def _rule_lines(rules: Sequence[Rule], verdict: Verdict, mark: tuple[str, str]) -> None:
    room = min(max(len(rule.figure) for rule in rules), console.width - 30)
    by_reason: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_reason[rule.reason].append(rule)
    for reason, same in by_reason.items():
        for rule in same:
            figure = f"{shortened(rule.figure, room):<{room}}"
            seen = _figure(verdict.figures.get(rule.figure))
            wanted = f"wanted {rule.comparison} {rule.threshold:g}"
            line = Text.assemble("  ", mark, f" {figure}  {seen:>9}  {wanted:<14}")
            if rule is same[-1] and line.cell_len + 2 + len(reason) <= console.width:
                line.append(f"  {reason}", style="dim")
                reason = ""
            line.rstrip()
            console.print(line, soft_wrap=True)
        if reason:
            show_indented(reason, 6, "dim")


def _unasked(verdict: Verdict) -> None:
    """Figures that no rule asks for; the means stand with the measures."""
    asked = {rule.figure for rule in verdict.rules}
    shown = [
        (f"  {name}", Text(_figure(value), justify="right"))
        for name, value in sorted(verdict.figures.items())
        if name not in asked and f"{name}_lower" not in asked and not _of_a_change(name, asked)
    ]
    if shown:
        console.print("\n[bold]Recorded, asked of nothing[/bold]")
        console.print(table(["", ""], shown, header=False))


def _of_a_change(name: str, asked: set[str]) -> bool:
    measure = name.removesuffix("_published").removesuffix("_detectable_drop")
    return measure != name and f"{measure}_lower" in asked


def _history(history: Sequence[RecordedVerdict]) -> None:
    rows = [
        (
            _time(past.judged_at),
            past.verdict.fingerprint[:_SHORT],
            Text(past.verdict.outcome, style=OUTCOME_STYLE[past.verdict.outcome]),
            next(iter(past.verdict.reasons), ""),
        )
        for past in history
    ]
    console.print("\n[bold]Verdicts so far[/bold]  the newest first")
    console.print(table(["judged (UTC)", "candidate", "outcome", "first reason"], rows))


def _broken(verdict: Verdict) -> set[str]:
    return {rule.figure for rule in verdict.rules if rule.failure(verdict.figures)}


def _figure(value: float | None) -> str:
    if value is None:
        return "not seen"
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"
