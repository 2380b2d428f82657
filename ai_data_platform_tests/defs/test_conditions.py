"""Automation leaves to the feedback trigger what it landed, and asks for everything else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest

from ai_data_platform.defs.automation.conditions import DAYS_CHANGED_AND_GATED, FEEDBACK_AFTER

DAY, NEXT = "2025-03-05", "2025-03-06"
_NOW = datetime(2025, 3, 10, tzinfo=UTC)
_DAYS = dg.DailyPartitionsDefinition("2025-03-01", timezone="UTC")


class Lane:
    """Ratings by day and what is made of them, under the condition; `content` is what a day holds."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.content = "one"
        self._cursor: Any = None

        @dg.asset(partitions_def=_DAYS)
        def ratings() -> dg.MaterializeResult[Any]:
            return dg.MaterializeResult(data_version=dg.DataVersion(self.content))

        @dg.asset_check(asset=ratings, blocking=True, partitions_def=_DAYS)
        def rows() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=True)

        @dg.asset(deps=[ratings], automation_condition=DAYS_CHANGED_AND_GATED)
        def pairs() -> None: ...

        self.definitions = dg.Definitions(assets=[ratings, pairs], asset_checks=[rows])
        self.asked()

    def land(self, content: str, day: str = DAY, **tags: str) -> None:
        self.content = content
        self._run(["ratings"], day, tags)

    def build(self, **tags: str) -> None:
        self._run(["pairs"], None, tags)

    def asked(self) -> bool:
        """Whether automation asks for the pairs since the last time."""
        found = dg.evaluate_automation_conditions(
            self.definitions, self.instance, cursor=self._cursor, evaluation_time=_NOW
        )
        self._cursor = found.cursor
        return found.total_requested > 0

    def _run(self, names: list[str], day: str | None, tags: dict[str, str]) -> None:
        job = self.definitions.resolve_implicit_global_asset_job_def()
        job.execute_in_process(
            instance=self.instance,
            asset_selection=[dg.AssetKey(name) for name in names],
            partition_key=day,
            tags=tags,
        )


@pytest.fixture
def lane() -> Iterator[Lane]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Lane(instance)


def test_days_that_the_trigger_landed_are_built_by_the_trigger_alone(lane: Lane) -> None:
    lane.land("two", **{FEEDBACK_AFTER: "0"})
    assert not lane.asked()
    lane.build(**{FEEDBACK_AFTER: "0"})
    assert not lane.asked()


def test_days_that_anything_else_landed_are_asked_for(lane: Lane) -> None:
    lane.land("two")
    assert lane.asked()
    lane.build()
    assert not lane.asked()


def test_a_file_that_comes_to_a_day_of_the_trigger_is_asked_for(lane: Lane) -> None:
    lane.land("two", **{FEEDBACK_AFTER: "0"})
    assert not lane.asked()
    lane.land("three")
    assert lane.asked()


def test_a_file_of_another_day_beside_one_of_the_trigger_is_asked_for(lane: Lane) -> None:
    lane.land("two", **{FEEDBACK_AFTER: "0"})
    lane.land("two", NEXT)
    assert lane.asked()
