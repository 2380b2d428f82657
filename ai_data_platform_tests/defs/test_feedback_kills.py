"""The service and the trigger killed under load, a short form of `benchmarks.feedback_kills`."""

from pathlib import Path

import pytest

from ai_data_platform_tests.servers import Postgres
from benchmarks.feedback_kills import Plan, killed_under_load

pytestmark = pytest.mark.slow

_TEN = Plan(kills=10, ticker_kills=0, trigger=200, longest_life_s=0.5)


def _nothing_went_wrong(folder: Path, store_url: str | None) -> None:
    seen = killed_under_load(folder, _TEN, store_url)
    assert seen.acknowledged == seen.stored > _TEN.trigger
    assert (seen.lost, seen.counted_twice, seen.turns_lost, seen.refused) == (0, 0, 0, 0)
    assert (seen.builds_missed, seen.builds_repeated, seen.broken_off) == (0, 0, 0)
    assert seen.builds >= 1


def test_ten_kills_on_sqlite_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    _nothing_went_wrong(tmp_path, None)


def test_ten_kills_on_postgres_lose_nothing_and_count_nothing_twice(
    tmp_path: Path, postgres: Postgres
) -> None:
    _nothing_went_wrong(tmp_path, postgres.url)
