"""How far the service's events have come: stored, landed in the lake, built into a judged candidate.

All of it is read from the store, the lake and the ledger, so any process may ask at any time, and one that
died has forgotten nothing.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.feedback import DayTotals, FeedbackStore
from ai_data_platform.stores.home import PUBLICATIONS, Home

__all__ = [
    "Landed",
    "events_landed",
    "events_upto",
    "mark_built",
    "turn_days_to_land",
    "turns_upto",
]

_RAW, _RAW_TURNS = "raw_feedback", "raw_chat_logs"
_BUILDS: Mapping[str, str] = {
    "preference": "preference_pairs",
    "unpaired_preference": "unpaired_answers",
}
"""The publications that events are built into, and the table of the lake that each is made of. One pass
over the events makes both tables, and neither publication is built without both."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What the lake holds of the events that no build has used.

    These come after the sequence `after`, the processed mark. The first `events` of them stand in verified
    days without a gap. `days` are those, in order, whose table lacks an event.
    """

    after: int
    events: int
    days: tuple[str, ...]


def events_upto(store: FeedbackStore) -> dict[str, float | None]:
    """A figure for the verdict on a day that is about to be landed: the last event that can be in it.

    Every event of the day up to this sequence is in the table or set aside beside it. The name tells the
    store, whose numbers mean nothing in another one; an empty store gives no figure.
    """
    upto = store.last_sequence()
    return {_figure(store, "events"): upto} if upto else {}


def turns_upto(store: FeedbackStore) -> dict[str, float | None]:
    """The same of turns and days of `raw_chat_logs`."""
    upto = store.last_turn()
    return {_figure(store, "turns"): upto} if upto else {}


def events_landed(home: Home, first: date, last: date) -> Landed:
    """How many events wait in the lake, and which days have to be landed for the rest.

    Days outside `first` to `last` have no partition: their events hold nothing up and wait for it.
    """
    progress = _Progress(home, first, last)
    reached, lacking = progress.reach({day: _verified(home, _RAW, day) for day in progress.newest})
    return Landed(progress.mark, max(reached - progress.mark, 0), lacking)


def turn_days_to_land(home: Home, first: date, last: date) -> tuple[str, ...]:
    """The days, in order, whose chat logs lack a turn that the service took."""
    figure = _figure(home.feedback, "turns")
    newest = _open(home.feedback.turn_days(), first, last)
    return tuple(
        day
        for day, turn in newest.items()
        if _held(home, _RAW_TURNS, day, _verified(home, _RAW_TURNS, day), figure) < turn
    )


def mark_built(home: Home, first: date, last: date) -> int:
    """Move the processed mark as far as judged candidates hold the events; how many wait beyond it.

    A candidate counts when it is laid down and judged, blocked or not; a table that its own gate blocked
    counts as well, because the same events would give it again. A build that broke off does not count.
    """
    progress = _Progress(home, first, last)
    reached = min(
        max((progress.reach(days)[0] for days in _built(home, *names)), default=0)
        for names in _BUILDS.items()
    )
    if reached > progress.mark:
        home.feedback.mark_processed(reached)
    return home.feedback.unprocessed()


class _Progress:
    """The days with events that no build has used, and the mark, as they were at one moment."""

    def __init__(self, home: Home, first: date, last: date) -> None:
        store = home.feedback
        self._home = home
        self._figure = _figure(store, "events")
        self.stored = (
            store.last_sequence()
        )  # before the mark: it may be taken too low, never too high
        self.mark = max(self.stored - store.unprocessed(), 0)
        self.newest = {
            day: newest
            for day, newest in _open(store.days(), first, last).items()
            if newest > self.mark or not home.lake.path(f"{_RAW}/{day}").is_file()
        }

    def reach(self, tables: Mapping[str, str | None]) -> tuple[int, tuple[str, ...]]:
        """The last event before the first one that these days lack, and the days that lack one.

        `tables` are fingerprints of `raw_feedback` by day.
        """
        held = {
            day: _held(self._home, _RAW, day, tables.get(day), self._figure) for day in self.newest
        }
        lacking = {day: upto for day, upto in held.items() if upto < self.newest[day]}
        missing = (
            _first_after(self._home.feedback, day, max(upto, self.mark), self.newest[day])
            for day, upto in lacking.items()
            if self.newest[day] > self.mark
        )
        return min([self.stored + 1, *missing]) - 1, tuple(sorted(lacking))


def _built(home: Home, publication: str, table: str) -> Iterator[Mapping[str, str]]:
    """The days that finished builds of a publication were made from, by fingerprint."""
    staged = home.versions(publication).last_staged()
    if staged is not None and home.ledger.find(PUBLICATIONS[publication], staged["fingerprint"]):
        made = home.ledger.find(table, staged["upstream"].get(table, ""))
        if made is not None:
            yield _days(made.verdict)
    for found in map(home.ledger.latest, _BUILDS.values()):
        if found is not None and not found.verdict.passed:
            yield _days(found.verdict)


def _days(verdict: Verdict) -> dict[str, str]:
    tables = verdict.inputs.items()
    return {name.partition("/")[2]: found for name, found in tables if name.startswith(f"{_RAW}/")}


def _open(days: Mapping[str, DayTotals], first: date, last: date) -> dict[str, int]:
    """The last sequence of each day that has a partition."""
    span = (first.isoformat(), last.isoformat())
    return {day: found.last_sequence for day, found in days.items() if span[0] <= day <= span[1]}


def _verified(home: Home, table: str, day: str) -> str | None:
    name = f"{table}/{day}"
    return home.lake.recorded_fingerprint(name) if home.verified.passes(name) else None


def _held(home: Home, table: str, day: str, fingerprint: str | None, figure: str) -> int:
    """The sequence up to which a day with this content holds every row of the service."""
    found = fingerprint and home.ledger.find(table, fingerprint, day)
    return int(found.verdict.figures.get(figure) or 0) if found else 0


def _figure(store: FeedbackStore, series: str) -> str:
    return f"{series}_upto_{store.first_record_id(series)[:8]}"


def _first_after(store: FeedbackStore, day: str, after: int, last: int) -> int:
    """The sequence of the first event of a day past `after`; that of its last one is `last`."""
    step = 1
    while after + step < last and day not in store.read_days(after, after + step):
        step *= 2  # so that no more is read than lies before it, twice over
    numbers = range(after + 1, min(after + step, last))
    found = bisect_left(numbers, True, key=lambda upto: day in store.read_days(after, upto))
    return after + 1 + found
