"""What the store of feedback and turns answers with."""

from typing import NamedTuple

from ai_data_platform.core.errors import AidpError

__all__ = ["Added", "Conflict", "DayTotals", "StoreUnavailable"]


class Conflict(AidpError):
    """An id came back with other content: one of the two would be lost."""


class StoreUnavailable(AidpError):
    """The database cannot serve now (locked, full, gone); what was sent may be sent again as it is."""


class Added(NamedTuple):
    """Where a row stands; `created` is false when it stood there already."""

    sequence: int
    created: bool


class DayTotals(NamedTuple):
    """How many rows a UTC day holds, and the sequence of the one that came last."""

    events: int
    last_sequence: int
