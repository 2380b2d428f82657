"""What became of a run, as its event log tells it."""

from dataclasses import dataclass
from typing import Any

import dagster as dg

from ai_data_platform.cli.graph import failure_cause

__all__ = ["Ran", "asset_name", "ran_as"]


@dataclass(frozen=True, slots=True)
class Ran:
    """One run: whether it succeeded, what it materialised (`asset` or `asset|day`) and what it said."""

    run_id: str
    good: bool
    materialised: frozenset[str]
    said: str


def ran_as(instance: dg.DagsterInstance, run_id: str) -> Ran:
    """A run that has ended."""
    made, said = set(), []
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event is None:
            continue
        if event.is_step_materialization:
            made.add(asset_name(event.asset_key, event.partition))
        if event.is_step_failure:
            said.append(failure_cause(event.step_failure_data))
    good = instance.get_run_by_id(run_id).is_success
    return Ran(run_id, good, frozenset(made), "\n".join(said))


def asset_name(key: Any, day: str | None) -> str:
    """`asset`, or `asset|day` for a partition."""
    return key.to_user_string() + (f"|{day}" if day else "")
