"""The trigger: a build for every so many ratings, once, wherever a process dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from ai_data_platform.defs.automation import feedback as module
from ai_data_platform.defs.automation.sources import new_feedback_files
from ai_data_platform.defs.partitions import range_tags
from ai_data_platform.defs.run_leases import is_at_work, leased, unfinished_runs
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.feedback_reach import Landed, events_landed
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.defs.feedback_trigger import DAY, Trigger, event

NEXT, LATER = "2025-03-06", "2025-03-20"
LAND, BUILD = ("ingest_feedback", DAY, DAY), ("build_preference_data", None, None)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def trigger(tmp_path: Path, instance: dg.DagsterInstance) -> Trigger:
    return Trigger(tmp_path, instance)


class Clock:
    """The time that the trigger reads."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_enough_ratings_are_landed_and_then_built_once(trigger: Trigger) -> None:
    trigger.post(2)
    assert trigger.tick() == "2 of 3 new ratings"
    trigger.post(1)
    assert trigger.tick() == [LAND]
    assert trigger.tick() == [BUILD]
    assert trigger.tick() == "0 of 3 new ratings"
    assert trigger.builds() == [[f"raw_feedback/{DAY}"]]
    trigger.post(3)
    assert trigger.settle() == [LAND, BUILD]
    assert len(trigger.builds()) == 2


def test_a_tick_that_died_before_anything_was_recorded_is_made_again(trigger: Trigger) -> None:
    trigger.post(3)
    lost = trigger.requests()
    assert trigger.requests() == lost
    assert trigger.settle() == [LAND, BUILD]
    trigger.launch(lost[0])  # a daemon that comes back to a tick of an hour ago
    assert trigger.tick() == "0 of 3 new ratings"
    assert len(trigger.builds()) == 1


def test_a_tick_that_died_after_its_run_was_launched_launches_no_other(trigger: Trigger) -> None:
    trigger.post(3)
    again = trigger.requests()
    trigger.launch(again[0])
    trigger.launch(trigger.requests()[0])
    assert trigger._exists(again[0])
    assert trigger.processed() == 3
    assert len(trigger.builds()) == 1


def test_ratings_that_come_while_days_are_read_wait_for_their_own_build(trigger: Trigger) -> None:
    trigger.post(3)
    trigger.meanwhile["ingest_feedback"] = lambda: trigger.post(2)
    trigger.meanwhile["build_preference_data"] = lambda: trigger.post(2, NEXT)
    assert trigger.tick() == [LAND]
    assert trigger.tick() == [BUILD]
    assert trigger.processed() == 3
    assert trigger.settle() == [("ingest_feedback", DAY, NEXT), BUILD]
    assert (trigger.processed(), len(trigger.builds())) == (7, 2)


def test_ratings_landed_in_the_middle_of_a_build_are_not_taken_for_built(trigger: Trigger) -> None:
    def more() -> None:
        trigger.post(2)
        trigger.land(DAY, DAY)

    trigger.post(3)
    trigger.meanwhile["build_preference_data"] = more
    assert trigger.settle() == [LAND, BUILD]
    assert trigger.processed() == 3


def test_a_run_that_failed_is_asked_for_again_after_a_wait_that_doubles(
    trigger: Trigger, clock: Clock
) -> None:
    def fail() -> None:
        raise OSError("the disk is full")

    trigger.post(3)
    for n, wait in enumerate((60, 120, 240), start=1):
        trigger.meanwhile["ingest_feedback"] = fail
        assert trigger.tick() == [LAND]
        left = f"ingest_feedback left the ratings after 0 as they are, {n} times"
        assert trigger.tick() == f"{left}: asked for again in {wait - clock.ahead:,.0f} s"
        clock.ahead = wait
    assert trigger.settle() == [LAND, BUILD]
    assert len(trigger.builds()) == 1


def test_a_build_that_failed_is_asked_for_again_and_nothing_counts_as_built(
    trigger: Trigger, clock: Clock
) -> None:
    def fail() -> None:
        raise MemoryError

    trigger.post(3)
    trigger.meanwhile["build_preference_data"] = fail
    assert trigger.settle() == [LAND, BUILD]
    assert trigger.processed() == 0
    clock.ahead = 60
    assert trigger.settle() == [BUILD]
    assert (trigger.processed(), len(trigger.builds())) == (3, 1)


