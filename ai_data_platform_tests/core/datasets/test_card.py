"""A dataset card says what is in a version, how to load it, what was left out and what the gate said."""

from ai_data_platform.core.datasets.card import card
from ai_data_platform.core.gates import Rule, judge

RULES = (
    Rule("rows", ">", 0, "an empty dataset trains nothing"),
    Rule("duplicate_rate", "<=", 0.05, "repeated rows are learnt by heart"),
)


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
