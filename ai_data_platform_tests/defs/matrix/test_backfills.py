"""Backfills, run by the daemon's own iterations: a bad day among good ones."""

import pyarrow.parquet as pq
import pytest

from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import consumed, expected, team_definitions
from ai_data_platform_tests.defs.matrix.days import BAD_DAYS, add_exchange
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.defs.matrix.runs import Ran
from ai_data_platform_tests.world import World

pytestmark = MATRIX

_CONSUMERS = ("daily_questions", "questions_in_ranges", "weekly_volume")
_TRUSTING = ("trusting_days", "trusting_rollup")


def test_a_bad_day_in_a_backfill_reaches_no_consumer_whatever_its_policy(world: World) -> None:
    days = ["2025-03-04", "2025-03-05", "2025-03-20"]
    with Platform(world, team_definitions(world)) as platform:
        runs = platform.backfill(["raw_chat_logs", *_CONSUMERS, *_TRUSTING], days)
    made = _made(runs)
    # Dagster alone takes a day as done once it is materialised: another policy and the roll-up go on.
    assert {"raw_chat_logs|2025-03-20", "trusting_days|2025-03-20", "trusting_rollup"} <= made
    assert made.isdisjoint({"daily_questions|2025-03-20", "questions_in_ranges|2025-03-20"})
    good = expected(world, "2025-03-04", "2025-03-05")
    assert consumed(world) == {
        "daily_questions": good,
        "questions_in_ranges": good,
        "weekly_volume": expected(world),
    }


def test_good_days_of_a_run_that_held_a_bad_one_flow_in_the_next_backfill(world: World) -> None:
    days = ["2025-03-08", "2025-03-09", "2025-03-10"]  # one block, and no chat logs on the last
    good = expected(world, "2025-03-08", "2025-03-09")
    with Platform(world, team_definitions(world)) as platform:
        first = platform.backfill(["raw_chat_logs", "questions_in_ranges"], days)
        assert [ran.good for ran in first] == [False]
        assert consumed(world) == {}
        platform.backfill(["questions_in_ranges"], days[:2])
        platform.backfill(["daily_questions"], days)
    assert consumed(world) == {"questions_in_ranges": good, "daily_questions": good}


@pytest.mark.parametrize("bad", BAD_DAYS)
def test_a_backfill_of_consumers_alone_reads_the_good_days_beside_a_bad_one(
    world: World, bad: str
) -> None:
    good = expected(world, "2025-03-04", "2025-03-06")
    BAD_DAYS[bad](world, "2025-03-05")
    with Platform(world, team_definitions(world)) as platform:
        runs = platform.backfill(
            [*_CONSUMERS, *_TRUSTING], ["2025-03-04", "2025-03-05", "2025-03-06"]
        )
    made = _made(runs)
    assert {"trusting_days|2025-03-05", "trusting_rollup"} <= made
    assert "daily_questions|2025-03-05" not in made
    assert consumed(world) == {"daily_questions": good}  # a range and a roll-up hold the bad day


def test_a_backfill_to_the_publication_uses_the_ratings_of_good_days_alone(world: World) -> None:
    lake, before = world.home.lake, world.published()
    for day in ("2025-03-09", "2025-03-10"):
        lake.remove(f"raw_feedback/{day}")
    lane = ["raw_feedback", "preference_pairs", "preference_dataset", "datasets/preference"]
    with Platform(world, team_definitions(world)) as platform:
        platform.click(*lane[1:])
        fewer = world.published()["preference"]
        platform.backfill(lane, ["2025-03-09", "2025-03-10", "2025-03-20"])
    assert fewer != before["preference"]
    assert world.published() == before  # all good ratings again, and nothing of the bad day


def test_a_backfill_to_the_publication_trains_on_the_chats_of_good_days_alone(world: World) -> None:
    add_exchange(world, "2025-03-09")
    with Platform(world, team_definitions(world)) as platform:
        platform.backfill(platform.lane("datasets/sft"), ["2025-03-09", "2025-03-20"])
    home = world.home
    files = sorted((home.versions("sft").current().folder / "data").glob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    trained = {record for row in rows for record in row["record_ids"]}
    assert "late-2025-03-09" in {row["conversation_id"] for row in rows}
    assert trained <= expected(world)
    assert home.lake.names("raw_chat_logs")[-1] == "raw_chat_logs/2025-03-09"


def _made(runs: list[Ran]) -> set[str]:
    return {name for ran in runs for name in ran.materialised}
