"""The lake: one Parquet file a table, whole or not at all, with its manifest inside."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.stores.lake import Lake, Manifest, parquet_bytes, table_fingerprint

ROWS = pa.table({"id": ["a", "b"], "n": pa.array([1, None], pa.int64())})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_a_table_comes_back_with_its_manifest(lake: Lake) -> None:
    made = lake.write("things/one", ROWS, inputs="i1", dropped={"short": 3}, extra={"k": [1]})

    assert lake.read("things/one") == ROWS
    assert lake.read("things/one").schema.metadata is None
    assert lake.read("things/one", ["n"]).column_names == ["n"]
    assert made == Manifest(table_fingerprint(ROWS), "i1", 2, {"short": 3}, {"k": [1]})
    assert lake.manifest("things/one") == made
    assert lake.names("things") == ["things/one"]


def test_the_manifest_stands_in_the_footer_of_the_file_itself(lake: Lake, tmp_path: Path) -> None:
    made = lake.write("one", ROWS, inputs="i1")
    other = Lake(tmp_path / "other")
    other.root.mkdir()
    lake.path("one").rename(other.path("moved"))
    assert other.manifest("moved") == made
    assert list(pq.read_schema(other.path("moved")).metadata) == [b"aidp"]


def test_what_is_not_there_says_how_to_make_it(lake: Lake) -> None:
    with pytest.raises(
        NotPublishedYet, match="the lake holds no table things: run `aidp run` first"
    ):
        lake.read("things")
    assert (lake.read_if_any("things"), lake.manifest("things"), lake.names("things")) == (
        None,
        None,
        [],
    )
    lake.remove("things")


def test_a_table_of_another_writer_has_no_manifest(lake: Lake) -> None:
    lake.root.mkdir()
    pq.write_table(ROWS, lake.path("foreign"))
    assert (lake.manifest("foreign"), lake.read_if_any("foreign")) == (None, ROWS)


def test_writing_the_same_table_again_touches_nothing(lake: Lake) -> None:
    lake.write("one", ROWS, inputs="i1", dropped={"b": 1, "a": 2})
    os.utime(lake.path("one"), (1_700_000_000, 1_700_000_000))
    lake.write("one", ROWS, inputs="i1", dropped={"a": 2, "b": 1})
    assert lake.path("one").stat().st_mtime == 1_700_000_000
    lake.write("one", ROWS, inputs="i2")
    assert lake.path("one").stat().st_mtime != 1_700_000_000


def test_a_write_that_fails_leaves_the_former_table_and_nothing_else(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lake.write("one", ROWS, inputs="i1")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        lake.write("one", ROWS.slice(1), inputs="i2")
    assert (lake.manifest("one"), lake.read("one")) == (made, ROWS)
    assert [path.name for path in lake.root.iterdir()] == ["one.parquet"]


def test_a_fingerprint_is_of_rows_and_types_and_not_of_chunks_or_metadata() -> None:
    long = pa.table({"text": [f"{n:040}" for n in range(30_000)]})
    pieces = pa.concat_tables([long.slice(start, 777) for start in range(0, 30_000, 777)])
    assert pieces["text"].num_chunks > 30

    assert parquet_bytes(pieces) == parquet_bytes(long)
    assert table_fingerprint(pieces) == table_fingerprint(long)
    assert table_fingerprint(long.replace_schema_metadata({"a": "b"})) == table_fingerprint(long)
    others = [long.slice(1), long.rename_columns(["t"]), long.cast(pa.schema([("text", "binary")]))]
    assert len({table_fingerprint(table) for table in [long, *others]}) == 4


def test_an_empty_table_can_stand_in_the_lake(lake: Lake) -> None:
    lake.write("none", ROWS.slice(2), inputs="i")
    assert lake.read("none") == ROWS.slice(2)
    assert lake.read("none").schema == ROWS.schema


def test_rows_that_are_read_back_have_the_fingerprint_they_were_written_with(
    tmp_path: Path,
) -> None:
    parts = pa.struct([("words", pa.list_(pa.string())), ("page", pa.int32())])
    schema = pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            pa.field("parts", pa.list_(parts), nullable=False),
            pa.field("at", pa.timestamp("us", tz="UTC")),
            pa.field("kind", pa.dictionary(pa.int32(), pa.string())),
            pa.field("vector", pa.list_(pa.float32(), 2)),
        ]
    )
    row = {"id": "a", "parts": [{"words": ["x", None], "page": None}], "vector": [0.5, 1]}
    table = pa.Table.from_pylist([row, {"id": "b", "parts": [], "kind": "k"}], schema=schema)
    lake = Lake(tmp_path)
    made = lake.write("nested", table, inputs="i")
    assert lake.load("nested").fingerprint == made.fingerprint == table_fingerprint(table)
    assert lake.intact("nested") == made
