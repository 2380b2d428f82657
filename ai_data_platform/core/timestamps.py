"""Time as records write it: ISO 8601 or epoch seconds in, an aware UTC datetime out."""

from datetime import UTC, date, datetime, timedelta

__all__ = ["filing_time", "parse_timestamp"]

_EARLIEST = datetime(
    1990, 1, 1, tzinfo=UTC
)  # before any chat log: an epoch of 0 is a missing value
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)  # after it: milliseconds read as seconds

_AHEAD = timedelta(days=1)
"""How far ahead of ours a sender's time may be: local time sent as UTC is 14 hours ahead at most."""


def parse_timestamp(value: object) -> datetime | None:
    """UTC time of an ISO 8601 text (no zone means UTC), epoch seconds or a datetime; None when unreadable.

    Times before 1990 or after 2100 are unreadable too: they are zeros and milliseconds, not dates.
    """
    moment = _moment(value)
    return moment if moment is not None and _EARLIEST <= moment < _LATEST else None


def filing_time(created_at: datetime, received_at: datetime) -> datetime:
    """The time that a record is filed under: its own, or that of its arrival when it is further ahead.

    A wrong clock must not put a record on a day that never comes. An early time is believed: records are
    brought in years later, and a client without network sends late.
    """
    return received_at if created_at - received_at > _AHEAD else created_at


def _moment(value: object) -> datetime | None:
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, tz=UTC)
        elif isinstance(value, date) and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
