"""One platform under Dagster as a team runs it: an instance on disk, and every route to a run."""

import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Self

import dagster as dg
from dagster._core.definitions.automation_tick_evaluation_context import build_run_requests
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import create_test_daemon_workspace_context
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster_graphql.client.query import (
    LAUNCH_PARTITION_BACKFILL_MUTATION,
    LAUNCH_PIPELINE_EXECUTION_MUTATION,
    LAUNCH_PIPELINE_REEXECUTION_MUTATION,
)
from dagster_graphql.test.utils import execute_dagster_graphql

from ai_data_platform_tests.defs.matrix.launcher import HereRunLauncher
from ai_data_platform_tests.defs.matrix.runs import Ran, asset_name, ran_as
from ai_data_platform_tests.world import World

__all__ = ["Platform", "location"]

_EVERYTHING = "__ASSET_JOB"  # the job behind the button Materialize
_NOON = datetime(2025, 3, 20, 12, tzinfo=UTC)
_INSTANCE = """\
telemetry: {enabled: false}
run_launcher: {module: ai_data_platform_tests.defs.matrix.launcher, class: HereRunLauncher}
run_coordinator: {module: dagster._core.run_coordinator, class: DefaultRunCoordinator}
compute_logs: {module: dagster._core.storage.noop_compute_log_manager, class: NoOpComputeLogManager}
"""
_LOADED: dict[str, dg.Definitions] = {}


def location(path: str) -> dg.Definitions:
    """The definitions that a test laid down for the code location in this file."""
    return _LOADED[path]


