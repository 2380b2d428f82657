import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.compute import RayCluster, cluster, surroundings
from ai_data_platform_tests.stores.compute.functions import Upper, numbered
from ai_data_platform_tests.stores.compute.killing import BATCHES

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="ray is not installed: pip install 'ai_data_platform[ray]'",
)
_CHECKOUT = Path(__file__).parents[3]


def run_on_ray(home: Path, module: str, *arguments: str) -> str:
    """What a module prints that has a Ray cluster of its own at `ADDRESS`.

    Ray listens on every interface, whatever it is told: root gets a network without any other host.
    Tokens and logs go to `home`.
    """
    head = "ai_data_platform_tests.stores.compute.ray_head"
    command = [sys.executable, "-m", head, module, *arguments]
    if os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip"):
        alone = 'ip link set lo up && exec "$@"'
        command = ["unshare", "--net", "bash", "-c", alone, "bash", *command]
    environment = {**os.environ, "HOME": str(home)}
    done = subprocess.run(
        command, env=environment, cwd=_CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@needs_ray
def test_a_worker_killed_on_a_ray_cluster_loses_nothing(tmp_path: Path) -> None:
    marks, module = tmp_path / "marks", "ai_data_platform_tests.stores.compute.killing"
    marks.mkdir()
    printed = run_on_ray(tmp_path, module, "ray", "ADDRESS", str(marks))
    outcome = json.loads(printed.splitlines()[-1])
    assert outcome["rows"] == [
        row.upper() for batch in numbered(BATCHES) for row in batch["text"].to_pylist()
    ]
    assert outcome["begun_twice"] == 1


@needs_ray
def test_an_address_where_no_cluster_answers_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match=r"no Ray cluster at 127.0.0.1:1: .*ray start"):
        list(RayCluster("127.0.0.1:1").map(Upper(), numbered(1)))


def test_a_missing_ray_is_an_error_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'ai_data_platform\[ray\]'"):
        list(RayCluster("127.0.0.1:1").map(Upper(), numbered(1)))


def test_a_worker_with_other_versions_refuses_to_answer() -> None:
    here = surroundings.surroundings()
    with pytest.raises(ConfigurationError, match=r"numpy is .*, wanted 1\.26\.0.*every node"):
        cluster._answered(Upper(), {**here, "numpy": "1.26.0"}, b"")


def test_surroundings_name_the_code_and_every_library_that_batch_functions_use() -> None:
    names = {"python", "unicode", "ai_data_platform", *surroundings._LIBRARIES}
    assert surroundings.surroundings().keys() == names
    assert "missing" not in surroundings.surroundings().values()
    assert surroundings.differences(surroundings.surroundings()) == []
