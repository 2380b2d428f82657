"""What the API takes and gives: strict models, so that strangers learn at once what is wrong."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ai_data_platform.core.feedback import Kind
from ai_data_platform.core.retrieval import SearchMode

__all__ = [
    "FEEDBACK_EXAMPLE",
    "MAX_MESSAGE_CHARACTERS",
    "FeedbackBody",
    "FeedbackReceipt",
    "FeedbackStats",
    "Identifier",
    "Liveness",
    "Moment",
    "Part",
    "Passage",
    "SearchAnswer",
    "Status",
]

MAX_FEEDBACK_CHARACTERS = 10_000
MAX_ID_CHARACTERS = 256
MAX_MESSAGE_CHARACTERS = 200_000
"""Of a question or an answer, in a turn or as somebody edited it."""

Status = Literal["stored", "already stored"]
Identifier = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARACTERS)]
Moment = Annotated[
    Annotated[str, Field(max_length=64)]
    | int
    | Annotated[float, Field(allow_inf_nan=False)]
    | None,
    Field(description="ISO 8601 (no zone is UTC) or epoch seconds; left out, the time is now."),
]

FEEDBACK_EXAMPLE: dict[str, Any] = {
    "conversation_id": "c-2024-03-01-17",
    "message_id": "m-3",
    "rating": 4,
    "feedback_text": "Clear, but the link is dead.",
    "user_id": "u-42",
    "event_id": "7f9c2ba4-e88f-4d1c-9d0f-7c4e9f2d1a60",
    "created_at": "2024-03-01T12:00:00Z",
}


class FeedbackBody(BaseModel):
    """One person's rating of one answer, or of a whole conversation."""

    model_config = ConfigDict(
        strict=True,  # "5", 5.0 and true are not ratings
        extra="forbid",  # a misspelled optional field must not vanish
        json_schema_extra={"examples": [FEEDBACK_EXAMPLE]},
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
            max_length=MAX_MESSAGE_CHARACTERS,
            description="The answer as this person would have it",
        ),
    ] = None
    shown_position: Annotated[
        int | None,
        Field(ge=1, le=1000, description="Place among the answers shown together, from 1"),
    ] = None
    created_at: Moment = None


class FeedbackReceipt(BaseModel):
    """The event is on the disk."""

    event_id: str
    status: Status


class FeedbackStats(BaseModel):
    """How many events were stored, and how many of them no build has taken up yet."""

    stored: int
    unprocessed: int
    trigger: Annotated[int, Field(description="Unprocessed events that start a build")]
    waiting: Annotated[
        int | None,
        Field(
            description="Ratings whose answer was in no chat log at the last build: they are kept, and "
            "count from the day on which it arrives. null before the first build."
        ),
    ]


class Liveness(BaseModel):
    """The process answers; for /readyz, so does its store."""

    status: Literal["ok"] = "ok"


class Part(BaseModel):
    """A part of a passage; `hit` when it is a word of the question."""

    text: str
    hit: bool


class Passage(BaseModel):
    """One passage of a document."""

    chunk_id: str
    uri: str
    title: str
    heading_path: list[str]
    page: int | None
    position: Annotated[int, Field(description="Place in its document, from 0")]
    text: str
    source: str | None
    media_type: str | None
    language: str | None
    score: Annotated[
        float, Field(description="Reciprocal rank fusion: comparable within one answer")
    ]
    parts: Annotated[
        list[Part] | None, Field(description="The text in parts, where highlight was asked for")
    ] = None


class SearchAnswer(BaseModel):
    """The passages found, best first, and the version that they stand in."""

    query: str
    version: str
    mode: SearchMode
    results: list[Passage]
