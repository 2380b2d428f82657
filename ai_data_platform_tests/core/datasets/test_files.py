"""A dataset as files: JSONL, and a table of the schema."""

from dataclasses import dataclass

import pyarrow as pa

from ai_data_platform.core.datasets.files import jsonl, split_table


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    numbers: list[int | None]


def test_jsonl_has_one_object_a_line_with_keys_in_the_order_of_the_fields() -> None:
    rows = [Row("é\n", [1, None]), Row("b", [])]
    assert jsonl(rows) == b'{"name":"\xc3\xa9\\n","numbers":[1,null]}\n{"name":"b","numbers":[]}\n'
    assert jsonl([]) == b""


def test_a_split_becomes_a_table_of_the_schema() -> None:
    schema = pa.schema([("numbers", pa.list_(pa.int8())), ("name", pa.string())])
    table = split_table([Row("a", [1, None])], schema)
    assert table.schema == schema
    assert table.to_pylist() == [{"numbers": [1, None], "name": "a"}]
