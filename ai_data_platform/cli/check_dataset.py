"""`aidp check-dataset`: the rules of a training dataset on any file, for a person and for programs."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from ai_data_platform import __version__
from ai_data_platform.cli.output import bars, console, shortened, table
from ai_data_platform.core.datasets.checks import CheckedRows, DatasetCheck, file_rules
from ai_data_platform.core.datasets.labels import Upsampling
from ai_data_platform.core.datasets.report import QualityReport, Stage, quality_page
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.settings import Settings
from ai_data_platform.stores.dataset_files import DatasetFiles
from ai_data_platform.stores.tokenizers import FileTokenizer

__all__ = [
    "Checked",
    "check_files",
    "checked_as_json",
    "show_checked",
    "show_upsampling",
    "upsample",
]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file, what was counted in it, and what its rules said."""

    path: Path
    rows: CheckedRows
    verdict: Verdict


def check_files(
    files: DatasetFiles, settings: Settings, *, label: str | None, max_tokens: int | None
) -> Checked:
    """Every rule on every row of these files."""
    thresholds = settings.sft_thresholds()
    check = DatasetCheck(files.kind(), label=label, short_answer=thresholds.min_response_words_p5)
    files.check(check)
    tokenizer = FileTokenizer(settings.tokenizer)
    rows = check.result(tokenizer, max_tokens or settings.max_tokens)
    rules = file_rules(rows, thresholds)
    verdict = judge(files.location.name, "", rows.figures, rules, code_version=__version__)
    return Checked(files.location, rows, verdict)


def upsample(files: DatasetFiles, checked: Checked, settings: Settings, to: Path) -> Upsampling:
    """Write the rows with rare labels repeated. Raises ConfigurationError when the rows have no label."""
    if checked.rows.label is None:
        raise ConfigurationError("the rows have no label column: name it with --label")
    return files.upsample(checked.rows.label, settings.max_label_imbalance, to)


def page(checked: Checked) -> bytes:
    """The page with plots."""
    rows, lines = checked.rows, int(checked.rows.figures["lines"] or 0)
    return quality_page(
        QualityReport(
            title=checked.path.name,
            summary=f"A file in the {rows.kind} format, checked by itself.",
            verdict=checked.verdict,
            profile=rows.profile,
            funnel=[Stage("reading", lines, rows.faults, rows.profile.rows)],
            unit="lines",
            findings=rows.findings,
        )
    )


def checked_as_json(checked: Checked, plan: Upsampling | None = None) -> dict[str, Any]:
    """Format, figures, each rule with its score, what was left out by reason, and the first offenders."""
    rows, verdict = checked.rows, checked.verdict
    return {
        "path": str(checked.path),
        "format": rows.kind,
        "label": rows.label,
        "passed": verdict.passed,
        "rules": [_as_row(rule, verdict) for rule in verdict.rules],
        "figures": dict(verdict.figures),
        "left_out": dict(rows.faults),
        "labels": dict(rows.labels),
        "findings": {name: [asdict(one) for one in found] for name, found in rows.findings.items()},
        "tokenizer": {
            "name": rows.profile.tokens and rows.profile.tokens.tokenizer,
            "stand_in": rows.profile.tokens and rows.profile.tokens.stand_in,
        },
        "upsampled": plan and {"before": dict(plan.before), "after": dict(plan.after)},
    }


def show_checked(checked: Checked) -> None:
    """The rules as a table, then the first rows that break each broken one."""
    rows, verdict = checked.rows, checked.verdict
    lines = int(rows.figures["lines"] or 0)
    read = f"{rows.profile.rows:,} of {lines:,} rows can be used"
    said = Text("passed", "green") if verdict.passed else Text("failed", "red")
    console.print(
        Text.assemble((checked.path.name, "bold"), f"  {rows.kind} format, {read}: ", said)
    )
    console.print()
    shown = [_as_row(rule, verdict) for rule in verdict.rules]
    columns = ["rule", "score", "wanted", "", "why"]
    console.print(table(columns, [_cells(row) for row in shown]))
    if rows.faults:
        console.print("\n[bold]Left out[/bold]")
        console.print(table(["reason", "rows", ""], bars(rows.faults)))
    for row in shown:
        if not row["passed"]:
            _show_findings(str(row["rule"]), rows)
    _show_tokenizer(rows)


def show_upsampling(plan: Upsampling | None, to: Path | None) -> None:
    """Rows by label, before and after; nothing where none were repeated."""
    if plan is None:
        return
    console.print(f"\n[bold]Repeated rows of rare labels[/bold], written to {to}")
    counts = [(label, plan.before[label], plan.after[label]) for label in plan.after]
    console.print(table(["label", "rows before", "rows after"], counts))


def _as_row(rule: Rule, verdict: Verdict) -> dict[str, object]:
    return {
        "rule": rule.figure,
        "score": verdict.figures.get(rule.figure),
        "comparison": rule.comparison,
        "threshold": rule.threshold,
        "passed": rule.failure(verdict.figures) is None,
        "reason": rule.reason,
    }


def _cells(row: dict[str, object]) -> tuple[object, ...]:
    score = row["score"]
    seen = round(score, 4) if isinstance(score, float) else score
    held = Text("✓", "green") if row["passed"] else Text("✗", "red")
    wanted = f"{row['comparison']} {row['threshold']:g}"
    return row["rule"], "not measured" if seen is None else seen, wanted, held, row["reason"]


def _show_findings(figure: str, rows: CheckedRows) -> None:
    found = rows.findings.get(figure, ())
    if figure == "label_imbalance":
        console.print(f"\n[bold]{figure}[/bold]: rows by {rows.label}")
        console.print(table(["label", "rows", ""], bars(rows.labels)))
    if not found:
        return
    console.print(f"\n[bold]{figure}[/bold]: the first rows")
    for one in found:
        console.print(Text(f"  {one.place}  {one.reason}"), soft_wrap=True)
        if one.seen:
            console.print(Text(f"    {shortened(one.seen, max(console.width - 4, 20))}", "dim"))


def _show_tokenizer(rows: CheckedRows) -> None:
    tokens = rows.profile.tokens
    if tokens is None or not tokens.sampled:
        return
    stand_in = ", a stand-in: set AIDP_TOKENIZER to your model's" if tokens.stand_in else ""
    share = tokens.figures()["share_over_max_tokens"] or 0
    console.print(
        f"\nTokens by {tokens.tokenizer}{stand_in}: {share:.2%} of {tokens.sampled:,} rows counted are "
        f"longer than {tokens.max_tokens:,}."
    )
