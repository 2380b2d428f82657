"""What starts by itself: sensors ask once for each change, conditions ask for what changed and passed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from ai_data_platform.cli.graph import dagster_instance
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.definitions import build_definitions
from ai_data_platform.defs.automation.content import changed_documents
from ai_data_platform.defs.automation.sources import new_chat_logs
from ai_data_platform.defs.partitions import day_blocks
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def _tick(
    sensor: dg.SensorDefinition, world: World, instance: dg.DagsterInstance, cursor: str | None
):
    context = dg.build_sensor_context(
        instance=instance,
        cursor=cursor,
        resources={"settings": world.settings, "home": world.home},
    )
    return sensor(context)


def test_days_are_asked_for_in_runs_of_consecutive_days() -> None:
    days = ["2025-03-04", "2025-03-03", "2025-03-07", "2025-02-28", "2025-03-01"]
    assert list(day_blocks(days)) == [
        ("2025-02-28", "2025-03-01"),
        ("2025-03-03", "2025-03-04"),
        ("2025-03-07", "2025-03-07"),
    ]


def test_a_new_chat_log_is_asked_for_once_even_when_the_cursor_was_not_saved(
    world: World, instance: dg.DagsterInstance
) -> None:
    settled = _tick(new_chat_logs, world, instance, None)
    _write_log(
        world.sources / "chat_logs" / "new.jsonl", "2025-03-05T10:00:00Z", "2025-03-06T10:00:00Z"
    )
    first = _tick(new_chat_logs, world, instance, settled.cursor)
    died_before_saving = _tick(new_chat_logs, world, instance, settled.cursor)
    later = _tick(new_chat_logs, world, instance, first.cursor)
    assert settled.run_requests == []
    assert [r.tags["dagster/asset_partition_range_start"] for r in first.run_requests] == [
        "2025-03-05"
    ]
    assert [r.tags["dagster/asset_partition_range_end"] for r in first.run_requests] == [
        "2025-03-06"
    ]
    assert [r.run_key for r in died_before_saving.run_requests] == [
        r.run_key for r in first.run_requests
    ]
    assert isinstance(later, dg.SkipReason)


def test_documents_that_a_run_has_read_are_not_asked_for_again(
    world: World, instance: dg.DagsterInstance
) -> None:
    known = _tick(changed_documents, world, instance, None)
    page = sorted((world.sources / "documents").rglob("*.md"))[0]
    page.write_text(page.read_text() + "\nOne more line.\n")
    changed = _tick(changed_documents, world, instance, known.cursor)
    same = _tick(changed_documents, world, instance, changed.cursor)
    assert known.run_requests == []
    assert len(changed.run_requests) == 1
    assert isinstance(same, dg.SkipReason)


def test_ratings_of_the_api_reach_the_preference_dataset_and_count_as_processed(
    world: World,
) -> None:
    world.home.feedback.add_many([_rating(n) for n in range(4)])
    before = world.home.feedback.unprocessed()
    graph = world.run("raw_feedback+")
    stored = world.home.lake.read("raw_feedback/2025-03-05")
    assert graph.good, graph.failures
    assert before == 4
    assert stored["source_file"].to_pylist().count("feedback_api") == 4
    assert world.home.feedback.unprocessed() == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster")  # inside Dagster's own code
def test_the_trigger_and_automation_together_build_on_the_same_ratings_once(world: World) -> None:
    world.overrides = {"feedback_trigger": 3}
    rated = world.home.lake.read("raw_feedback/2025-03-04").to_pylist()[:3]
    judged = _judged(world)
    with Platform(world, build_definitions(world.settings, embedder=world.embedder)) as platform:
        platform.requested()
        world.home.feedback.add_many(
            [_rating(n, row["conversation_id"], row["message_id"]) for n, row in enumerate(rated)]
        )
        landed = platform.sensor("enough_feedback")
        meanwhile, _ = platform.tick()
        built = platform.sensor("enough_feedback")
        afterwards, _ = platform.tick()
        again = platform.sensor("enough_feedback")
    assert [sorted(run.materialised) for run in landed] == [["raw_feedback|2025-03-05"]]
    (build,) = built
    assert {"preference_pairs", "preference_dataset"} <= build.materialised
    assert "preference" not in " ".join(meanwhile | afterwards)
    assert again == []
    assert _judged(world) == judged + 1
    assert world.home.feedback.unprocessed() == 0


def _judged(world: World) -> int:
    return len(world.home.ledger.history("preference_dataset", limit=100))


def test_a_changed_day_makes_automation_ask_for_what_reads_it_and_nothing_else(
    world: World,
) -> None:
    definitions = build_definitions(world.settings, embedder=world.embedder)
    with dagster_instance(world.home) as instance:
        idle = dg.evaluate_automation_conditions(definitions, instance)
        _write_log(world.sources / "chat_logs" / "new.jsonl", "2025-03-05T10:00:00Z")
        world.run("raw_chat_logs")
        changed = dg.evaluate_automation_conditions(definitions, instance, cursor=idle.cursor)
    asked = {
        result.key.to_user_string() for result in changed.results if not result.true_subset.is_empty
    }
    assert idle.total_requested == 0
    assert {"stg_chat_logs", "training_data/clean_conversations", "sft_dataset"} <= asked
    assert not {"raw_documents", "document_chunks", "chunk_embeddings", "knowledge_base"} & asked


def _write_log(path: Path, *times: str) -> None:
    rows = [
        {
            "conversation_id": f"new-{n}",
            "message_id": f"new-{n}-a",
            "turn_index": 0,
            "user_message": "Which breaker does the inverter in the cellar need?",
            "assistant_message": f"It needs a breaker of sixteen amperes, says note {n} of the fitter.",
            "rating": 5,
            "created_at": time,
        }
        for n, time in enumerate(times)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def _rating(number: int, conversation: str = "c", message: str = "m") -> FeedbackEvent:
    event = parse_feedback(
        {
            "event_id": f"api-{number}",
            "conversation_id": conversation,
            "message_id": message,
            "rating": 4,
            "user_id": f"u{number}",
            "created_at": datetime(2025, 3, 5, 12, number, tzinfo=UTC).isoformat(),
        },
        "feedback_api",
        number,
    )
    assert isinstance(event, FeedbackEvent)
    return event
