"""Verdicts repeat to the byte: real model, real tables, processes set up in different ways."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from ai_data_platform_tests.repeated_audits import (
    Process,
    Repeats,
    differences,
    prepare,
    repeated,
)

PROCESSES = (
    Process(hash_seed=0, cores=1, threads=1),
    Process(hash_seed=1, cores=2, threads=2),
    Process(hash_seed=2, cores=1, threads=2),
    Process(hash_seed=4242, cores=2, threads=1),
)


@pytest.fixture(scope="module")
def repeats(tmp_path_factory: pytest.TempPathFactory) -> list[Repeats]:
    folder = tmp_path_factory.mktemp("audits")
    prepare(folder)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(partial(repeated, folder, runs=3), PROCESSES))


@pytest.mark.slow
def test_verdicts_and_scores_are_the_same_bytes_whatever_the_hash_seed_cores_and_threads(
    repeats: list[Repeats],
) -> None:
    records = [record for process in repeats for record in process.records]
    assert differences(records) == {}
    assert (len(records), len(set(records))) == (12, 1)


@pytest.mark.slow
def test_an_index_built_anew_has_the_same_fingerprint(repeats: list[Repeats]) -> None:
    assert len({process.rebuilt for process in repeats}) == 1


def test_a_record_that_differs_is_named_by_figure() -> None:
    one = '{"figures": {"hit_at_5": 0.9, "rows": 7}, "scores": "aa", "passed": true}'
    other = '{"figures": {"hit_at_5": 0.8, "rows": 7, "new": 0}, "scores": "ab", "passed": true}'
    assert differences([one, other, one]) == {"figures": 2, "hit_at_5": 2, "new": 2, "scores": 2}
