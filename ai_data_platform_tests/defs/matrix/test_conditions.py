"""Automation: naked conditions ask for anything and get nothing bad; ours do not even ask."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest

from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import consumed, expected, team_definitions
from ai_data_platform_tests.defs.matrix.days import add_exchange
from ai_data_platform_tests.defs.matrix.indexes import add_page
from ai_data_platform_tests.defs.matrix.lanes import BLOCKED, CANDIDATES, MENDED, PUBLISHERS, on
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World

pytestmark = MATRIX

_AC = dg.AutomationCondition
_NAKED: dict[str, dg.AutomationCondition[Any]] = {
    "eager": _AC.eager(),
    "any_deps_updated": _AC.any_deps_updated(),
    "on_cron": _AC.on_cron("0 1 * * *"),
    "on_missing": _AC.on_missing(),
}
_DAILY, _ROLLUP = "daily_questions", "weekly_volume"


@pytest.mark.parametrize("name", _NAKED)
@pytest.mark.parametrize(("day", "passes"), [("2025-03-09", True), ("2025-03-20", False)])
def test_a_naked_condition_asks_for_the_newest_day_and_the_gate_decides(
    world: World, name: str, day: str, passes: bool
) -> None:
    number = int(day[-2:])
    eve = datetime(2025, 3, number - 1, 23, tzinfo=UTC)
    noon = datetime(2025, 3, number, 12, tzinfo=UTC)
    definitions = team_definitions(world, {_DAILY: _NAKED[name]})
    with Platform(world, definitions) as platform:
        platform.requested(eve, [_DAILY])
        assert platform.click("raw_chat_logs", day=day).good is passes
        asked, ran = platform.tick(noon, [_DAILY])
    assert asked == {f"{_DAILY}|{day}"}  # though the blocking check on it failed, where it did
    assert [run.good for run in ran] == [passes]
    assert consumed(world) == ({_DAILY: expected(world, day)} if passes else {})


@pytest.mark.parametrize("name", ["eager", "any_deps_updated"])
def test_naked_conditions_on_the_publishers_publish_what_passed_and_nothing_else(
    blocked: World, passed: World, name: str
) -> None:
    before = blocked.published()
    naked = dict.fromkeys(PUBLISHERS, _NAKED[name])
    for world, passes in ((blocked, False), (passed, True)):
        with Platform(world, team_definitions(world, naked)) as platform:
            platform.requested(only=PUBLISHERS)
            platform.click(*CANDIDATES, checks=[])
            asked, ran = platform.tick(only=PUBLISHERS)
        assert asked == set(PUBLISHERS)
        assert {run.good for run in ran} == {passes}
        changed = {n for n, version in world.published().items() if version != before[n]}
        assert changed == (set(before) if passes else set())


def test_our_conditions_ask_for_a_publication_when_its_gate_passed_and_not_before(
    world: World,
) -> None:
    before = world.published()
    add_page(world)
    bad, good = on(world, BLOCKED), on(world, MENDED)
    with Platform(bad, team_definitions(bad)) as platform:
        platform.requested(only=PUBLISHERS)
        assert not platform.click(*CANDIDATES).good
        assert platform.requested(only=PUBLISHERS) == frozenset()
    with Platform(good, team_definitions(good), platform.cursor) as platform:
        assert platform.click(*CANDIDATES).good  # the same content, which its gate passes now
        asked, ran = platform.tick(only=PUBLISHERS)
    assert asked == set(PUBLISHERS)
    assert all(run.good for run in ran)
    after = world.published()
    assert {name for name in after if after[name] != before[name]} == set(before)


def test_a_pass_that_a_person_reports_to_dagster_is_no_verdict(
    blocked: World, passed: World
) -> None:
    before = blocked.published()
    for world, passes in ((blocked, False), (passed, True)):
        with Platform(world, team_definitions(world)) as platform:
            platform.requested(only=["datasets/sft"])
            platform.report("sft_dataset")
            asked, ran = platform.tick(only=["datasets/sft"])
        assert asked == {"datasets/sft"}  # Dagster takes the person's word
        assert [run.good for run in ran] == [passes]
        changed = {n for n, version in world.published().items() if version != before[n]}
        assert changed == ({"sft"} if passes else set())


@pytest.mark.parametrize("order", [("2025-03-09", "2025-03-20"), ("2025-03-20", "2025-03-09")])
def test_good_days_are_asked_for_and_read_beside_a_bad_one_in_either_order(
    world: World, order: tuple[str, str]
) -> None:
    world.home.lake.remove("raw_chat_logs/2025-03-09")
    with Platform(world, team_definitions(world)) as platform:
        platform.requested(only=[_DAILY, _ROLLUP])
        for day in order:
            platform.click("raw_chat_logs", day=day)
        asked, ran = platform.tick(only=[_DAILY, _ROLLUP])
        again = platform.requested(only=[_DAILY, _ROLLUP])
    assert asked == {f"{_DAILY}|2025-03-09", _ROLLUP}
    assert again == frozenset()
    assert all(run.good for run in ran)
    assert consumed(world) == {_DAILY: expected(world, "2025-03-09"), _ROLLUP: expected(world)}


def test_a_day_that_failed_is_asked_for_as_soon_as_it_passes(world: World) -> None:
    with Platform(world, team_definitions(world)) as platform:
        platform.requested(only=[_DAILY])
        platform.click("raw_chat_logs", day="2025-03-20")
        blocked = platform.requested(only=[_DAILY])
        add_exchange(world, "2025-03-20")
        platform.click("raw_chat_logs", day="2025-03-20")
        mended, ran = platform.tick(only=[_DAILY])
    assert (blocked, mended) == (frozenset(), {f"{_DAILY}|2025-03-20"})
    assert [run.good for run in ran] == [True]
    assert consumed(world) == {_DAILY: expected(world, "2025-03-20")}
    assert len(expected(world, "2025-03-20")) == 1
