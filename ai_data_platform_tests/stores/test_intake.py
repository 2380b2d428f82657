"""Intake: what lies in the drop folders and in the feedback store, as days that are pending or not."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.days import DayReport
from ai_data_platform.stores.feedback.parts import event_parts, turn_parts
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import (
    RawDays,
    chat_log_days,
    feedback_days,
    pending_days,
    stored_apart,
)
from ai_data_platform_tests.stores.logs import chat, jsonl, write

DAY = "2024-03-01"
NEXT = "2024-03-02"


class Intake:
    """A drop folder that is read into a home, as a run reads it."""

    def __init__(self, home: Home, drop: Path) -> None:
        self.home = home
        self.drop = drop
        self.said: list[str] = []
        drop.mkdir(parents=True)

    def put(self, name: str, *records: object) -> Path:
        return write(self.drop / name, jsonl(*records))

    def read(self) -> RawDays:
        self.said.clear()
        return chat_log_days(self.home, SourceSpec(str(self.drop)), self.said.append)

    def pending(self) -> list[str]:
        return pending_days(self.home, self.read(), "raw_chat_logs")

    def run(self) -> list[DayReport]:
        """Publish every day that is pending."""
        source = self.read()
        return [
            source.table.publish(day, source.parts[day], lambda: source.quarantine)
            for day in pending_days(self.home, source, "raw_chat_logs")
        ]

    def ids(self, day: str) -> list[str]:
        rows = self.home.lake.read(f"raw_chat_logs/{day}", ["message_id"])
        found: list[str] = rows["message_id"].to_pylist()
        return found

    def aside(self, day: str = "undated") -> list[tuple[str, int, str]]:
        table = self.home.lake.read_if_any(f"raw_chat_logs_quarantine/{day}")
        rows = [] if table is None else table.to_pylist()
        return [(row["source_file"], row["source_line"], row["reason"]) for row in rows]


@pytest.fixture
def intake(home: Home, tmp_path: Path) -> Intake:
    return Intake(home, tmp_path / "drop")


def test_a_day_is_pending_until_it_is_published_and_not_afterwards(intake: Intake) -> None:
    intake.put("a.jsonl", chat("m1"), chat("m2", NEXT))
    assert intake.pending() == [DAY, NEXT]
    assert [report.rows for report in intake.run()] == [1, 1]
    assert (intake.pending(), intake.run()) == ([], [])


def test_late_rows_land_in_their_own_day_and_make_exactly_that_day_pending(
    intake: Intake,
) -> None:
    intake.put("2024-03-01.jsonl", chat("m1"))
    intake.put("2024-03-02.jsonl", chat("m2", NEXT))
    intake.run()

    intake.put("2024-03-09.jsonl", chat("late", DAY), chat("m9", "2024-03-09"))

    assert intake.pending() == [DAY, "2024-03-09"]
    intake.run()
    assert (intake.ids(DAY), intake.ids(NEXT)) == (["late", "m1"], ["m2"])


def test_offsets_put_a_row_on_the_utc_day_of_its_time(intake: Intake) -> None:
    intake.put(
        "a.jsonl",
        chat("evening", created_at="2024-03-01T23:30:00-02:00"),
        chat("night", created_at="2024-03-02T00:30:00+01:00"),
        chat("epoch", created_at=1709294400),
    )
    intake.run()
    assert (intake.ids(DAY), intake.ids(NEXT)) == (["epoch", "night"], ["evening"])


def test_a_file_that_is_still_written_is_read_again_when_it_is_whole(intake: Intake) -> None:
    whole = jsonl(chat("m1"), chat("m2", NEXT))
    path = write(intake.drop / "a.jsonl", whole[:-40])
    intake.run()
    assert (intake.ids(DAY), intake.aside()) == (["m1"], [("a.jsonl", 2, "incomplete_last_line")])

    with path.open("ab") as file:
        file.write(whole[-40:])

    assert intake.pending() == [DAY, NEXT]
    intake.run()
    assert (intake.ids(DAY), intake.ids(NEXT), intake.aside()) == (["m1"], ["m2"], [])


def test_a_log_that_grows_in_the_evening_makes_only_its_days_pending(intake: Intake) -> None:
    intake.put("yesterday.jsonl", chat("m1"))
    intake.put("today.jsonl", chat("m2", NEXT))
    intake.run()
    before = intake.home.lake.manifest(f"raw_chat_logs/{DAY}")

    intake.put("today.jsonl", chat("m2", NEXT), chat("m3", NEXT))

    assert intake.pending() == [NEXT]
    assert [report.day for report in intake.run()] == [NEXT]
    assert intake.home.lake.manifest(f"raw_chat_logs/{DAY}") == before
    assert intake.ids(NEXT) == ["m2", "m3"]


def test_every_kind_of_bad_file_lets_the_good_rows_through_and_is_counted(
    intake: Intake,
) -> None:
    latin = orjson.dumps(chat("x", user_message="café")).decode().encode("latin-1")
    intake.put(
        "mixed.jsonl",
        chat("m1"),
        b"{half",
        chat("m2", rating="5"),
        chat("m3", rating=99),
        chat(None),  # type: ignore[arg-type]
        chat("m1"),
        chat("m1", rating=1),
        latin,
        chat("m4", created_at="1969-12-31T00:00:00Z"),
        chat("m5", created_at="2200-01-01T00:00:00Z"),
        chat("m6", user_message="a\x00b\x1b"),
        b"",
        json.dumps(chat("m7", user_message="cut \ud83d off")).encode(),
    )
    write(intake.drop / "empty.jsonl", b"")
    write(intake.drop / "notes.txt", b"hello")
    write(intake.drop / "table.parquet", b"PAR1")
    write(intake.drop / "cut.jsonl.gz", b"\x1f\x8b\x08\x00")
    write(intake.drop / ".hidden.jsonl", jsonl(chat("hidden")))

    (report,) = intake.run()

    assert intake.ids(DAY) == ["m1", "m6", "m7"]
    texts = intake.home.lake.read(f"raw_chat_logs/{DAY}")["user_message"].to_pylist()
    assert texts[1:] == ["ab", "cut  off"]
    assert report.set_aside == dict(
        sorted(Counter(reason for _, _, reason in intake.aside(DAY)).items())
    )
    assert sorted(intake.aside(DAY)) == [
        ("mixed.jsonl", 3, "rating_wrong_type"),
        ("mixed.jsonl", 4, "rating_out_of_range"),
        ("mixed.jsonl", 5, "message_id_missing"),
        ("mixed.jsonl", 6, "repeated_record"),
        ("mixed.jsonl", 7, "repeated_message_id"),
    ]
    assert sorted(intake.aside()) == [
        ("cut.jsonl.gz", 1, "truncated_gzip"),
        ("empty.jsonl", 0, "empty_file"),
        ("mixed.jsonl", 2, "not_json"),
        ("mixed.jsonl", 8, "not_utf8"),
        ("mixed.jsonl", 9, "created_at_unreadable"),
        ("mixed.jsonl", 10, "created_at_unreadable"),
        ("notes.txt", 0, "unsupported_file"),
        ("table.parquet", 0, "broken_parquet"),
    ]


def test_bad_records_that_come_later_are_shown_with_their_day(intake: Intake) -> None:
    intake.put("a.jsonl", chat("m1"))
    intake.run()
    intake.put("b.jsonl", chat("m2", rating=99))

    (report,) = intake.run()

    assert (report.rows, report.set_aside) == (1, {"rating_out_of_range": 1})
    assert intake.aside(DAY) == [("b.jsonl", 1, "rating_out_of_range")]
    assert intake.pending() == []


def test_a_day_with_bad_records_alone_is_not_pending_and_still_shows_them(intake: Intake) -> None:
    intake.put("a.jsonl", chat("m1", rating=99))
    assert intake.pending() == []
    assert intake.aside() == [("a.jsonl", 1, "rating_out_of_range")]

    intake.put("b.jsonl", chat("m2"))
    intake.run()
    assert intake.aside() == []
    assert intake.aside(DAY) == [("a.jsonl", 1, "rating_out_of_range")]


def test_a_day_that_no_file_holds_any_more_keeps_its_table_and_that_is_said(
    intake: Intake,
) -> None:
    intake.put("a.jsonl", chat("m1"))
    intake.run()
    intake.put("a.jsonl", chat("m1", NEXT))

    assert intake.pending() == [NEXT]

    assert intake.ids(DAY) == ["m1"]
    assert intake.said[-1].startswith(f"no file holds rows for raw_chat_logs/{DAY} any more")


def test_files_that_arrive_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    def made(name: str, order: str) -> dict[str, bytes]:
        home = Home(tmp_path / name / "home", CHECKOUT / "dbt_project")
        intake = Intake(home, tmp_path / name / "drop")
        for file in order:
            intake.put(
                f"{file}.jsonl", chat(f"m{file}"), chat("twice"), chat(f"n{file}", NEXT, rating=0)
            )
            intake.run()
        intake.put("last.jsonl", chat("z", NEXT))
        intake.run()
        root = home.lake.root
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*.parquet")}

    first, second = made("one", "abc"), made("two", "cab")
    assert first == second
    assert set(first) == {
        f"{table}/{day}.parquet"
        for table in ("raw_chat_logs", "raw_chat_logs_quarantine")
        for day in (DAY, NEXT)
    }


def test_a_lost_home_comes_back_with_the_same_bytes(intake: Intake, tmp_path: Path) -> None:
    intake.put("a.jsonl", chat("m1"), chat("m2"))
    intake.run()
    path = intake.home.lake.path(f"raw_chat_logs/{DAY}")
    before = path.read_bytes()
    path.unlink()
    assert intake.pending() == [DAY]
    intake.run()
    assert path.read_bytes() == before


def event(name: str, day: str = DAY, rating: int = 4) -> FeedbackEvent:
    return FeedbackEvent(
        record_id=f"record of {name}",
        event_id=name,
        conversation_id="c1",
        message_id=None,
        rating=rating,
        feedback_text=None,
        user_id="u1",
        created_at=datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC),
        source_file="feedback_api",
        source_line=0,
    )


def rated(event_id: str, rating: int = 3) -> dict[str, object]:
    return {
        "event_id": event_id,
        "conversation_id": "c1",
        "rating": rating,
        "created_at": f"{DAY}T10:00:00Z",
    }


def publish_feedback(home: Home, drop: Path | None) -> list[str]:
    location = None if drop is None else str(drop)
    source = feedback_days(home, SourceSpec(location), lambda line: None)
    pending = pending_days(home, source, "raw_feedback")
    for day in pending:
        source.table.publish(day, source.parts[day], lambda: source.quarantine)
    return pending


def test_ratings_come_from_files_and_from_the_api_alike(home: Home, tmp_path: Path) -> None:
    write(tmp_path / "drop" / "z.jsonl", jsonl(rated("e0"), rated("e1"), rated("e2", 99)))
    home.feedback.add_many([event("e1", rating=4), event("e3"), event("e4", NEXT)])

    assert publish_feedback(home, tmp_path / "drop") == [DAY, NEXT]

    rows = home.lake.read(f"raw_feedback/{DAY}").to_pylist()
    assert [(row["event_id"], row["source_file"], row["source_line"]) for row in rows] == [
        ("e0", "z.jsonl", 1),
        ("e1", "feedback_api", 1),
        ("e3", "feedback_api", 2),
    ]
    aside = home.lake.read(f"raw_feedback_quarantine/{DAY}").to_pylist()
    assert sorted((row["source_line"], row["reason"]) for row in aside) == [
        (2, "repeated_event_id"),
        (3, "rating_out_of_range"),
    ]


def test_a_new_rating_makes_exactly_its_day_pending(home: Home) -> None:
    home.feedback.add_many([event("e1"), event("e2", NEXT)])
    assert publish_feedback(home, None) == [DAY, NEXT]
    assert publish_feedback(home, None) == []

    home.feedback.add(event("e3", NEXT))

    assert publish_feedback(home, None) == [NEXT]
    assert home.lake.read(f"raw_feedback/{NEXT}")["event_id"].to_pylist() == ["e2", "e3"]


def test_a_rating_that_came_by_both_ways_stands_as_it_was_acknowledged(
    home: Home, tmp_path: Path
) -> None:
    write(tmp_path / "drop" / "a.jsonl", jsonl(rated("e1", 3)))  # sorts before `feedback_api`
    home.feedback.add(event("e1", rating=4))
    publish_feedback(home, tmp_path / "drop")
    assert home.lake.read(f"raw_feedback/{DAY}")["rating"].to_pylist() == [4]
    (aside,) = home.lake.read(f"raw_feedback_quarantine/{DAY}").to_pylist()
    assert (aside["source_file"], aside["reason"]) == ("a.jsonl", "repeated_event_id")
    assert aside["detail"] == "event_id 'e1' stands at feedback_api:1 already, with other content"


def stored_turn(message_id: str, day: str = DAY, **changes: Any) -> ChatExchange:
    parsed = parse_exchange(chat(message_id, day, **changes), "turns_api", 0)
    assert isinstance(parsed, ChatExchange)
    return parsed


def test_turns_of_the_api_stand_beside_the_rows_of_the_source(intake: Intake) -> None:
    intake.put("a.jsonl", chat("m1"))
    intake.home.feedback.add_turns([stored_turn("m2"), stored_turn("m3", NEXT)])

    assert [report.day for report in intake.run()] == [DAY, NEXT]

    rows = intake.home.lake.read(f"raw_chat_logs/{DAY}").to_pylist()
    assert [(row["message_id"], row["source_file"], row["source_line"]) for row in rows] == [
        ("m1", "a.jsonl", 1),
        ("m2", "turns_api", 1),
    ]
    assert intake.ids(NEXT) == ["m3"]
    assert intake.pending() == []


def test_a_new_turn_makes_exactly_its_day_pending(intake: Intake) -> None:
    intake.home.feedback.add_turns([stored_turn("m1"), stored_turn("m2", NEXT)])
    intake.run()
    intake.home.feedback.add_turn(stored_turn("m3", NEXT))
    assert intake.pending() == [NEXT]
    intake.run()
    assert (intake.ids(DAY), intake.ids(NEXT)) == (["m1"], ["m2", "m3"])


@pytest.mark.parametrize(
    ("changes", "reason"), [({}, "repeated_record"), ({"rating": 2}, "repeated_message_id")]
)
@pytest.mark.parametrize("file", ["a.jsonl", "z.jsonl"])
def test_a_turn_that_the_source_has_too_stands_once_as_the_source_has_it(
    intake: Intake, file: str, changes: dict[str, Any], reason: str
) -> None:
    intake.put(file, chat("m1", **changes))
    intake.home.feedback.add_turn(stored_turn("m1"))
    (report,) = intake.run()
    (row,) = intake.home.lake.read(f"raw_chat_logs/{DAY}").to_pylist()
    assert (row["source_file"], row["rating"]) == (file, changes.get("rating", 5))
    assert report.set_aside == {reason: 1}
    assert intake.aside(DAY) == [("turns_api", 1, reason)]


def files_of(home: Home) -> list[str]:
    return sorted(path.name for path in (home.root / "landing" / "turns_api").rglob("*.parquet"))


def test_a_days_file_is_written_when_the_day_is_built_from_what_came_since(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = intake.home
    home.feedback.add_turns([stored_turn("m1"), stored_turn("m2", NEXT), stored_turn("m3")])
    assert intake.pending() == [DAY, NEXT]
    assert files_of(home) == []
    intake.run()
    assert files_of(home) == [f"{DAY}-3.parquet", f"{NEXT}-2.parquet"]

    home.feedback.add_turn(stored_turn("m4"))
    asked: list[int] = []
    pages = home.feedback.columns_of_day

    def watched(series: str, day: str, upto: int, after: int) -> Any:
        asked.append(after)
        return pages(series, day, upto, after)

    monkeypatch.setattr(home.feedback, "columns_of_day", watched)
    monkeypatch.setattr("ai_data_platform.stores.feedback.parts._READ_SOON_S", -1)
    intake.run()

    assert asked == [3]
    assert intake.ids(DAY) == ["m1", "m3", "m4"]
    assert files_of(home) == [f"{DAY}-4.parquet", f"{NEXT}-2.parquet"]


def test_days_that_were_read_in_steps_have_the_same_bytes_as_at_once(tmp_path: Path) -> None:
    def made(name: str, *steps: str) -> bytes:
        home = Home(tmp_path / name / "home", CHECKOUT / "dbt_project")
        intake = Intake(home, tmp_path / name / "drop")
        for step in steps:
            home.feedback.add_turns(stored_turn(f"m{letter}") for letter in step)
            intake.run()
        return home.lake.path(f"raw_chat_logs/{DAY}").read_bytes()

    assert made("one", "abc") == made("two", "a", "bc")


def turns_published(home: Home) -> list[str]:
    """The message ids of the day, after it was found pending and built."""
    source = chat_log_days(home, SourceSpec(None), lambda line: None)
    assert pending_days(home, source, "raw_chat_logs") == [DAY]
    source.table.publish(DAY, source.parts[DAY], lambda: source.quarantine)
    found: list[str] = home.lake.read(f"raw_chat_logs/{DAY}")["message_id"].to_pylist()
    return found


def test_another_store_with_the_same_numbers_is_not_taken_for_the_first(tmp_path: Path) -> None:
    """As after AIDP_FEEDBACK_STORE was set to another database."""
    root = tmp_path / "home"
    for message in ("m1", "m2"):
        home = Home(root, CHECKOUT / "dbt_project")
        home.feedback.add_turn(stored_turn(message))
        assert turns_published(home) == [message]
        home.feedback.close()
        for path in root.glob("feedback.sqlite*"):
            path.unlink()


def test_rows_of_days_that_have_no_partition_and_misdated_ones_are_counted(home: Home) -> None:
    first, last = date(2024, 3, 1), datetime.now(UTC).date()
    home.feedback.add_many([event("e1"), event("old", "2001-01-01"), event("ahead", "2099-01-01")])
    assert stored_apart(home, first, last) == {"dated_outside": 1, "dated_ahead": 1}
    home.feedback.add_turn(stored_turn("m1", "2001-01-02"))
    assert stored_apart(home, first, last) == {"dated_outside": 2, "dated_ahead": 1}


def test_nothing_is_said_where_every_row_is_on_its_day(home: Home) -> None:
    home.feedback.add(event("e1"))
    assert stored_apart(home, date(2024, 3, 1), date(2024, 3, 2)) == {}


def test_a_days_file_holds_every_field_as_it_was_stored(home: Home) -> None:
    stored = replace(event("e1"), edited_text="Better.", shown_position=2, feedback_text="Ü 😀")
    said = replace(stored_turn("m1"), thread=["m0", "m1"], parent_message_id="p", model="x")
    home.feedback.add(stored)
    home.feedback.add_turn(said)
    events = event_parts(home.landing, home.feedback)[DAY].table().to_pylist()
    turns = turn_parts(home.landing, home.feedback)[DAY].table().to_pylist()
    assert events == [asdict(replace(stored, source_line=1))]
    assert turns == [asdict(replace(said, source_line=1))]
