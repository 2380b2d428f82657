"""Daily partitions, UTC, up to and including today."""

from datetime import date

import dagster as dg

__all__ = ["daily"]


def daily(start: date) -> dg.DailyPartitionsDefinition:
    return dg.DailyPartitionsDefinition(start_date=start.isoformat(), timezone="UTC", end_offset=1)
