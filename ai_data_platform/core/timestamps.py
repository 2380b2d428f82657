"""Time as records write it: ISO 8601 or epoch seconds in, an aware UTC datetime out."""

from datetime import UTC, date, datetime

__all__ = ["parse_timestamp"]

_EARLIEST = datetime(
    1990, 1, 1, tzinfo=UTC
)  # before any chat log: an epoch of 0 is a missing value
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)  # after it: milliseconds read as seconds


def parse_timestamp(value: object) -> datetime | None:
    """UTC time of an ISO 8601 text (no zone means UTC), epoch seconds or a datetime; None when unreadable.

    Times before 1990 or after 2100 are unreadable too: they are zeros and milliseconds, not dates.
    """
    moment = _moment(value)
    return moment if moment is not None and _EARLIEST <= moment < _LATEST else None


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
