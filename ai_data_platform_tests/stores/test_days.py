"""Daily tables: the parts of a day, put together and in place only when the gate passes."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import CHAT_LOG, QUARANTINE
from ai_data_platform.stores.days import DailyTable, DayReport
from ai_data_platform.stores.lake import Lake
from ai_data_platform.stores.landing import DayPart
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform_tests.stores.logs import chat

DAY = "2024-03-01"
NAME = f"raw_chat_logs/{DAY}"
ASIDE = f"raw_chat_logs_quarantine/{DAY}"


class Days:
    """A daily table over a lake and a ledger of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lake = Lake(root / "lake")
        self.ledger = GateLedger(root / "verdicts.sqlite")
        self.quarantine = QUARANTINE.empty_table()

    def table(self, code: str = "raw-1") -> DailyTable:
        return DailyTable(
            self.lake,
            self.ledger,
            "raw_chat_logs",
            key="message_id",
            order=("conversation_id", "turn_index", "message_id"),
            code=code,
        )

    def part(self, name: str, *records: dict[str, object]) -> DayPart:
        """What landing makes of a file."""
        exchanges = [parse_exchange(record, name, n) for n, record in enumerate(records, start=1)]
        assert all(isinstance(one, ChatExchange) for one in exchanges)
        rows = pa.Table.from_pylist([asdict(one) for one in exchanges], schema=CHAT_LOG)
        path = self.root / f"{name}.parquet"
        pq.write_table(rows, path)
        return DayPart(path, hash_text(name, str(records)), rows.num_rows)

    def publish(self, *parts: DayPart, code: str = "raw-1") -> DayReport:
        return self.table(code).publish(DAY, parts, lambda: self.quarantine)

    def ids(self) -> list[str]:
        found: list[str] = self.lake.read(NAME, ["message_id"])["message_id"].to_pylist()
        return found

    def aside(self) -> list[tuple[str, int, str, str]]:
        rows = self.lake.read(ASIDE).to_pylist()
        return [(r["source_file"], r["source_line"], r["reason"], r["detail"]) for r in rows]


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


def bad(line: int, day: str | None = DAY) -> dict[str, object]:
    return {
        "source_file": "a.jsonl",
        "source_line": line,
        "day": day,
        "reason": "rating_out_of_range",
        "detail": "rating is 99, wanted 1 to 5",
        "raw": "{}",
    }


def test_the_rows_of_all_files_stand_in_the_order_of_conversation_and_turn(days: Days) -> None:
    report = days.publish(
        days.part("b.jsonl", chat("m3", conversation_id="c2"), chat("m1", conversation_id="c1")),
        days.part("a.jsonl", chat("m2", conversation_id="c1", turn_index=1)),
    )

    assert days.ids() == ["m1", "m2", "m3"]
    assert days.lake.read(NAME).schema == CHAT_LOG
    manifest = days.lake.manifest(NAME)
    assert manifest is not None
    assert report == DayReport(DAY, 3, {}, manifest.fingerprint, report.verdict, reused=False)
    assert (report.verdict.passed, report.verdict.partition) == (True, DAY)
    assert days.ledger.require("raw_chat_logs", manifest.fingerprint, DAY) == report.verdict


def test_records_set_aside_that_day_stand_beside_the_table(days: Days) -> None:
    rows = [bad(1), bad(2, "2024-03-02"), bad(3, None)]
    days.quarantine = pa.Table.from_pylist(rows, schema=QUARANTINE)

    report = days.publish(days.part("a.jsonl", chat("m1")))

    assert days.lake.read(ASIDE).to_pylist() == [bad(1)]
    assert report.set_aside == {"rating_out_of_range": 1}
    manifest = days.lake.manifest(NAME)
    assert manifest is not None
    assert manifest.dropped == {"rating_out_of_range": 1}


def test_a_repeated_record_is_set_aside_with_the_place_of_the_first(days: Days) -> None:
    twice, other = chat("m1"), chat("m1", rating=1)
    report = days.publish(
        days.part("b.jsonl", twice, other), days.part("a.jsonl", chat("m2"), twice)
    )

    assert days.ids() == ["m1", "m2"]
    assert days.lake.read(NAME).to_pylist()[0]["source_file"] == "a.jsonl"
    assert days.aside() == [
        (
            "b.jsonl",
            1,
            "repeated_record",
            "message_id 'm1' stands at a.jsonl:2 already, with the same content",
        ),
        (
            "b.jsonl",
            2,
            "repeated_message_id",
            "message_id 'm1' stands at a.jsonl:2 already, with other content",
        ),
    ]
    assert report.set_aside == {"repeated_message_id": 1, "repeated_record": 1}


