"""Worlds of the matrix: good, and with a candidate in each lane that its gate blocked."""

import shutil
from pathlib import Path

import pytest

from ai_data_platform.stores.home import PUBLICATIONS
from ai_data_platform_tests.defs.matrix.consumers import team_definitions
from ai_data_platform_tests.defs.matrix.indexes import add_page
from ai_data_platform_tests.defs.matrix.lanes import BLOCKED, CANDIDATES, MENDED, on
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World


@pytest.fixture(scope="session")
def built_and_blocked(built: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The built world after every lane made another candidate, which its gate blocked."""
    folder = tmp_path_factory.mktemp("blocked") / "world"
    shutil.copytree(built.folder, folder)
    world = on(World(folder), BLOCKED)
    add_page(world)
    with Platform(world, team_definitions(world)) as platform:
        ran = platform.click(*CANDIDATES)
    assert not ran.good
    for asset in PUBLICATIONS.values():
        found = world.home.ledger.latest(asset)
        assert found is not None
        assert not found.verdict.passed, asset
    assert world.published() == built.published()
    return world


@pytest.fixture(scope="session")
def built_and_passed(built: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The built world after every lane made another candidate, which passed and is not published yet."""
    folder = tmp_path_factory.mktemp("passed") / "world"
    shutil.copytree(built.folder, folder)
    world = on(World(folder), MENDED)
    add_page(world)
    with Platform(world, team_definitions(world)) as platform:
        assert platform.click(*CANDIDATES).good
    assert world.published() == built.published()
    return world


@pytest.fixture
def blocked(built_and_blocked: World, tmp_path: Path) -> World:
    """A copy of the world whose candidates are blocked, to change."""
    shutil.copytree(built_and_blocked.folder, tmp_path / "blocked")
    return on(World(tmp_path / "blocked"), BLOCKED)


@pytest.fixture
def passed(built_and_passed: World, tmp_path: Path) -> World:
    """A copy of the world whose candidates passed, to change."""
    shutil.copytree(built_and_passed.folder, tmp_path / "passed")
    return on(World(tmp_path / "passed"), MENDED)
