"""Bad input at volume: every good row lands, and each broken one is set aside with its reason."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.text import printable
from ai_data_platform.stores.days import DayReport
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, pending_days
from ai_data_platform_tests.servers import Postgres
from ai_data_platform_tests.stores.broken_rows import BREACHES, HOSTILE, log_lines
from ai_data_platform_tests.stores.logs import chat, jsonl, write

DAY, NEXT = "2024-03-01", "2024-03-02"
TEXTS = ("conversation_id", "message_id", "user_message", "assistant_message", "model", "user_id")


def publish(home: Home, spec: SourceSpec) -> list[DayReport]:
    source = chat_log_days(home, spec, lambda line: None)
    return [
        source.table.publish(day, source.parts[day], lambda: source.quarantine)
        for day in pending_days(home, source, "raw_chat_logs")
    ]


def kept(home: Home) -> pa.Table:
    names = home.verified.days("raw_chat_logs")
    return pa.concat_tables([home.verified.read(name) for name in names])


def set_aside(home: Home) -> dict[tuple[str, int], str]:
    """The reason of each line."""
    tables = [home.lake.read(name) for name in home.lake.names("raw_chat_logs_quarantine")]
    rows = pa.concat_tables(tables).to_pylist()
    found = {(row["source_file"], row["source_line"]): row["reason"] for row in rows}
    assert len(found) == len(rows)  # no line is counted twice
    return found


@pytest.mark.slow
def test_of_20000_lines_broken_in_25_ways_every_good_one_lands_and_no_other(
    home: Home, tmp_path: Path
) -> None:
    lines = list(log_lines(20_000))
    reasons: dict[tuple[str, int], str] = {}
    good: list[str] = []
    for part in range(4):
        some = lines[part * 5_000 : (part + 1) * 5_000]
        write(tmp_path / "drop" / f"{part}.jsonl", b"".join(line.data for line in some))
        for number, line in enumerate(some, start=1):
            if line.reason is not None:
                reasons[f"{part}.jsonl", number] = line.reason
            elif line.message_id is not None:
                good.append(line.message_id)
    assert set(reasons.values()) == set(BREACHES) - {"line_too_long"}

    reports = publish(home, SourceSpec(str(tmp_path / "drop")))

    rows = kept(home)
    assert sorted(rows["message_id"].to_pylist()) == sorted(good)
    assert set_aside(home) == reasons
    assert rows.num_rows + len(reasons) == len(lines)
    dated = Counter[str]()
    for report in reports:
        dated.update(report.set_aside)
    undated = home.lake.read("raw_chat_logs_quarantine/undated")["reason"].to_pylist()
    assert dated + Counter(undated) == Counter(reasons.values())


def hostile(message_id: str, text: str) -> dict[str, Any]:
    """A record with a text in every field that takes one; ids stay apart."""
    ids = {"conversation_id": f"c {text}", "message_id": f"{message_id} {text}", "user_id": text}
    texts = {"user_message": text, "assistant_message": text, "model": text}
    return chat(message_id) | ids | texts


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_text_of_any_kind_in_every_field_comes_out_as_it_went_in(
    home: Home, tmp_path: Path, name: str
) -> None:
    texts = [text for text in HOSTILE if name == "a.jsonl" or "\ud83d" not in text]
    records = [hostile(f"m{n}", text) for n, text in enumerate(texts)]
    _write(tmp_path / "drop" / name, records)

    publish(home, SourceSpec(str(tmp_path / "drop")))

    wanted = [{key: printable(record[key]) for key in TEXTS} for record in records]
    found = [{key: row[key] for key in TEXTS} for row in kept(home).to_pylist()]
    assert sorted(found, key=str) == sorted(wanted, key=str)


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
    elif path.suffix == ".csv":
        cells = [
            ",".join('"' + str(v).replace('"', '""') + '"' for v in r.values()) for r in records
        ]
        path.write_bytes("\n".join([",".join(records[0]), *cells]).encode() + b"\n")
    else:
        import json

        path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_text_of_any_kind_comes_out_of_a_database_as_it_went_in(
    home: Home, postgres: Postgres
) -> None:
    texts = [text for text in HOSTILE if "\ud83d" not in text]
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    records = [hostile(f"m{n}", text) | {"created_at": moment} for n, text in enumerate(texts)]
    postgres.write("chat_logs", pa.Table.from_pylist(records))

    publish(home, SourceSpec(postgres.url, table="chat_logs"))

    wanted = [{key: printable(record[key]) for key in TEXTS} for record in records]
    found = [{key: row[key] for key in TEXTS} for row in kept(home).to_pylist()]
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_a_column_that_changes_its_type_between_two_files_breaks_no_other_row(
    home: Home, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    moment = datetime(2024, 3, 1, tzinfo=UTC)
    _write(drop / "1.parquet", [chat("1", rating=4, created_at=moment) | {"message_id": 1}])
    _write(drop / "2.parquet", [chat("2", rating=4.0, created_at=f"{DAY}T01:00:00")])
    _write(drop / "3.parquet", [chat("3", rating="4"), chat("4", rating=None)])
    _write(drop / "4.jsonl", [chat("5", turn_index="first"), chat("6", turn_index=2.0)])
    _write(drop / "5.csv", [chat("7", rating="4.0"), chat("8", rating="four")])

    publish(home, SourceSpec(str(drop)))

    assert sorted(kept(home)["message_id"].to_pylist()) == ["1", "2", "4", "6", "7"]
    assert set_aside(home) == {
        ("3.parquet", 1): "rating_wrong_type",
        ("4.jsonl", 1): "turn_index_wrong_type",
        ("5.csv", 3): "rating_wrong_type",
    }


def test_a_day_without_a_good_row_fails_alone(home: Home, tmp_path: Path) -> None:
    good, bad = [chat("m1"), chat("m2", "2024-03-03")], [chat("m3", NEXT, rating=0)]
    write(tmp_path / "drop" / "a.jsonl", jsonl(*good, *bad))
    spec = SourceSpec(str(tmp_path / "drop"))
    source = chat_log_days(home, spec, lambda line: None)
    reports = [
        source.table.publish(day, source.parts.get(day, []), lambda: source.quarantine)
        for day in (DAY, NEXT, "2024-03-03")
    ]
    assert [report.verdict.passed for report in reports] == [True, False, True]
    assert home.verified.days("raw_chat_logs") == [
        f"raw_chat_logs/{DAY}",
        "raw_chat_logs/2024-03-03",
    ]


def test_clocks_of_other_zones_put_a_row_on_its_utc_day(home: Home, tmp_path: Path) -> None:
    times = {
        "a": "2024-03-01T23:59:59.999999-00:00",
        "b": "2024-03-02T13:59:59+14:00",
        "c": "2024-03-01T12:00:00-12:00",
        "d": "2024-02-29T23:30:00-00:30",
        "e": "2024-03-01 05:29:59+05:30",
        "f": "20240301T000000Z",
    }
    write(tmp_path / "drop" / "a.jsonl", jsonl(*(chat(m, created_at=t) for m, t in times.items())))
    publish(home, SourceSpec(str(tmp_path / "drop")))
    days = {
        row["message_id"]: row["created_at"].date().isoformat() for row in kept(home).to_pylist()
    }
    assert days == {"a": DAY, "b": DAY, "c": NEXT, "d": DAY, "e": "2024-02-29", "f": DAY}


def test_a_message_of_5_mb_and_a_conversation_of_10000_turns_land_whole(
    home: Home, tmp_path: Path
) -> None:
    long = "All of it. " * 480_000
    turns = [chat(f"t{n:05}", conversation_id="long", turn_index=n) for n in range(10_000)]
    write(tmp_path / "drop" / "a.jsonl", jsonl(chat("big", assistant_message=long), *turns))
    write(tmp_path / "drop" / "b.jsonl", jsonl(*turns[5_000:5_010]))
    (report,) = publish(home, SourceSpec(str(tmp_path / "drop")))
    assert (report.rows, report.set_aside) == (10_001, {"repeated_record": 10})
    rows = kept(home)
    assert (
        rows.filter(pa.compute.equal(rows["message_id"], "big"))["assistant_message"][0].as_py()
        == long
    )
    conversation = rows.filter(pa.compute.equal(rows["conversation_id"], "long"))
    assert conversation["turn_index"].to_pylist() == list(range(10_000))


def test_the_same_content_gives_the_same_bytes_whatever_held_it(home: Home, tmp_path: Path) -> None:
    """In one file or in three, packed or not, a day holds the same rows but for their places."""
    records = [chat(f"m{n:03}", rating=n % 7) for n in range(300)]
    write(tmp_path / "one" / "a.jsonl", jsonl(*records))
    for part in range(3):
        packed = pa.compress(jsonl(*records[part::3]), codec="zstd", asbytes=True)
        write(tmp_path / "three" / f"{part}.jsonl.zst", packed)
    found = []
    for name in ("one", "three"):
        other = Home(tmp_path / f"home-{name}", home.root)
        (report,) = publish(other, SourceSpec(str(tmp_path / name)))
        rows = kept(other).drop_columns(["record_id", "source_file", "source_line"])
        found.append((rows, report.set_aside))
    assert found[0] == found[1]
    assert orjson.dumps(found[0][1]) == b'{"rating_out_of_range":85}'