def test_a_run_that_was_deleted_is_asked_for_again_at_once(trigger: Trigger) -> None:
    trigger.post(3)
    trigger.meanwhile["ingest_feedback"] = lambda: 1 / 0
    trigger.tick()
    (run,) = trigger.instance.get_runs()
    trigger.instance.delete_run(run.run_id)
    assert trigger.settle() == [LAND, BUILD]
    assert len(trigger.builds()) == 1


def test_a_run_at_work_is_waited_for_whoever_asked_for_it(trigger: Trigger) -> None:
    trigger.post(3)
    (request,) = trigger.requests()
    status = dg.DagsterRunStatus.STARTING
    own = trigger.instance.create_run_for_job(
        trigger.job("ingest_feedback"), status=status, tags=request.tags
    )
    assert trigger.tick() == f"run {own.run_id[:8]} of ingest_feedback is at work"
    trigger.instance.delete_run(own.run_id)
    theirs = trigger.instance.create_run_for_job(
        trigger.job("__ASSET_JOB"), status=status, asset_selection=None
    )
    assert trigger.tick() == f"run {theirs.run_id[:8]} of __ASSET_JOB is at work"
    trigger.instance.delete_run(theirs.run_id)
    trigger.instance.create_run_for_job(trigger.job("refresh_knowledge_base"), status=status)
    assert trigger.settle() == [LAND, BUILD]


def test_a_build_waits_for_the_turns_that_were_asked_for_with_its_ratings(
    trigger: Trigger,
) -> None:
    trigger.say("m0")
    trigger.post(3)
    landing, turns = trigger.requests()
    trigger.launch(landing)
    run = trigger.instance.create_run_for_job(
        trigger.job("ingest_turns"), status=dg.DagsterRunStatus.STARTING, tags=turns.tags
    )
    assert trigger.tick() == f"run {run.run_id[:8]} of ingest_turns is at work"
    trigger.instance.delete_run(run.run_id)
    assert trigger.tick() == [BUILD]


def test_a_build_waits_for_every_block_that_was_asked_for_although_one_holds_enough(
    trigger: Trigger,
) -> None:
    trigger.post(3)
    trigger.post(1, LATER)
    first, second = trigger.requests()
    trigger.launch(first)
    run = trigger.instance.create_run_for_job(
        trigger.job("ingest_feedback"), status=dg.DagsterRunStatus.STARTING, tags=second.tags
    )
    assert trigger.tick() == f"run {run.run_id[:8]} of ingest_feedback is at work"


def test_a_run_whose_process_was_killed_is_reported_and_asked_for_again(
    trigger: Trigger, clock: Clock
) -> None:
    trigger.post(3)
    (request,) = trigger.requests()
    run = trigger.instance.create_run_for_job(
        trigger.job("ingest_feedback"), status=dg.DagsterRunStatus.STARTED, tags=request.tags
    )
    lease = trigger.home.dagster / "running" / run.run_id
    lease.parent.mkdir(parents=True)
    with lease.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert trigger.tick() == f"run {run.run_id[:8]} of ingest_feedback is at work"
    said = trigger.tick()
    assert "left the ratings after 0 as they are, 1 times" in said
    assert trigger.instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE
    clock.ahead = 60
    assert trigger.settle() == [LAND, BUILD]


def test_a_run_holds_its_lease_while_it_lives_and_leaves_none(trigger: Trigger) -> None:
    seen = []

    @dg.op(required_resource_keys={"home"})
    def look(context: dg.OpExecutionContext) -> None:
        (run,) = unfinished_runs(context.instance)
        seen.append((run.run_id, is_at_work(context.instance, trigger.home, run)))

    @dg.job(resource_defs={"home": leased(trigger.home)})
    def job() -> None:
        look()

    done = job.execute_in_process(instance=trigger.instance)
    assert seen == [(done.run_id, True)]
    assert list((trigger.home.dagster / "running").iterdir()) == []


