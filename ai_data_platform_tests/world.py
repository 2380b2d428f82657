"""A small world: sources and state of one platform in a folder."""

from dataclasses import dataclass, field
from pathlib import Path

from ai_data_platform.cli.graph import GraphRun
from ai_data_platform.core.retrieval import Embedder
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.embedders import WordHashEmbedder

__all__ = ["World"]


@dataclass
class World:
    """Sources and state of one platform in a folder."""

    folder: Path
    overrides: dict[str, object] = field(default_factory=dict)
    embedder: Embedder = field(default_factory=WordHashEmbedder)

    @property
    def sources(self) -> Path:
        return self.folder / "sources"

    @property
    def settings(self) -> Settings:
        values: dict[str, object] = {
            "home": self.folder / "home",
            "chat_logs": str(self.sources / "chat_logs"),
            "documents": str(self.sources / "documents"),
            "feedback_files": str(self.sources / "feedback"),
            "eval_questions": self.sources / "eval_questions.jsonl",
            "min_questions": 20,
            "redact_reserved": True,
        }
        return Settings(_env_file=None, **{**values, **self.overrides})

    @property
    def home(self) -> Home:
        return Home(self.folder / "home", CHECKOUT / "dbt_project")

    def run(self, selection: str | None = None) -> GraphRun:
        """A run like that of `aidp run`; `good` and `failures` say how it went."""
        graph = GraphRun(self.settings, self.home, self.embedder)
        graph.good = graph.run(selection, None, None)
        return graph

    def published(self) -> dict[str, str]:
        names = ("sft", "preference", "unpaired_preference", "knowledge_base")
        return {name: self.home.versions(name).current().version for name in names}
