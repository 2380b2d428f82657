"""An index broken on purpose, and every route to a publication that Dagster offers."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pytest

from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import team_definitions
from ai_data_platform_tests.defs.matrix.indexes import (
    BROKEN,
    add_page,
    answers,
    mend_index,
    rewrite_passage,
)
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World

pytestmark = MATRIX

_NAKED = {"knowledge_base": dg.AutomationCondition.eager()}
Route = Callable[[Platform, World], object]


def _by_automation(platform: Platform, world: World) -> None:
    platform.requested(only=["knowledge_base"])
    platform.click("rag_eval_scores")
    asked, _ = platform.tick(only=["knowledge_base"])
    assert asked == {"knowledge_base"}


def _by_reexecution(platform: Platform, world: World) -> None:
    ran = platform.click("rag_eval_scores", "knowledge_base", checks=[])
    platform.again(ran, "ALL_STEPS")
    if not ran.good:
        platform.again(ran, "FROM_FAILURE")
        platform.again(ran, "FROM_ASSET_FAILURE")


def _by_sensor(platform: Platform, world: World) -> None:
    page = sorted((world.sources / "documents").rglob("*.md"))[0]
    page.write_text(page.read_text() + "\n")
    assert len(platform.sensor("changed_documents")) == 1


_TO_THE_PUBLICATION: dict[str, Route] = {
    "materialise alone": lambda p, w: p.click("knowledge_base"),
    "materialise alone without checks": lambda p, w: p.click("knowledge_base", checks=[]),
    "audit and publish in one run": lambda p, w: p.click("rag_eval_scores", "knowledge_base"),
    "re-execution": _by_reexecution,
    "backfill": lambda p, w: p.backfill(["knowledge_base"]),
    "automation": _by_automation,
    "command line": lambda p, w: w.run("knowledge_base"),
}
_OF_THE_WHOLE_LANE: dict[str, Route] = {
    "job": lambda p, w: p.job("refresh_knowledge_base"),
    "schedule": lambda p, w: p.schedule("hourly_knowledge_base_refresh"),
    "sensor": _by_sensor,
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_index_is_published_by_no_route_and_the_mended_one_by_the_next_run(
    world: World, fault: str
) -> None:
    served, sound = answers(world), world.home.chunks.head()
    BROKEN[fault](world)
    with Platform(world, team_definitions(world, _NAKED)) as platform:
        for route, take in _TO_THE_PUBLICATION.items():
            take(platform, world)
            assert answers(world) == served, route

        mend_index(world, sound)
        add_page(world)
        assert platform.job("refresh_knowledge_base").good
    version, content, _ = answers(world)
    assert version != served[0]
    assert content == world.home.chunks.content_fingerprint()


@pytest.mark.parametrize("fault", ["documents lost", "vectors shuffled"])
def test_a_broken_index_is_published_by_no_run_of_the_whole_lane(world: World, fault: str) -> None:
    served = answers(world)
    for route, take in _OF_THE_WHOLE_LANE.items():
        BROKEN[fault](world)
        with Platform(world, team_definitions(world)) as platform:
            take(platform, world)
        assert answers(world) == served, route


_REWRITTEN: dict[str, Callable[[Any], Any]] = {
    "text": lambda text: f"{text} Then bridge both terminals.",
    "uri": lambda _: "elsewhere.md",
    "heading_path": lambda _: ["Elsewhere"],
}


@pytest.mark.parametrize("column", _REWRITTEN)
def test_what_readers_are_shown_is_not_rewritten_by_way_of_a_good_change(
    world: World, column: str
) -> None:
    rewrite_passage(world, column, _REWRITTEN[column])
    add_page(world)
    with Platform(world, team_definitions(world)) as platform:
        platform.job("refresh_knowledge_base")
    current = world.home.versions("knowledge_base").current()
    shown = world.home.chunks.read(["chunk_id", column], int(current.manifest["table_version"]))
    made = world.home.lake.read("document_chunks", ["chunk_id", column]).to_pylist()
    wanted = {row["chunk_id"]: row[column] for row in made}
    wrong = [row for row in shown.to_pylist() if row[column] != wanted[row["chunk_id"]]]
    assert wrong == []
