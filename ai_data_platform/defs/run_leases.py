"""Which runs are at work: a run holds a lock while its process lives, so one that was killed is found out.

Dagster learns that a run died from the code server that started it. When both are killed, the run would
count as in progress for ever, and nothing that waits for its end would start.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from ai_data_platform.stores.home import Home

__all__ = ["is_at_work", "leased", "unfinished_runs"]

_STATUS = dg.DagsterRunStatus
_UNFINISHED = (
    _STATUS.NOT_STARTED,
    _STATUS.QUEUED,
    _STATUS.STARTING,
    _STATUS.STARTED,
    _STATUS.CANCELING,
)
_SILENT_FOR = 180.0
"""Seconds without an event after which a run without a lease is taken for dead: it was killed in the moments
before it took one, or after it gave it back. In the queue a run may be silent for ever."""


def leased(home: Home) -> dg.ResourceDefinition:
    """The resource `home`; a run that uses it holds its lease to the end."""

    @dg.resource(description="Everything that stands below AIDP_HOME.")
    def resource(context: dg.InitResourceContext) -> Iterator[Home]:
        if context.run is None:  # a sensor or a schedule
            yield home
        else:
            with _lease(_path(home, context.run.run_id)):
                yield home

    return resource


def unfinished_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """The runs that wait for their start or are running, as far as Dagster knows."""
    wanted = dg.RunsFilter(statuses=[*_UNFINISHED])
    return [record.dagster_run for record in instance.get_run_records(wanted)]


def is_at_work(instance: dg.DagsterInstance, home: Home, run: dg.DagsterRun) -> bool:
    """Whether an unfinished run that uses `home` still has a process.

    One that has lost it is reported to Dagster as failed.
    """
    if run.status == _STATUS.QUEUED or not _is_lost(instance, home, run):
        return True
    instance.report_run_failed(run, "The process that executed this run is gone.")
    return False


@contextmanager
def _lease(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    taken = path.with_name(f".{path.name}.{os.getpid()}")
    with taken.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        taken.replace(path)  # locked before it can be found
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _is_lost(instance: dg.DagsterInstance, home: Home, run: dg.DagsterRun) -> bool:
    try:
        with _path(home, run.run_id).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return time.time() - _last_sign(instance, run) > _SILENT_FOR
    except BlockingIOError:
        return False
    _path(home, run.run_id).unlink(missing_ok=True)
    return True


def _last_sign(instance: dg.DagsterInstance, run: dg.DagsterRun) -> float:
    newest = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
    if newest:
        return newest[0].timestamp
    made = instance.get_run_record_by_id(run.run_id)
    return made.create_timestamp.timestamp() if made else 0.0


def _path(home: Home, run_id: str) -> Path:
    return home.dagster / "running" / run_id
