"""Sensors over every kind of source: each change asked for once, and none missed when a process dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ai_data_platform.defs.automation import sources as module
from ai_data_platform.defs.automation.sources import new_chat_logs
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, pending_days
from ai_data_platform_tests.servers import Bucket, Postgres
from ai_data_platform_tests.stores.logs import chat, jsonl, write

DAY, NEXT = "2024-03-01", "2024-03-02"
Put = Callable[[str, list[dict[str, Any]]], None]
Ranges = list[tuple[str, str]]


class Watched:
    """A platform whose sensor of chat logs ticks when asked to."""

    def __init__(self, root: Path, location: str, put: Put, **settings: Any) -> None:
        self.put = put
        self.home = Home(root / "home", CHECKOUT / "dbt_project")
        self.settings = Settings(_env_file=None, home=root / "home", chat_logs=location, **settings)
        self.cursor: str | None = None
        self.keys: list[str] = []

    def tick(self) -> Ranges | str:
        """The ranges asked for, or why none; the cursor is kept as Dagster keeps it."""
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(
                instance=instance,
                cursor=self.cursor,
                resources={"settings": self.settings, "home": self.home},
            )
            result: Any = new_chat_logs(context)
        if isinstance(result, dg.SkipReason):
            return str(result.skip_message)
        self.cursor = result.cursor
        self.keys = [request.run_key for request in result.run_requests]
        tags = [request.tags for request in result.run_requests]
        name = "dagster/asset_partition_range"
        return [(tag[f"{name}_start"], tag[f"{name}_end"]) for tag in tags]

    def run(self) -> None:
        """What the requested runs do."""
        source = chat_log_days(self.home, self.settings.chat_log_source(), lambda line: None)
        for day in pending_days(self.home, source, "raw_chat_logs"):
            source.table.publish(day, source.parts[day], lambda: source.quarantine)


def _files(request: pytest.FixtureRequest, root: Path) -> Watched:
    drop = root / "drop"
    drop.mkdir()
    return Watched(root, str(drop), lambda name, rows: _write(drop / f"{name}.jsonl", rows))


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    write(path, jsonl(*rows))


def _s3(request: pytest.FixtureRequest, root: Path) -> Watched:
    bucket: Bucket = request.getfixturevalue("moto_bucket")
    return Watched(
        root,
        f"{bucket.url}/logs",
        lambda name, rows: bucket.put(f"logs/{name}.jsonl", jsonl(*rows)),
    )


def _postgres(request: pytest.FixtureRequest, root: Path) -> Watched:
    database: Postgres = request.getfixturevalue("postgres")
    columns = list(chat("m1"))
    database.run(
        "create table chat_logs (conversation_id text, message_id text, turn_index int, user_message "
        "text, assistant_message text, rating int, created_at timestamptz)"
    )

    def put(name: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            values = ", ".join("'" + str(value).replace("'", "''") + "'" for value in row.values())
            database.run(f"insert into chat_logs ({', '.join(columns)}) values ({values})")

    return Watched(root, database.url, put, chat_log_table="chat_logs")


@pytest.fixture(params=[_files, _s3, _postgres], ids=["files", "s3", "postgres"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Watched:
    watched: Watched = request.param(request, tmp_path)
    watched.put("a", [chat("m1"), chat("m2", NEXT)])
    return watched


@pytest.fixture
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Watched:
    watched = _files(request, tmp_path)
    watched.put("a", [chat("m1"), chat("m2", NEXT)])
    return watched


def test_each_change_is_asked_for_once_and_late_rows_for_their_own_day(watched: Watched) -> None:
    assert watched.tick() == [(DAY, NEXT)]
    assert watched.tick() == "nothing changed in the source"
    watched.run()
    watched.put("b", [chat("late", DAY), chat("m9", "2024-03-09")])
    assert watched.tick() == [(DAY, DAY), ("2024-03-09", "2024-03-09")]
    watched.run()
    assert watched.tick() == "nothing changed in the source"
    watched.cursor = None  # the instance was lost: what stands in the lake is not asked for again
    assert watched.tick() == []


def test_a_tick_that_died_before_its_cursor_was_saved_is_made_again_under_the_same_keys(
    watched: Watched,
) -> None:
    watched.tick()
    first, watched.cursor = watched.keys, None
    assert watched.tick() == [(DAY, NEXT)]
    assert watched.keys == first


def test_rows_that_come_while_a_tick_reads_are_not_missed(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = module.pending_days

    def pending(*args: Any) -> list[str]:
        if not watched.keys:
            watched.keys = ["once"]
            watched.put("meanwhile", [chat("m5", "2024-03-05")])
        return read(*args)

    monkeypatch.setattr(module, "pending_days", pending)
    assert watched.tick() == [(DAY, NEXT)]
    assert ("2024-03-05", "2024-03-05") in watched.tick()


_KILLED = """
import os, signal, sys
from ai_data_platform.defs.automation import sources
from ai_data_platform_tests.defs.test_source_sensors import Watched
from pathlib import Path
sources.pending_days = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
Watched(Path(sys.argv[1]), sys.argv[2], print).tick()
"""


@pytest.mark.slow
def test_a_process_killed_between_landing_and_recording_misses_nothing(files: Watched) -> None:
    location = str(files.settings.chat_logs)
    root = files.home.root.parent
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(root), location], cwd=CHECKOUT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(list((root / "home" / "landing" / "chat_logs").glob("*/file.json"))) == 1
    assert files.tick() == [(DAY, NEXT)]
    files.run()
    files.cursor = None
    assert files.tick() == []


def test_rows_dated_tomorrow_are_asked_for_tomorrow(
    files: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    files.put("a", [chat("m1", tomorrow)])
    assert files.tick() == []
    assert files.tick() == "nothing changed in the source"

    monkeypatch.setattr(module, "open_days", lambda start: (start, date.fromisoformat(tomorrow)))
    assert files.tick() == [(tomorrow, tomorrow)]


def test_many_days_are_asked_for_in_runs_of_at_most_so_many(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    watched = _files(request, tmp_path)
    watched.settings = watched.settings.model_copy(update={"backfill_days": 2})
    watched.put("a", [chat(f"m{n}", f"2024-03-0{n}") for n in range(1, 6)])
    assert watched.tick() == [
        ("2024-03-01", "2024-03-02"),
        ("2024-03-03", "2024-03-04"),
        ("2024-03-05", "2024-03-05"),
    ]


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AIDP_"):
            monkeypatch.delenv(name)
