"""What a feedback store promises, on both databases."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import psycopg
import pytest

from ai_data_platform.core.errors import AidpError
from ai_data_platform.stores.feedback import Added, Conflict, DayTotals, FeedbackStore
from ai_data_platform.stores.feedback.copying import copy_rows
from ai_data_platform_tests.stores.feedback.rows import DAY, Place, event, turn

NEXT = "2024-03-02"


def test_an_event_comes_back_whole_with_its_sequence_as_its_line(store: FeedbackStore) -> None:
    edited = replace(
        event("e1"), kind="thumbs", rating=5, edited_text="Hold the right key.", shown_position=2
    )
    from_file = replace(event("e2", user_id=None), source_file="a.jsonl", source_line=7)
    store.add(edited)
    store.add(from_file)

    assert store.events_of_day(DAY) == [replace(edited, source_line=1), from_file]
    assert store.events_of_day(NEXT) == []


def test_a_turn_comes_back_whole_with_its_sequence_as_its_line(store: FeedbackStore) -> None:
    bare = replace(
        turn("m2"), parent_message_id=None, thread=None, model=None, user_id=None, rating=5
    )
    store.add_turn(turn("m1"))
    store.add_turn(bare)

    assert store.turns_of_day(DAY) == [
        replace(turn("m1"), source_line=1),
        replace(bare, source_line=2),
    ]
    assert store.turns_of_day(NEXT) == []


def test_an_event_that_comes_again_is_counted_once(store: FeedbackStore) -> None:
    assert store.add(event("e1")) == Added(1, created=True)
    assert store.add(event("e1")) == Added(1, created=False)
    assert store.add(event("e2")) == Added(2, created=True)
    assert (store.last_sequence(), len(store.events_of_day(DAY))) == (2, 2)


def test_a_retry_that_comes_later_or_from_elsewhere_is_still_the_same(store: FeedbackStore) -> None:
    store.add(event("e1"))
    store.add_turn(turn("m1"))
    later: dict[str, Any] = {"record_id": "other", "source_file": "b", "source_line": 3}
    assert store.add(replace(event("e1", days=1), **later)) == Added(1, created=False)
    assert store.add_turn(replace(turn("m1", days=1), **later)) == Added(1, created=False)
    assert store.days() == store.turn_days() == {DAY: DayTotals(1, 1)}


@pytest.mark.parametrize(
    "changes",
    [{"rating": 5}, {"edited_text": "Other."}, {"shown_position": 1}, {"message_id": "m9"}],
)
def test_an_event_id_used_for_another_rating_is_a_conflict_and_changes_nothing(
    store: FeedbackStore, changes: dict[str, Any]
) -> None:
    store.add(event("e1"))
    with pytest.raises(Conflict, match="e1 is stored with another rating") as caught:
        store.add(replace(event("e1"), **changes))
    assert isinstance(caught.value, AidpError)
    assert store.events_of_day(DAY) == [replace(event("e1"), source_line=1)]


def test_a_message_that_comes_with_another_answer_is_a_conflict(store: FeedbackStore) -> None:
    store.add_turn(turn("m1"))
    with pytest.raises(Conflict, match="m1 of conversation c1 is stored with another content"):
        store.add_turn(turn("m1", answer="Hold the right key."))
    assert store.turns_of_day(DAY) == [replace(turn("m1"), source_line=1)]


def test_siblings_and_equal_message_ids_of_other_conversations_are_turns_of_their_own(
    store: FeedbackStore,
) -> None:
    store.add_turns([turn("m1"), turn("m2"), turn("m1", conversation_id="c2")])
    assert [(found.conversation_id, found.message_id) for found in store.turns_of_day(DAY)] == [
        ("c1", "m1"),
        ("c1", "m2"),
        ("c2", "m1"),
    ]


def test_many_events_are_stored_all_or_none(store: FeedbackStore) -> None:
    assert store.add_many([]) == []
    assert store.add_many([event("e1"), event("e2"), event("e1")]) == [
        Added(1, created=True),
        Added(2, created=True),
        Added(1, created=False),
    ]
    with pytest.raises(Conflict):
        store.add_many([event("e3"), event("e4"), event("e1", rating=1)])
    with pytest.raises(Conflict):
        store.add_many([event("e5"), event("e5", rating=1)])
    assert (store.last_sequence(), store.days()) == (2, {DAY: DayTotals(2, 2)})


def test_each_of_many_is_stored_or_refused_by_itself(store: FeedbackStore) -> None:
    store.add(event("e1"))
    first, second, third = store.add_each([event("e0"), event("e1", rating=1), event("e2")])
    assert (first, third) == (Added(2, created=True), Added(3, created=True))
    assert isinstance(second, Conflict)


def test_repeats_and_conflicts_leave_no_gap_in_the_sequence(store: FeedbackStore) -> None:
    store.add(event("e1"))
    store.add(event("e1"))
    with pytest.raises(Conflict):
        store.add_many([event("e2"), event("e1", rating=1)])
    assert store.add(event("e3")) == Added(2, created=True)


def test_events_and_turns_are_numbered_apart(store: FeedbackStore) -> None:
    assert store.add(event("e1")) == store.add_turn(turn("m1")) == Added(1, created=True)
    assert (store.last_sequence(), store.last_turn(), store.unprocessed()) == (1, 1, 1)


def test_unprocessed_counts_from_the_mark_which_never_moves_back(store: FeedbackStore) -> None:
    assert (store.last_sequence(), store.unprocessed()) == (0, 0)
    store.add_many(event(f"e{number}") for number in range(5))
    assert store.unprocessed() == 5
    store.mark_processed(3)
    store.mark_processed(2)
    assert (store.last_sequence(), store.unprocessed()) == (5, 2)


@pytest.mark.parametrize("sequence", [-1, 2])
def test_a_mark_beyond_the_events_is_refused(store: FeedbackStore, sequence: int) -> None:
    store.add(event("e1"))
    with pytest.raises(ValueError, match="wanted 0 to 1"):
        store.mark_processed(sequence)


def test_the_days_of_new_events_are_named_and_totalled(store: FeedbackStore) -> None:
    store.add_many([event("e1"), event("e2", days=1), event("e3"), event("e4", days=-30)])

    assert store.read_days(0, 4) == ["2024-01-31", DAY, NEXT]
    assert store.read_days(1, 3) == [DAY, NEXT]
    assert store.read_days(4, 4) == []
    assert store.days() == {
        "2024-01-31": DayTotals(1, 4),
        DAY: DayTotals(2, 3),
        NEXT: DayTotals(1, 2),
    }
    assert [found.event_id for found in store.events_of_day(DAY, upto=2)] == ["e1"]


def test_a_day_is_read_page_by_page(store: FeedbackStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ai_data_platform.stores.feedback.store._PAGE", 2)
    store.add_many(event(f"e{number}") for number in range(5))
    store.add_turns(turn(f"m{number}") for number in range(3))

    pages = [[one.event_id for one in page] for page in store.event_pages(DAY, upto=4, after=1)]
    assert pages == [["e1", "e2"], ["e3"]]
    assert [len(page) for page in store.turn_pages(DAY)] == [2, 1]


def test_everything_is_there_after_reopening(place: Place) -> None:
    with place.open() as first:
        first.add(event("e1"))
        first.add_turn(turn("m1"))
        first.mark_processed(1)
    with place.open() as second:
        assert second.add(event("e1")) == Added(1, created=False)
        assert second.add(event("e2")) == Added(2, created=True)
        assert second.add_turn(turn("m2")) == Added(2, created=True)
        assert second.unprocessed() == 1


def test_a_store_is_told_from_another_by_its_first_row(store: FeedbackStore) -> None:
    assert store.first_record_id("events") == ""
    store.add_many([event("e1"), event("e2")])
    assert (store.first_record_id("events"), store.first_record_id("turns")) == (
        "record of e1",
        "",
    )


def test_a_time_over_a_day_ahead_is_filed_under_its_arrival_and_reported(
    store: FeedbackStore,
) -> None:
    now = datetime.now(UTC)
    wrong = replace(event("wrong"), created_at=now + timedelta(days=400))
    zone = replace(event("zone"), created_at=now + timedelta(hours=14))
    old = replace(event("old"), created_at=datetime(1995, 1, 1, tzinfo=UTC))
    store.add_many([wrong, zone, old])
    store.add_turn(replace(turn("m1"), created_at=now + timedelta(days=2)))

    today, zoned = (moment.date().isoformat() for moment in (now, zone.created_at))
    assert sum(totals.events for totals in store.days().values()) == 3
    (filed,) = (found for found in store.events_of_day(today) if found.event_id == "wrong")
    assert now <= filed.created_at <= datetime.now(UTC)
    assert [found.event_id for found in store.events_of_day("1995-01-01")] == ["old"]
    assert "zone" in [found.event_id for found in store.events_of_day(zoned)]
    assert list(store.turn_days()) == [today]
    assert store.misdated() == 2
    assert store.add(wrong) == Added(1, created=False)


@pytest.mark.parametrize("text", ["a\0b", "cut \ud83d off"])
def test_a_text_that_no_database_keeps_is_refused_before_it_is_sent(
    store: FeedbackStore, text: str
) -> None:
    with pytest.raises(ValueError, match=r"feedback_text holds a .*: parse the record"):
        store.add(replace(event("e1"), feedback_text=text))
    assert store.last_sequence() == 0


def test_an_id_that_no_index_takes_is_refused(store: FeedbackStore) -> None:
    with pytest.raises(ValueError, match="event_id has 2,001 bytes"):
        store.add(event("e" * 2_001))
    assert store.add(event("ü" * 1_000)) == Added(1, created=True)


def test_a_text_of_a_megabyte_and_every_script_come_back_as_they_were(store: FeedbackStore) -> None:
    long = replace(event("long"), feedback_text="1 MB of text. 😀 " * 65_536)
    odd = replace(event("odd"), feedback_text="<script>alert('?')</script> %s {} ; -- '; 日本語")
    store.add_many([long, odd])
    assert [found.feedback_text for found in store.events_of_day(DAY)] == [
        long.feedback_text,
        odd.feedback_text,
    ]


def test_threads_share_one_store(store: FeedbackStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda number: store.add(event(f"e{number % 30}")), range(60)))

    assert sorted(one.sequence for one in added if one.created) == list(range(1, 31))
    assert store.days() == {DAY: DayTotals(30, 30)}


def test_a_row_that_the_database_refuses_fails_alone(store: FeedbackStore) -> None:
    def add(number: int) -> Added | str:
        bad = number % 5 == 0
        try:
            return store.add(event(f"e{number}", rating=9 if bad else 4))
        except (sqlite3.IntegrityError, psycopg.IntegrityError) as error:
            return type(error).__name__

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(add, range(50)))

    refused = [number for number, answer in enumerate(answers) if isinstance(answer, str)]
    assert refused == list(range(0, 50, 5))
    assert store.days() == {DAY: DayTotals(40, 40)}


def in_threads(count: int, work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(work, number) for number in range(count)]:
            done.result()


def test_a_reader_that_remembers_the_last_sequence_misses_nothing(place: Place) -> None:
    """Two stores write at once; whenever a number can be read, all lower ones can."""
    stop = Event()
    seen: list[int] = []

    def read() -> None:
        with place.open() as reader:
            last_time = False
            while not last_time:
                last_time = stop.is_set()
                upto = reader.last_sequence()
                new = reader._database.read(
                    "select sequence from events where sequence > ? and sequence <= ? order by 1",
                    (seen[-1] if seen else 0, upto),
                )
                seen.extend(number for (number,) in new)

    with place.open() as one, place.open() as other, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)

        def write(thread: int) -> None:
            for number in range(25):
                (one, other)[thread % 2].add(event(f"{thread}-{number}"))

        try:
            in_threads(6, write)
        finally:
            stop.set()
        reading.result()

    assert seen == list(range(1, 151))


WRITER = """
import sys
from pathlib import Path
from ai_data_platform_tests.stores.feedback.rows import Place, event
path, url, name = sys.argv[1:]
with Place(Path(path), url or None).open() as store:
    number = 0
    while True:
        store.add(event(f"{name}-{number}"))
        store.add(event(f"shared-{number}"))
        print(number, flush=True)
        number += 1
