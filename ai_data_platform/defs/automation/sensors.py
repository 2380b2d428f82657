"""Sensors: what changed outside, by content, each change asked for once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.jobs import RAW_CHAT_LOGS, RAW_FEEDBACK, REFRESH
from ai_data_platform.settings import Settings
from ai_data_platform.stores.documents import DocumentFolders
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import RawDays, chat_log_days, feedback_days, pending_days
from ai_data_platform.stores.sources import open_source

__all__ = ["SENSORS", "day_blocks"]

_RUNNING = dg.DefaultSensorStatus.RUNNING


def _new_rows(
    name: str,
    job: Any,
    description: str,
    table: str,
    spec: Callable[[Settings], SourceSpec],
    read: Callable[[Home, SourceSpec, Callable[[str], None]], RawDays],
) -> dg.SensorDefinition:
    """Asks for the days that new rows touch, a run a block.

    The cursor says what the source held and on which day that was asked: rows dated tomorrow are asked for
    tomorrow. What is pending is known from the lake, and a request made twice has the same key, so a tick
    that died anywhere is simply made again.
    """

    @dg.sensor(
        name=name,
        job=job,
        description=description,
        default_status=_RUNNING,
        minimum_interval_seconds=30,
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
    ) -> dg.SensorResult | dg.SkipReason:
        where, today = spec(settings), datetime.now(UTC).date()
        listed = open_source(where, home.index(table.removeprefix("raw_")))
        cursor = f"{listed.fingerprint()} {today}"
        if cursor == context.cursor:
            return dg.SkipReason("nothing changed in the source")
        source = read(home, where, context.log.info)
        pending = pending_days(home, source, table, settings.start_day, today)
        requests = []
        for first, last in day_blocks(pending, settings.backfill_days):
            inputs = [source.table.inputs(p) for d, p in source.parts.items() if first <= d <= last]
            requests.append(_request((first, last), fingerprint(inputs)))
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
)


@dg.sensor(
    job=RAW_FEEDBACK,
    description="A preference build once per AIDP_FEEDBACK_TRIGGER ratings that no build has used.",
    default_status=_RUNNING,
    minimum_interval_seconds=30,
)
def enough_feedback(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.SensorResult | dg.SkipReason:
    stored = home.feedback.last_sequence()
    asked = max(int(context.cursor or 0), stored - home.feedback.unprocessed())
    if stored - asked < settings.feedback_trigger:
        waiting = stored - asked
        return dg.SkipReason(f"{waiting:,} of {settings.feedback_trigger:,} new ratings")
    days = home.feedback.read_days(asked, stored)
    blocks = day_blocks(days, settings.backfill_days)
    requests = [_request(block, f"feedback-{stored}") for block in blocks]
    return dg.SensorResult(requests, cursor=str(stored))


@dg.sensor(
    job=REFRESH,
    description="A refresh when a document was added, changed, renamed or deleted.",
    default_status=_RUNNING,
    minimum_interval_seconds=30,
)
def changed_documents(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.SensorResult | dg.SkipReason:
    content = fingerprint(DocumentFolders(settings.documents, home.index).inputs())
    if content == context.cursor:
        return dg.SkipReason("no document changed")
    standing = home.lake.manifest("raw_documents")
    if standing is not None and standing.inputs == content:
        return dg.SensorResult([], cursor=content)  # a run has read them already
    return dg.SensorResult([dg.RunRequest(run_key=content)], cursor=content)


SENSORS = [new_chat_logs, new_feedback_files, enough_feedback, changed_documents]


def day_blocks(days: Sequence[str], most: int | None = None) -> Iterator[tuple[str, str]]:
    """Runs of consecutive days as (first, last), in order, of at most this many days."""
    block: list[str] = []
    for day in sorted(days):
        gap = block and date.fromisoformat(block[-1]) + timedelta(1) != date.fromisoformat(day)
        if gap or len(block) == most:
            yield block[0], block[-1]
            block = []
        block.append(day)
    if block:
        yield block[0], block[-1]


def _request(block: tuple[str, str], key: str) -> dg.RunRequest:
    first, last = block
    return dg.RunRequest(
        run_key=f"{first}..{last}:{key}",
        tags={
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
        },
    )
