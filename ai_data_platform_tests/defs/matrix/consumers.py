"""What a team hangs onto the graph: the shipped example, another policy, and assets that trust Dagster."""

import runpy
from collections.abc import Mapping
from typing import Any

import dagster as dg

from ai_data_platform.definitions import build_definitions
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.partitions import daily
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.world import World

__all__ = ["consumed", "expected", "team_definitions"]

_EXAMPLE = runpy.run_path(str(CHECKOUT / "examples" / "team_assets.py"))
_CANDIDATES = [
    "sft_dataset",
    "preference_dataset",
    "unpaired_preference_dataset",
    "rag_eval_scores",
]

Conditions = Mapping[str, dg.AutomationCondition[Any]]


def team_definitions(world: World, conditions: Conditions | None = None) -> dg.Definitions:
    """The platform on this world with a team's assets in it.

    `daily_questions` (a run a day) and `weekly_volume` are the shipped example. `questions_in_ranges` has
    the backfill policy of the raw tables. `trusting_days`, `trusting_rollup` and `trusting_reader` read
    nothing: what of them is materialised shows what Dagster alone lets through. `conditions` replace the
    automation conditions of the assets named.
    """
    settings = world.settings
    days = daily(settings.start_day)
    team = [*_EXAMPLE["team_assets"](days), _questions_in_ranges(days), *_trusting(days)]
    whole = dg.Definitions.merge(
        build_definitions(settings, embedder=world.embedder), dg.Definitions(assets=team)
    )
    wanted = conditions or {}
    return whole.map_resolved_asset_specs(
        func=lambda spec: (
            spec.replace_attributes(automation_condition=wanted[spec.key.to_user_string()])
            if spec.key.to_user_string() in wanted
            else spec
        )
    )


def consumed(world: World) -> dict[str, set[str]]:
    """The records that each team-made table was made from; a table that was never made is absent."""
    lake = _EXAMPLE["team_lake"](world.home)
    found: dict[str, set[str]] = {}
    for asset in ("daily_questions", "questions_in_ranges"):
        for day in lake.names(asset):
            found.setdefault(asset, set()).update(lake.read(day)["record_id"].to_pylist())
    if (volume := lake.read_if_any("weekly_volume")) is not None:
        found["weekly_volume"] = {r for ids in volume["record_ids"].to_pylist() for r in ids}
    return found


def expected(world: World, *days: str) -> set[str]:
    """The records of these days as they stand in the lake, or of every day."""
    lake = world.home.lake
    names = [f"raw_chat_logs/{day}" for day in days] or lake.names("raw_chat_logs")
    return {record for name in names for record in lake.read(name)["record_id"].to_pylist()}


def _questions_in_ranges(days: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        partitions_def=days,
        deps=["raw_chat_logs"],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    @fails_closed()
    def questions_in_ranges(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
    ) -> None:
        tables = {
            day: home.verified.read(f"raw_chat_logs/{day}", ["record_id"])
            for day in context.partition_keys
        }
        for day, table in tables.items():
            _EXAMPLE["team_lake"](home).write(f"questions_in_ranges/{day}", table, inputs="")

    return questions_in_ranges


def _trusting(days: dg.DailyPartitionsDefinition) -> list[dg.AssetsDefinition]:
    @dg.asset(
        partitions_def=days,
        deps=["raw_chat_logs"],
        backfill_policy=dg.BackfillPolicy.multi_run(),
    )
    def trusting_days() -> None:
        """Runs whenever Dagster lets it."""

    @dg.asset(deps=["raw_chat_logs"])
    def trusting_rollup() -> None:
        """Runs whenever Dagster lets it."""

    @dg.asset(deps=_CANDIDATES)
    def trusting_reader() -> None:
        """Runs whenever Dagster lets it."""

    return [trusting_days, trusting_rollup, trusting_reader]
