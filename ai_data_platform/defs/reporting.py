"""What an asset shows of its work: metadata that the UI turns into columns, tables and plots."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.evaluation.interval_plot import interval_plot_png
from ai_data_platform.core.evaluation.measure_summaries import measure_summaries
from ai_data_platform.core.evaluation.worst_questions import (
    SHOWN_MEASURES,
    WorstQuestion,
    rank_worst_questions,
)
from ai_data_platform.core.gates import Outcome, Verdict
from ai_data_platform.core.records import COLUMNS
from ai_data_platform.stores.audit import Audited
from ai_data_platform.stores.candidates import Candidate
from ai_data_platform.stores.home import PUBLICATIONS
from ai_data_platform.stores.ledger import table_name
from ai_data_platform.stores.quality import OVERVIEW

__all__ = [
    "audited_result",
    "blocked",
    "candidate_result",
    "column_schema",
    "counts_table",
    "gate_command",
    "gate_metadata",
    "interval_plot",
    "quality_metadata",
    "result",
    "verdict_table",
    "worst_questions",
]

_NAMES = {asset: name for name, asset in PUBLICATIONS.items()}
_LABELS = {"hit_at_5": "hit@5", "mrr_at_10": "MRR@10", "context_recall": "context recall"}
_TO_DO: Mapping[Outcome, str] = {
    "PASSED": "run `aidp run`",
    "BLOCKED": "mend the source or take the change back, then `aidp run`",
    "INSUFFICIENT_EVIDENCE": "bring more evidence, then `aidp run`",
    "REBASELINE_REQUIRED": "have both scored on the same evidence: `aidp run --force`",
}


def column_schema(schema: pa.Schema) -> dg.TableSchema:
    """The columns of an Arrow schema as the UI shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                field.name,
                str(field.type),
                description=COLUMNS.get(field.name),
                constraints=dg.TableColumnConstraints(nullable=field.nullable),
            )
            for field in schema
        ]
    )


def counts_table(counts: Mapping[str, int], column: str = "reason") -> dg.TableMetadataValue:
    """Counts as a table, the largest first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return dg.MetadataValue.table(
        records=[dg.TableRecord({column: name, "rows": rows}) for name, rows in ordered],
        schema=dg.TableSchema([dg.TableColumn(column, "string"), dg.TableColumn("rows", "int")]),
    )


def verdict_table(verdict: Verdict) -> dg.TableMetadataValue:
    """Each rule of a gate with what was seen, the broken ones first."""
    columns = ["figure", "seen", "wanted", "holds", "why"]
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord(
                {
                    "figure": rule.figure,
                    "seen": str(_rounded(verdict.figures.get(rule.figure))),
                    "wanted": f"{rule.comparison}\N{NO-BREAK SPACE}{rule.threshold:g}",
                    "holds": rule.failure(verdict.figures) is None,
                    "why": rule.reason,
                }
            )
            for rule in sorted(verdict.rules, key=lambda rule: not rule.failure(verdict.figures))
        ],
        schema=dg.TableSchema(
            [dg.TableColumn(name, "bool" if name == "holds" else "string") for name in columns]
        ),
    )


def result(
    fingerprint: str,
    rows: int,
    schema: pa.Schema,
    *,
    figures: Mapping[str, float | None] | None = None,
    dropped: Mapping[str, int] | None = None,
    **metadata: Any,
) -> dg.MaterializeResult[Any]:
    """A materialisation with row count, column schema, plotted figures and counted drops.

    Metadata that is None is left out.
    """
    shown: dict[str, Any] = {
        "dagster/row_count": rows,
        "dagster/column_schema": column_schema(schema),
        **{name: value for name, value in metadata.items() if value is not None},
    }
    if dropped is not None:
        shown |= {"dropped": sum(dropped.values()), "dropped_by_reason": counts_table(dropped)}
    shown |= {name: _rounded(value) for name, value in (figures or {}).items() if value is not None}
    return dg.MaterializeResult(metadata=shown, data_version=dg.DataVersion(fingerprint))


def gate_metadata(verdict: Verdict) -> dict[str, Any]:
    """What a materialisation shows of a verdict: outcome, rules, and the picture of an index's measures."""
    picture = interval_plot(verdict)
    return {
        "gate_outcome": verdict.outcome,
        "gate_report": gate_command(verdict),
        **({} if picture is None else {"measures": picture}),
        "gate": verdict_table(verdict),
    }


