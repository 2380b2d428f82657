"""The text of a line, out of each kind of file, whole or broken."""

import gzip
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.columns import ColumnMap
from ai_data_platform.core.conversations import parse_exchange
from ai_data_platform.core.provenance import Place
from ai_data_platform.stores.provenance.raw_lines import RawLine, raw_line
from ai_data_platform_tests.stores.provenance.platform import exchange


def test_lines_before_the_break_of_a_packed_file_are_shown_and_lines_after_it_are_not(
    tmp_path: Path,
) -> None:
    lines = [orjson.dumps(exchange(f"m{n}", assistant_message=str(n) * 99)) for n in range(200)]
    packed = tmp_path / "late.jsonl.gz"
    packed.write_bytes(gzip.compress(b"\n".join(lines), mtime=0)[:-40])
    found = [
        raw_line(packed, Place(packed.name, line), None, parse_exchange, ColumnMap())
        for line in (1, 200, 201)
    ]
    assert found[0] == RawLine(packed, lines[0].decode(), None, None)
    assert found[1:] == [None, None]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("logs.jsonl", '{"message_id":"m1"}'),
        ("logs.jsonl.gz", '{"message_id":"m1"}'),
        ("logs.jsonl.zst", '{"message_id":"m1"}'),
        ("logs.csv", "m1"),
        ("logs.parquet", "{'message_id': 'm1'}"),
    ],
)
def test_a_line_is_shown_out_of_each_kind_of_file(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    rows = pa.table({"message_id": ["m0", "m1", "m2"]})
    if name.endswith(".parquet"):
        pq.write_table(rows, path)
    elif name.endswith(".csv"):
        path.write_text("message_id\nm0\nm1\nm2\n")
    else:
        with pa.output_stream(str(path), compression="detect") as stream:
            stream.write(b"".join(orjson.dumps(row) + b"\n" for row in rows.to_pylist()))
    line = 3 if name.endswith(".csv") else 2  # its header is a line too
    found = raw_line(path, Place(name, line), None, parse_exchange, ColumnMap())
    assert found == RawLine(path, text, 20 if name == "logs.jsonl" else None, None)
    assert raw_line(path, Place(name, 9), None, parse_exchange, ColumnMap()) is None
