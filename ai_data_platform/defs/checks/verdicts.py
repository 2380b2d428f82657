"""Blocking checks that show what the ledger holds: the rule that publishing obeys, made visible."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from ai_data_platform.core.gates import Rule, Verdict
from ai_data_platform.defs.partitioned_checks import report_partition
from ai_data_platform.defs.reporting import gate_command, gate_metadata
from ai_data_platform.stores.home import Home

__all__ = ["WHOLE_GATE", "verdict_checks"]

_WHOLE = "rules_broken"
WHOLE_GATE = "gate"
"""The check that shows a verdict whole."""


def verdict_checks(
    asset: str | list[str],
    figures: Mapping[str, str],
    *,
    judged: str | None = None,
    partitions_def: dg.PartitionsDefinition[str] | None = None,
) -> dg.AssetChecksDefinition:
    """One blocking check a figure, and `gate` for the whole verdict.

    `figures` maps a figure of the verdict to the check's name.

    `judged` is the name that the ledger knows the candidate by, where it is not the asset's own. A verdict
    that is missing fails every check. On a partitioned asset each partition gets its own evaluation.
    """
    key = dg.AssetKey(asset)
    name = judged or key.path[-1]
    shown = {**figures, _WHOLE: WHOLE_GATE}

    @dg.multi_asset_check(
        name=f"{'_'.join(key.path)}_gate",
        specs=[
            dg.AssetCheckSpec(
                check,
                asset=key,
                blocking=True,
                partitions_def=partitions_def,
                description=f"`{figure}` in the gate's verdict on this materialisation",
            )
            for figure, check in shown.items()
        ],
    )
    def checks(
        context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home]
    ) -> Iterator[dg.AssetCheckResult]:
        days = _partitions(context) if partitions_def is not None else [None]
        verdicts = {day: _verdict(home, name, day) for day in days}
        for figure, check in shown.items():
            results = {
                day: _result(key, check, figure, verdict) for day, verdict in verdicts.items()
            }
            if partitions_def is not None and not context.op_execution_context.has_partition_key:
                for day, found in results.items():
                    report_partition(context, found, str(day))
            yield _worst(results)

    return checks


def _partitions(context: dg.AssetCheckExecutionContext) -> list[str | None]:
    return list(context.op_execution_context.partition_keys)


def _verdict(home: Home, asset: str, partition: str | None) -> Verdict | None:
    found = home.ledger.latest(asset, partition)
    return None if found is None else found.verdict


def _result(
    key: dg.AssetKey, check: str, figure: str, verdict: Verdict | None
) -> dg.AssetCheckResult:
    if figure == _WHOLE:
        return _whole(key, check, verdict)
    rules = [rule for rule in verdict.rules if rule.figure == figure] if verdict else []
    failures = [f for rule in rules if verdict and (f := rule.failure(verdict.figures))]
    return dg.AssetCheckResult(
        passed=bool(rules) and not failures,
        asset_key=key,
        check_name=check,
        description="; ".join(failures) or (None if rules else f"no verdict holds {figure}"),
        metadata=_plotted(verdict, rules[0]) if verdict and rules else {},
    )


def _plotted(verdict: Verdict, rule: Rule) -> dict[str, Any]:
    """`score` and `threshold` as numbers, which the UI plots over time; `mean` beside a lower bound.

    A figure that was not measured has no score: the check fails, and the plot has a gap.
    """
    figures = {
        "score": verdict.figures.get(rule.figure),
        "threshold": rule.threshold,
        "mean": verdict.figures.get(rule.figure.removesuffix("_lower"))
        if rule.figure.endswith("_lower")
        else None,
    }
    numbers = {
        name: round(float(value), 6)
        for name, value in figures.items()
        if value is not None and math.isfinite(value)
    }
    return {**numbers, "fingerprint": verdict.fingerprint, "gate_report": gate_command(verdict)}


def _whole(key: dg.AssetKey, check: str, verdict: Verdict | None) -> dg.AssetCheckResult:
    """The verdict as publishing obeys it: every rule, those without a check of their own too."""
    metadata: dict[str, Any] = {"score": len(verdict.reasons) if verdict else 1, "threshold": 0}
    if verdict is not None:
        metadata |= {"rules": len(verdict.rules), **gate_metadata(verdict)}
    return dg.AssetCheckResult(
        passed=verdict is not None and verdict.passed,
        asset_key=key,
        check_name=check,
        description="; ".join(verdict.reasons) or None if verdict else "no gate has judged this",
        metadata=metadata,
    )


def _worst(results: Mapping[str | None, dg.AssetCheckResult]) -> dg.AssetCheckResult:
    """The first failure of a range, named with its partition, or else the last pass."""
    for partition, result in results.items():
        if not result.passed:
            prefix = "" if partition is None else f"{partition}: "
            return result._replace(description=f"{prefix}{result.description}")
    return list(results.values())[-1]
