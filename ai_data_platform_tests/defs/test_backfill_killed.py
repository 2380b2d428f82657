"""A backfill of many days, killed wherever it is: the same backfill goes on and ends with the same bytes."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ai_data_platform.defs.assets.raw import raw_assets
from ai_data_platform.defs.partitions import daily
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.stores.logs import chat, jsonl, write

FIRST, DAYS = date(2024, 1, 1), 100
_BACKFILL = """
import sys
from datetime import date
from pathlib import Path
import dagster as dg
from ai_data_platform.defs.assets.raw import raw_assets
from ai_data_platform.defs.partitions import daily
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home

home, logs, first, last = sys.argv[1:]
settings = Settings(_env_file=None, home=home, chat_logs=logs)
result = dg.materialize(
    [raw_assets(daily(date(2024, 1, 1)))[0]],
    resources={"settings": settings, "home": Home(Path(home), CHECKOUT / "dbt_project")},
    tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
)
(metadata,) = [event.materialization.metadata for event in result.get_asset_materialization_events()][:1]
print("reused", metadata["days_reused"].value)
"""


class Backfill:
    """The backfill of a range of days, one run, in a process of its own."""

    def __init__(self, home: Path, logs: Path) -> None:
        self.home = home
        last = FIRST + timedelta(days=DAYS - 1)
        self._command = [sys.executable, "-W", "ignore", "-c", _BACKFILL, str(home), str(logs)]
        self._command += [FIRST.isoformat(), last.isoformat()]

    def complete(self) -> int:
        """Run to the end; how many days were taken over as they stood."""
        done = subprocess.run(
            self._command, cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2_000:]
        return int(done.stdout.rpartition("reused ")[2])

    def killed_when(self, reached: Callable[[], bool]) -> None:
        process = subprocess.Popen(
            self._command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not reached():
            assert process.poll() is None, "the backfill ended before it was killed"
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL

    def landed(self) -> int:
        return len(list((self.home / "landing" / "chat_logs").glob("[!.]*/file.json")))

    def finished(self) -> int:
        return len(list((self.home / "lake" / "raw_chat_logs").glob("[!.]*.parquet")))

    def bytes(self) -> dict[str, bytes]:
        lake = self.home / "lake"
        paths = [path for path in lake.rglob("*.parquet") if not path.name.startswith(".")]
        return {str(path.relative_to(lake)): path.read_bytes() for path in paths}


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A hundred days in ten files, some rows late, some broken."""
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
    for part in range(10):
        rows = [
            chat(f"m{part}-{day}-{n}", day, rating=99 if n == 7 else 5)
            for day in days[part * 10 : part * 10 + 13]
            for n in range(10)
        ]
        write(tmp_path / "logs" / f"{part:02}.jsonl", jsonl(*rows))
    return tmp_path / "logs"


@pytest.mark.slow
def test_a_backfill_killed_three_times_ends_with_the_bytes_of_one_left_alone(
    logs: Path, tmp_path: Path
) -> None:
    whole = Backfill(tmp_path / "whole", logs)
    assert whole.complete() == 0
    broken = Backfill(tmp_path / "broken", logs)

    broken.killed_when(lambda: broken.landed() >= 4)
    assert broken.finished() == 0
    broken.killed_when(lambda: broken.finished() >= 20)
    broken.killed_when(lambda: broken.finished() >= 60)
    finished = broken.finished()
    reused = broken.complete()

    assert 60 <= finished < DAYS
    assert finished - 1 <= reused <= finished  # of the last one the verdict may not have been given
    assert broken.bytes() == whole.bytes()
    assert broken.complete() == DAYS
    ledger = Home(broken.home, CHECKOUT / "dbt_project").ledger
    verdicts = [
        ledger.latest("raw_chat_logs", "2024-01-31"),
        ledger.latest("raw_chat_logs", "2024-04-09"),
    ]
    assert all(found is not None and found.verdict.passed for found in verdicts)


def test_a_range_of_days_is_one_run_or_as_many_as_the_setting_asks_for() -> None:
    whole = {asset.backfill_policy for asset in raw_assets(daily(FIRST))}
    split = {asset.backfill_policy for asset in raw_assets(daily(FIRST), 30)}
    assert whole == {dg.BackfillPolicy.single_run()}
    assert split == {dg.BackfillPolicy.multi_run(30)}
