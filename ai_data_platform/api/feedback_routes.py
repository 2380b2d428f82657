"""Ratings in, one or many at a time, and how many there are."""

from collections import Counter
from collections.abc import Callable, Sequence

from fastapi import APIRouter, Response

from ai_data_platform.api.access import requires
from ai_data_platform.api.arrivals import Arrivals
from ai_data_platform.api.batch_bodies import BatchBody, BatchReceipt, EventReceipt, RefusedEvent
from ai_data_platform.api.bodies import FeedbackBody, FeedbackReceipt, FeedbackStats, Status
from ai_data_platform.api.errors import REFUSALS, refused
from ai_data_platform.api.group_writer import GroupWriter, Stored
from ai_data_platform.api.metrics import Metrics
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.feedback import Conflict, FeedbackStore

__all__ = ["feedback_routes", "stats_routes"]

_MAX_BATCH_BYTES = 8 * 1024 * 1024


def feedback_routes(
    writer: GroupWriter[FeedbackEvent], arrivals: Arrivals, metrics: Metrics
) -> APIRouter:
    """POST /feedback and /feedback/batch."""
    routes = APIRouter(tags=["feedback"], dependencies=[requires("ingest")], responses=REFUSALS)

    @routes.post(
        "/feedback",
        status_code=201,
        responses={200: {"model": FeedbackReceipt, "description": "The event was stored before"}},
    )
    async def take_feedback(body: FeedbackBody, response: Response) -> FeedbackReceipt:
        """Store one rating. It is on the disk when this answers."""
        event = arrivals.event(body)
        if isinstance(event, Rejected):
            raise refused(event)
        (stored,) = await writer.add([event])
        if isinstance(stored, Conflict):
            metrics.events("conflict")
            raise stored
        status: Status = "stored" if stored.created else "already stored"
        metrics.events(status)
        response.status_code = 201 if stored.created else 200
        return FeedbackReceipt(event_id=event.event_id, status=status)

    @routes.post("/feedback/batch", max_body_size=_MAX_BATCH_BYTES)
    async def take_batch(body: BatchBody) -> BatchReceipt:
        """Store many ratings, each answered on its own: bad ones do not keep good ones out."""
        judged = [
            event if isinstance(event, RefusedEvent) else arrivals.event(event)
            for event in body.events
        ]
        good = [event for event in judged if isinstance(event, FeedbackEvent)]
        receipt = _answers(judged, await writer.add(good) if good else [])
        for outcome, count in Counter(one.status for one in receipt.results).items():
            metrics.events(outcome, count)
        return receipt

    return routes


def stats_routes(
    store: FeedbackStore, trigger: int, waiting: Callable[[], int | None]
) -> APIRouter:
    """GET /feedback/stats."""
    routes = APIRouter(tags=["feedback"], dependencies=[requires("read")], responses=REFUSALS)

    @routes.get("/feedback/stats")
    def feedback_stats() -> FeedbackStats:
        """Totals that the store keeps, so that asking costs the same at any size."""
        return FeedbackStats(
            stored=store.last_sequence(),
            unprocessed=store.unprocessed(),
            trigger=trigger,
            waiting=waiting(),
        )

    return routes


def _answers(
    judged: Sequence[FeedbackEvent | RefusedEvent | Rejected], stored: Sequence[Stored]
) -> BatchReceipt:
    """What became of each event; `stored` is what the store said of the good ones, in order."""
    said = iter(stored)
    results = [
        _receipt(place, event, next(said))
        if isinstance(event, FeedbackEvent)
        else _refusal(place, event)
        for place, event in enumerate(judged)
    ]
    counts = Counter(result.status for result in results)
    return BatchReceipt(
        stored=counts["stored"],
        already_stored=counts["already stored"],
        conflicts=counts["conflict"],
        refused=counts["refused"],
        results=results,
    )


def _receipt(place: int, event: FeedbackEvent, stored: Stored) -> EventReceipt:
    if isinstance(stored, Conflict):
        return EventReceipt(
            index=place, status="conflict", event_id=event.event_id, reason=str(stored)
        )
    status: Status = "stored" if stored.created else "already stored"
    return EventReceipt(index=place, status=status, event_id=event.event_id)


def _refusal(place: int, why: RefusedEvent | Rejected) -> EventReceipt:
    reason = f"{why.reason}: {why.detail}" if isinstance(why, Rejected) else why
    return EventReceipt(index=place, status="refused", reason=reason)
