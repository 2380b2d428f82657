"""Events and turns that the tests of the feedback store are made of, and the places that keep them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ai_data_platform.core.conversations import ChatExchange
from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback

__all__ = ["DAY", "NOON", "Place", "event", "turn"]

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = "2024-03-01"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store keeps its rows; it can be opened more than once."""

    path: Path
    url: str | None = None

    def open(self, timeout_s: float = 10.0) -> FeedbackStore:
        return open_feedback(self.path, self.url, timeout_s=timeout_s)


def event(
    name: str, *, rating: int = 4, days: int = 0, user_id: str | None = "u1"
) -> FeedbackEvent:
    return FeedbackEvent(
        record_id=f"record of {name}",
        event_id=name,
        conversation_id="c1",
        message_id=None,
        rating=rating,
        feedback_text="Fine.",
        user_id=user_id,
        created_at=NOON + timedelta(days=days, microseconds=1),
        source_file="feedback_api",
        source_line=0,
    )


def turn(
    message_id: str,
    *,
    conversation_id: str = "c1",
    answer: str = "Hold the left key.",
    days: int = 0,
) -> ChatExchange:
    return ChatExchange(
        record_id=f"record of {message_id}",
        conversation_id=conversation_id,
        message_id=message_id,
        parent_message_id="p1",
        thread=["m0", message_id],
        turn_index=1,
        user_message="How do I set the clock?",
        assistant_message=answer,
        rating=None,
        model="model-1",
        user_id="u1",
        created_at=NOON + timedelta(days=days),
        source_file="turns_api",
        source_line=0,
    )
