"""The examples run as they stand, on the settings of the environment."""

import runpy
from datetime import date

import dagster as dg
import pytest

from ai_data_platform.settings import CHECKOUT
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def team(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The names of `examples/team_assets.py`, over this world by its environment."""
    settings = world.settings
    monkeypatch.setenv("AIDP_HOME", str(settings.home))
    monkeypatch.setenv("AIDP_CHAT_LOGS", str(settings.chat_logs))
    monkeypatch.setenv("AIDP_DOCUMENTS", ",".join(settings.documents))
    monkeypatch.setenv("AIDP_START_DAY", "2025-03-01")
    return runpy.run_path(str(CHECKOUT / "examples" / "team_assets.py"))


def test_a_teams_assets_stand_in_the_graph_and_count_what_the_lake_holds(
    world: World, team: dict[str, object]
) -> None:
    definitions = team["defs"]()
    assert isinstance(definitions, dg.Definitions)
    job = definitions.resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        for name, day in (("daily_questions", "2025-03-04"), ("weekly_volume", None)):
            keys = [dg.AssetKey(name)]
            ran = job.execute_in_process(asset_selection=keys, partition_key=day, instance=instance)
            assert ran.success
    lake, raw = team["team_lake"](world.home), world.home.lake
    questions = lake.read("daily_questions/2025-03-04")
    volume = lake.read("weekly_volume").to_pylist()
    days = {date.fromisoformat(name.split("/")[1]): name for name in raw.names("raw_chat_logs")}
    assert questions["record_id"] == raw.read("raw_chat_logs/2025-03-04")["record_id"]
    assert min(questions["words"].to_pylist()) > 0
    assert {row["week"]: row["exchanges"] for row in volume} == {
        week: sum(raw.read(name).num_rows for day, name in days.items() if f"{day:%G-W%V}" == week)
        for week in {f"{day:%G-W%V}" for day in days}
    }
