"""The one place that reaches into Dagster: evaluations of a check for each partition of a range run.

A run over a range of partitions evaluates a partitioned check once, without a partition. The UI and
automation ask about partitions, so the evaluation of each is reported beside it, bound to the
materialisation that it judged. Dagster offers no public name for that binding.
"""

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)

__all__ = ["report_partition"]

_TESTED = "1.13."
if not dg.__version__.startswith(_TESTED):
    raise ImportError(
        f"partitioned check evaluations were tested on dagster {_TESTED}x, this is {dg.__version__}: "
        "check that a range run still shows one evaluation a partition, then move the guard"
    )


def report_partition(
    context: dg.AssetCheckExecutionContext, result: dg.AssetCheckResult, partition: str
) -> None:
    """Record this check result as the evaluation of one partition's latest materialisation."""
    context.op_execution_context.log_event(
        dg.AssetCheckEvaluation(
            asset_key=result.asset_key,
            check_name=result.check_name,
            passed=result.passed,
            metadata=result.metadata,
            description=result.description,
            blocking=True,
            partition=partition,
            target_materialization_data=_latest(context.instance, result.asset_key, partition),
        )
    )


def _latest(
    instance: dg.DagsterInstance, asset_key: dg.AssetKey | None, partition: str
) -> AssetCheckEvaluationTargetMaterializationData | None:
    if asset_key is None:
        return None
    wanted = dg.AssetRecordsFilter(asset_key, asset_partitions=[partition])
    records = instance.fetch_materializations(wanted, limit=1).records
    if not records:
        return None
    record = records[0]
    return AssetCheckEvaluationTargetMaterializationData(
        storage_id=record.storage_id,
        run_id=record.event_log_entry.run_id,
        timestamp=record.timestamp,
    )
