"""Files on disk as a source: packed with zstd, saved by `datasets`, with columns of other names."""

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.columns import ColumnMap, SourceSpec
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days
from ai_data_platform.stores.readers import read_records
from ai_data_platform.stores.sources import open_source
from ai_data_platform_tests.stores.logs import chat, jsonl, write

DAY = "2024-03-01"
RENAMED = {"user_message": "prompt", "conversation_id": "thread", "rating": "stars"}


def renamed(message_id: str, **changes: Any) -> dict[str, Any]:
    """A good record under the names of RENAMED."""
    record = chat(message_id, **changes)
    return {RENAMED.get(name, name): value for name, value in record.items()}


class Drop:
    """A folder, read with a column map."""

    def __init__(self, root: Path, home: Home, columns: dict[str, str]) -> None:
        self.root = root
        self.home = home
        self.spec = SourceSpec(str(root), ColumnMap(columns))
        self.said: list[str] = []
        root.mkdir(exist_ok=True)

    def names(self) -> list[str]:
        return [piece.name for piece in open_source(self.spec, self.home.index("x")).pieces()]

    def read(self) -> dict[str, int]:
        """Rows of each day."""
        self.said.clear()
        source = chat_log_days(self.home, self.spec, self.said.append)
        self.aside = source.quarantine.to_pylist()
        return {day: sum(part.rows for part in parts) for day, parts in source.parts.items()}


@pytest.fixture
def drop(tmp_path: Path, home: Home) -> Drop:
    return Drop(tmp_path / "drop", home, {})


@pytest.fixture
def mapped(tmp_path: Path, home: Home) -> Drop:
    return Drop(tmp_path / "drop", home, RENAMED)


def zstd(data: bytes) -> bytes:
    return bytes(pa.compress(data, codec="zstd", asbytes=True))


def arrow(path: Path, rows: pa.Table, new: Any = pa.ipc.new_stream) -> Path:
    with pa.OSFile(str(path), "wb") as sink, new(sink, rows.schema) as file:
        file.write_table(rows, max_chunksize=100)
    return path


def csv(*records: dict[str, Any]) -> bytes:
    lines = [",".join(records[0]), *(",".join(map(str, r.values())) for r in records)]
    return "\n".join(lines).encode() + b"\n"


@pytest.mark.parametrize("name", ["a.jsonl.zst", "A.NDJSON.ZST", "a.csv.zst"])
def test_files_packed_with_zstd_are_read(drop: Drop, name: str) -> None:
    rows = [chat("m1"), chat("m2")]
    write(drop.root / name, zstd(csv(*rows) if "csv" in name else jsonl(*rows)))
    assert drop.read() == {DAY: 2}


def test_zstd_in_several_frames_is_read_to_the_end(drop: Drop) -> None:
    write(drop.root / "a.jsonl.zst", zstd(jsonl(chat("m1"))) + zstd(jsonl(chat("m2"))))
    assert drop.read() == {DAY: 2}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: data[:-400], "truncated_zstd"),
        (lambda data: b"plain text\n", "broken_zstd"),
        (lambda data: data[:40] + bytes(40) + data[80:], "broken_zstd"),
        (lambda data: data + b"and more", "broken_zstd"),
    ],
)
def test_zstd_that_breaks_off_gives_nothing(drop: Drop, damage: Any, reason: str) -> None:
    whole = zstd(jsonl(*(chat(f"m{n * 7919}") for n in range(300))))
    write(drop.root / "a.jsonl.zst", damage(whole))
    assert drop.read() == {}
    assert [row["reason"] for row in drop.aside] == [reason]


def test_arrow_files_of_both_formats_are_read(drop: Drop) -> None:
    moment = datetime(2024, 3, 1, 12, tzinfo=UTC)
    rows = pa.Table.from_pylist([chat("m1", created_at=moment), chat("m2", created_at=moment)])
    arrow(drop.root / "file.arrow", rows.slice(0, 1), pa.ipc.new_file)
    arrow(drop.root / "stream.arrow", rows.slice(1))
    assert drop.read() == {DAY: 2}


def test_an_arrow_file_cut_short_gives_nothing(drop: Drop) -> None:
    rows = pa.Table.from_pylist([chat(f"m{n}") for n in range(1_000)])
    path = arrow(drop.root / "a.arrow", rows)
    path.write_bytes(path.read_bytes()[:-20_000])
    assert drop.read() == {}
    assert [row["reason"] for row in drop.aside] == ["broken_arrow"]


@pytest.fixture
def saved(drop: Drop) -> Drop:
    """A folder as `datasets` saves one: shards, what describes them, and what `map` left beside them."""
    rows = pa.Table.from_pylist([chat(f"m{n}") for n in range(3)])
    for split, start in (("train", 0), ("test", 2)):
        folder = drop.root / split
        folder.mkdir()
        for name in ("data-00000-of-00001.arrow", "cache-0123.arrow"):
            arrow(folder / name, rows.slice(start, 2))
        data = [{"filename": "data-00000-of-00001.arrow"}]
        write(folder / "state.json", orjson.dumps({"_data_files": data}))
        write(folder / "dataset_info.json", b"{}")
    write(drop.root / "dataset_dict.json", b'{"splits": ["train", "test"]}')
    return drop


def test_a_saved_dataset_gives_the_rows_of_its_shards(saved: Drop) -> None:
    assert saved.names() == ["test/data-00000-of-00001.arrow", "train/data-00000-of-00001.arrow"]
    assert (saved.read(), saved.aside) == ({DAY: 3}, [])


