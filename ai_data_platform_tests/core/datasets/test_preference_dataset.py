"""The preference dataset: figures measured on the pairs, and the rules that hold them."""

from dataclasses import asdict, replace

import pyarrow as pa
import pytest

from ai_data_platform.core.datasets.files import split_table
from ai_data_platform.core.datasets.preference import Pair
from ai_data_platform.core.datasets.preference_dataset import (
    PREFERENCE_SCHEMA,
    preference_figures,
    preference_rules,
)
from ai_data_platform.core.gates import judge

RULES = preference_rules(0.05)


def says(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]


def pair(name: str, *, chosen_rating: float = 5.0) -> Pair:
    return Pair(
        pair_id=name,
        conversation_id=f"conversation of {name}",
        turn_index=0,
        prompt=says("user", f"What is {name}?"),
        chosen=says("assistant", f"{name} is the first setting of the first page."),
        rejected=says("assistant", "No idea."),
        chosen_message_id=f"{name} a",
        rejected_message_id=f"{name} b",
        chosen_rating=chosen_rating,
        rejected_rating=2.0,
        chosen_raters=2,
        rejected_raters=1,
        rating_record_ids=("r1", "r2", "r3"),
        exchange_record_ids=("x1", "x2"),
    )


def reasons(*pairs: Pair) -> list[str]:
    verdict = judge("d", "f", preference_figures(pairs), RULES, code_version="1")
    return [reason.split()[0] for reason in verdict.reasons]


def test_a_pair_has_the_columns_that_trl_reads_and_what_it_was_made_from() -> None:
    row = split_table([pair("p1")], PREFERENCE_SCHEMA).to_pylist()[0]
    made = asdict(pair("p1"))
    lists = {key: list(made[key]) for key in ("rating_record_ids", "exchange_record_ids")}
    assert row == made | lists
    assert PREFERENCE_SCHEMA.names[:3] == ["prompt", "chosen", "rejected"]


def test_the_figures_are_measured_on_the_rows() -> None:
    pairs = [pair("p1"), pair("p2"), pair("p3", chosen_rating=4.0), pair("p1")]
    assert preference_figures(pairs) == {
        "rows": 4,
        "empty_sides": 0,
        "equal_sides": 0,
        "prompts_not_ending_with_the_user": 0,
        "inverted_ratings": 0,
        "response_words_p5": 9.0,
        "duplicate_rate": 0.25,
        "label_imbalance": 3.0,
    }


def test_good_pairs_pass_and_none_never_do() -> None:
    assert reasons(pair("p1"), pair("p2")) == []
    assert reasons() == ["rows", "duplicate_rate"]


@pytest.mark.parametrize(
    ("changes", "figure"),
    [
        ({"chosen": says("assistant", " \n")}, "empty_sides"),
        ({"rejected": []}, "empty_sides"),
        ({"chosen": says("assistant", "NO  idea.")}, "equal_sides"),
        ({"prompt": says("assistant", "Hello")}, "prompts_not_ending_with_the_user"),
        ({"prompt": []}, "prompts_not_ending_with_the_user"),
        ({"chosen_rating": 2.0}, "inverted_ratings"),
    ],
)
def test_one_bad_pair_blocks(changes: dict[str, object], figure: str) -> None:
    assert reasons(pair("p1"), replace(pair("p2"), **changes)) == [figure]  # type: ignore[arg-type]


def test_repeated_pairs_block_above_the_share_that_is_allowed() -> None:
    pairs = [pair(f"p{n}") for n in range(20)]
    assert reasons(*pairs) == []
    assert reasons(*pairs, pairs[0], pairs[1]) == ["duplicate_rate"]


def test_no_rating_of_the_schema_loses_its_fraction() -> None:
    table = split_table([pair("p1", chosen_rating=4.25)], PREFERENCE_SCHEMA)
    assert table["chosen_rating"].to_pylist() == [4.25]
    assert table.schema.field("chosen_rating").type == pa.float64()