def interval_plot(verdict: Verdict) -> dg.MarkdownMetadataValue | None:
    """Each measure of an index with its bound, floor and change as a picture; None without measures."""
    png = interval_plot_png(measure_summaries(verdict))
    if png is None:
        return None
    data = base64.b64encode(png).decode()
    return dg.MetadataValue.md(f"![Measures with their lower bounds](data:image/png;base64,{data})")


def worst_questions(scores: pa.Table) -> dg.TableMetadataValue:
    """The ten questions that lost most against the published index, or else have the lowest scores."""
    worst = rank_worst_questions(scores.to_pylist())
    names = {
        "question": None,
        **dict.fromkeys(_LABELS.values()),
        "published": f"the same of the published index: {', '.join(_LABELS.values())}",
        "unsupported": "what the retrieved passages do not hold",
    }
    return dg.MetadataValue.table(
        records=[dg.TableRecord(_question_cells(question)) for question in worst],
        schema=dg.TableSchema(
            [dg.TableColumn(name, "string", description=said) for name, said in names.items()]
        ),
    )


def gate_command(verdict: Verdict) -> str:
    """The command that shows the whole of this verdict."""
    name = table_name(verdict.asset, verdict.partition)
    return f"aidp gate {_NAMES.get(name, name)} --candidate {verdict.fingerprint[:12]}"


def audited_result(
    audited: Audited, schema: pa.Schema, **metadata: Any
) -> dg.MaterializeResult[Any]:
    """A materialisation of a lake table. Raises Failure when no verified table stands there at all.

    A candidate that failed its gate is reported as such: the blocking check on it stops the run, and the
    earlier table stays in place.
    """
    if audited.manifest is None:
        raise blocked(audited.verdict.summary, audited.verdict)
    return result(
        audited.verdict.fingerprint,
        int(audited.verdict.figures["rows"] or 0),
        schema,
        figures={n: v for n, v in audited.verdict.figures.items() if n != "rows"},
        dropped=audited.manifest.dropped,
        reused=audited.reused,
        **gate_metadata(audited.verdict),
        **metadata,
    )


def candidate_result(
    candidate: Candidate, schema: pa.Schema, folder: Path
) -> dg.MaterializeResult[Any]:
    """A materialisation of a staged dataset version: its figures are plotted, its gate is a table.

    `folder` is the version's: its quality report is shown as a picture, with the path of the page.
    """
    return result(
        candidate.fingerprint,
        candidate.rows,
        schema,
        figures={n: v for n, v in candidate.verdict.figures.items() if n != "rows"},
        dropped=candidate.dropped,
        version=candidate.version,
        reused=candidate.reused,
        **quality_metadata(folder),
        **gate_metadata(candidate.verdict),
    )


def quality_metadata(folder: Path) -> dict[str, Any]:
    """The plots of a version's quality report, and where its page lies; nothing where it has none."""
    overview, page = folder / OVERVIEW, folder / "quality.html"
    if not overview.is_file():
        return {}
    data = base64.b64encode(overview.read_bytes()).decode()
    return {
        "quality": dg.MetadataValue.md(f"![Quality of the rows](data:image/svg+xml;base64,{data})"),
        "quality_report": dg.MetadataValue.path(page),
    }


def blocked(error: AidpError | str, verdict: Verdict | None = None) -> dg.Failure:
    """A failure that no retry will mend: what was seen and wanted, what to do, and the verdict if any."""
    message = str(error)
    if verdict is None:
        return dg.Failure(message, allow_retries=False)
    if "`aidp gate " not in message:
        message += f". `{gate_command(verdict)}` shows more; {_TO_DO[verdict.outcome]}"
    shown = {"gate_outcome": verdict.outcome, "verdict": verdict_table(verdict)}
    return dg.Failure(message, metadata=shown, allow_retries=False)


def _question_cells(question: WorstQuestion) -> dict[str, str]:
    before = [question.published.get(measure) for measure in SHOWN_MEASURES]
    compared = any(value is not None for value in before)
    return {
        "question": question.question,
        **{label: _score(question.scores.get(measure)) for measure, label in _LABELS.items()},
        "published": " / ".join(map(_score, before)) if compared else "",
        "unsupported": question.unsupported,
    }


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _rounded(value: float | None) -> float | int | None:
    return round(value, 6) if isinstance(value, float) else value
