"""A team's own assets in the graph: what they read through `home.verified` has passed its gate.

    .venv/bin/dagster dev -f examples/team_assets.py

Whatever starts them (a click, a backfill, a condition, a schedule of your own), they see verified rows or
they fail. `home.lake.read` gives what stands there, verified or not: leave it to the platform.
"""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.text import word_count
from ai_data_platform.definitions import build_definitions
from ai_data_platform.defs.automation.conditions import DAYS_CHANGED_AND_GATED
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.partitions import daily
from ai_data_platform.settings import read_settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.lake import Lake, Manifest

__all__ = ["daily_questions", "defs", "team_assets", "team_lake", "weekly_volume"]


def team_lake(home: Home) -> Lake:
    """Where this team keeps its tables: apart from the platform's lake, which holds gated tables only."""
    return Lake(home.root / "team")


def daily_questions(home: Home, day: str) -> Manifest:
    """One row a question of the day: the record it stands in, and its length in words.

    Raises GateBlocked or NotPublishedYet for a day that did not pass its gate, with figure and command.
    """
    source = f"raw_chat_logs/{day}"
    rows = home.verified.read(source, ["record_id", "user_message"])
    lengths = [word_count(question) for question in rows["user_message"].to_pylist()]
    table = pa.table({"record_id": rows["record_id"], "words": lengths})
    inputs = home.verified.fingerprint(source)
    return team_lake(home).write(f"daily_questions/{day}", table, inputs=inputs)


def weekly_volume(home: Home) -> Manifest:
    """One row an ISO week over every day that passed: exchanges, conversations and the records counted."""
    days = home.verified.days("raw_chat_logs")  # a day that never passed is not among them
    columns = ["record_id", "conversation_id", "created_at"]
    rows = pa.concat_tables(home.verified.read(day, columns) for day in days)
    weeks = rows.append_column("week", pc.strftime(rows["created_at"], "%G-W%V"))
    table = (
        weeks.group_by("week", use_threads=False)
        .aggregate(
            [("record_id", "count"), ("conversation_id", "count_distinct"), ("record_id", "list")]
        )
        .rename_columns(["week", "exchanges", "conversations", "record_ids"])
        .sort_by("week")
    )
    inputs = fingerprint(home.verified.fingerprints(*days))
    return team_lake(home).write("weekly_volume", table, inputs=inputs)


def team_assets(days: dg.DailyPartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Both tables as assets. `fails_closed` spares a refused step its retries: none mends a verdict."""

    @dg.asset(
        name="daily_questions",
        partitions_def=days,
        deps=["raw_chat_logs"],
        backfill_policy=dg.BackfillPolicy.multi_run(),  # a day a run, so a bad day fails alone
        automation_condition=DAYS_CHANGED_AND_GATED,
        group_name="team",
    )
    @fails_closed()
    def questions(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
    ) -> dg.MaterializeResult[Any]:
        """Length of each question of a day."""
        return _result([daily_questions(home, day) for day in context.partition_keys])

    @dg.asset(
        name="weekly_volume",
        deps=["raw_chat_logs"],
        automation_condition=DAYS_CHANGED_AND_GATED,
        group_name="team",
    )
    @fails_closed()
    def volume(home: dg.ResourceParam[Home]) -> dg.MaterializeResult[Any]:
        """Exchanges and conversations of each week."""
        return _result([weekly_volume(home)])

    return [questions, volume]


def _result(made: list[Manifest]) -> dg.MaterializeResult[Any]:
    """Row count, and the content as data version, by which Dagster tells what changed."""
    return dg.MaterializeResult(
        metadata={"dagster/row_count": sum(manifest.rows for manifest in made)},
        data_version=dg.DataVersion("-".join(manifest.fingerprint for manifest in made)[:200]),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The platform with the team's assets in it, on the settings of the environment."""
    settings = read_settings()
    return dg.Definitions.merge(
        build_definitions(settings), dg.Definitions(assets=team_assets(daily(settings.start_day)))
    )
