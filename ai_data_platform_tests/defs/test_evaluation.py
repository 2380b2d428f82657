"""Evaluation sets in the graph: read once, followed when they change, and kept out of the pairs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest

from ai_data_platform.cli.graph import dagster_instance
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.definitions import build_definitions
from ai_data_platform.defs.automation.content import changed_evaluation_sets
from ai_data_platform.stores.certificate_check import verify_certificate
from ai_data_platform.stores.evaluation_archive import EvaluationArchive
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def _tick(world: World, instance: dg.DagsterInstance, cursor: str | None):
    context = dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        resources={"settings": world.settings, "home": world.home},
    )
    return changed_evaluation_sets(context)


def _register(world: World, *questions: str) -> Path:
    path = world.folder / "exam.jsonl"
    path.write_text("".join(json.dumps({"question": text}) + "\n" for text in questions))
    world.overrides = {"eval_sets": (str(path),)}
    return path


def test_a_changed_set_is_asked_for_once_and_again_when_it_goes_back(
    world: World, instance: dg.DagsterInstance
) -> None:
    settled = _tick(world, instance, None)
    path = _register(world, "Why is the lamp blue?")
    first = _tick(world, instance, settled.cursor)
    same = _tick(world, instance, first.cursor)
    assert world.run("evaluation_items").good
    read_already = _tick(world, instance, settled.cursor)
    earlier = path.read_text()
    path.write_text(earlier.replace("blue", "red"))
    changed = _tick(world, instance, first.cursor)
    assert world.run("evaluation_items").good
    path.write_text(earlier)
    back = _tick(world, instance, changed.cursor)
    assert [len(tick.run_requests) for tick in (settled, first, read_already)] == [0, 1, 0]
    assert isinstance(same, dg.SkipReason)
    assert [len(tick.run_requests) for tick in (changed, back)] == [1, 1]
    assert all(request.run_key is None for request in back.run_requests)


def test_a_changed_set_makes_automation_ask_for_what_is_compared_with_it(world: World) -> None:
    definitions = build_definitions(world.settings, embedder=world.embedder)
    with dagster_instance(world.home) as instance:
        idle = dg.evaluate_automation_conditions(definitions, instance)
        _register(world, "Why is the lamp blue?")
        world.run("evaluation_items")
        changed = dg.evaluate_automation_conditions(definitions, instance, cursor=idle.cursor)
    asked = {
        result.key.to_user_string() for result in changed.results if not result.true_subset.is_empty
    }
    assert idle.total_requested == 0
    assert {"preference_dataset", "unpaired_preference_dataset", "sft_dataset"} <= asked
    assert not {"stg_chat_logs", "preference_pairs", "document_chunks"} & asked


def test_pairs_that_hold_an_evaluation_item_are_dropped_with_the_item(world: World) -> None:
    (pair, *_) = _rows(world.home.versions("preference").current().folder)
    _register(world, pair["prompt"][-1]["content"])
    assert world.run("evaluation_items").good
    assert world.run("preference_dataset").good
    (asked,) = (
        row["item_id"]
        for row in world.home.verified.read("evaluation_items").to_pylist()
        if row["set_name"] == "exam"
    )
    staged = world.home.versions("preference").last_staged()
    folder = world.home.versions("preference").folder(staged["version"])
    drops = pq.read_table(folder / "dropped.parquet").to_pylist()
    named = {
        row["record_id"]: row["matched_id"] for row in drops if row["stage"] == "decontaminate"
    }
    assert {named[record] for record in pair["rating_record_ids"]} == {asked}
    assert pair["pair_id"] not in {row["pair_id"] for row in _rows(folder)}


def _rows(folder: Path) -> list[dict[str, Any]]:
    data = sorted((folder / "data").glob("*.parquet"))
    return [row for path in data for row in pq.read_table(path).to_pylist()]


def test_a_set_without_a_text_blocks_what_would_be_compared_with_it(world: World) -> None:
    path = _register(world, "Why?")
    path.write_text('{"frage": "Warum?"}\n')
    graph = world.run("evaluation_items")
    assert not graph.good
    assert "sets_without_items is 1" in graph.failures[0].message


def test_a_location_that_names_no_file_is_said_before_anything_runs(world: World) -> None:
    world.overrides = {"eval_sets": (str(world.folder / "nothing.jsonl"),)}
    with pytest.raises(ConfigurationError, match="nothing is at"):
        _tick(world, dg.DagsterInstance.ephemeral(), None)


@pytest.mark.parametrize("name", ["sft", "preference", "unpaired_preference"])
def test_the_certificate_of_a_built_version_holds_when_it_is_worked_out_again(
    built: World, name: str
) -> None:
    home = built.home
    folder = home.versions(name).current().folder
    archive = EvaluationArchive(home.root / "evaluation")
    found = verify_certificate(folder / "certificate.json", archive.find)
    assert found.differences == ()
    assert found.holds
    assert found.compared["rows"] == home.versions(name).current().rows
    assert found.compared["evaluation_items"] == home.lake.row_count("evaluation_items") > 0
