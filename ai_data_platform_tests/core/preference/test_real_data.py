"""Real message trees and real ratings give the pairs that their own records tell."""

import gzip
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.preference import Preferences, bias_figures, build_preferences
from ai_data_platform.core.records import CHAT_LOG, FEEDBACK
from ai_data_platform.core.timestamps import parse_timestamp
from ai_data_platform_tests.core.preference.rating_tables import drops, records_behind

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def oasst(shared_data: Path) -> Preferences:
    turns = [
        {name: row.get(name) for name in CHAT_LOG.names}
        | {"record_id": f"x{place}", "created_at": parse_timestamp(row["created_at"])}
        | {"source_file": "turns", "source_line": place}
        for place, row in enumerate(read(shared_data / "chat_logs" / "oasst1_en.turns.jsonl.gz"))
    ]
    logged = pa.Table.from_pylist(turns, CHAT_LOG)
    return build_preferences(logged, ratings(shared_data, "oasst1_en.quality"))


def ratings(folder: Path, name: str) -> pa.Table:
    rows = read(folder / "feedback" / f"{name}.jsonl.gz")
    events = [parse_feedback(row, name, number) for number, row in enumerate(rows, 1)]
    found = [asdict(one) for one in events if isinstance(one, FeedbackEvent)]
    return pa.Table.from_pylist(found, FEEDBACK)


def read(path: Path) -> Rows:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_each_of_the_683_ratings_is_in_one_place(oasst: Preferences) -> None:
    assert len(records_behind(oasst)) == len(set(records_behind(oasst))) == 683
    assert drops(oasst) == {
        "between_best_and_worst": 180,
        "history_unknown": 2,  # two rows whose user message is in another language's file
        "near_equal_sides": 2,
        "neutral_rating": 7,
        "tie": 66,
    }
    assert (len(oasst.pairs), len(oasst.unpaired)) == (201, 24)


def test_prompts_are_the_histories_that_the_trees_record(
    oasst: Preferences, shared_data: Path
) -> None:
    ranked = {
        frozenset((row["chosen_message_id"], row["rejected_message_id"])): row["prompt"]
        for row in read(shared_data / "annotations" / "oasst1_en.ranked_pairs.jsonl.gz")
    }
    prompts = {
        frozenset((row["chosen_message_id"], row["rejected_message_id"])): row["prompt"]
        for row in oasst.pairs.to_pylist()
    }
    common = prompts.keys() & ranked.keys()
    assert len(common) == 178
    assert [prompts[pair] for pair in common] == [ranked[pair] for pair in common]


def test_a_pair_never_holds_its_own_answers_in_its_prompt(oasst: Preferences) -> None:
    for row in oasst.pairs.to_pylist():
        told = [message["content"] for message in row["prompt"]]
        assert row["chosen"][0]["content"] not in told
        assert row["rejected"][0]["content"] not in told


def test_people_preferred_the_longer_answer_in_two_of_three_pairs(oasst: Preferences) -> None:
    figures = bias_figures(oasst.pairs)
    assert figures["chosen_longer_share"] == pytest.approx(2 / 3, abs=5e-3)


def test_feedbackqa_gives_one_pair_a_question_whose_answers_are_a_step_apart(
    shared_data: Path,
) -> None:
    items = read(shared_data / "feedback" / "feedbackqa.items.jsonl.gz")
    logged = [exchange(place, item) for place, item in enumerate(items)]
    made = build_preferences(
        pa.Table.from_pylist(logged, CHAT_LOG), ratings(shared_data, "feedbackqa.feedback")
    )
    assert Counter(made.pairs["origin"].to_pylist()) == {"ratings": len(made.pairs)}
    assert len(records_behind(made)) == 5_904
    assert len(made.pairs) == 676
    assert drops(made) == {
        "between_best_and_worst": 1_968,
        "margin_below_minimum": 278,
        "raters_contradict": 56,
        "tie": 116,
    }


def exchange(place: int, item: dict[str, Any]) -> dict[str, Any]:
    """An item as an exchange: the question and one of its answers."""
    return {
        "record_id": f"x{place}",
        "conversation_id": item["conversation_id"],
        "message_id": item["message_id"],
        "turn_index": 0,
        "user_message": item["question"],
        "assistant_message": json.dumps(item["passage"]["reference"]),
        "created_at": parse_timestamp("2021-01-01T00:00:00Z"),
        "source_file": "items",
        "source_line": place,
    }
