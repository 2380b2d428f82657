import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.stores import hashed_files
from ai_data_platform.stores.hashed_files import HashedFile, file_hash, write_rows

SCHEMA = pa.schema([pa.field("id", pa.int64()), pa.field("words", pa.list_(pa.string()))])
TABLE = pa.table({"id": range(23), "words": [["a"] * (n % 3) for n in range(23)]}, schema=SCHEMA)


def batches(size: int) -> Iterator[pa.RecordBatch]:
    yield from TABLE.to_batches(max_chunksize=size)


def test_rows_come_back_from_both_files_and_the_hashes_are_those_of_the_files(
    tmp_path: Path,
) -> None:
    parquet, jsonl = tmp_path / "data" / "x.parquet", tmp_path / "jsonl" / "x.jsonl"
    rows, hashes = write_rows(batches(5), SCHEMA, parquet, jsonl)
    assert rows == 23
    assert pq.read_table(parquet) == TABLE
    assert pq.read_schema(parquet) == SCHEMA
    assert [orjson.loads(line) for line in jsonl.read_bytes().splitlines()] == TABLE.to_pylist()
    assert hashes == {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in (parquet, jsonl)
    }
    assert file_hash(parquet) == hashes[parquet]


@pytest.mark.parametrize("group", [4, 23, 100])
def test_the_bytes_do_not_depend_on_where_batches_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr(hashed_files, "_GROUP_ROWS", group)
    written = set()
    for size in (1, 4, 9, 50):
        path = tmp_path / f"{size}.parquet"
        write_rows(batches(size), SCHEMA, path)
        written.add(path.read_bytes())
    assert len(written) == 1


def test_no_rows_are_a_file_without_rows(tmp_path: Path) -> None:
    rows, _ = write_rows([], SCHEMA, tmp_path / "x.parquet", tmp_path / "x.jsonl")
    assert (rows, pq.read_table(tmp_path / "x.parquet").num_rows) == (0, 0)
    assert (tmp_path / "x.jsonl").read_bytes() == b""


def test_a_hash_follows_what_was_written_and_a_missing_file_has_none(tmp_path: Path) -> None:
    sink = BytesIO()
    file = HashedFile(sink)
    file.write(b"one")
    file.write(memoryview(b"two"))
    assert (sink.getvalue(), file.sha256) == (b"onetwo", hashlib.sha256(b"onetwo").hexdigest())
    assert file_hash(tmp_path / "nothing") is None
