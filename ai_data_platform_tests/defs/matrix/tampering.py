"""Checks that do not do their work: the same keys, another body."""

from collections.abc import Iterator
from typing import Any, Literal

import dagster as dg

__all__ = ["Fault", "with_faulty_checks"]

Fault = Literal["warns", "raises", "omits", "lies", "gone"]


def with_faulty_checks(definitions: dg.Definitions, fault: Fault) -> dg.Definitions:
    """The same graph with every gate's check at fault.

    It fails with severity WARN, raises, gives no result, always passes, or is not defined at all.
    """
    checks = [c for c in definitions.asset_checks or [] if isinstance(c, dg.AssetChecksDefinition)]
    return dg.Definitions(
        assets=definitions.assets,
        asset_checks=[] if fault == "gone" else [_faulty(check, fault) for check in checks],
        jobs=definitions.jobs,
        resources=definitions.resources,
        executor=definitions.executor,
        loggers=definitions.loggers,
    )


def _faulty(checks: dg.AssetChecksDefinition, fault: Fault) -> dg.AssetChecksDefinition:
    specs = list(checks.check_specs)

    @dg.multi_asset_check(name=checks.node_def.name, specs=specs)
    def faulty() -> Iterator[dg.AssetCheckResult]:
        if fault == "raises":
            raise ZeroDivisionError("the check broke before it could judge")
        for spec in specs if fault != "omits" else []:
            yield _result(spec, passed=fault == "lies")

    return faulty


def _result(spec: dg.AssetCheckSpec, **outcome: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        severity=dg.AssetCheckSeverity.WARN,
        **outcome,
    )
