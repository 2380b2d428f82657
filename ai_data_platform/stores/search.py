"""Searching the knowledge base: by meaning, by words, or by both."""

from dataclasses import dataclass
from typing import Any

from ai_data_platform.core.errors import IndexMismatch
from ai_data_platform.core.retrieval import Embedder, Filters, SearchMode
from ai_data_platform.stores.home import Home

__all__ = ["CANDIDATE", "Found", "KnowledgeBase"]

CANDIDATE = "candidate"
"""Asks for the newest version instead, whether it passed its gate or not: to look at, not to serve."""

_SHOWN = (
    "chunk_id",
    "uri",
    "title",
    "heading_path",
    "page",
    "position",
    "text",
    "source",
    "media_type",
    "language",
    "score",
)
_ANYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first, and the version that they stand in.

    Each has `chunk_id`, `uri`, `title`, `heading_path`, `page`, `position`, `text`, `source`, `media_type`,
    `language` and `score`; the last three but one are None in a version that did not know them.
    """

    version: str
    hits: list[dict[str, Any]]


class KnowledgeBase:
    """The published index; each search reads the version that is published at that moment."""

    def __init__(self, home: Home, embedder: Embedder) -> None:
        self._home = home
        self._embedder = embedder

    def version(self) -> str:
        """The version that searches read. Raises NotPublishedYet before the first publication."""
        return self._home.versions("knowledge_base").current().version

    def warm(self) -> None:
        """Load the model where there is an index, so that the first question does not wait for it."""
        if self._home.versions("knowledge_base").last_staged() is not None:
            self._embedder.encode(["ready"])

    def search(
        self,
        query: str,
        k: int = 5,
        *,
        mode: SearchMode = "hybrid",
        filters: Filters = _ANYTHING,
        version: str | None = None,
    ) -> Found:
        """The k best passages of the published version, another version, or the candidate.

        A search by words alone loads no model. Raises NotPublishedYet, VersionNotFound, and IndexMismatch
        when the version was embedded by another model or does not know a filter.
        """
        name, number = self._table_version(version)
        vector = None if mode == "text" else self._embedder.encode([query])[0]
        words = "" if mode == "vector" else query
        hits = self._home.chunks.search(words, vector, k, version=number, where=filters.given)
        strangers = {hit["embedder"] for hit in hits} - {self._embedder.fingerprint}
        if strangers and vector is not None:
            raise IndexMismatch(
                "the published index was embedded by another model than the one that reads the question: "
                "set AIDP_EMBEDDING_MODEL as it was, or run `aidp run` to embed it again"
            )
        return Found(name, [{shown: hit.get(shown) for shown in _SHOWN} for hit in hits])

    def _table_version(self, version: str | None) -> tuple[str, int]:
        """The name and the LanceDB version of what is asked for."""
        if version == CANDIDATE:
            return CANDIDATE, self._home.chunks.head()
        versions = self._home.versions("knowledge_base")
        found = versions.current() if version is None else versions.named(version)
        return found.version, int(found.manifest["table_version"])
