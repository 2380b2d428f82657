"""A later run of what stands downstream: the route on which a blocking check of Dagster sees nothing."""

import pytest

from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import consumed, expected, team_definitions
from ai_data_platform_tests.defs.matrix.days import BAD_DAYS, edit
from ai_data_platform_tests.defs.matrix.lanes import CANDIDATES, LANES, MENDED, PUBLISHERS, Lane, on
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World

pytestmark = MATRIX


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.name)
def test_publishing_alone_after_a_blocked_candidate_is_refused_until_it_is_mended(
    blocked: World, lane: Lane
) -> None:
    before = blocked.published()
    with Platform(blocked, team_definitions(blocked)) as platform:
        alone = platform.click(lane.publisher)
        trusting = platform.click("trusting_reader")
    assert (alone.good, alone.materialised) == (False, frozenset())
    assert "the gate blocked" in alone.said
    assert trusting.good  # Dagster alone lets a later run past a check that failed
    assert blocked.published() == before

    mended = on(blocked, MENDED)
    with Platform(mended, team_definitions(mended)) as platform:
        assert platform.click(*lane.candidate).good
        assert platform.click(lane.publisher).good
    after = mended.published()
    assert {name for name in after if after[name] != before[name]} == {lane.name}


def test_selections_without_checks_publish_what_passed_and_nothing_else(
    blocked: World, passed: World
) -> None:
    before = blocked.published()
    with Platform(blocked, team_definitions(blocked)) as platform:
        whole = platform.click(*CANDIDATES, *PUBLISHERS, "trusting_reader", checks=[])
        alone = platform.click(*PUBLISHERS, checks=[])
    assert "trusting_reader" in whole.materialised  # Dagster alone asks nothing
    assert whole.materialised.isdisjoint(PUBLISHERS)
    assert (alone.good, alone.materialised) == (False, frozenset())
    assert blocked.published() == before

    with Platform(passed, team_definitions(passed)) as platform:
        assert platform.click(*CANDIDATES, *PUBLISHERS, checks=[]).good
    after = passed.published()
    assert {name for name in after if after[name] != before[name]} == set(before)


@pytest.mark.parametrize("bad", BAD_DAYS)
@pytest.mark.parametrize("checks", [None, []], ids=["with checks", "without checks"])
def test_a_consumer_started_alone_reads_the_good_day_and_never_the_bad_one(
    world: World, bad: str, checks: list[str] | None
) -> None:
    good = expected(world, "2025-03-06")
    BAD_DAYS[bad](world, "2025-03-05")
    with Platform(world, team_definitions(world)) as platform:
        read = platform.click("daily_questions", day="2025-03-06", checks=checks)
        refused = platform.click("daily_questions", day="2025-03-05", checks=checks)
        never_passed = platform.click("daily_questions", day="2025-03-20", checks=checks)
        rollup = platform.click("weekly_volume", checks=checks)
        trusting = platform.click("trusting_days", day="2025-03-05", checks=checks)
    assert trusting.good  # Dagster alone starts it and asks nothing
    assert (read.good, refused.good, never_passed.good, rollup.good) == (True, False, False, False)
    assert "raw_chat_logs/2025-03-05 is not read" in refused.said
    assert "raw_chat_logs/2025-03-05 is not read" in rollup.said
    assert consumed(world) == {"daily_questions": good}


def test_a_raw_day_that_is_made_again_is_read_again(world: World) -> None:
    whole = expected(world)
    edit(world, "2025-03-05")
    with Platform(world, team_definitions(world)) as platform:
        assert not platform.click("weekly_volume").good
        assert platform.click("raw_chat_logs", day="2025-03-05").good
        assert platform.click("weekly_volume").good
    assert consumed(world) == {"weekly_volume": whole}
