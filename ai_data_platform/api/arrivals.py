"""What came in over HTTP, under the same contracts as what comes from files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai_data_platform.api.bodies import FeedbackBody
from ai_data_platform.api.turn_bodies import ExchangeBody
from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.feedback import FeedbackEvent, parse_feedback
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.feedback import EVENT_SOURCE, TURN_SOURCE

__all__ = ["Arrivals"]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Makes records of bodies. What says no time came now."""

    clock: Callable[[], datetime]

    def event(self, body: FeedbackBody) -> FeedbackEvent | Rejected:
        return parse_feedback(self._dated(body.__dict__), EVENT_SOURCE, 0)

    def exchange(
        self, body: ExchangeBody, conversation_id: str, user_id: str | None
    ) -> ChatExchange | Rejected:
        whose = {"conversation_id": conversation_id, "user_id": user_id}
        return parse_exchange(self._dated(body.__dict__) | whose, TURN_SOURCE, 0)

    def _dated(self, fields: dict[str, Any]) -> dict[str, Any]:
        given = fields["created_at"]
        return fields | {"created_at": self.clock() if given is None else given}
