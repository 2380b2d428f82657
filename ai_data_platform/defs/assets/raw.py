"""Raw lanes: chat logs and ratings, one partition a UTC day."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from ai_data_platform.core.records import CHAT_LOG, FEEDBACK
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.partitions import open_days
from ai_data_platform.defs.reporting import column_schema, counts_table
from ai_data_platform.settings import Settings
from ai_data_platform.stores.days import DayReport
from ai_data_platform.stores.feedback_reach import events_upto, turns_upto
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import RawDays, chat_log_days, feedback_days, stored_apart

__all__ = ["raw_assets", "raw_checks"]

_OWNERS = ["team:data"]
_ONE_RUN = dg.BackfillPolicy.single_run()
_SAID_EVERY = 30  # days of a long backfill between two lines of its log


def raw_assets(
    days: dg.DailyPartitionsDefinition, backfill_days: int | None = None
) -> list[dg.AssetsDefinition]:
    """`raw_chat_logs` and `raw_feedback` over these days.

    A range of days is one run, or as many as `backfill_days` a run ask for.
    """
    policy = dg.BackfillPolicy.multi_run(backfill_days) if backfill_days else _ONE_RUN

    @dg.asset(
        partitions_def=days,
        backfill_policy=policy,
        group_name="raw",
        kinds={"parquet", "python"},
        owners=_OWNERS,
        code_version="1",
        metadata={"dagster/column_schema": column_schema(CHAT_LOG)},
    )
    def raw_chat_logs(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
    ) -> dg.MaterializeResult[Any]:
        """Exchanges of a day, from their source and from the API, checked against the contract.

        Records that breach it stand in `raw_chat_logs_quarantine` with reason, file and line.
        """
        known = turns_upto(home.feedback)  # first: a turn that comes in between may be in or not
        source = chat_log_days(home, settings.chat_log_source(), context.log.info)
        return _publish(context, source, known)

    @dg.asset(
        partitions_def=days,
        backfill_policy=policy,
        group_name="raw",
        kinds={"parquet", "python", "sqlite"},
        owners=_OWNERS,
        code_version="1",
        metadata={"dagster/column_schema": column_schema(FEEDBACK)},
    )
    def raw_feedback(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
    ) -> dg.MaterializeResult[Any]:
        """Ratings of a day: those that the feedback API stored and those of the other source."""
        known = events_upto(home.feedback)
        source = feedback_days(home, settings.feedback_source(), context.log.info)
        apart = stored_apart(home, *open_days(settings.start_day))
        return _publish(context, source, known, apart)

    return [raw_chat_logs, raw_feedback]


def raw_checks(days: dg.DailyPartitionsDefinition) -> list[dg.AssetChecksDefinition]:
    """A day without rows blocks what would read it, that day alone."""
    return [
        verdict_checks(asset, {"rows": "row_count_above_zero"}, partitions_def=days)
        for asset in ("raw_chat_logs", "raw_feedback")
    ]


def _publish(
    context: dg.AssetExecutionContext,
    source: RawDays,
    known: Mapping[str, float | None],
    apart: Mapping[str, int] | None = None,
) -> dg.MaterializeResult[Any]:
    """Builds the days; `apart` are rows that no day of a run holds as they were dated."""
    reports = []
    for day in context.partition_keys:
        parts = source.parts.get(day, [])
        reports.append(source.table.publish(day, parts, lambda: source.quarantine, known))
        if len(reports) % _SAID_EVERY == 0:
            context.log.info(f"{day}: {len(reports)} of {len(context.partition_keys)} days")
    for report in reports:
        context.add_asset_metadata(
            {
                "dagster/partition_row_count": report.rows,
                "set_aside": sum(report.set_aside.values()),
            },
            partition_key=report.day,
        )
    metadata = _summary(reports) | {f"stored_{name}": rows for name, rows in (apart or {}).items()}
    return dg.MaterializeResult(metadata=metadata, data_version=_version(reports))


def _summary(reports: Sequence[DayReport]) -> dict[str, Any]:
    return {
        "dagster/row_count": sum(report.rows for report in reports),
        "days_reused": sum(report.reused for report in reports),
        "set_aside_by_reason": counts_table(_totals(report.set_aside for report in reports)),
    }


def _totals(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for count in counts:
        for reason, rows in count.items():
            totals[reason] = totals.get(reason, 0) + rows
    return totals


def _version(reports: Sequence[DayReport]) -> dg.DataVersion:
    return dg.DataVersion("-".join(report.fingerprint[:12] for report in reports)[:200])
