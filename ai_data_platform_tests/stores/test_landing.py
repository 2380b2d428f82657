"""Landing: each file is read once, and its rows lie by day beside what was set aside."""

import gzip
import resource
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.conversations import CONTRACT_VERSION, parse_exchange
from ai_data_platform.core.records import CHAT_LOG, QUARANTINE
from ai_data_platform.stores import day_writer as module
from ai_data_platform.stores.day_writer import DayWriter
from ai_data_platform.stores.landing import Landing, LandingReport
from ai_data_platform.stores.sources import Piece, open_source
from ai_data_platform_tests.stores.logs import chat, jsonl, write


class Landed:
    """A drop folder and what was landed of it; `parsed` lists each (file, line) that was parsed."""

    def __init__(self, root: Path) -> None:
        self.drop = root / "drop"
        self.drop.mkdir()
        self.root = root / "landing"
        self.index = root / "files.json"
        self.parsed: list[tuple[str, int]] = []
        self.said: list[str] = []
        self.stop_at: tuple[str, int] | None = None

    def parse(self, record: object, name: str, line: int) -> Any:
        self.parsed.append((name, line))
        if (name, line) == self.stop_at:
            raise KeyboardInterrupt
        return parse_exchange(record, name, line)

    def store(self, contract: str = CONTRACT_VERSION) -> Landing:
        return Landing(self.root, CHAT_LOG, self.parse, contract)

    def put(self, name: str, *records: object) -> None:
        write(self.drop / name, jsonl(*records))

    def refresh(self, contract: str = CONTRACT_VERSION) -> LandingReport:
        self.parsed.clear()
        self.said.clear()
        return self.store(contract).refresh(self.pieces(), self.said.append)

    def pieces(self) -> Sequence[Piece]:
        return open_source(SourceSpec(str(self.drop)), self.index).pieces()

    def rows(self) -> dict[str, list[tuple[str, str, int]]]:
        """(message, file, line) of every row by day."""
        names = ("message_id", "source_file", "source_line")
        return {
            day: sorted(
                tuple(row[name] for name in names)
                for part in parts
                for row in pq.read_table(part.path).to_pylist()
            )
            for day, parts in self.store().days().items()
        }

    def identities(self) -> dict[str, list[str]]:
        return {
            day: [part.identity for part in parts] for day, parts in self.store().days().items()
        }


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


def test_a_file_is_laid_down_by_day_and_its_bad_records_are_counted(landed: Landed) -> None:
    landed.put(
        "a/logs.jsonl",
        chat("m1"),
        chat("m2", "2024-03-02"),
        chat("m3", rating=99),
        b"not json",
        chat("m4"),
    )

    report = landed.refresh()

    assert report == LandingReport(
        files=1, files_read=1, rows=3, rejected={"not_json": 1, "rating_out_of_range": 1}
    )
    assert landed.rows() == {
        "2024-03-01": [("m1", "a/logs.jsonl", 1), ("m4", "a/logs.jsonl", 5)],
        "2024-03-02": [("m2", "a/logs.jsonl", 2)],
    }
    assert landed.said == ["read a/logs.jsonl: 3 rows on 2 days, 2 set aside"]
    quarantine = landed.store().quarantine()
    assert quarantine.schema == QUARANTINE
    assert quarantine.to_pylist() == [
        {
            "source_file": "a/logs.jsonl",
            "source_line": 3,
            "day": "2024-03-01",
            "reason": "rating_out_of_range",
            "detail": "rating is 99, wanted 1 to 5",
            "raw": jsonl(chat("m3", rating=99)).decode(),
        },
        {
            "source_file": "a/logs.jsonl",
            "source_line": 4,
            "day": None,
            "reason": "not_json",
            "detail": quarantine["detail"][1].as_py(),
            "raw": "not json\n",
        },
    ]
    assert landed.store().rejected() == {"not_json": 1, "rating_out_of_range": 1}


