"""Labelling by hand: two answers side by side, blind to their source, and the choice stored as feedback."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ai_data_platform.api.access import ALONE, CALLER, Caller, requires
from ai_data_platform.api.errors import REFUSALS, refused
from ai_data_platform.core.annotation import Choice, label_events, rater_hash, shows_second_first
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.annotation import AnnotationQueue
from ai_data_platform.stores.feedback import EVENT_SOURCE, FeedbackStore

__all__ = ["annotation_routes"]

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
ItemId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Turn(BaseModel):
    """One message of the conversation before the answers."""

    role: Literal["user", "assistant"]
    content: str


class Item(BaseModel):
    """A prompt with two answers, on the sides where this person sees them. Nothing tells who answered."""

    item_id: str
    prompt: list[Turn]
    left: str
    right: str
    reason: str
    people: Annotated[int, Field(description="Who compared the two so far")]


class Items(BaseModel):
    """What this person should compare next, the most telling first."""

    rater: str
    remaining: int
    items: list[Item]


class Label(BaseModel):
    """Which answer is better. A changed mind is the same item with the next revision."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"item_id": "0f" * 16, "choice": "left", "revision": 0, "rater": "kim"}]
        },
    )

    item_id: ItemId
    choice: Choice
    revision: Annotated[int, Field(ge=0, le=1000)] = 0
    rater: Annotated[
        Name | None, Field(description="Who chose, as long as the service has no tokens")
    ] = None


class LabelReceipt(BaseModel):
    """The choice is on the disk."""

    item_id: str
    status: Literal["stored", "already stored"]


def annotation_routes(
    queue: AnnotationQueue, store: FeedbackStore, clock: Callable[[], datetime]
) -> APIRouter:
    """GET /annotate/items and POST /annotate/labels, for tokens with the role `annotate`."""
    routes = APIRouter(
        prefix="/annotate",
        tags=["annotation"],
        dependencies=[requires("annotate")],
        responses=REFUSALS,
    )

    @routes.get("/items")
    def items(
        request: Request,
        rater: Annotated[Name | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Items:
        """The next pairs of answers that this person has not compared."""
        who = _rater(request, rater)
        waiting = queue.waiting(rater_hash(who))
        shown = [_shown(item, who) for item in waiting[:limit]]
        return Items(rater=who, remaining=len(waiting), items=shown)

    @routes.post("/labels", status_code=201)
    def label(request: Request, body: Label) -> LabelReceipt:
        """Store a choice as a rating of each of the two answers."""
        who = _rater(request, body.rater)
        item = queue.find(body.item_id)
        if item is None:
            raise HTTPException(404, "this item is not in the queue any more: go on with the next")
        added = store.add_many(
            _events(label_events(item, body.choice, who, body.revision, clock()))
        )
        queue.done(rater_hash(who), body.item_id)
        created = any(one.created for one in added)
        return LabelReceipt(item_id=body.item_id, status="stored" if created else "already stored")

    return routes


def _rater(request: Request, named: str | None) -> str:
    """Whose label it is: the token's name, or without tokens the one that the person gave."""
    caller: Caller = request.scope[CALLER]
    if caller != ALONE:
        return caller.name
    if named is None:
        raise refused(Rejected("rater_missing", "wanted the name of whoever labels in rater"))
    return named.strip()


def _shown(item: dict[str, Any], rater: str) -> Item:
    answers = item["first_answer"], item["second_answer"]
    left, right = answers[::-1] if shows_second_first(item["item_id"], rater) else answers
    return Item(
        item_id=item["item_id"],
        prompt=item["prompt"],
        left=left,
        right=right,
        reason=item["reason"],
        people=len(item["raters"]),
    )


def _events(bodies: Sequence[dict[str, Any]]) -> list[FeedbackEvent]:
    parsed = [parse_feedback(body, EVENT_SOURCE, 0) for body in bodies]
    return [event for event in parsed if isinstance(event, FeedbackEvent)]
