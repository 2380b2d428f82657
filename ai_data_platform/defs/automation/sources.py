"""Sensors over raw rows: the days that new, changed or late rows touch, each change asked for once."""

from collections.abc import Callable, Iterable
from typing import Any

import dagster as dg

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.jobs import RAW_CHAT_LOGS, RAW_FEEDBACK
from ai_data_platform.defs.partitions import day_blocks, open_days, range_tags
from ai_data_platform.settings import Settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import RawDays, chat_log_days, feedback_days, pending_days
from ai_data_platform.stores.sources import open_source

__all__ = ["new_chat_logs", "new_feedback_files"]


def _new_rows(
    name: str,
    job: Any,
    description: str,
    table: str,
    spec: Callable[[Settings], SourceSpec],
    read: Callable[[Home, SourceSpec, Callable[[str], None]], RawDays],
    of: Callable[[Home, RawDays], Iterable[str]] = lambda home, source: source.parts,
) -> dg.SensorDefinition:
    """Asks for the days that new rows touch, a run a block; only for days `of` the source.

    The cursor says what the source held and on which day that was asked: rows dated tomorrow are asked for
    tomorrow. What is pending is known from the lake, and a request made twice has the same key, so a tick
    that died anywhere is simply made again.
    """

    @dg.sensor(
        name=name,
        job=job,
        description=description,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
    ) -> dg.SensorResult | dg.SkipReason:
        where, (start, today) = spec(settings), open_days(settings.start_day)
        listed = open_source(where, home.index(table.removeprefix("raw_")))
        cursor = f"{listed.fingerprint()} {today}"
        if cursor == context.cursor:
            return dg.SkipReason("nothing changed in the source")
        source = read(home, where, context.log.info)
        pending = set(pending_days(home, source, table, start, today)).intersection(
            of(home, source)
        )
        requests = []
        for first, last in day_blocks(sorted(pending), settings.backfill_days):
            inputs = [source.table.inputs(p) for d, p in source.parts.items() if first <= d <= last]
            key = f"{first}..{last}:{fingerprint(inputs)}"
            requests.append(dg.RunRequest(run_key=key, tags=range_tags(first, last)))
        return dg.SensorResult(requests, cursor=cursor)

    return sensor


new_chat_logs = _new_rows(
    "new_chat_logs",
    RAW_CHAT_LOGS,
    "Days with new, changed or late rows in the source of chat logs: files, S3 or a table.",
    "raw_chat_logs",
    Settings.chat_log_source,
    chat_log_days,
)
new_feedback_files = _new_rows(
    "new_feedback_files",
    RAW_FEEDBACK,
    "Days with new, changed or late ratings in their source: files, S3 or a table.",
    "raw_feedback",
    Settings.feedback_source,
    feedback_days,
    lambda home, source: home.feedback_landing.days(),  # the service's wait until they are enough
)
