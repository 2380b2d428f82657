"""Feedback events and turns: stored durably as they come, in SQLite or in PostgreSQL."""

from pathlib import Path

from ai_data_platform.stores.feedback.answers import Added, Conflict, DayTotals, StoreUnavailable
from ai_data_platform.stores.feedback.sqlite import SqliteDatabase
from ai_data_platform.stores.feedback.store import FeedbackStore

__all__ = [
    "EVENT_SOURCE",
    "TURN_SOURCE",
    "Added",
    "Conflict",
    "DayTotals",
    "FeedbackStore",
    "StoreUnavailable",
    "open_feedback",
]

EVENT_SOURCE = "feedback_api"
TURN_SOURCE = "turns_api"
"""The `source_file` of rows that came in through the API; their line is their sequence in the store."""


def open_feedback(path: Path, url: str | None = None, *, timeout_s: float = 5.0) -> FeedbackStore:
    """The store in the SQLite file at `path` or, with the URL of a PostgreSQL database, there.

    A call that cannot be served for `timeout_s` seconds raises StoreUnavailable. Raises
    ConfigurationError for a URL that cannot be read, and StoreUnavailable for a file that cannot be
    opened; a server that is down shows with the first call.
    """
    if url is None:
        return FeedbackStore(SqliteDatabase(path, busy_timeout_s=timeout_s))
    from ai_data_platform.stores.feedback.postgres import PostgresDatabase  # loads its driver

    return FeedbackStore(PostgresDatabase(url, timeout_s=timeout_s))
