"""The calls of a product: each becomes letters, kept together or not at all."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from ai_data_platform.client.errors import InvalidFeedback
from ai_data_platform.client.letters import (
    Exchange,
    Letter,
    Rating,
    conversation_letters,
    event_letter,
    message_letter,
)

__all__ = ["Ratings"]


class Ratings(ABC):
    """Ratings and exchanges, checked and handed on as letters.

    Every method raises InvalidFeedback for what the service would refuse and NotKept when the outbox takes
    nothing. An `event_id` of your own makes a call safe to repeat; without one each call is a new rating.
    """

    @abstractmethod
    def _keep(self, letters: Sequence[Letter]) -> None:
        """Take all letters, or raise NotKept and take none."""

    def rate(
        self,
        conversation_id: str,
        message_id: str | None,
        rating: int,
        *,
        user_id: str,
        text: str | None = None,
        shown_position: int | None = None,
        event_id: str | None = None,
        created_at: datetime | None = None,
    ) -> str:
        """One to five stars for an answer, or with message_id None for the conversation. The event id."""
        return self._rated(
            Rating(
                conversation_id,
                message_id,
                rating,
                user_id,
                text=text,
                shown_position=shown_position,
                event_id=event_id,
                created_at=created_at,
            )
        )

    def thumbs(
        self,
        conversation_id: str,
        message_id: str | None,
        thumb: Literal["up", "down"],
        *,
        user_id: str,
        text: str | None = None,
        shown_position: int | None = None,
        event_id: str | None = None,
        created_at: datetime | None = None,
    ) -> str:
        """A thumb for an answer; up is noted as 5, down as 1. The event id."""
        if thumb not in ("up", "down"):
            raise InvalidFeedback(f"thumb is {thumb!r:.40}, wanted 'up' or 'down'")
        return self._rated(
            Rating(
                conversation_id,
                message_id,
                5 if thumb == "up" else 1,
                user_id,
                kind="thumbs",
                text=text,
                shown_position=shown_position,
                event_id=event_id,
                created_at=created_at,
            )
        )

    def compare(
        self,
        conversation_id: str,
        shown: tuple[str, str],
        better: str | None,
        *,
        user_id: str,
        text: str | None = None,
        event_id: str | None = None,
        created_at: datetime | None = None,
    ) -> tuple[str, str]:
        """Two answers in the order shown, and which is better: one of their message ids, None for a tie.

        The two event ids, in the order shown; with an `event_id` they are it with `-1` and `-2` appended.
        """
        first, second = shown
        if first == second or better not in (first, second, None):
            raise InvalidFeedback(
                f"better is {better!r:.60}, wanted None or one of two different ids, "
                f"{first!r:.60} and {second!r:.60}"
            )
        moment = created_at or datetime.now(UTC)
        letters = [
            event_letter(
                Rating(
                    conversation_id,
                    message_id,
                    3 if better is None else 5 if message_id == better else 1,
                    user_id,
                    kind="comparison",
                    text=text,
                    shown_position=place,
                    event_id=None if event_id is None else f"{event_id}-{place}",
                    created_at=moment,
                )
            )
            for place, message_id in enumerate(shown, start=1)
        ]
        self._keep(letters)
        return letters[0].key, letters[1].key

    def edit(
        self,
        conversation_id: str,
        message_id: str,
        edited_text: str,
        *,
        rating: int,
        user_id: str,
        text: str | None = None,
        event_id: str | None = None,
        created_at: datetime | None = None,
    ) -> str:
        """The answer as this person would have it; `rating` is that of the one given. The event id."""
        if not edited_text:
            raise InvalidFeedback("edited_text is empty, wanted the answer as it should be")
        return self._rated(
            Rating(
                conversation_id,
                message_id,
                rating,
                user_id,
                text=text,
                edited_text=edited_text,
                event_id=event_id,
                created_at=created_at,
            )
        )

    def log_message(
        self, conversation_id: str, exchange: Exchange, *, user_id: str | None = None
    ) -> None:
        """One question with an answer, for ratings to point to."""
        self._keep([message_letter(conversation_id, exchange, user_id)])

    def log_conversation(
        self, conversation_id: str, exchanges: Iterable[Exchange], *, user_id: str | None = None
    ) -> None:
        """The exchanges of a conversation, or what was added to it; up to 500 are stored at once."""
        self._keep(conversation_letters(conversation_id, exchanges, user_id))

    def _rated(self, rating: Rating) -> str:
        letter = event_letter(rating)
        self._keep([letter])
        return letter.key