def test_publishing_again_touches_no_file(days: Days) -> None:
    part = days.part("a.jsonl", chat("m1"), chat("m1"))
    first = days.publish(part)
    before = {path: path.stat().st_mtime_ns for path in days.lake.root.rglob("*.parquet")}

    second = days.publish(part)

    assert second == DayReport(
        DAY, 1, {"repeated_record": 1}, first.fingerprint, first.verdict, reused=True
    )
    assert {path: path.stat().st_mtime_ns for path in days.lake.root.rglob("*.parquet")} == before


def test_another_order_of_files_gives_the_same_bytes(tmp_path: Path) -> None:
    seen = []
    for order in (slice(None), slice(None, None, -1)):
        days = Days(tmp_path / str(order.step))
        days.root.mkdir()
        parts: Sequence[DayPart] = [
            days.part("a.jsonl", chat("m1"), chat("m2")),
            days.part("b.jsonl", chat("m2"), chat("m3")),
        ]
        days.publish(*parts[order])
        seen.append((days.lake.read(NAME), days.lake.read(ASIDE)))
        content = days.lake.manifest(NAME)
        assert content is not None
        seen.append((content.fingerprint, content.rows))
    assert seen[:2] == seen[2:]


def test_another_code_builds_the_day_again_with_the_same_bytes(days: Days) -> None:
    part = days.part("a.jsonl", chat("m1"))
    first = days.publish(part)
    second = days.publish(part, code="raw-2")
    assert (second.reused, second.fingerprint) == (False, first.fingerprint)


@pytest.mark.parametrize("empty", [[], ["a file with nothing good"]])
def test_a_day_without_rows_is_not_put_in_place_and_its_verdict_says_why(
    days: Days, empty: list[str]
) -> None:
    days.quarantine = pa.Table.from_pylist([bad(1)], schema=QUARANTINE)

    report = days.publish(*(days.part(name) for name in empty))

    assert days.lake.manifest(NAME) is None
    assert report.verdict.reasons == (
        "rows is 0, wanted > 0 (a day without rows is a source that failed, not a quiet day)",
    )
    latest = days.ledger.latest("raw_chat_logs", DAY)
    assert latest is not None
    assert latest.verdict == report.verdict
    assert days.lake.read(ASIDE).to_pylist() == [bad(1)]


def test_a_day_that_lost_its_rows_keeps_its_earlier_table(days: Days) -> None:
    part = days.part("a.jsonl", chat("m1"))
    days.publish(part)
    before = days.lake.path(NAME).read_bytes()

    report = days.publish()

    assert (report.verdict.passed, report.rows) == (False, 0)
    assert days.lake.path(NAME).read_bytes() == before
    assert days.publish(part).reused


def test_a_table_whose_verdict_was_lost_is_judged_again(days: Days, tmp_path: Path) -> None:
    part = days.part("a.jsonl", chat("m1"))
    days.publish(part)
    (tmp_path / "verdicts.sqlite").unlink()
    report = days.publish(part)
    assert (report.reused, report.verdict.passed) == (False, True)


def test_a_quarantine_that_emptied_goes(days: Days) -> None:
    days.publish(days.part("a.jsonl", chat("m1"), chat("m1")))
    assert days.lake.path(ASIDE).is_file()
    days.publish(days.part("a.jsonl", chat("m1")))
    assert not days.lake.path(ASIDE).is_file()


def test_many_repeated_records_cost_no_more_than_they_weigh(days: Days) -> None:
    records = [chat(f"m{n % 500:03}") for n in range(3_000)]
    report = days.publish(days.part("a.jsonl", *records))
    assert (report.rows, report.set_aside) == (500, {"repeated_record": 2_500})
    assert days.aside()[0][3] == (
        "message_id 'm000' stands at a.jsonl:1 already, with the same content"
    )


def test_times_come_back_in_utc(days: Days) -> None:
    days.publish(days.part("a.jsonl", chat("m1", created_at="2024-03-01T23:30:00+03:00")))
    ((moment,),) = [[row["created_at"]] for row in days.lake.read(NAME).to_pylist()]
    assert moment == datetime(2024, 3, 1, 20, 30, tzinfo=UTC)
