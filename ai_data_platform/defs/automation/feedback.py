"""The trigger: preference data is built once for every so many ratings that the service took."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import dagster as dg

from ai_data_platform.defs.automation.conditions import FEEDBACK_AFTER
from ai_data_platform.defs.jobs import PREFERENCE_DATA, RAW_FEEDBACK, TURNS
from ai_data_platform.defs.partitions import day_blocks, open_days, range_tags
from ai_data_platform.defs.run_leases import is_at_work, unfinished_runs
from ai_data_platform.settings import Settings
from ai_data_platform.stores.feedback_reach import events_landed, mark_built, turn_days_to_land
from ai_data_platform.stores.home import Home

__all__ = ["enough_feedback"]

_ATTEMPT = "aidp/attempt"
"""The tag that says how often the same was asked for."""

_BUILT = {
    "preference_pairs",
    "unpaired_answers",
    "preference_dataset",
    "unpaired_preference_dataset",
}
_FIRST_WAIT, _LONGEST_WAIT = 60.0, 3_600.0  # seconds: a crash may pass by itself, a fault does not


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A run of a job, over a range of days where its assets have days."""

    job: str
    days: Mapping[str, str] = field(default_factory=dict)


@dg.sensor(
    jobs=[RAW_FEEDBACK, TURNS, PREFERENCE_DATA],
    description="A preference build once per AIDP_FEEDBACK_TRIGGER ratings that no build has used.",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=15,
)
def enough_feedback(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.SensorResult | dg.SkipReason:
    """Asks for the step that is missing: the days of enough ratings into the lake, then the build on them.

    It has no cursor. What is missing follows from the store's mark, the lake, the ledger and the runs at
    work, so it does not matter where a tick, a run or a process before it ended.
    """
    enough, days = settings.feedback_trigger, open_days(settings.start_day)
    waiting = home.feedback.unprocessed()  # in constant time: most ticks end here
    if waiting >= enough:
        unfinished = unfinished_runs(context.instance)  # before what they did: none ends unseen
        waiting = mark_built(home, *days)
    if waiting < enough:
        return dg.SkipReason(f"{waiting:,} of {enough:,} new ratings")
    landed = events_landed(home, *days)
    if landed.events >= enough:
        again = _failed_turns(context.instance, landed.after)
        runs, assets = again or [_Wanted(PREFERENCE_DATA.name)], _BUILT
    else:
        runs, assets = _landings(home, settings, landed.days), {"raw_feedback"}
    if not runs:  # a build ended in between
        return dg.SkipReason("the ratings were used just now")
    for run in unfinished:
        if _is_in_the_way(run, runs, assets) and is_at_work(context.instance, home, run):
            return dg.SkipReason(f"run {run.run_id[:8]} of {run.job_name} is at work")
    return _ask(context.instance, landed.after, runs)


def _landings(home: Home, settings: Settings, days: Sequence[str]) -> list[_Wanted]:
    """Runs for the days of ratings, and for those of the turns that the ratings may point to.

    The build waits for both to end. Without the first it is not asked for.
    """
    turns = turn_days_to_land(home, *open_days(settings.start_day))
    return [
        _Wanted(job.name, range_tags(*block))
        for job, lacking in ((RAW_FEEDBACK, days), (TURNS, turns))
        for block in day_blocks(lacking, settings.backfill_days)
    ]


def _failed_turns(instance: dg.DagsterInstance, after: int) -> list[_Wanted]:
    """Runs for the turns that the last ones left out: once before the build, and once after each that failed.

    So a process that was killed costs no turns, and turns with a fault do not keep ratings back for ever.
    """
    made, runs = _attempts(instance, after, TURNS.name)
    builds, _ = _attempts(instance, after, PREFERENCE_DATA.name)
    failed = [run for run in runs if run.dagster_run.status != dg.DagsterRunStatus.SUCCESS]
    if made >= 2 + builds:
        return []
    ranges = range_tags("", "")
    return [
        _Wanted(TURNS.name, {name: run.dagster_run.tags[name] for name in ranges}) for run in failed
    ]


def _is_in_the_way(run: dg.DagsterRun, wanted: Iterable[_Wanted], assets: set[str]) -> bool:
    """Whether a run is the trigger's own, or somebody else's on the same assets."""
    if FEEDBACK_AFTER in run.tags:
        return True
    if run.asset_selection is None:
        return run.job_name in {"__ASSET_JOB", *(one.job for one in wanted)}
    return not assets.isdisjoint(key.to_user_string() for key in run.asset_selection)


def _ask(
    instance: dg.DagsterInstance, after: int, wanted: Sequence[_Wanted]
) -> dg.SensorResult | dg.SkipReason:
    """The runs, unless the same were asked for before and a while has not passed since they ended."""
    attempt, again_at = _tries(instance, after, wanted[0].job)
    if (wait := again_at - time.time()) > 0:
        return dg.SkipReason(
            f"{wanted[0].job} left the ratings after {after:,} as they are, {attempt - 1} times: "
            f"asked for again in {wait:,.0f} s"
        )
    tags = {FEEDBACK_AFTER: str(after), _ATTEMPT: str(attempt)}
    return dg.SensorResult(
        [
            dg.RunRequest(
                job_name=run.job,
                run_key=" ".join([run.job, *tags.values(), *run.days.values()]),
                tags={**tags, **run.days},
            )
            for run in wanted
        ]
    )


def _tries(instance: dg.DagsterInstance, after: int, job: str) -> tuple[int, float]:
    """The number of the next attempt on these ratings, and the time at which it is due."""
    made, runs = _attempts(instance, after, job)
    if not made:
        return 1, 0.0
    ended = max(found.end_time or 0.0 for found in runs)
    return made + 1, ended + min(_FIRST_WAIT * 2 ** (made - 1), _LONGEST_WAIT)


def _attempts(
    instance: dg.DagsterInstance, after: int, job: str
) -> tuple[int, Sequence[dg.RunRecord]]:
    """How often a job was asked for after this mark, and the runs of the last time.

    Runs that were deleted do not count, and a key that only they had is free again.
    """
    tried = dg.RunsFilter(job_name=job, tags={FEEDBACK_AFTER: str(after)})
    runs = instance.get_run_records(tried, limit=1_000)
    made = max((int(run.dagster_run.tags[_ATTEMPT]) for run in runs), default=0)
    return made, [run for run in runs if int(run.dagster_run.tags[_ATTEMPT]) == made]
