"""Daily partitions, UTC, up to and including today, and how runs ask for ranges of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg

__all__ = ["daily", "day_blocks", "open_days", "range_tags"]


def daily(start: date) -> dg.DailyPartitionsDefinition:
    return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone="UTC", end_offset=1)


def open_days(start: date) -> tuple[date, date]:
    """The first and the last day that has a partition now."""
    return start, datetime.now(UTC).date()


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


def range_tags(first: str, last: str) -> dict[str, str]:
    """The tags of a run over all days from `first` to `last`."""
    return {
        "dagster/asset_partition_range_start": first,
        "dagster/asset_partition_range_end": last,
    }
