"""A backfill over a range of days as the UI launches it: Dagster's own daemon, a real instance on disk."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.workspace.context import IWorkspaceProcessContext, WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.controller import create_daemon_grpc_server_registry

from ai_data_platform.settings import CHECKOUT
from ai_data_platform_tests.world import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning:dagster"
    ),  # inside the daemon's own code
]

_DAYS = ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-20"]


@pytest.fixture
def surroundings(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The environment that the daemon's code server and runs read, over an instance of its own."""
    home = world.folder / "instance"
    home.mkdir()
    (home / "dagster.yaml").write_text(
        "telemetry: {enabled: false}\n"
        "run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}\n"
    )
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    for name, value in world.settings.model_dump(
        include={"home", "chat_logs", "feedback_files"}
    ).items():
        monkeypatch.setenv(f"AIDP_{name.upper()}", str(value))
    monkeypatch.setenv("AIDP_DOCUMENTS", ",".join(world.settings.documents))
    monkeypatch.setenv("AIDP_START_DAY", "2025-03-01")
    monkeypatch.chdir(CHECKOUT)
    yield world
    assert os.environ["DAGSTER_HOME"] == str(home)


def test_a_backfill_fills_the_good_days_and_fails_the_day_without_rows(surroundings: World) -> None:
    world = surroundings
    lake = world.home.lake.root / "raw_chat_logs"
    for path in lake.glob("*.parquet"):
        path.unlink()
    with dg.DagsterInstance.get() as instance:
        status = _backfill(instance, [dg.AssetKey("raw_chat_logs")], _DAYS)
        runs = {
            run.tags["dagster/asset_partition_range_start"]: run.status.value
            for run in instance.get_runs()
        }
        failed_checks = [
            entry.dagster_event.event_specific_data
            for run in instance.get_runs()
            for entry in instance.all_logs(
                run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
            )
            if not entry.dagster_event.event_specific_data.passed
        ]
    assert status is not BulkActionStatus.REQUESTED
    assert runs == {"2025-03-03": "SUCCESS", "2025-03-20": "FAILURE"}  # a run a block of days
    assert sorted(path.stem for path in lake.glob("*.parquet")) == _DAYS[:3]
    assert {check.partition for check in failed_checks if check.partition} == {"2025-03-20"}
    verdict = world.home.ledger.latest("raw_chat_logs", "2025-03-20")
    assert verdict is not None
    assert not verdict.verdict.passed


@contextmanager
def _code_server(
    target: ModuleTarget, instance: dg.DagsterInstance
) -> Iterator[IWorkspaceProcessContext]:
    """The code location in a process of its own, as the daemon starts it; it is gone afterwards."""
    with create_daemon_grpc_server_registry(instance) as servers:
        with WorkspaceProcessContext(instance, target, grpc_server_registry=servers) as workspace:
            yield workspace
        servers.shutdown_all_processes()
        servers.wait_for_processes()


def _backfill(
    instance: dg.DagsterInstance, keys: list[dg.AssetKey], days: list[str]
) -> BulkActionStatus:
    target = ModuleTarget(
        module_name="ai_data_platform.definitions",
        attribute=None,
        working_directory=str(Path.cwd()),
        location_name="ai_data_platform",
    )
    with _code_server(target, instance) as workspace:
        graph = workspace.create_request_context().asset_graph
        backfill = PartitionBackfill.from_asset_partitions(
            asset_graph=graph,
            backfill_id="range",
            tags={},
            backfill_timestamp=time.time(),
            asset_selection=keys,
            partition_names=days,
            dynamic_partitions_store=instance,
            all_partitions=False,
            title=None,
            description=None,
            run_config=None,
        )
        instance.add_backfill(backfill)
        for _ in range(60):
            list(execute_backfill_iteration(workspace, logging.getLogger("backfill")))
            found = instance.get_backfill("range")
            if found.status not in (BulkActionStatus.REQUESTED, BulkActionStatus.FAILING):
                return found.status
            time.sleep(1)
    return found.status
