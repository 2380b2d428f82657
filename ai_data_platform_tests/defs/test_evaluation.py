"""Evaluation sets in the graph: read once, followed when they change, and kept out of the pairs."""

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from ai_data_platform.cli.graph import dagster_instance
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.definitions import build_definitions
from ai_data_platform.defs.automation.evaluation import changed_evaluation_sets
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
    assert {"preference_pairs", "sft_dataset"} <= asked
    assert not {"stg_chat_logs", "document_chunks"} & asked


def test_pairs_that_hold_an_evaluation_item_are_dropped_with_the_item(world: World) -> None:
    before = world.home.lake.read("preference_pairs")
    pair = before.to_pylist()[0]
    question = pair["prompt"][-1]["content"]
    _register(world, question)
    assert world.run("evaluation_items").good
    assert world.run("preference_pairs").good
    after = world.home.lake.read("preference_pairs")
    manifest = world.home.lake.manifest("preference_pairs")
    (asked,) = (
        row["item_id"]
        for row in world.home.verified.read("evaluation_items").to_pylist()
        if row["set_name"] == "exam"
    )
    drops = [
        row
        for row in world.home.lake.read("dropped_ratings").to_pylist()
        if row["drop_reason"] == "overlaps_evaluation_set"
    ]
    assert pair["pair_id"] not in after["pair_id"].to_pylist()
    assert manifest.dropped["overlaps_evaluation_set"] == len(drops)
    assert any(asked in row["detail"] for row in drops)


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


def test_the_certificate_of_a_built_version_holds_when_it_is_worked_out_again(
    built: World,
) -> None:
    home = built.home
    folder = home.versions("sft").current().folder
    archive = EvaluationArchive(home.root / "evaluation")
    found = verify_certificate(folder / "certificate.json", archive.find)
    assert found.differences == ()
    assert found.holds
    assert found.compared["rows"] == home.versions("sft").current().rows
    assert found.compared["evaluation_items"] == home.lake.row_count("evaluation_items") > 0
