"""Search over the knowledge base: what readers see, and apart from it what waits for its gate."""

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query

from ai_data_platform.api.access import requires
from ai_data_platform.api.bodies import Part, Passage, SearchAnswer
from ai_data_platform.api.errors import REFUSALS, Answers
from ai_data_platform.core.retrieval import Filters, SearchMode
from ai_data_platform.core.retrieval.highlight import segments
from ai_data_platform.stores.search import CANDIDATE, Found

__all__ = ["Search", "search_routes"]


class Search(Protocol):
    """A knowledge base's `search`."""

    def __call__(
        self, query: str, k: int, *, mode: SearchMode, filters: Filters, version: str | None
    ) -> Found: ...


_UNANSWERED: Answers = {
    404: {"description": "There is no such version"},
    503: {"description": "Nothing is published yet"},
}
_Text = Annotated[str | None, Query(min_length=1, max_length=500)]


class _Question:
    """What both endpoints ask."""

    def __init__(
        self,
        q: Annotated[str, Query(min_length=1, max_length=2000, pattern=r"\S")],
        k: Annotated[int, Query(ge=1, le=50)] = 5,
        mode: Annotated[
            SearchMode, Query(description="By meaning and words, or one of them")
        ] = "hybrid",
        source: _Text = None,
        media_type: _Text = None,
        language: _Text = None,
        below: Annotated[
            str | None, Query(min_length=1, max_length=500, description="What the uri begins with")
        ] = None,
        highlight: Annotated[
            bool, Query(description="Give each passage in parts, those of the question marked")
        ] = False,
    ) -> None:
        self.query, self.k, self.mode, self.highlight = q, k, mode, highlight
        self.filters = Filters(
            source=source, media_type=media_type, language=language, uri_prefix=below
        )


def search_routes(search: Search) -> APIRouter:
    """GET /search, and /search/candidate for those who judge."""
    routes = APIRouter(tags=["search"], responses=REFUSALS | _UNANSWERED)

    def answer(asked: _Question, version: str | None) -> SearchAnswer:
        found = search(
            asked.query, asked.k, mode=asked.mode, filters=asked.filters, version=version
        )
        passages = [_passage(hit, asked) for hit in found.hits]
        return SearchAnswer(
            query=asked.query, version=found.version, mode=asked.mode, results=passages
        )

    @routes.get("/search", dependencies=[requires("read")])
    def find(
        asked: Annotated[_Question, Depends()],
        version: Annotated[
            str | None,
            Query(pattern=r"^[0-9a-f]{1,64}$", description="A version that was published before"),
        ] = None,
    ) -> SearchAnswer:
        """The best passages of the published knowledge base, with the version that answered."""
        return answer(asked, version)

    @routes.get("/search/candidate", dependencies=[requires("annotate")])
    def find_in_candidate(asked: Annotated[_Question, Depends()]) -> SearchAnswer:
        """The best passages of the newest version, whether it passed its gate or not: to look at it."""
        return answer(asked, CANDIDATE)

    return routes


def _passage(hit: dict[str, Any], asked: _Question) -> Passage:
    parts = segments(hit["text"], asked.query) if asked.highlight else []
    marked = [Part(text=part.text, hit=part.hit) for part in parts]
    return Passage(**hit, parts=marked or None)