def test_a_file_that_did_not_change_is_not_read_again(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"), chat("m2"))
    landed.put("b.jsonl", chat("m3"))
    assert landed.refresh().files_read == 2
    assert landed.parsed == [("a.jsonl", 1), ("a.jsonl", 2), ("b.jsonl", 1)]

    landed.put("b.jsonl", chat("m4"))
    assert landed.refresh() == LandingReport(files=2, files_read=1, rows=1, rejected={})
    assert landed.parsed == [("b.jsonl", 1)]

    assert landed.refresh() == LandingReport(files=2, files_read=0, rows=0, rejected={})
    assert (landed.parsed, landed.said) == ([], [])


def test_a_file_that_changed_replaces_its_own_rows_alone(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"), chat("m2", "2024-03-02"), chat("m3", rating=0))
    landed.put("b.jsonl", chat("m4"))
    landed.refresh()
    kept = landed.identities()["2024-03-01"]

    landed.put("a.jsonl", chat("m5", "2024-03-03"))
    landed.refresh()

    assert landed.rows() == {
        "2024-03-01": [("m4", "b.jsonl", 1)],
        "2024-03-03": [("m5", "a.jsonl", 1)],
    }
    assert set(landed.identities()["2024-03-01"]) < set(kept)
    assert landed.store().rejected() == {}


def test_a_file_that_was_removed_keeps_its_rows(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"))
    landed.refresh()
    before = landed.rows()
    (landed.drop / "a.jsonl").unlink()
    assert landed.refresh() == LandingReport(files=0, files_read=0, rows=0, rejected={})
    assert landed.rows() == before == {"2024-03-01": [("m1", "a.jsonl", 1)]}


def test_a_file_that_goes_between_listing_and_reading_keeps_its_rows(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"))
    landed.refresh()
    landed.put("a.jsonl", chat("m2"))
    landed.put("b.jsonl", chat("m3"))
    pieces = landed.pieces()
    (landed.drop / "a.jsonl").unlink()

    report = landed.store().refresh(pieces, landed.said.append)

    assert (report.files_read, landed.rows()["2024-03-01"]) == (
        1,
        [("m1", "a.jsonl", 1), ("m3", "b.jsonl", 1)],
    )
    assert "a.jsonl was moved away while it was read: its rows stay as they were" in landed.said


def test_a_new_contract_reads_every_file_again(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"))
    landed.refresh()
    before = landed.identities()
    assert landed.refresh("chat-log-next").files_read == 1
    assert landed.identities() != before


def test_a_crash_in_the_middle_of_a_file_leaves_the_former_state(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"))
    landed.put("b.jsonl", chat("m2"))
    landed.refresh()
    before = (landed.rows(), landed.identities())
    landed.put("b.jsonl", chat("m3"), chat("m4"))
    landed.stop_at = ("b.jsonl", 2)
    with pytest.raises(KeyboardInterrupt):
        landed.refresh()

    assert (landed.rows(), landed.identities()) == before
    assert not [
        path for path in landed.root.iterdir() if path.name.startswith(".") and path.is_dir()
    ]

    landed.stop_at = None
    assert landed.refresh() == LandingReport(files=2, files_read=1, rows=2, rejected={})


def test_a_day_of_which_every_record_was_bad_is_named_without_rows(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"), chat("m2", "2024-03-02", rating=0), chat("m3", "x"))
    landed.refresh()
    parts = landed.store().days()
    assert {day: [part.rows for part in found] for day, found in parts.items()} == {
        "2024-03-01": [1],
        "2024-03-02": [0],
    }
    assert pq.read_table(parts["2024-03-02"][0].path).num_rows == 0
    assert landed.said == ["read a.jsonl: 1 rows on 1 days, 2 set aside"]


def test_files_landed_in_another_order_give_the_same_parts(tmp_path: Path) -> None:
    seen = []
    for order in ("ab", "ba"):
        root = tmp_path / order
        root.mkdir()
        landed = Landed(root)
        for name in order:
            landed.put(f"{name}.jsonl", chat(f"m{name}"), chat(f"n{name}", "2024-03-02"))
            landed.refresh()
        seen.append(landed.identities())
    assert seen[0] == seen[1]


@pytest.fixture
def few_handles() -> Iterator[None]:
    """This process may open 70 files more than it has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 70, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("few_handles")
def test_one_file_may_hold_more_days_than_a_process_may_open_files(
    landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_OPEN_DAYS", 20)
    monkeypatch.setattr(module, "_BUFFERED_ROWS", 100)
    monkeypatch.setattr(module, "_WAITING_BYTES", 1)
    first = date(2024, 1, 1)
    days = [(first + timedelta(n)).isoformat() for n in range(150)]
    landed.put("a.jsonl", *(chat(f"{day} {n}", day) for n in range(2) for day in days))

    assert landed.refresh().rows == 300

    assert landed.rows() == {
        day: [(f"{day} 0", "a.jsonl", n + 1), (f"{day} 1", "a.jsonl", n + 151)]
        for n, day in enumerate(days)
    }
    (folder,) = (path for path in landed.root.iterdir() if path.is_dir())
    assert len(list(folder.iterdir())) == 152


def test_days_of_a_kept_schema_can_be_put_together(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"), chat("m2", thread=["p", "m2"], rating=None))
    landed.put("b.jsonl", chat("m3", thread=None))
    landed.refresh()
    parts = landed.store().days()["2024-03-01"]
    assert pa.concat_tables([pq.read_table(part.path) for part in parts]).schema == CHAT_LOG


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(jsonl(*(chat(f"n{n}") for n in range(900))))[:-200], "truncated_gzip"),
        (b"plain", "broken_gzip"),
        (b"", "empty_file"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_leaves_the_rows_that_it_gave_before(
    landed: Landed, data: bytes, reason: str
) -> None:
    whole = gzip.compress(jsonl(chat("m1"), chat("m2", rating=99)))
    write(landed.drop / "a.jsonl.gz", whole)
    landed.put("b.jsonl", chat("m3"))
    landed.refresh()
    before = (landed.rows(), landed.identities())

    write(landed.drop / "a.jsonl.gz", data)
    report = landed.refresh()

    assert report == LandingReport(files=2, files_read=1, rows=0, rejected={reason: 1})
    assert (landed.rows(), landed.identities()) == before
    assert landed.said[0].startswith(f"a.jsonl.gz is set aside: {reason} (")
    assert landed.said[0].endswith("; the rows that it gave before stay")
    assert landed.store().rejected() == {"rating_out_of_range": 1, reason: 1}
    assert landed.store().quarantine()["reason"].to_pylist().count(reason) == 1
    assert landed.refresh() == LandingReport(files=2, files_read=0, rows=0, rejected={})

    write(landed.drop / "a.jsonl.gz", whole)
    landed.refresh()
    assert (landed.rows(), landed.identities()) == before
    assert landed.store().rejected() == {"rating_out_of_range": 1}


def test_a_file_that_never_was_whole_gives_nothing(landed: Landed) -> None:
    whole = gzip.compress(jsonl(*(chat(f"m{n * 7919}") for n in range(900))))
    write(landed.drop / "a.jsonl.gz", whole[:-200])
    landed.put("b.jsonl", chat("m1"))
    landed.refresh()
    assert landed.rows() == {"2024-03-01": [("m1", "b.jsonl", 1)]}
    assert landed.said[0].endswith("; no row of it is used")
    write(landed.drop / "a.jsonl.gz", whole)
    assert landed.refresh().rows == 900
    assert landed.store().rejected() == {}


def test_a_file_written_again_with_the_same_content_is_not_parsed(landed: Landed) -> None:
    landed.put("a.jsonl", chat("m1"))
    landed.refresh()
    (metadata,) = landed.root.glob("*/file.json")
    known = orjson.loads(metadata.read_bytes())
    metadata.write_bytes(orjson.dumps(known | {"stamp": "of another listing"}))

    assert landed.refresh().files_read == 0

    assert landed.parsed == []
    assert orjson.loads(metadata.read_bytes()) == known


@pytest.mark.parametrize("replaced", [False, True])
def test_what_a_killed_process_left_is_put_back_or_dropped(landed: Landed, replaced: bool) -> None:
    """Killed between the two moves of a replacement, or before them."""
    landed.put("a.jsonl", chat("m1"))
    landed.refresh()
    before = landed.rows()
    (folder,) = (path for path in landed.root.iterdir() if path.is_dir())
    (landed.root / f".{folder.name}.half").mkdir()
    write(landed.root / ".fetch.dead" / "object", b"half an object")
    if replaced:
        old = landed.root / f".{folder.name}.old.x"
        old.mkdir()
        folder.rename(old / folder.name)
        (landed.drop / "a.jsonl").unlink()

    landed.refresh()

    assert landed.rows() == before
    assert sorted(path.name for path in landed.root.iterdir()) == [".lock", folder.name]


def test_a_million_characters_of_rows_do_not_wait_for_twenty_thousand(
    landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BUFFERED_CHARACTERS", 1_000)
    packed = []
    pack = DayWriter._pack
    monkeypatch.setattr(DayWriter, "_pack", lambda self: packed.append(1) or pack(self))
    landed.put("a.jsonl", *(chat(f"m{n}", user_message="a" * 600) for n in range(10)))
    assert landed.refresh().rows == 10
    assert len(packed) == 6  # after every second row, and at the end


def test_a_file_of_broken_records_does_not_wait_in_memory(
    landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BUFFERED_ROWS", 100)
    landed.put("a.jsonl", *(chat(f"m{n}", rating=99) for n in range(1_050)))
    landed.refresh()
    (quarantine,) = landed.root.glob("*/quarantine.parquet")
    assert pq.ParquetFile(quarantine).num_row_groups == 11
    assert landed.store().quarantine()["source_line"].to_pylist() == list(range(1, 1_051))
