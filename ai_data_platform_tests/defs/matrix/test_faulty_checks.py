"""Checks that warn, break, keep silent, lie or are gone: the gate is the verdict, not the check."""

import pytest

from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import consumed, expected, team_definitions
from ai_data_platform_tests.defs.matrix.lanes import CANDIDATES, PUBLISHERS
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.defs.matrix.tampering import Fault, with_faulty_checks
from ai_data_platform_tests.world import World

pytestmark = MATRIX

_STOPS: dict[Fault, bool] = {
    "warns": False,
    "raises": True,
    "omits": True,
    "lies": False,
    "gone": False,
}
"""Whether Dagster itself keeps a run from what stands behind a check at fault."""


@pytest.mark.parametrize("fault", _STOPS)
def test_a_check_at_fault_publishes_nothing_bad_and_holds_nothing_good_back_for_long(
    blocked: World, passed: World, fault: Fault
) -> None:
    before = blocked.published()
    with Platform(blocked, with_faulty_checks(team_definitions(blocked), fault)) as platform:
        whole = platform.click(*CANDIDATES, *PUBLISHERS, "trusting_reader")
        alone = platform.click(*PUBLISHERS)
    assert ("trusting_reader" in whole.materialised) is not _STOPS[fault]
    assert whole.materialised.isdisjoint(PUBLISHERS)
    assert (alone.good, alone.materialised) == (False, frozenset())
    assert blocked.published() == before

    with Platform(passed, with_faulty_checks(team_definitions(passed), fault)) as platform:
        whole = platform.click(*CANDIDATES, *PUBLISHERS)
        assert platform.click(*PUBLISHERS).good  # the verdict was given, whatever its check does
    assert whole.materialised.isdisjoint(PUBLISHERS) is _STOPS[fault]
    after = passed.published()
    assert {name for name in after if after[name] != before[name]} == set(before)


@pytest.mark.parametrize("fault", _STOPS)
def test_a_check_at_fault_lets_no_bad_day_through_and_holds_no_good_one_back_for_long(
    world: World, fault: Fault
) -> None:
    with Platform(world, with_faulty_checks(team_definitions(world), fault)) as platform:
        bad = platform.click("raw_chat_logs", "daily_questions", "trusting_days", day="2025-03-20")
        platform.click("raw_chat_logs", "daily_questions", day="2025-03-04")
        later = platform.click("daily_questions", day="2025-03-04")
        rollup = platform.click("weekly_volume")
    assert ("trusting_days|2025-03-20" in bad.materialised) is not _STOPS[fault]
    assert "daily_questions|2025-03-20" not in bad.materialised
    assert (later.good, rollup.good) == (True, True)
    assert consumed(world) == {
        "daily_questions": expected(world, "2025-03-04"),
        "weekly_volume": expected(world),
    }
