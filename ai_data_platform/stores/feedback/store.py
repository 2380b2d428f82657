"""Feedback events and turns that came in through the API: numbered, each once, counted without a scan."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from ai_data_platform.core.conversations import ChatExchange
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback.answers import Added, Conflict, DayTotals
from ai_data_platform.stores.feedback.database import Database
from ai_data_platform.stores.feedback.group_commit import GroupCommit
from ai_data_platform.stores.feedback.series import EVENTS, SERIES, TURNS, Entry, Series
from ai_data_platform.stores.feedback.writing import Writing

__all__ = ["FeedbackStore"]

_PAGE = 10_000
"""Rows that are read at a time, so that a day of a million does not stand in memory as objects."""

_NEWEST = 100_000
"""Rows that are searched for an id which has no index: 0.03 CPU seconds."""


class FeedbackStore:
    """Events and turns, each series numbered 1, 2, 3, ... in the order of their commits, each id once.

    What `add` and its kin returned is on the disk. Safe for many threads, whose waiting rows share one
    commit, and for several processes. A number that can be read means that all lower ones can be read,
    too, so a reader that remembers the last one misses nothing. The time and the place of a row are not
    content: a retry comes later.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self._group = GroupCommit(Writing(database).commit)

    @property
    def name(self) -> str:
        """Which database it is, for people."""
        return self._database.name

    def add(self, event: FeedbackEvent) -> Added:
        """Store an event; one with a known id and the same content is counted once.

        Raises Conflict for a known id with other content, StoreUnavailable when it is not known to be
        stored: it may be sent again.
        """
        return self.add_many([event])[0]

    def add_many(self, events: Iterable[FeedbackEvent]) -> list[Added]:
        """Store all events or, when one of them is a Conflict, none. Raises as `add` does."""
        return self._added(EVENTS, events)

    def add_each(self, events: Iterable[FeedbackEvent]) -> list[Added | Conflict]:
        """Store all events but those that are a Conflict, in one commit. Raises StoreUnavailable."""
        return self._added_each(EVENTS, events)

    def add_turn(self, turn: ChatExchange) -> Added:
        """Store a turn; one with a known conversation and message and the same content is counted once.

        Raises as `add` does.
        """
        return self.add_turns([turn])[0]

    def add_turns(self, turns: Iterable[ChatExchange]) -> list[Added]:
        """Store all turns or, when one of them is a Conflict, none. Raises as `add` does."""
        return self._added(TURNS, turns)

    def last_sequence(self) -> int:
        """How many events were ever stored."""
        return self._total(EVENTS, "last_sequence")

    def last_turn(self) -> int:
        """How many turns were ever stored."""
        return self._total(TURNS, "last_sequence")

    def unprocessed(self) -> int:
        """How many events came after the last one that was processed."""
        return self._total(EVENTS, "last_sequence - processed")

    def misdated(self) -> int:
        """How many events and turns came dated over a day ahead, and are filed under their arrival."""
        return sum(self._total(series, "misdated") for series in SERIES)

    def mark_processed(self, sequence: int) -> None:
        """Note that all events up to this one were processed; the mark never moves back."""
        last = self.last_sequence()
        if not 0 <= sequence <= last:
            raise ValueError(f"sequence is {sequence}, wanted 0 to {last}")
        sql = "update totals set processed = ? where series = ? and processed < ?"
        self._database.write(lambda cursor: cursor.execute(sql, (sequence, EVENTS.name, sequence)))

    def read_days(self, after: int, upto: int) -> list[str]:
        """The UTC days, in order, of the events with after < sequence <= upto."""
        sql = "select distinct day from events where sequence > ? and sequence <= ? order by day"
        return [day for (day,) in self._database.read(sql, (after, upto))]

    def days(self) -> dict[str, DayTotals]:
        """The totals of each UTC day, in order; one row a day is read."""
        return self._days(EVENTS)

    def turn_days(self) -> dict[str, DayTotals]:
        """The same of turns."""
        return self._days(TURNS)

    def events_of_day(self, day: str, upto: int | None = None) -> list[FeedbackEvent]:
        """The events of a UTC day in the order of their arrival, the last one being `upto`.

        An event that came without a line number of its own (0) has its sequence as its line.
        """
        return [event for page in self.event_pages(day, upto) for event in page]

    def turns_of_day(self, day: str, upto: int | None = None) -> list[ChatExchange]:
        """The same of turns."""
        return [turn for page in self.turn_pages(day, upto) for turn in page]

    def event_pages(
        self, day: str, upto: int | None = None, after: int = 0
    ) -> Iterator[list[FeedbackEvent]]:
        """The events of a UTC day with after < sequence <= upto, 10,000 at a time."""
        return self._pages(EVENTS, day, after, self.last_sequence() if upto is None else upto)

    def turn_pages(
        self, day: str, upto: int | None = None, after: int = 0
    ) -> Iterator[list[ChatExchange]]:
        """The same of turns."""
        return self._pages(TURNS, day, after, self.last_turn() if upto is None else upto)

    def stored(self, series: str, sequence: int) -> dict[str, Any] | None:
        """The columns of one of the `events` or `turns` as the database holds them."""
        columns = _series(series).columns
        sql = f"select {', '.join(columns)} from {series} where sequence = ?"
        rows = self._database.read(sql, (sequence,))
        return dict(zip(columns, rows[0], strict=True)) if rows else None

    def row(self, series: str, sequence: int) -> FeedbackEvent | ChatExchange | None:
        """One of the `events` or `turns` by its sequence."""
        found, asked = self.stored(series, sequence), _series(series)
        return None if found is None else asked.row(sequence, list(found.values()))

    def newest_named(self, series: str, id: str) -> list[FeedbackEvent | ChatExchange]:
        """Rows that an id names (their own, a message's, a conversation's), among the newest 100,000."""
        asked, keys = _series(series), ("record_id", "conversation_id", "message_id")
        sql = (
            f"select sequence, {', '.join(asked.columns)} from {series} where sequence > ? "
            f"and ({' or '.join(f'{key} = ?' for key in (asked.key, *keys))}) order by sequence"
        )
        after = self._total(asked, "last_sequence") - _NEWEST
        rows = self._database.read(sql, (after, *[id] * (len(keys) + 1)))
        return [asked.row(sequence, values) for sequence, *values in rows]

    def pages(self, series: str) -> Iterator[list[Any]]:
        """All `events` or `turns` in the order of their arrival, 10,000 at a time."""
        asked = _series(series)
        rows = self._walk(asked, "true", (), 0, self._total(asked, "last_sequence"))
        return _objects(asked, rows)

    def columns_of_day(
        self, series: str, day: str, upto: int, after: int
    ) -> Iterator[dict[str, Sequence[Any]]]:
        """The `events` or `turns` of a day as the database holds them, by column, 10,000 at a time."""
        names = ("sequence", *_series(series).columns)
        for rows in self._walk(_series(series), "day = ?", (day,), after, upto):
            yield dict(zip(names, zip(*rows, strict=True), strict=True))

    def first_record_id(self, series: str) -> str:
        """The record id of the first of `events` or `turns`: no other store has it. Empty without rows."""
        first = self.stored(series, 1)
        return "" if first is None else str(first["record_id"])

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _added(self, series: Series[Any], rows: Iterable[Any]) -> list[Added]:
        (outcome,) = self._group([(series, self._entries(series, rows))])
        if isinstance(outcome, Conflict):
            raise outcome
        return outcome

    def _added_each(self, series: Series[Any], rows: Iterable[Any]) -> list[Added | Conflict]:
        outcomes = self._group([(series, [entry]) for entry in self._entries(series, rows)])
        return [one if isinstance(one, Conflict) else one[0] for one in outcomes]

    def _entries(self, series: Series[Any], rows: Iterable[Any]) -> list[Entry]:
        now = self._clock()
        return [series.entry(row, now) for row in rows]

    def _total(self, series: Series[Any], column: str) -> int:
        sql = f"select {column} from totals where series = ?"
        ((number,),) = self._database.read(sql, (series.name,))
        return int(number)

    def _days(self, series: Series[Any]) -> dict[str, DayTotals]:
        sql = "select day, total, last_sequence from day_totals where series = ? order by day"
        rows = self._database.read(sql, (series.name,))
        return {day: DayTotals(total, last) for day, total, last in rows}

    def _pages(self, series: Series[Any], day: str, after: int, upto: int) -> Iterator[list[Any]]:
        return _objects(series, self._walk(series, "day = ?", (day,), after, upto))

    def _walk(
        self, series: Series[Any], where: str, values: tuple[str, ...], after: int, upto: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        sql = (
            f"select sequence, {', '.join(series.columns)} from {series.name} where {where} "
            "and sequence > ? and sequence <= ? order by sequence limit ?"
        )
        while rows := self._database.read(sql, (*values, after, upto, _PAGE)):
            yield rows
            after = rows[-1][0]


def _objects(series: Series[Any], pages: Iterable[list[tuple[Any, ...]]]) -> Iterator[list[Any]]:
    for rows in pages:
        yield [series.row(sequence, values) for sequence, *values in rows]


def _series(name: str) -> Series[Any]:
    return next(series for series in SERIES if series.name == name)