def test_a_saved_dataset_without_a_readable_state_is_refused(saved: Drop) -> None:
    write(saved.root / "train" / "state.json", b"{")
    with pytest.raises(ConfigurationError, match=r"state\.json does not name the data files"):
        saved.names()


@pytest.mark.slow
def test_what_datasets_itself_saved_is_read_without_it(drop: Drop) -> None:
    import datasets

    rows = datasets.Dataset.from_list([chat(f"m{n}") for n in range(10)])
    parts = datasets.DatasetDict(
        {"train": rows, "test": rows.map(lambda r: {"message_id": f"t{r['message_id']}"})}
    )
    parts.save_to_disk(str(drop.root), num_shards={"train": 3, "test": 1})
    rows.to_parquet(str(drop.root / "more.parquet"))
    code = (
        "import sys; from pathlib import Path; from ai_data_platform.stores.readers import read_records;"
        "n = sum(1 for p in Path(sys.argv[1]).rglob('*.*') if p.suffix in ('.arrow', '.parquet')"
        " for _ in read_records(p, p.name)); assert 'datasets' not in sys.modules; print(n)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(drop.root)], capture_output=True, text=True, check=True
    )
    assert found.stdout == "30\n"
    assert drop.read() == {DAY: 30}


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.arrow"])
def test_columns_of_other_names_are_read_in_every_format(mapped: Drop, name: str) -> None:
    records = [renamed("m1"), renamed("m2", rating=2)]
    path = mapped.root / name
    table = pa.Table.from_pylist(records)
    if name.endswith("parquet"):
        pq.write_table(table, path)
    elif name.endswith("arrow"):
        arrow(path, table, pa.ipc.new_file)
    else:
        write(path, jsonl(*records) if name.endswith("jsonl") else csv(*records))
    assert mapped.read() == {DAY: 2}
    found = [record for _, record, _ in read_records(path, name, ColumnMap(RENAMED))]
    assert [(r["conversation_id"], r["rating"]) for r in found] == [  # type: ignore[index]
        ("conversation of m1", 5),
        ("conversation of m2", 2),
    ]


def test_a_csv_cell_under_another_name_is_a_number_where_the_contract_wants_one(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.csv", b"stars,at,prompt\n4.0,1709294400,\n")
    columns = ColumnMap({"rating": "stars", "created_at": "at", "user_message": "prompt"})
    ((_, record, _),) = read_records(path, "a.csv", columns)
    assert record == {"rating": 4, "created_at": 1709294400.0, "user_message": ""}


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_file_that_lacks_a_named_column_is_set_aside_with_the_closest(
    mapped: Drop, name: str
) -> None:
    write(mapped.root / "good.jsonl", jsonl(renamed("m1")))
    wrong = {"promt": "Hi", **{k: v for k, v in renamed("m2").items() if k != "prompt"}}
    write(mapped.root / name, jsonl(wrong) if name == "a.jsonl" else csv(wrong))
    assert mapped.read() == {DAY: 1}
    reasons = {row["reason"]: row["detail"] for row in mapped.aside}
    assert reasons["column_missing"].startswith(
        f"{name} has no column 'prompt', which is to hold user_message"
    )
    assert reasons["column_missing"].endswith("is it 'promt'?")


def test_a_column_that_no_file_has_is_a_mistake_in_the_map(mapped: Drop) -> None:
    write(mapped.root / "a.csv", csv(chat("m1")))
    for _ in range(2):  # the second reading finds nothing new, and the mistake is still there
        with pytest.raises(
            ConfigurationError, match=r"no record could be read: a\.csv has no column"
        ):
            mapped.read()


def test_a_column_that_some_json_records_leave_out_takes_no_row_away(mapped: Drop) -> None:
    bare = {name: value for name, value in renamed("m1").items() if name != "stars"}
    write(mapped.root / "a.jsonl", jsonl(bare))
    assert (mapped.read(), mapped.aside) == ({DAY: 1}, [])
    assert mapped.said == [
        "read a.jsonl: 1 rows on 1 days; a.jsonl has no column 'stars', which is to hold rating; there are: "
        "thread, message_id, turn_index, prompt, assistant_message, created_at"
    ]


def test_another_column_map_reads_every_file_again(drop: Drop, home: Home) -> None:
    write(drop.root / "a.jsonl", jsonl(chat("m1", note="n")))
    drop.read()
    again = Drop(drop.root, home, {"model": "note"})
    assert (again.read(), len(again.said)) == ({DAY: 1}, 1)
    assert (again.read(), again.said) == ({DAY: 1}, [])


def test_a_rejected_record_is_shown_as_it_was_read_and_not_under_other_names(mapped: Drop) -> None:
    write(mapped.root / "a.jsonl", jsonl(renamed("m1"), renamed("m2", rating=99)))
    mapped.read()
    (row,) = mapped.aside
    assert (row["reason"], '"stars":99' in row["raw"]) == ("rating_out_of_range", True)


def test_a_column_of_updates_is_for_tables_alone(home: Home) -> None:
    spec = SourceSpec("/data", ColumnMap({"updated_at": "changed"}))
    with pytest.raises(ConfigurationError, match="names updated_at, which only tables"):
        open_source(spec, home.index("x"))


def test_a_source_without_a_location_has_nothing(home: Home) -> None:
    assert open_source(SourceSpec(None), home.index("x")).pieces() == []


def test_gz_files_are_still_files_of_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv.gz", gzip.compress(b"id\n\xe9\n"))
    ((_, record, _),) = read_records(path, "a.csv.gz")
    assert isinstance(record, Rejected)
    assert record.reason == "not_utf8"
