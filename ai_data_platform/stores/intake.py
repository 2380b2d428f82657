"""Where raw rows come from: the two sources and what the API stored, as parts of days."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.stores.days import DailyTable
from ai_data_platform.stores.feedback import EVENT_SOURCE, TURN_SOURCE
from ai_data_platform.stores.feedback.parts import event_parts, turn_parts
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.landing import DayPart, Landing
from ai_data_platform.stores.sources import open_source

__all__ = [
    "RawDays",
    "chat_log_days",
    "feedback_days",
    "pending_days",
    "stored_apart",
]

_CODE = "raw-1"


@dataclass(frozen=True, slots=True)
class RawDays:
    """The parts of every day that holds rows, the records set aside, and the table they go to."""

    table: DailyTable
    parts: Mapping[str, list[DayPart]]
    quarantine: pa.Table


def chat_log_days(home: Home, spec: SourceSpec, log: Callable[[str], None]) -> RawDays:
    """Read what is new in the source of chat logs, and the turns that the API stored.

    An exchange that came by both ways stands as the source has it: that is the record of what was said,
    with its ratings.
    """
    landing = _landed(home.chat_log_landing, home, spec, "chat_logs", log)
    table = DailyTable(
        home.lake,
        home.ledger,
        "raw_chat_logs",
        key="message_id",
        order=("conversation_id", "turn_index", "message_id"),
        code=_CODE,
        last=TURN_SOURCE,
    )
    parts = _joined(landing.days(), turn_parts(home.landing, home.feedback))
    return _raw_days(home, table, landing, parts, "raw_chat_logs", log)


def feedback_days(home: Home, spec: SourceSpec, log: Callable[[str], None]) -> RawDays:
    """Read what is new in the source of ratings, and the ratings that the API stored.

    A rating that came by both ways stands as the API acknowledged it.
    """
    landing = _landed(home.feedback_landing, home, spec, "feedback", log)
    table = DailyTable(
        home.lake,
        home.ledger,
        "raw_feedback",
        key="event_id",
        order=("conversation_id", "message_id", "created_at", "event_id"),
        code=_CODE,
        first=EVENT_SOURCE,
    )
    parts = _joined(landing.days(), event_parts(home.landing, home.feedback))
    return _raw_days(home, table, landing, parts, "raw_feedback", log)


def pending_days(
    home: Home, source: RawDays, name: str, first: date | None = None, last: date | None = None
) -> list[str]:
    """Days from `first` to `last` whose table in the lake was made from other parts, or has not passed."""
    return [
        day
        for day, parts in source.parts.items()
        if (first is None or first.isoformat() <= day)
        and (last is None or day <= last.isoformat())
        and (
            (standing := home.lake.manifest(f"{name}/{day}")) is None
            or standing.inputs != source.table.inputs(parts)
            or not home.verified.passes(f"{name}/{day}")
        )
    ]


def stored_apart(home: Home, first: date, last: date) -> dict[str, int]:
    """What the API stored and no run asks for as it was dated; empty when there is none.

    `dated_outside` counts rows of days before `first` or after `last`, which wait in the store until their
    day is a partition; `dated_ahead` rows that came dated over a day ahead, filed under their arrival.
    """
    store = home.feedback
    days = [*store.days().items(), *store.turn_days().items()]
    outside = sum(
        totals.events for day, totals in days if not first.isoformat() <= day <= last.isoformat()
    )
    found = {"dated_outside": outside, "dated_ahead": store.misdated()}
    return {name: rows for name, rows in found.items() if rows}


def _joined(
    parts: dict[str, list[DayPart]], stored: Mapping[str, DayPart]
) -> dict[str, list[DayPart]]:
    for day, part in stored.items():
        parts.setdefault(day, []).append(part)
    return parts


def _landed(
    landing: Landing, home: Home, spec: SourceSpec, name: str, log: Callable[[str], None]
) -> Landing:
    landing.refresh(open_source(spec, home.index(name)).pieces(), log)
    return landing


def _raw_days(
    home: Home,
    table: DailyTable,
    landing: Landing,
    parts: Mapping[str, list[DayPart]],
    name: str,
    log: Callable[[str], None],
) -> RawDays:
    """The days that hold rows. A day that no file holds any more keeps its table, and that is said."""
    days = {day: found for day, found in sorted(parts.items()) if any(part.rows for part in found)}
    gone = [kept for kept in home.lake.names(name) if kept.removeprefix(f"{name}/") not in days]
    if gone:
        log(
            f"no file holds rows for {', '.join(gone)} any more: remove the tables or bring them back"
        )
    quarantine = landing.quarantine()
    _set_aside_undated(home, name, quarantine, days)
    return RawDays(table, days, quarantine)


def _set_aside_undated(home: Home, name: str, rows: pa.Table, days: Iterable[str]) -> None:
    """Records that no daily quarantine takes: without a readable day, or of a day without a good row."""
    dated = pc.is_in(rows["day"], pa.array(days, pa.string()))
    undated = rows.filter(pc.invert(dated))
    if undated.num_rows:
        home.lake.write(f"{name}_quarantine/undated", undated, inputs="")
    else:
        home.lake.remove(f"{name}_quarantine/undated")
