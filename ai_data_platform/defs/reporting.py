"""What an asset shows of its work: metadata that the UI turns into columns, tables and plots."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.gates import Verdict
from ai_data_platform.core.records import COLUMNS
from ai_data_platform.stores.audit import Audited
from ai_data_platform.stores.candidates import Candidate

__all__ = [
    "audited_result",
    "blocked",
    "candidate_result",
    "column_schema",
    "counts_table",
    "result",
    "verdict_table",
]


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
    """Each rule of a gate with what was seen."""
    columns = ["figure", "seen", "wanted", "holds", "why"]
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord(
                {
                    "figure": rule.figure,
                    "seen": str(_rounded(verdict.figures.get(rule.figure))),
                    "wanted": f"{rule.comparison} {rule.threshold:g}",
                    "holds": rule.failure(verdict.figures) is None,
                    "why": rule.reason,
                }
            )
            for rule in verdict.rules
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
    """A materialisation with row count, column schema, plotted figures and counted drops."""
    shown: dict[str, Any] = {
        "dagster/row_count": rows,
        "dagster/column_schema": column_schema(schema),
    }
    shown |= {name: _rounded(value) for name, value in (figures or {}).items() if value is not None}
    if dropped is not None:
        shown |= {"dropped": sum(dropped.values()), "dropped_by_reason": counts_table(dropped)}
    return dg.MaterializeResult(
        metadata={**shown, **metadata}, data_version=dg.DataVersion(fingerprint)
    )


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
        dropped=audited.manifest.dropped,
        reused=audited.reused,
        gate=verdict_table(audited.verdict),
        **metadata,
    )


def candidate_result(candidate: Candidate, schema: pa.Schema) -> dg.MaterializeResult[Any]:
    """A materialisation of a staged dataset version: its figures are plotted, its gate is a table."""
    return result(
        candidate.fingerprint,
        candidate.rows,
        schema,
        figures={n: v for n, v in candidate.verdict.figures.items() if n != "rows"},
        dropped=candidate.dropped,
        version=candidate.version,
        reused=candidate.reused,
        gate=verdict_table(candidate.verdict),
    )


def blocked(error: AidpError | str, verdict: Verdict | None = None) -> dg.Failure:
    """A failure that no retry will mend, with the verdict where there is one."""
    metadata = {} if verdict is None else {"verdict": verdict_table(verdict)}
    return dg.Failure(str(error), metadata=metadata, allow_retries=False)


def _rounded(value: float | None) -> float | int | None:
    return round(value, 6) if isinstance(value, float) else value
