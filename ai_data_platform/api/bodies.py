"""What the API takes and gives: strict models, so that strangers learn at once what is wrong."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ai_data_platform.core.feedback import Kind

__all__ = ["FeedbackBody", "FeedbackReceipt", "FeedbackStats", "Liveness", "SearchAnswer", "Status"]

MAX_FEEDBACK_CHARACTERS = 10_000
MAX_ID_CHARACTERS = 256

Status = Literal["stored", "already stored"]
Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARACTERS)]


class FeedbackBody(BaseModel):
    """One person's rating of one answer, or of a whole conversation."""

    model_config = ConfigDict(
        strict=True,  # "5", 5.0 and true are not ratings
        extra="forbid",  # a misspelled optional field must not vanish
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": "c-2024-03-01-17",
                    "message_id": "m-3",
                    "rating": 4,
                    "feedback_text": "Clear, but the link is dead.",
                    "user_id": "u-42",
                    "event_id": "7f9c2ba4-e88f-4d1c-9d0f-7c4e9f2d1a60",
                    "created_at": "2024-03-01T12:00:00Z",
                }
            ]
        },
    )

    conversation_id: Identifier
    message_id: Annotated[
        Identifier | None, Field(description="null: the whole conversation was rated")
    ]
    rating: Annotated[int, Field(ge=1, le=5)]
    feedback_text: Annotated[str | None, Field(max_length=MAX_FEEDBACK_CHARACTERS)] = None
    user_id: Identifier
    event_id: Annotated[
        Identifier | None,
        Field(description="Send one with every event that may be sent again: it is counted once."),
    ] = None
    kind: Annotated[
        Kind,
        Field(
            description="stars: 1 to 5; thumbs: up is 5, down is 1; comparison: of two answers shown side "
            "by side the better is 5 and the other 1, both 3 for a tie"
        ),
    ] = "stars"
    edited_text: Annotated[
        str | None,
        Field(
            max_length=MAX_FEEDBACK_CHARACTERS,
            description="The answer as this person would have it",
        ),
    ] = None
    shown_position: Annotated[
        int | None,
        Field(ge=1, le=1000, description="Place among the answers shown together, from 1"),
    ] = None
    created_at: Annotated[
        str | int | Annotated[float, Field(allow_inf_nan=False)] | None,
        Field(description="ISO 8601 (no zone is UTC) or epoch seconds; left out, the time is now."),
    ] = None


class FeedbackReceipt(BaseModel):
    """The event is on the disk."""

    event_id: str
    status: Status


class FeedbackStats(BaseModel):
    """How many events were stored, and how many of them no build has taken up yet."""

    stored: int
    unprocessed: int


class Liveness(BaseModel):
    """The process answers; for /readyz, so does its store."""

    status: Literal["ok"] = "ok"


class SearchAnswer(BaseModel):
    """The chunks found, best first."""

    query: str
    results: list[dict[str, Any]]