"""


def test_what_two_killed_processes_had_acknowledged_is_stored_once(place: Place) -> None:
    """A retry of what a killed process had stored and not answered is counted once, too."""
    place.open().close()
    command = [sys.executable, "-c", WRITER, str(place.path), place.url or ""]
    writers = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "ab"
    ]
    acknowledged = set()
    for name, writer in zip("ab", writers, strict=True):
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(20)]
        acknowledged |= {f"{prefix}-{int(line)}" for line in lines for prefix in (name, "shared")}
    for writer in writers:
        writer.kill()
        writer.communicate()

    with place.open() as store:
        stored = [found.event_id for found in store.events_of_day(DAY)]
        assert acknowledged <= set(stored)
        for number in range(len(stored)):
            store.add(event(f"a-{number}"))  # the client sends all of its own again
        again = [found.event_id for found in store.events_of_day(DAY)]
        assert again[: len(stored)] == stored
        assert store.days() == {DAY: DayTotals(len(again), len(again))}
        assert len(again) == len(set(again)) == store.last_sequence() == store.unprocessed()


def test_a_store_is_copied_into_another_database_with_its_numbers_and_its_mark(
    sqlite_place: Place, postgres_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ai_data_platform.stores.feedback.store._PAGE", 2)
    with sqlite_place.open() as source, postgres_place.open() as target:
        source.add_many(event(f"e{number}", days=number % 2) for number in range(5))
        source.add_turns(turn(f"m{number}") for number in range(3))
        source.mark_processed(4)
        assert copy_rows(source, target, lambda line: None) == 8
        assert copy_rows(source, target, lambda line: None) == 0
        assert target.days() == source.days()
        assert target.turn_days() == source.turn_days()
        assert target.unprocessed() == 1
        assert list(target.pages("events")) == list(source.pages("events"))
        assert target.add(event("e9")) == Added(6, created=True)
        with pytest.raises(Conflict):
            copy_rows(target, _with_another(source), lambda line: None)


def _with_another(store: FeedbackStore) -> FeedbackStore:
    store.add(event("e9", rating=1))
    return store
