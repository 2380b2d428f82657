"""A small world, materialised once, and a copy of it for each test that changes something."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ai_data_platform.cli.graph import GraphRun
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.samples import write_sample
from ai_data_platform_tests.embedders import WordHashEmbedder


@dataclass
class World:
    """Sources and state of one platform in a folder."""

    folder: Path
    overrides: dict[str, object] = field(default_factory=dict)
    embedder: WordHashEmbedder = field(default_factory=WordHashEmbedder)

    @property
    def sources(self) -> Path:
        return self.folder / "sources"

    @property
    def settings(self) -> Settings:
        return Settings(
            _env_file=None,
            home=self.folder / "home",
            chat_logs=str(self.sources / "chat_logs"),
            documents=str(self.sources / "documents"),
            feedback_files=str(self.sources / "feedback"),
            eval_questions=self.sources / "eval_questions.jsonl",
            min_questions=20,
            **self.overrides,
        )

    @property
    def home(self) -> Home:
        return Home(self.folder / "home", CHECKOUT / "dbt_project")

    def run(self, selection: str | None = None) -> GraphRun:
        """A run like that of `aidp run`; `good` and `failures` say how it went."""
        graph = GraphRun(self.settings, self.home, self.embedder)
        graph.good = graph.run(selection, None, None)
        return graph

    def published(self) -> dict[str, str]:
        names = ("sft", "preference", "knowledge_base")
        return {name: self.home.versions(name).current().version for name in names}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world after its first run. Read it, do not change it: `world` is a copy to change."""
    folder = tmp_path_factory.mktemp("built")
    world = World(folder)
    write_sample(world.sources, SampleSpec(conversations=120, documents=14, feedback=600, seed=11))
    graph = world.run()
    assert graph.good, graph.failures
    return world


@pytest.fixture
def world(built: World, tmp_path: Path) -> World:
    """A copy of the built world, with an embedder that has embedded nothing yet."""
    shutil.copytree(built.folder, tmp_path / "world")
    return World(tmp_path / "world")


@pytest.fixture
def snapshot() -> Callable[[World], dict[str, tuple[int, int]]]:
    """Size and time of every file that a run may write for readers."""

    def taken(world: World) -> dict[str, tuple[int, int]]:
        roots = [world.home.root / name for name in ("lake", "vectors", "versions")]
        files = [path for root in roots for path in root.rglob("*") if path.is_file()]
        stats = {str(path.relative_to(world.folder)): path.stat() for path in files}
        return {name: (s.st_size, s.st_mtime_ns) for name, s in stats.items()}

    return taken
