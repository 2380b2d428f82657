"""The exchanges that ratings point to, as a product sends them: one, or a whole conversation."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ai_data_platform.api.bodies import MAX_MESSAGE_CHARACTERS, Identifier, Moment, Status

__all__ = ["ConversationBody", "ConversationReceipt", "ExchangeBody", "MessageBody", "TurnReceipt"]

MAX_EXCHANGES = 1_000

_EXCHANGE: dict[str, Any] = {
    "message_id": "m-3",
    "parent_message_id": "u-3",
    "turn_index": 0,
    "user_message": "How do I reset the pump?",
    "assistant_message": "Hold the blue button for five seconds.",
    "model": "larch-2",
    "created_at": "2024-03-01T11:59:30Z",
}
_SIBLING = _EXCHANGE | {
    "message_id": "m-4",
    "assistant_message": "Switch it off at the mains and wait a minute.",
}


class ExchangeBody(BaseModel):
    """One user message and one answer to it. Answers to the same message are siblings: they share
    `parent_message_id` and `turn_index`, and are what pairs are made of."""

    model_config = ConfigDict(
        strict=True, extra="forbid", json_schema_extra={"examples": [_EXCHANGE]}
    )

    message_id: Annotated[Identifier, Field(description="The answer's id, which ratings name")]
    parent_message_id: Annotated[
        Identifier | None, Field(description="The user message that this answers")
    ] = None
    turn_index: Annotated[
        int, Field(ge=0, lt=2**31, description="Place in the conversation, from 0")
    ]
    user_message: Annotated[str, Field(max_length=MAX_MESSAGE_CHARACTERS)]
    assistant_message: Annotated[str, Field(max_length=MAX_MESSAGE_CHARACTERS)]
    model: Annotated[Identifier | None, Field(description="What answered")] = None
    created_at: Moment = None


class MessageBody(ExchangeBody):
    """One exchange of a conversation."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"conversation_id": "c-17", "user_id": "u-42"} | _EXCHANGE]}
    )

    conversation_id: Identifier
    user_id: Identifier | None = None


class ConversationBody(BaseModel):
    """A conversation, or what was added to one: all of it is stored, or none."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": "c-17",
                    "user_id": "u-42",
                    "exchanges": [_EXCHANGE, _SIBLING],
                }
            ]
        },
    )

    conversation_id: Identifier
    user_id: Identifier | None = None
    exchanges: Annotated[list[ExchangeBody], Field(min_length=1, max_length=MAX_EXCHANGES)]


class TurnReceipt(BaseModel):
    """The exchange is on the disk."""

    conversation_id: str
    message_id: str
    status: Status


class ConversationReceipt(BaseModel):
    """The exchanges are on the disk: those that came now, and those that stood there before."""

    conversation_id: str
    stored: int
    already_stored: int