class Platform:
    """Definitions on a world, loaded as a code location; runs are what the UI and the daemons launch.

    Runs execute in this process, so that a backfill of four runs does not import Dagster four times.
    """

    def __init__(self, world: World, definitions: dg.Definitions, cursor: Any = None) -> None:
        self.world = world
        self.definitions = definitions
        self.cursor = cursor
        """What automation remembers between two evaluations, also over new definitions."""
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        home = self.world.home.dagster
        home.mkdir(parents=True, exist_ok=True)
        (home / "dagster.yaml").write_text(_INSTANCE)
        file = home / f"location_{len(_LOADED)}.py"
        _LOADED[str(file)] = self.definitions
        file.write_text(f"from {__name__} import location\n\ndefs = location({str(file)!r})\n")
        self.instance = self._closing.enter_context(dg.DagsterInstance.from_config(str(home)))
        origin = InProcessCodeLocationOrigin(
            LoadableTargetOrigin(executable_path=sys.executable, python_file=str(file)),
            location_name="team",
        )
        self._workspace = self._closing.enter_context(
            create_test_daemon_workspace_context(
                InProcessWorkspaceLoadTarget(origin), self.instance
            )
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def lane(self, name: str) -> list[str]:
        """An asset and everything that it is made from."""
        graph = self.definitions.resolve_asset_graph()
        keys = dg.AssetSelection.assets(dg.AssetKey(name.split("/"))).upstream().resolve(graph)
        return sorted(key.to_user_string() for key in keys)

    def click(
        self, *names: str, day: str | None = None, checks: Sequence[str] | None = None
    ) -> Ran:
        """The button Materialize on these assets; their checks ride along unless `checks` names others."""
        tags = {} if day is None else {"dagster/partition": day}
        return self._launch(_EVERYTHING, tags, names, checks)

    def report(self, name: str) -> None:
        """What a person can report without a run: a new materialisation, and that all its checks passed."""
        key = dg.AssetKey(name.split("/"))
        tags = {"dagster/data_version": "reported by hand"}
        self.instance.report_runless_asset_event(dg.AssetMaterialization(key, tags=tags))
        graph = self.definitions.resolve_asset_graph()
        for check in graph.get_check_keys_for_assets({key}):
            self.instance.report_runless_asset_event(
                dg.AssetCheckEvaluation(key, check.name, passed=True, metadata={}, blocking=True)
            )

    def job(self, name: str, tags: dict[str, str] | None = None) -> Ran:
        """A job as a person, a schedule or a sensor starts it."""
        return self._launch(name, tags or {})

    def again(self, ran: Ran, strategy: str = "FROM_FAILURE") -> Ran:
        """Re-execution of a run that failed: the same button in the UI, and what run retries do."""
        params = {"parentRunId": ran.run_id, "strategy": strategy}
        return self._launched(
            LAUNCH_PIPELINE_REEXECUTION_MUTATION,
            {"reexecutionParams": params},
            "launchPipelineReexecution",
        )

    def schedule(self, name: str) -> list[Ran]:
        """The runs that a tick of this schedule asks for."""
        schedule = self._repository().get_schedule_def(name)
        context = dg.build_schedule_context(self.instance, scheduled_execution_time=_NOON)
        requests = schedule.evaluate_tick(context).run_requests or []
        return [self.job(schedule.job_name, dict(request.tags)) for request in requests]

    def sensor(self, name: str) -> list[Ran]:
        """The runs that a tick of this sensor asks for."""
        repository = self._repository()
        sensor = repository.get_sensor_def(name)
        with dg.build_sensor_context(
            self.instance, repository_def=repository, resources=self.definitions.resources
        ) as context:
            requests = sensor.evaluate_tick(context).run_requests or []
        return [
            self.job(request.job_name or sensor.job_name, dict(request.tags))
            for request in requests
        ]

    def backfill(self, names: Iterable[str], days: Sequence[str] | None = None) -> list[Ran]:
        """A backfill from the UI, run by the daemon's own iterations until it has ended.

        Without days it is one over assets that have no partitions.
        """
        before = {run.run_id for run in self.instance.get_runs()}
        keys = [_key(name) for name in names]
        asked: dict[str, Any] = {"tags": []}
        if days is None:
            asked["partitionsByAssets"] = [{"assetKey": key} for key in keys]
        else:
            asked |= {"assetSelection": keys, "partitionNames": list(days)}
        data = self._ask(LAUNCH_PARTITION_BACKFILL_MUTATION, {"backfillParams": asked})
        launched = data["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        backfill_id = launched["backfillId"]
        for _ in range(20):
            list(execute_backfill_iteration(self._workspace, logging.getLogger("backfill")))
            self._execute()
            status = self.instance.get_backfill(backfill_id).status
            if status not in (BulkActionStatus.REQUESTED, BulkActionStatus.FAILING):
                break
        else:
            raise AssertionError(f"the backfill never ended: {status}")
        runs = [run.run_id for run in self.instance.get_runs() if run.run_id not in before]
        return [ran_as(self.instance, run_id) for run_id in reversed(runs)]

    def requested(self, now: datetime = _NOON, only: Sequence[str] | None = None) -> frozenset[str]:
        """What conditions (of these assets `only`) ask for since the last time: `asset` or `asset|day`."""
        return self._evaluate(now, only)[0]

    def tick(
        self, now: datetime = _NOON, only: Sequence[str] | None = None
    ) -> tuple[frozenset[str], list[Ran]]:
        """The same, and then the runs that the automation sensor launches for it."""
        asked, requests = self._evaluate(now, only)
        return asked, [self._request(request) for request in requests]

    def _evaluate(
        self, now: datetime, only: Sequence[str] | None
    ) -> tuple[frozenset[str], Sequence[dg.RunRequest]]:
        result = dg.evaluate_automation_conditions(
            self.definitions,
            self.instance,
            None if only is None else dg.AssetSelection.assets(*only),
            evaluation_time=now,
            cursor=self.cursor,
        )
        self.cursor = result.cursor
        graph = self.definitions.resolve_asset_graph()
        subsets = result._requested_subsets
        requests = build_run_requests(subsets, graph, run_tags={}, emit_backfills=False)
        asked = {
            asset_name(key, day)
            for key in graph.get_all_asset_keys()
            for day in result.get_requested_partitions(key)
        }
        return frozenset(asked), requests

    def _repository(self) -> dg.RepositoryDefinition:
        return self.definitions.get_repository_def()

    def _request(self, request: dg.RunRequest) -> Ran:
        tags = dict(request.tags)
        if request.partition_key is not None:
            tags["dagster/partition"] = request.partition_key
        names = [key.to_user_string() for key in request.asset_selection or []]
        return self._launch(_EVERYTHING, tags, names)

    def _launch(
        self,
        job: str,
        tags: dict[str, str],
        names: Iterable[str] = (),
        checks: Sequence[str] | None = None,
    ) -> Ran:
        selector: dict[str, Any] = {
            "repositoryLocationName": "team",
            "repositoryName": "__repository__",
            "jobName": job,
        }
        if names := list(names):
            selector["assetSelection"] = [_key(name) for name in names]
        if checks is not None:
            selector["assetCheckSelection"] = [_check(name) for name in checks]
        metadata = {"tags": [{"key": key, "value": value} for key, value in tags.items()]}
        return self._launched(
            LAUNCH_PIPELINE_EXECUTION_MUTATION,
            {"executionParams": {"selector": selector, "executionMetadata": metadata}},
            "launchPipelineExecution",
        )

    def _launched(self, mutation: str, variables: dict[str, Any], field: str) -> Ran:
        answer = self._ask(mutation, variables)[field]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return ran_as(self.instance, answer["run"]["runId"])

    def _ask(self, mutation: str, variables: dict[str, Any]) -> Any:
        context = self._workspace.create_request_context()
        answer = execute_dagster_graphql(context, mutation, variables).data
        self._execute()
        return answer

    def _execute(self) -> None:
        """The runs that were launched since the last time."""
        launcher = self.instance.run_launcher
        assert isinstance(launcher, HereRunLauncher)
        launcher.execute()


def _key(name: str) -> dict[str, list[str]]:
    return {"path": name.split("/")}


def _check(name: str) -> dict[str, Any]:
    """`asset:check` as the UI sends it."""
    asset, _, check = name.partition(":")
    return {"assetKey": _key(asset), "name": check}
