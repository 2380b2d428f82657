"""The exchanges that ratings point to: one, or a conversation with its siblings."""

from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter, Response

from ai_data_platform.api.access import requires
from ai_data_platform.api.arrivals import Arrivals
from ai_data_platform.api.errors import REFUSALS, refused
from ai_data_platform.api.metrics import Metrics
from ai_data_platform.api.turn_bodies import (
    ConversationBody,
    ConversationReceipt,
    ExchangeBody,
    MessageBody,
    TurnReceipt,
)
from ai_data_platform.core.conversations import ChatExchange
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.feedback import Conflict, FeedbackStore

__all__ = ["turn_routes"]

_MAX_CONVERSATION_BYTES = 8 * 1024 * 1024


def turn_routes(store: FeedbackStore, arrivals: Arrivals, metrics: Metrics) -> APIRouter:
    """POST /messages and /conversations. Threads wait for the store: turns are fewer than ratings."""
    routes = APIRouter(tags=["turns"], dependencies=[requires("ingest")], responses=REFUSALS)

    @routes.post(
        "/messages",
        status_code=201,
        responses={200: {"model": TurnReceipt, "description": "The exchange was stored before"}},
    )
    def take_message(body: MessageBody, response: Response) -> TurnReceipt:
        """Store one exchange. It is on the disk when this answers."""
        created = _stored(body.conversation_id, body.user_id, [body])
        response.status_code = 201 if created else 200
        return TurnReceipt(
            conversation_id=body.conversation_id,
            message_id=body.message_id,
            status="stored" if created else "already stored",
        )

    @routes.post("/conversations", status_code=201, max_body_size=_MAX_CONVERSATION_BYTES)
    def take_conversation(body: ConversationBody) -> ConversationReceipt:
        """Store the exchanges of a conversation, all of them or none."""
        created = _stored(body.conversation_id, body.user_id, body.exchanges)
        return ConversationReceipt(
            conversation_id=body.conversation_id,
            stored=created,
            already_stored=len(body.exchanges) - created,
        )

    def _stored(conversation_id: str, user_id: str | None, bodies: Sequence[ExchangeBody]) -> int:
        turns = [_turn(arrivals.exchange(body, conversation_id, user_id)) for body in bodies]
        try:
            added = store.add_turns(turns)
        except Conflict:
            metrics.turns("conflict", len(turns))
            raise
        counts = Counter(one.created for one in added)
        metrics.turns("stored", counts[True])
        metrics.turns("already stored", counts[False])
        return counts[True]

    return routes


def _turn(parsed: ChatExchange | Rejected) -> ChatExchange:
    if isinstance(parsed, Rejected):
        raise refused(parsed)
    return parsed
