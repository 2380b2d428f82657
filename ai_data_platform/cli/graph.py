"""`aidp run`: materialise what changed, with progress, in this process."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from ai_data_platform.cli.output import console
from ai_data_platform.cli.progress import progress
from ai_data_platform.cli.selection import resolve_selection
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.retrieval import Embedder
from ai_data_platform.definitions import build_definitions
from ai_data_platform.defs.checks import WHOLE_GATE
from ai_data_platform.defs.partitions import day_blocks, range_tags
from ai_data_platform.settings import Settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, feedback_days, pending_days

__all__ = ["GraphRun", "StepOutcome", "dagster_instance", "failure_cause"]

_DAILY = ("raw_chat_logs", "raw_feedback")


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One failed step or check: where, and what it said."""

    where: str
    message: str


class GraphRun:
    """Runs the graph, or a selection of it, on the instance below AIDP_HOME."""

    def __init__(self, settings: Settings, home: Home, embedder: Embedder | None = None) -> None:
        home.claim(sample=settings.on_the_sample)
        self._settings = settings
        self._home = home
        self._definitions = build_definitions(
            settings, embedder=embedder, loggers={"progress": progress}
        )
        self.failures: list[StepOutcome] = []

    def run(self, selection: str | None, first: date | None, last: date | None) -> bool:
        """Materialise; False when a step or a blocking check failed. Without days, the changed ones."""
        job = self._definitions.resolve_implicit_global_asset_job_def()
        graph = job.asset_layer.asset_graph
        chosen = resolve_selection(selection or "*", graph)
        if selection is None:
            chosen = chosen - self._without_source(graph)
        daily = [name for name in _DAILY if dg.AssetKey(name) in chosen]
        rest = sorted(chosen - {dg.AssetKey(name) for name in daily}, key=lambda key: key.path)
        with dagster_instance(self._home) as instance:
            good = True
            for name in daily:
                for block in self._blocks(name, first, last):
                    good &= self._execute(instance, [dg.AssetKey(name)], block)
            if rest:
                good &= self._execute(instance, rest, None)
        return good

    def _without_source(self, graph: Any) -> set[dg.AssetKey]:
        """Assets of lanes that have no source: nothing is asked of them."""
        store = self._home.feedback
        feedback = self._settings.feedback_files or store.last_sequence()
        sources = {
            "raw_chat_logs": self._settings.chat_logs or store.last_turn(),
            "raw_documents": self._settings.documents,
            "raw_feedback": feedback,
        }
        without: set[dg.AssetKey] = set()
        for asset, source in sources.items():
            if not source:
                console.print(f"  {asset} has no source: its lane is left out", style="dim")
                without |= set(dg.AssetSelection.assets(asset).downstream().resolve(graph))
        return without

    def _blocks(
        self, name: str, first: date | None, last: date | None
    ) -> Iterator[tuple[str, str]]:
        if first is not None or last is not None:
            start, end = first or last or date.min, last or first or date.min
            if start > end:
                raise ConfigurationError(f"--from {start} is after --to {end}")
            self._check_partitions(start, end)
            days = [(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)]
            yield from day_blocks(days, self._settings.backfill_days)
            return
        read, location = (
            (chat_log_days, self._settings.chat_log_source())
            if name == "raw_chat_logs"
            else (feedback_days, self._settings.feedback_source())
        )
        source = read(self._home, location, lambda line: console.print(f"  {line}", style="dim"))
        today = datetime.now(UTC).date().isoformat()
        start_day = self._settings.start_day.isoformat()
        pending = pending_days(self._home, source, name)
        outside = [day for day in pending if not start_day <= day <= today]
        if outside:
            rows = sum(part.rows for day in outside for part in source.parts[day])
            console.print(
                f"  {rows:,} rows of {name} lie outside {start_day} to {today}, from {outside[0]} to "
                f"{outside[-1]}: set AIDP_START_DAY, or they wait for their day",
                style="yellow",
            )
        inside = [day for day in pending if start_day <= day <= today]
        yield from day_blocks(inside, self._settings.backfill_days)

    def _check_partitions(self, start: date, end: date) -> None:
        if start < self._settings.start_day:
            raise ConfigurationError(
                f"--from {start} is before the first partition {self._settings.start_day}: "
                "set AIDP_START_DAY"
            )
        if end > datetime.now(UTC).date():
            raise ConfigurationError(f"--to {end} is in the future: there is no such partition yet")

    def _execute(
        self,
        instance: dg.DagsterInstance,
        keys: Sequence[dg.AssetKey],
        block: tuple[str, str] | None,
    ) -> bool:
        job = self._definitions.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(
            instance=instance,
            asset_selection=list(keys),
            tags={} if block is None else range_tags(*block),
            raise_on_error=False,
            run_config={"loggers": {"progress": {}}},
        )
        self._collect(result)
        return result.success

    def _collect(self, result: dg.ExecuteInProcessResult) -> None:
        for evaluation in result.get_asset_check_evaluations():
            if evaluation.passed or not evaluation.blocking or evaluation.partition:
                continue
            # The gate's own check names every rule that broke; dbt's tests speak for themselves.
            if evaluation.check_name == WHOLE_GATE or "score" not in evaluation.metadata:
                where = f"{evaluation.asset_key.to_user_string()} ({evaluation.check_name})"
                self.failures.append(StepOutcome(where, evaluation.description or "failed"))
        for event in result.get_step_failure_events():
            data = event.step_failure_data
            message = failure_cause(data)
            if "asset check" not in message or "failed with ERROR severity" not in message:
                self.failures.append(StepOutcome(event.step_key or "", message))


@contextmanager
def dagster_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance below AIDP_HOME, which `dagster dev` shows as well."""
    os.environ["DAGSTER_HOME"] = str(home.prepare_dagster())
    with dg.DagsterInstance.get() as instance:
        yield instance


def failure_cause(data: Any) -> str:
    """What a step failed for, in the words of the error at the root of it."""
    if data.user_failure_data is not None and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return "" if error is None else str(error.message).strip()