def test_a_run_killed_before_it_took_its_lease_is_found_by_its_silence(
    trigger: Trigger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    trigger.post(3)
    (request,) = trigger.requests()
    run = trigger.instance.create_run_for_job(
        trigger.job("ingest_feedback"), status=dg.DagsterRunStatus.STARTED, tags=request.tags
    )
    trigger.instance.report_engine_event("started", run)
    assert trigger.tick() == f"run {run.run_id[:8]} of ingest_feedback is at work"
    monkeypatch.setattr("ai_data_platform.defs.run_leases._SILENT_FOR", 0.0)
    assert "1 times: asked for again in 60 s" in trigger.tick()
    clock.ahead = 60
    assert trigger.settle() == [LAND, BUILD]
    assert trigger.instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE


def test_a_build_by_hand_counts_and_none_is_asked_for(trigger: Trigger) -> None:
    trigger.post(4)
    trigger.land(DAY, DAY)
    trigger.build()
    assert trigger.tick() == "0 of 3 new ratings"
    trigger.post(2)
    assert trigger.tick() == "2 of 3 new ratings"


def test_a_build_that_died_before_it_could_move_the_mark_is_not_made_again(
    trigger: Trigger,
) -> None:
    trigger.post(3)
    trigger.land(DAY, DAY)
    upstream = trigger.pair()
    trigger.stage(trigger.judge(upstream), upstream)
    assert trigger.processed() == 0
    assert trigger.tick() == "0 of 3 new ratings"
    assert (trigger.processed(), len(trigger.builds())) == (3, 1)


@pytest.mark.parametrize("reached", ["pairs", "verdict", "the first of two"])
def test_a_build_that_died_before_its_candidate_was_laid_down_is_made_again(
    trigger: Trigger, reached: str
) -> None:
    trigger.post(3)
    trigger.land(DAY, DAY)
    upstream = trigger.pair()
    if reached != "pairs":
        content = trigger.judge(upstream)
    if reached == "the first of two":
        trigger.stage(content, upstream, "preference")
    assert trigger.mark() == 3
    assert trigger.settle() == [BUILD]
    assert trigger.processed() == 3


def test_a_second_build_that_died_leaves_what_the_first_one_reached(trigger: Trigger) -> None:
    trigger.post(3)
    trigger.settle()
    trigger.post(3)
    trigger.land(DAY, DAY)
    trigger.pair()
    assert trigger.mark() == 3
    assert trigger.processed() == 3


@pytest.mark.parametrize("rows", [{"pairs": 0}, {"candidate": 0}])
def test_a_build_that_its_gate_blocked_counts_because_another_would_be_blocked_too(
    trigger: Trigger, rows: dict[str, int]
) -> None:
    trigger.post(3)
    trigger.land(DAY, DAY)
    upstream = trigger.pair(rows.get("pairs", 1))
    if "candidate" in rows:
        trigger.stage(trigger.judge(upstream, 0), upstream)
    assert trigger.tick() == "0 of 3 new ratings"
    assert trigger.processed() == 3


def test_ratings_of_days_far_apart_are_landed_in_a_run_a_block_and_built_once(
    trigger: Trigger,
) -> None:
    trigger.post(1, LATER)
    trigger.post(1, DAY)
    trigger.post(1, NEXT)
    assert trigger.tick() == [("ingest_feedback", DAY, NEXT), ("ingest_feedback", LATER, LATER)]
    assert trigger.tick() == [BUILD]
    assert trigger.builds() == [[f"raw_feedback/{day}" for day in (DAY, NEXT, LATER)]]


def test_a_block_that_failed_holds_back_the_build_and_not_the_blocks_beside_it(
    trigger: Trigger, clock: Clock
) -> None:
    trigger.post(2, LATER)
    trigger.post(1, DAY)
    trigger.meanwhile["ingest_feedback"] = lambda: 1 / 0  # of the first block alone
    assert len(trigger.tick()) == 2
    assert events_landed(trigger.home, date(2025, 1, 1), date(2026, 1, 1)) == Landed(0, 2, (DAY,))
    clock.ahead = 60
    assert trigger.settle() == [LAND, BUILD]
    assert (trigger.processed(), len(trigger.builds())) == (3, 1)


def test_new_late_ratings_at_every_tick_do_not_keep_a_build_from_starting(trigger: Trigger) -> None:
    trigger.post(3)
    asked = []
    for day in (3, 7, 11, 15):
        asked += trigger.tick()
        trigger.post(1, f"2025-02-{day:02}")
    assert BUILD in asked
    assert trigger.processed() >= 3


def test_a_day_that_was_taken_away_is_landed_again(trigger: Trigger) -> None:
    trigger.post(3)
    trigger.settle()
    trigger.home.lake.remove(f"raw_feedback/{DAY}")
    trigger.post(3, NEXT)
    assert trigger.settle() == [("ingest_feedback", DAY, NEXT), BUILD]


def test_ratings_that_came_before_their_day_hold_nothing_up_and_are_landed_on_it(
    trigger: Trigger, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, on_the_day = date(2025, 1, 1), date.fromisoformat(NEXT)
    monkeypatch.setattr(module, "open_days", lambda start: (first, date.fromisoformat(DAY)))
    trigger.post(1, NEXT)
    trigger.post(2)
    assert trigger.settle() == [LAND, BUILD]
    assert trigger.processed() == 3
    assert events_landed(trigger.home, first, on_the_day) == Landed(3, 0, (NEXT,))


def test_repeated_ratings_count_as_landed_although_no_row_stands_for_them(
    trigger: Trigger, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    trigger.settings = trigger.settings.model_copy(update={"feedback_files": str(files)})
    rows = [
        f'{{"event_id": "e{n}", "conversation_id": "c", "message_id": "m{n}", "rating": 4, '
        f'"user_id": "u{n}", "created_at": "{DAY}T12:00:00Z"}}\n'
        for n in range(3)
    ]
    (files / "a.jsonl").write_text("".join(rows))
    trigger.post(3)
    assert trigger.settle() == [LAND, BUILD]
    assert trigger.home.lake.row_count(f"raw_feedback/{DAY}") == 3
    assert trigger.processed() == 3


def test_days_that_only_the_service_knows_are_left_to_the_trigger_by_the_file_sensor(
    trigger: Trigger, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    row = '{"conversation_id": "c", "message_id": "m", "rating": 4, "user_id": "u", "created_at": '
    (files / "a.jsonl").write_text(f'{row}"{NEXT}T12:00:00Z"}}\n')
    settings = trigger.settings.model_copy(update={"feedback_files": str(files)})
    trigger.post(2)
    resources = {"settings": settings, "home": trigger.home}
    context = dg.build_sensor_context(instance=trigger.instance, resources=resources)
    found = new_feedback_files(context)
    assert isinstance(found, dg.SensorResult)
    (request,) = found.run_requests or []
    assert request.tags == range_tags(NEXT, NEXT)


def test_another_threshold_counts_from_the_next_tick_on(trigger: Trigger) -> None:
    trigger.post(2)
    assert trigger.tick() == "2 of 3 new ratings"
    trigger.settings = trigger.settings.model_copy(update={"feedback_trigger": 2})
    assert trigger.settle() == [LAND, BUILD]
    trigger.settings = trigger.settings.model_copy(update={"feedback_trigger": 5})
    trigger.post(4)
    assert trigger.tick() == "4 of 5 new ratings"


def test_turns_are_landed_with_the_ratings_that_point_to_them(trigger: Trigger) -> None:
    trigger.say("m0")
    trigger.say("m1", NEXT)
    trigger.post(3)
    assert trigger.tick() == [LAND, ("ingest_turns", DAY, NEXT)]
    assert trigger.tick() == [BUILD]
    trigger.post(3)
    assert trigger.settle() == [LAND, BUILD]


def test_turns_whose_run_failed_are_tried_once_more_before_the_build_and_after_each_that_fails(
    trigger: Trigger, clock: Clock
) -> None:
    turns = ("ingest_turns", DAY, DAY)
    trigger.say("m0")
    trigger.post(3)
    asked = []
    for ahead in (0, 60, 180, 420):
        trigger.meanwhile |= {
            "ingest_turns": lambda: 1 / 0,
            "build_preference_data": lambda: 1 / 0,
        }
        clock.ahead = ahead
        asked += trigger.settle()
    assert asked == [LAND, turns, turns, BUILD, turns, BUILD, turns, BUILD]
    trigger.meanwhile.clear()
    clock.ahead = 900
    assert trigger.settle() == [turns, BUILD]
    assert trigger.processed() == 3


def test_the_numbers_of_another_store_are_no_numbers_of_this_one(
    trigger: Trigger, tmp_path: Path, clock: Clock
) -> None:
    trigger.post(5)
    trigger.settle()
    clock.ahead = 60  # runs after the same mark have just been
    trigger.home.feedback.close()
    for file in tmp_path.glob("feedback.sqlite*"):
        file.unlink()
    trigger.home = Home(tmp_path, CHECKOUT / "dbt_project")
    trigger.home.feedback.add_many([event(number) for number in range(100, 103)])
    assert trigger.settle() == [LAND, BUILD]
    assert trigger.processed() == 3


def test_many_days_are_landed_in_runs_of_at_most_so_many(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    trigger = Trigger(tmp_path, instance, backfill_days=2)
    for day in range(1, 6):
        trigger.post(1, f"2025-03-0{day}")
    assert trigger.settle() == [
        ("ingest_feedback", "2025-03-01", "2025-03-02"),
        ("ingest_feedback", "2025-03-03", "2025-03-04"),
        ("ingest_feedback", "2025-03-05", "2025-03-05"),
        BUILD,
    ]


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AIDP_"):
            monkeypatch.delenv(name)
