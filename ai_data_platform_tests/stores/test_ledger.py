"""The gate ledger: append-only, exact, and closed when it cannot be trusted."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.ledger import GateLedger

RULES = (Rule("rows", ">", 0, "an empty table trains nothing"),)


def verdict(
    fingerprint: str = "f1", rows: float | None = 5, partition: str | None = None
) -> Verdict:
    return judge(
        "things", fingerprint, {"rows": rows}, RULES, code_version="v1", partition=partition
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "verdicts.sqlite"


@pytest.fixture
def ledger(path: Path) -> GateLedger:
    return GateLedger(path)


def change(path: Path, sql: str) -> None:
    """What somebody with a hand on the file could do."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("drop trigger verdicts_are_never_changed")
        connection.execute(sql)


def test_a_verdict_comes_back_whole_with_its_time(ledger: GateLedger) -> None:
    before = datetime.now(UTC)
    ledger.record(verdict(rows=None, partition="2024-03-01"))
    found = ledger.find("things", "f1", "2024-03-01")
    assert found is not None
    assert found.verdict == verdict(rows=None, partition="2024-03-01")
    assert before <= found.judged_at <= datetime.now(UTC)


def test_only_exactly_the_candidate_that_was_judged_is_found(ledger: GateLedger) -> None:
    ledger.record(verdict("f1", partition="2024-03-01"))
    ledger.record(verdict("f2"))

    assert ledger.require("things", "f1", "2024-03-01") == verdict("f1", partition="2024-03-01")
    assert ledger.require("things", "f2") == verdict("f2")
    missing = [
        ("things", "f1", None),
        ("things", "f1", "2024-03-02"),
        ("things", "f2", "2024-03-01"),
        ("things", "f", None),
        ("others", "f2", None),
    ]
    for asset, fingerprint, partition in missing:
        assert ledger.find(asset, fingerprint, partition) is None
        with pytest.raises(GateBlocked, match=f"no gate has judged {asset}.* at fingerprint"):
            ledger.require(asset, fingerprint, partition)


def test_the_newest_verdict_wins_whichever_way_it_goes(ledger: GateLedger) -> None:
    ledger.record(verdict(rows=5))
    ledger.record(verdict(rows=0))
    with pytest.raises(
        GateBlocked, match=r"blocked things at fingerprint f1: rows is 0, wanted > 0"
    ):
        ledger.require("things", "f1")
    ledger.record(verdict(rows=7))
    assert ledger.require("things", "f1").figures == {"rows": 7}
    ledger.record(verdict("f2", rows=1))
    latest = ledger.latest("things")
    assert latest is not None
    assert latest.verdict.fingerprint == "f2"


def test_nothing_is_found_and_nothing_passes_before_the_first_verdict(
    ledger: GateLedger, path: Path
) -> None:
    assert (ledger.find("things", "f1"), ledger.latest("things")) == (None, None)
    assert not path.exists()
    with pytest.raises(GateBlocked, match="materialise things again"):
        ledger.require("things", "f1")


@pytest.mark.parametrize("sql", ["update verdicts set passed = 1", "delete from verdicts"])
def test_sqlite_refuses_to_change_or_delete_a_verdict(
    ledger: GateLedger, path: Path, sql: str
) -> None:
    ledger.record(verdict(rows=0))
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the gate ledger is append-only"),
    ):
        connection.execute(sql)
    with pytest.raises(GateBlocked):
        ledger.require("things", "f1")


@pytest.mark.parametrize(
    "sql",
    [
        "update verdicts set record = replace(record, 'false', 'true')",
        "update verdicts set record = cast(replace(record, 'false', 'true') as blob)",
        "update verdicts set record = x'00'",
        "update verdicts set checksum = 'other'",
        "update verdicts set fingerprint = 'f2'",
    ],
)
def test_a_verdict_that_was_tampered_with_passes_nothing(
    ledger: GateLedger, path: Path, sql: str
) -> None:
    ledger.record(verdict(rows=5))
    ledger.record(verdict(rows=0))
    change(path, sql)
    for fingerprint in ("f1", "f2"):
        with pytest.raises(GateBlocked):
            ledger.require("things", fingerprint)


