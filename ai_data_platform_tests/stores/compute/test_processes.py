import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from ai_data_platform.core.errors import ComputeFailed, ConfigurationError
from ai_data_platform.stores.compute import LocalProcesses, RayCluster, compute_of
from ai_data_platform.stores.compute.wire import in_order, packed, unpacked
from ai_data_platform_tests.stores.compute.functions import (
    Dying,
    Failing,
    Upper,
    Watched,
    numbered,
)
from ai_data_platform_tests.stores.compute.killing import BATCHES, killed_half_way


def test_worker_processes_give_the_batches_of_this_process_in_their_order() -> None:
    batches = [*numbered(7), numbered(1, rows=0)[0]]
    here = list(LocalProcesses(1).map(Upper(), batches))
    assert list(LocalProcesses(2, pays=0).map(Upper(), batches)) == here
    assert here[0]["text"].to_pylist() == ["TEXT 0 0 É", "TEXT 0 1 É", "TEXT 0 2 É"]


@pytest.mark.parametrize(("workers", "pays"), [(1, 0), (2, 1_000_000)])
def test_small_work_and_a_single_worker_start_no_process(
    tmp_path: Path, workers: int, pays: int
) -> None:
    answers = LocalProcesses(workers, pays=pays).map(Watched(tmp_path, 0), numbered(3))
    assert len(list(answers)) == 3
    assert {path.stem.split("-")[1] for path in tmp_path.iterdir()} == {str(os.getpid())}


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    outcome = killed_half_way(LocalProcesses(2, pays=0), tmp_path)
    assert outcome.rows == [
        row.upper() for batch in numbered(BATCHES) for row in batch["text"].to_pylist()
    ]
    assert outcome.killed != os.getpid()
    assert outcome.begun_twice >= 1


def test_workers_that_die_over_the_same_batch_again_and_again_are_an_error() -> None:
    with pytest.raises(ComputeFailed, match="a worker process died 3 times over one batch"):
        list(LocalProcesses(2, pays=0).map(Dying(), numbered(1)))


def test_what_a_function_raises_in_a_worker_is_raised_here() -> None:
    with pytest.raises(ValueError, match=r"cannot read 'text 0 0 é'"):
        list(LocalProcesses(2, pays=0).map(Failing(), numbered(1)))


def test_batches_are_read_only_as_fast_as_they_are_answered() -> None:
    read, cancelled = [], []

    def batches() -> Iterator[pa.RecordBatch]:
        for place, batch in enumerate(numbered(9)):
            read.append(place)
            yield batch

    answers = in_order(
        batches(), lambda data: data, lambda data: data, window=4, cancel=cancelled.append
    )
    assert next(answers) == numbered(9)[0]
    assert read == [0, 1, 2, 3]
    answers.close()  # type: ignore[attr-defined]
    assert [unpacked(data) for data in cancelled] == numbered(9)[1:4]


def test_a_slice_travels_without_the_rows_around_it() -> None:
    batch = numbered(1, rows=10_000)[0]
    part = batch.slice(5000, 2)
    assert unpacked(packed(part)) == part
    assert len(packed(part)) < 1000


def test_a_compute_is_chosen_by_name() -> None:
    assert isinstance(compute_of("local", workers=3), LocalProcesses)
    cluster = compute_of("ray", ray_address="10.0.0.5:6379")
    assert isinstance(cluster, RayCluster)
    assert cluster.address == "10.0.0.5:6379"


def test_ray_without_an_address_is_refused_with_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match="set AIDP_RAY_ADDRESS to the host:port"):
        compute_of("ray")


def test_an_unknown_compute_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no compute 'spark'; there are local and ray"):
        compute_of("spark")
