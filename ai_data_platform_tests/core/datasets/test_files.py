"""A dataset as files: JSONL, a table of the schema, and a card that says what is in it."""

from dataclasses import dataclass

import pyarrow as pa

from ai_data_platform.core.datasets.files import card, jsonl, split_table
from ai_data_platform.core.gates import Rule, judge

RULES = (
    Rule("rows", ">", 0, "an empty dataset trains nothing"),
    Rule("duplicate_rate", "<=", 0.05, "repeated rows are learnt by heart"),
)


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


def test_the_card_says_how_to_load_what_was_left_out_and_what_the_gate_said() -> None:
    verdict = judge("d", "f", {"rows": 1500}, RULES, code_version="1")

    text = card(
        "Title",
        "Summary.",
        {"train": 1500, "validation": 0},
        {"unrated": 10, "too_short": 40, "rare": 1},
        verdict,
        "text-generation",
    ).decode()

    assert (
        text
        == """---
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train.parquet
task_categories:
- text-generation
---

# Title

Summary.

`datasets.load_dataset` on this folder reads the Parquet files in `data/`, on the folder `jsonl/` the same \
rows as JSONL.

| split | rows |
|---|---:|
| train | 1,500 |
| validation | 0 |

## Left out

| reason | rows | |
|---|---:|---|
| too_short | 40 | ████████████████████ |
| unrated | 10 | █████ |
| rare | 1 | █ |

## Gate

Gate verdict: BLOCKED: duplicate_rate was not measured, wanted <= 0.05 (repeated rows are learnt by heart).

| figure | value | wanted | why |
|---|---:|---|---|
| rows | 1500 | > 0 | an empty dataset trains nothing |
| duplicate_rate | not measured | <= 0.05 | repeated rows are learnt by heart |
"""
    )


def test_a_card_of_a_dataset_that_lost_nothing_says_so() -> None:
    verdict = judge("d", "f", {"rows": 1, "duplicate_rate": 1 / 3}, RULES, code_version="1")
    text = card("T", "S.", {"train": 1, "validation": 1}, {}, verdict, "t").decode()
    assert "Nothing was left out." in text
    assert "| duplicate_rate | 0.3333 |" in text
    assert text.count("  - split: validation\n") == 1
