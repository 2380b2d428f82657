"""Where raw rows come from: the two sources and the feedback API's store, as parts of days."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import FEEDBACK
from ai_data_platform.stores.days import DailyTable
from ai_data_platform.stores.files import write_atomically
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.lake import parquet_bytes
from ai_data_platform.stores.landing import DayPart, Landing
from ai_data_platform.stores.sources import open_source

__all__ = ["RawDays", "chat_log_days", "feedback_days", "mark_feedback_processed", "pending_days"]

_CODE = "raw-1"


@dataclass(frozen=True, slots=True)
class RawDays:
    """The parts of every day that holds rows, the records set aside, and the table they go to."""

    table: DailyTable
    parts: Mapping[str, list[DayPart]]
    quarantine: pa.Table


def chat_log_days(home: Home, spec: SourceSpec, log: Callable[[str], None]) -> RawDays:
    """Read what is new in the source of chat logs."""
    landing = _landed(home.chat_log_landing, home, spec, "chat_logs", log)
    table = DailyTable(
        home.lake,
        home.ledger,
        "raw_chat_logs",
        key="message_id",
        order=("conversation_id", "turn_index", "message_id"),
        code=_CODE,
    )
    return _raw_days(home, table, landing, landing.days(), "raw_chat_logs", log)


def feedback_days(home: Home, spec: SourceSpec, log: Callable[[str], None]) -> RawDays:
    """Read what is new in the source of ratings and in the API's store."""
    landing = _landed(home.feedback_landing, home, spec, "feedback", log)
    table = DailyTable(
        home.lake,
        home.ledger,
        "raw_feedback",
        key="event_id",
        order=("conversation_id", "message_id", "created_at", "event_id"),
        code=_CODE,
    )
    parts = landing.days()
    for day, part in _stored_days(home).items():
        parts.setdefault(day, []).append(part)
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


def mark_feedback_processed(home: Home, spec: SourceSpec, log: Callable[[str], None]) -> None:
    """Count the API's ratings as processed when the lake holds the days of all of them."""
    upto = home.feedback.last_sequence()
    new = home.feedback.read_days(upto - home.feedback.unprocessed(), upto)
    pending = pending_days(home, feedback_days(home, spec, log), "raw_feedback") if new else []
    if not set(new) & set(pending):
        home.feedback.mark_processed(upto)


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


def _stored_days(home: Home) -> dict[str, DayPart]:
    """The API's ratings as one part a day, exported again only when the day has new ratings."""
    parts = {}
    folder = home.root / "landing" / "feedback_api"
    for day, (count, sequence) in home.feedback.days().items():
        path = folder / f"{day}-{sequence}.parquet"
        if not path.is_file():
            _export(home, day, sequence, path)
        parts[day] = DayPart(path, hash_text("feedback_api", day, str(count), str(sequence)), count)
    return parts


def _export(home: Home, day: str, upto: int, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {**asdict(event), "source_file": "feedback_api"}
        for event in home.feedback.events_of_day(day, upto)
    ]
    write_atomically(path, parquet_bytes(pa.Table.from_pylist(rows, schema=FEEDBACK)))
    for earlier in path.parent.glob(f"{day}-*.parquet"):
        if earlier != path:
            earlier.unlink()
