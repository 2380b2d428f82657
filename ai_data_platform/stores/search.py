"""Searching the published knowledge base."""

from typing import Any

from ai_data_platform.core.errors import IndexMismatch
from ai_data_platform.core.retrieval import Embedder
from ai_data_platform.stores.home import Home

__all__ = ["KnowledgeBase"]


class KnowledgeBase:
    """The published index; each search reads the version that is published at that moment."""

    def __init__(self, home: Home, embedder: Embedder) -> None:
        self._home = home
        self._embedder = embedder

    def version(self) -> str:
        """The version that searches read. Raises NotPublishedYet before the first publication."""
        return self._home.versions("knowledge_base").current().version

    def warm(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        self._embedder.encode(["ready"])

    def search(self, query: str, k: int = 5) -> list[dict[str, Any]]:
        """The k best passages, best first, by vector and words together (RRF).

        Each has `chunk_id`, `uri`, `title`, `heading_path`, `page`, `position`, `text` and `score`.
        """
        number = int(self._home.versions("knowledge_base").current().manifest["table_version"])
        vector = self._embedder.encode([query])[0]
        hits = self._home.chunks.search(query, vector, k, version=number)
        strangers = {hit["embedder"] for hit in hits} - {self._embedder.fingerprint}
        if strangers:
            raise IndexMismatch(
                "the published index was embedded by another model than the one that reads the question: "
                "set AIDP_EMBEDDING_MODEL as it was, or run `aidp run` to embed it again"
            )
        names = ("chunk_id", "uri", "title", "heading_path", "page", "position", "text", "score")
        return [{name: hit[name] for name in names} for hit in hits]
