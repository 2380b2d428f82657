"""The HTTP API: ratings in, and the published knowledge base to be searched. Needs no Dagster."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response
from fastapi.exceptions import RequestValidationError

from ai_data_platform.api.bodies import (
    FeedbackBody,
    FeedbackReceipt,
    FeedbackStats,
    Liveness,
    SearchAnswer,
    Status,
)
from ai_data_platform.api.errors import add_error_answers
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.feedback import FeedbackStore

__all__ = ["SOURCE", "Search", "create_app"]

Search = Callable[[str, int], list[dict[str, Any]]]
"""A query and how many results are wanted, to the results, best first."""

SOURCE = "feedback_api"
"""The `source_file` of events that came in here; their line is their sequence in the store."""

MAX_BODY_BYTES = 1024 * 1024


def create_app(
    feedback: FeedbackStore,
    *,
    search: Search | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The application over a feedback store; with `search`, also `GET /search`.

    The store stays the caller's to close.
    """
    app = FastAPI(
        title="AI data platform",
        summary="Ratings in, search over the published knowledge base out.",
        max_body_size=MAX_BODY_BYTES,
    )
    add_error_answers(app)
    _add_feedback(app, feedback, clock)
    _add_health(app, feedback)
    if search is not None:
        _add_search(app, search)
    return app


def _add_feedback(app: FastAPI, store: FeedbackStore, clock: Callable[[], datetime]) -> None:
    @app.post(
        "/feedback",
        status_code=201,
        responses={
            200: {"model": FeedbackReceipt, "description": "The event was stored before"},
            409: {"description": "The event id belongs to another rating"},
            413: {"description": f"The body is larger than {MAX_BODY_BYTES:,} bytes"},
            503: {"description": "Not stored: send it again"},
        },
    )
    def take_feedback(body: FeedbackBody, response: Response) -> FeedbackReceipt:
        """Store one rating. It is on the disk when this answers."""
        event = _event(body, clock())
        added = store.add(event)
        response.status_code = 201 if added.created else 200
        status: Status = "stored" if added.created else "already stored"
        return FeedbackReceipt(event_id=event.event_id, status=status)

    @app.get("/feedback/stats")
    def feedback_stats() -> FeedbackStats:
        """Totals that the store keeps, so that asking costs the same at any size."""
        return FeedbackStats(stored=store.last_sequence(), unprocessed=store.unprocessed())


def _add_health(app: FastAPI, store: FeedbackStore) -> None:
    @app.get("/healthz")
    def alive() -> Liveness:
        """The process answers."""
        return Liveness()

    @app.get("/readyz", responses={503: {"description": "The store does not answer"}})
    def ready() -> Liveness:
        """The store answers too."""
        store.unprocessed()
        return Liveness()


def _add_search(app: FastAPI, search: Search) -> None:
    @app.get("/search", responses={503: {"description": "Nothing is published yet"}})
    def find(
        q: Annotated[str, Query(min_length=1, max_length=2000, pattern=r"\S")],
        k: Annotated[int, Query(ge=1, le=50)] = 5,
    ) -> SearchAnswer:
        """The best k chunks of the published knowledge base."""
        return SearchAnswer(query=q, results=search(q, k))


def _event(body: FeedbackBody, now: datetime) -> FeedbackEvent:
    """The event in a body. Raises RequestValidationError where the contract refuses it."""
    record = body.model_dump()
    record["created_at"] = now if body.created_at is None else body.created_at
    parsed = parse_feedback(record, SOURCE, 0)
    if isinstance(parsed, Rejected):
        fault = {"loc": ("body",), "msg": parsed.detail, "type": parsed.reason}
        raise RequestValidationError([fault])
    return parsed
