import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ai_data_platform.core.compute import InThisProcess
from ai_data_platform.stores.compute import LocalProcesses
from ai_data_platform_tests.stores.compute.outcomes import outcomes
from ai_data_platform_tests.stores.compute.test_cluster import needs_ray, run_on_ray

_MODULE = "ai_data_platform_tests.stores.compute.outcomes"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What this process makes by itself."""
    return outcomes(InThisProcess(), tmp_path_factory.mktemp("here"))


@pytest.mark.slow
def test_worker_processes_make_the_same_bytes(tmp_path: Path, here: dict[str, str]) -> None:
    assert outcomes(LocalProcesses(2, pays=0), tmp_path) == here


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "hash_seed"), [("1", "77"), ("3", "4242")])
def test_another_process_with_another_hash_seed_and_other_workers_makes_the_same_bytes(
    tmp_path: Path, here: dict[str, str], workers: str, hash_seed: str
) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", _MODULE, "local", workers, str(tmp_path)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(printed.stdout) == here


@pytest.mark.slow
@needs_ray
def test_a_ray_cluster_makes_the_same_bytes(tmp_path: Path, here: dict[str, str]) -> None:
    printed = run_on_ray(tmp_path, _MODULE, "ray", "ADDRESS", str(tmp_path / "index"))
    assert json.loads(printed.splitlines()[-1]) == here
