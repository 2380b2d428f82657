"""What is sent: a rating, an exchange or a conversation as JSON, checked against the service's contract."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args
from uuid import uuid4

from ai_data_platform.client.errors import InvalidFeedback
from ai_data_platform.client.fields import (
    identifier,
    moment,
    optional_identifier,
    optional_text,
    text,
    whole,
)

__all__ = [
    "MAX_EXCHANGES",
    "MAX_MESSAGE_CHARACTERS",
    "MAX_POSITION",
    "MAX_TEXT_CHARACTERS",
    "Exchange",
    "Kind",
    "Letter",
    "Rating",
    "Route",
    "conversation_letters",
    "event_letter",
    "message_letter",
]

MAX_TEXT_CHARACTERS = 10_000
MAX_MESSAGE_CHARACTERS = 200_000
MAX_POSITION = 1_000
MAX_EXCHANGES = 500
_MAX_LETTER_CHARACTERS = 250_000  # of a conversation: four bytes each stay below 1 MiB
_MAX_TURN = 2**31 - 1

Kind = Literal["stars", "thumbs", "comparison"]
Route = Literal["feedback", "messages", "conversations"]
_Body = dict[str, str | int | None]


class Letter(NamedTuple):
    """One body for one endpoint. `key` is the event id, or which conversation and message it holds."""

    route: Route
    key: str
    body: str


@dataclass(frozen=True, slots=True)
class Rating:
    """One person's rating of one answer; `message_id` None rates the whole conversation."""

    conversation_id: str
    message_id: str | None
    rating: int
    user_id: str
    kind: Kind = "stars"
    text: str | None = None
    edited_text: str | None = None
    shown_position: int | None = None
    event_id: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A user's message and an answer to it. Answers to one message are siblings: they share
    `parent_message_id` and `turn_index`."""

    message_id: str
    user_message: str
    assistant_message: str
    turn_index: int
    parent_message_id: str | None = None
    model: str | None = None
    created_at: datetime | None = None


def event_letter(rating: Rating) -> Letter:
    """The letter of a rating; without an event id of its own it gets a new one.

    Raises InvalidFeedback, naming the field, for what the service would refuse.
    """
    if rating.kind not in get_args(Kind):
        raise InvalidFeedback(f"kind is {rating.kind!r:.40}, wanted one of {get_args(Kind)}")
    place = rating.shown_position
    event_id = identifier("event_id", uuid4().hex if rating.event_id is None else rating.event_id)
    body: _Body = {
        "event_id": event_id,
        "conversation_id": identifier("conversation_id", rating.conversation_id),
        "message_id": optional_identifier("message_id", rating.message_id),
        "rating": whole("rating", rating.rating, 1, 5),
        "user_id": identifier("user_id", rating.user_id),
        "kind": rating.kind,
        "feedback_text": optional_text("text", rating.text, MAX_TEXT_CHARACTERS),
        "edited_text": optional_text("edited_text", rating.edited_text, MAX_TEXT_CHARACTERS),
        "shown_position": None
        if place is None
        else whole("shown_position", place, 1, MAX_POSITION),
        "created_at": moment("created_at", rating.created_at),
    }
    return Letter("feedback", event_id, _json(body))


def message_letter(conversation_id: str, exchange: Exchange, user_id: str | None) -> Letter:
    """The letter of one exchange. Raises InvalidFeedback, naming the field."""
    head = _head(conversation_id, user_id)
    body = head | _exchange(exchange)
    return Letter("messages", f"{head['conversation_id']}/{body['message_id']}", _json(body))


def conversation_letters(
    conversation_id: str, exchanges: Iterable[Exchange], user_id: str | None
) -> list[Letter]:
    """The exchanges in as few letters as the service's limits allow. Raises InvalidFeedback."""
    head = _head(conversation_id, user_id)
    key, opening = str(head["conversation_id"]), _json(head)[:-1]
    parts = _parts(_json(_exchange(exchange)) for exchange in exchanges)
    return [
        Letter("conversations", key, f'{opening},"exchanges":[{",".join(part)}]}}')
        for part in parts
    ]


def _parts(texts: Iterable[str]) -> Iterator[Sequence[str]]:
    part: list[str] = []
    size = 0
    for each in texts:
        if part and (len(part) == MAX_EXCHANGES or size + len(each) > _MAX_LETTER_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(each)
        size += len(each)
    if part:
        yield part


def _head(conversation_id: str, user_id: str | None) -> _Body:
    return {
        "conversation_id": identifier("conversation_id", conversation_id),
        "user_id": optional_identifier("user_id", user_id),
    }


def _exchange(exchange: Exchange) -> _Body:
    most = MAX_MESSAGE_CHARACTERS
    return {
        "message_id": identifier("message_id", exchange.message_id),
        "parent_message_id": optional_identifier("parent_message_id", exchange.parent_message_id),
        "turn_index": whole("turn_index", exchange.turn_index, 0, _MAX_TURN),
        "user_message": text("user_message", exchange.user_message, most),
        "assistant_message": text("assistant_message", exchange.assistant_message, most),
        "model": optional_identifier("model", exchange.model),
        "created_at": moment("created_at", exchange.created_at),
    }


def _json(body: _Body) -> str:
    """Left out and null mean the same to the service, but for `message_id`."""
    kept = {k: v for k, v in body.items() if v is not None or k == "message_id"}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
