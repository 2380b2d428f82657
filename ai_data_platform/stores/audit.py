"""Stage, audit, publish for one table of the lake: it takes its place only when its gate passes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.lake import Lake, Manifest, table_fingerprint
from ai_data_platform.stores.ledger import GateLedger

__all__ = ["Audited", "Made", "audited_table", "audited_write", "standing"]


@dataclass(frozen=True, slots=True)
class Audited:
    """A table that was judged. `manifest` is what stands in the lake now: this table, or an earlier one."""

    verdict: Verdict
    manifest: Manifest | None
    reused: bool


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A table that was just made, with what was measured on the way."""

    table: pa.Table
    figures: Mapping[str, float | None] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def audited_table(
    lake: Lake,
    ledger: GateLedger,
    name: str,
    make: Callable[[], Made],
    rules: Sequence[Rule],
    *,
    inputs: str,
    code_version: str,
    made_from: Mapping[str, str] | None = None,
) -> Audited:
    """The table that stands for these inputs, or a new one: made, judged, and in place when it passed."""
    if (found := standing(lake, ledger, name, inputs)) is not None:
        return found
    made = make()
    return audited_write(
        lake,
        ledger,
        name,
        made.table,
        rules,
        inputs=inputs,
        code_version=code_version,
        made_from=made_from,
        figures=made.figures,
        dropped=made.dropped,
        extra=made.extra,
    )


def standing(lake: Lake, ledger: GateLedger, name: str, inputs: str) -> Audited | None:
    """The table in place when it was made from these inputs, is whole and passed its gate; else None."""
    manifest = lake.intact(name)
    if manifest is None or manifest.inputs != inputs:
        return None
    found = ledger.find(name, manifest.fingerprint)
    if found is None or not found.verdict.passed:
        return None
    return Audited(found.verdict, manifest, reused=True)


def audited_write(
    lake: Lake,
    ledger: GateLedger,
    name: str,
    table: pa.Table,
    rules: Sequence[Rule],
    *,
    inputs: str,
    code_version: str,
    made_from: Mapping[str, str] | None = None,
    figures: Mapping[str, float | None] | None = None,
    dropped: Mapping[str, int] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Audited:
    """Judge a table, record the verdict, and put the table in place when it passed.

    `made_from` are the gated tables that were read for it, by name, with the fingerprint that was read.
    """
    measured: dict[str, float | None] = {"rows": table.num_rows, **(figures or {})}
    verdict = judge(
        name,
        table_fingerprint(table),
        measured,
        rules,
        code_version=code_version,
        inputs=made_from,
    )
    ledger.record(verdict)
    if verdict.passed:
        lake.write(name, table, inputs=inputs, dropped=dropped, extra=extra)
    return Audited(verdict, lake.manifest(name), reused=False)