def test_a_tampered_verdict_is_named_as_such(ledger: GateLedger, path: Path) -> None:
    ledger.record(verdict())
    change(path, "update verdicts set fingerprint = 'f2'")
    with pytest.raises(GateBlocked, match="was changed after it was given"):
        ledger.find("things", "f2")


def test_the_column_that_says_passed_is_not_what_is_believed(
    ledger: GateLedger, path: Path
) -> None:
    ledger.record(verdict(rows=0))
    change(path, "update verdicts set passed = 1")
    with pytest.raises(GateBlocked, match="rows is 0"):
        ledger.require("things", "f1")


def test_a_corrupt_file_passes_nothing_and_takes_nothing(ledger: GateLedger, path: Path) -> None:
    ledger.record(verdict())
    path.write_bytes(b"this is not a database, it is too long to be one" * 40)
    for attempt in (
        lambda: ledger.require("things", "f1"),
        lambda: ledger.latest("things"),
        lambda: ledger.record(verdict()),
    ):
        with pytest.raises(GateBlocked, match=r"cannot be used \(file is not a database\)"):
            attempt()
    path.unlink()
    ledger.record(verdict())
    assert ledger.require("things", "f1") == verdict()


WRITER = """
import sys
from pathlib import Path
from ai_data_platform_tests.stores.test_ledger import GateLedger, verdict
ledger = GateLedger(Path(sys.argv[1]))
for number in range(25):
    ledger.record(verdict(f"{sys.argv[2]}-{number}"))
"""


def test_four_processes_that_write_at_once_lose_nothing(ledger: GateLedger, path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    for name in "abcd":
        for number in range(25):
            assert ledger.require("things", f"{name}-{number}").passed
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select count(*) from verdicts").fetchone() == (100,)


def test_a_verdict_that_was_removed_is_missed_and_nothing_passes(
    ledger: GateLedger, path: Path
) -> None:
    ledger.record(verdict(rows=5))
    ledger.record(verdict(rows=0))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("drop trigger verdicts_are_never_deleted")
        connection.execute("delete from verdicts where id = 2")
    with pytest.raises(GateBlocked, match="was changed after it was given, or removed"):
        ledger.require("things", "f1")


def test_a_clock_that_went_back_judges_nothing_and_hides_nothing(path: Path) -> None:
    noon = datetime(2025, 3, 1, 12, tzinfo=UTC)
    GateLedger(path, clock=lambda: noon).record(verdict(rows=5))
    set_back = GateLedger(path, clock=lambda: noon - timedelta(hours=1))
    with pytest.raises(GateBlocked, match="the clock went back: it shows 2025-03-01T11:00:00"):
        set_back.record(verdict("f2"))
    with pytest.raises(GateBlocked, match="no gate has judged"):
        set_back.require("things", "f2")
    corrected = GateLedger(path, clock=lambda: noon - timedelta(seconds=40))
    corrected.record(verdict(rows=0))
    with pytest.raises(GateBlocked, match="rows is 0"):  # the order of recording counts
        corrected.require("things", "f1")


def test_the_history_of_an_asset_is_told_newest_first(ledger: GateLedger) -> None:
    for number in range(4):
        ledger.record(verdict(f"f{number % 3}", rows=number))
    ledger.record(verdict("f1", partition="2024-03-01"))
    history = [
        (found.verdict.fingerprint, found.verdict.passed) for found in ledger.history("things")
    ]
    assert history == [("f0", True), ("f2", True), ("f1", True), ("f0", False)]
    assert len(ledger.history("things", limit=2)) == 2
    assert ledger.names() == [("things", None), ("things", "2024-03-01")]
    assert [
        (f.verdict.fingerprint, f.verdict.figures["rows"]) for f in ledger.matching("things", "f")
    ] == [
        ("f0", 3),
        ("f2", 2),
        ("f1", 1),
    ]
    assert [f.verdict.fingerprint for f in ledger.matching("things", "f2")] == ["f2"]
    assert ledger.matching("things", "%") == []
