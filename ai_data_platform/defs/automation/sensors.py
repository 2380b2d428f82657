"""Sensors: what changed outside, by content, each change asked for once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.jobs import RAW_CHAT_LOGS, RAW_FEEDBACK, REFRESH
from ai_data_platform.settings import Settings
from ai_data_platform.stores.documents import DocumentFolders
from ai_data_platform.stores.files import DropFolder
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import RawDays, chat_log_days, feedback_days, pending_days

__all__ = ["SENSORS", "day_blocks"]

_RUNNING = dg.DefaultSensorStatus.RUNNING


def _new_files(
    name: str,
    job: Any,
    description: str,
    table: str,
    location: Callable[[Settings], str | None],
    read: Callable[[Home, str | None, Callable[[str], None]], RawDays],
) -> dg.SensorDefinition:
    """Asks for the days that new files touch, a run a block. Asked for twice, a request has the same key."""

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
        where = location(settings)
        content = DropFolder(where, home.index(table.removeprefix("raw_"))).fingerprint()
        if content == context.cursor:
            return dg.SkipReason("no file changed")
        source = read(home, where, context.log.info)
        today = datetime.now(UTC).date()
        pending = pending_days(home, source, table, settings.start_day, today)
        requests = []
        for first, last in day_blocks(pending):
            inputs = [source.table.inputs(p) for d, p in source.parts.items() if first <= d <= last]
            requests.append(_request((first, last), fingerprint(inputs)))
        return dg.SensorResult(requests, cursor=content)

    return sensor


new_chat_logs = _new_files(
    "new_chat_logs",
    RAW_CHAT_LOGS,
    "Days with new, changed or late rows in the drop folder of chat logs.",
    "raw_chat_logs",
    lambda settings: settings.chat_logs,
    chat_log_days,
)
new_feedback_files = _new_files(
    "new_feedback_files",
    RAW_FEEDBACK,
    "Days with new, changed or late ratings in the drop folder.",
    "raw_feedback",
    lambda settings: settings.feedback_files,
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
    requests = [_request(block, f"feedback-{stored}") for block in day_blocks(days)]
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


def day_blocks(days: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Runs of consecutive days as (first, last), in order."""
    block: list[str] = []
    for day in sorted(days):
        if block and date.fromisoformat(block[-1]) + timedelta(days=1) != date.fromisoformat(day):
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
