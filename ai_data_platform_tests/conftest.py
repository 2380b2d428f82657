"""What every room of the tests shares. Heavy imports wait for the fixture that needs them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ai_data_platform_tests.servers import (
    ceph,
    moto,
    moto_bucket,
    postgres,
    postgres_server,
    s3,
)

if TYPE_CHECKING:
    from ai_data_platform_tests.world import World

__all__ = ["ceph", "moto", "moto_bucket", "postgres", "postgres_server", "s3"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, or a skip that says how to point at it."""
    named = os.environ.get("AIDP_TEST_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set AIDP_TEST_DATA to a folder that holds it")
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> "World":
    """A small world after its first run. Read it, do not change it: `world` is a copy to change."""
    from ai_data_platform.core.samples.spec import SampleSpec
    from ai_data_platform.stores.samples import write_sample
    from ai_data_platform_tests.world import World

    world = World(tmp_path_factory.mktemp("built"))
    write_sample(world.sources, SampleSpec(conversations=120, documents=14, feedback=600, seed=11))
    graph = world.run()
    assert graph.good, graph.failures
    return world


@pytest.fixture
def world(built: "World", tmp_path: Path) -> "World":
    """A copy of the built world, with an embedder that has embedded nothing yet."""
    from ai_data_platform_tests.world import World

    shutil.copytree(built.folder, tmp_path / "world")
    return World(tmp_path / "world")


@pytest.fixture
def snapshot() -> "Callable[[World], dict[str, tuple[int, int]]]":
    """Size and time of every file that a run may write for readers."""

    def taken(world: "World") -> dict[str, tuple[int, int]]:
        roots = [world.home.root / name for name in ("lake", "vectors", "versions")]
        files = [path for root in roots for path in root.rglob("*") if path.is_file()]
        stats = {str(path.relative_to(world.folder)): path.stat() for path in files}
        return {name: (found.st_size, found.st_mtime_ns) for name, found in stats.items()}

    return taken
