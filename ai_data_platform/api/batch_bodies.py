"""Many ratings in one request, each of them answered on its own."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler
from pydantic.functional_validators import WrapValidator

from ai_data_platform.api.bodies import FEEDBACK_EXAMPLE, FeedbackBody
from ai_data_platform.api.errors import described

__all__ = ["BatchBody", "BatchReceipt", "EventReceipt", "Outcome", "RefusedEvent"]

MAX_EVENTS = 1_000

Outcome = Literal["stored", "already stored", "conflict", "refused"]


class RefusedEvent(str):
    """Why an event of a batch is not a rating: the place and the words of each fault."""

    __slots__ = ()


def _kept_apart(value: Any, validate: ValidatorFunctionWrapHandler) -> FeedbackBody | RefusedEvent:
    try:
        body: FeedbackBody = validate(value)
    except ValidationError as error:
        faults = described(error.errors(include_url=False, include_input=False))
        said = (f"{'.'.join(fault['loc']) or 'event'}: {fault['msg']}" for fault in faults)
        return RefusedEvent("; ".join(said))
    return body


class BatchBody(BaseModel):
    """Up to 1,000 ratings. One that breaks the contract does not keep the others out."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={"examples": [{"events": [FEEDBACK_EXAMPLE]}]},
    )

    events: Annotated[
        list[Annotated[FeedbackBody, WrapValidator(_kept_apart)]],
        Field(min_length=1, max_length=MAX_EVENTS),
    ]


class EventReceipt(BaseModel):
    """What became of the event at this place of the batch, from 0."""

    index: int
    status: Outcome
    event_id: Annotated[str | None, Field(description="null where the event was refused")] = None
    reason: Annotated[str | None, Field(description="Why it is not stored")] = None


class BatchReceipt(BaseModel):
    """How many events had each outcome, and the outcome of each. Those stored are on the disk."""

    stored: int
    already_stored: int
    conflicts: int
    refused: int
    results: list[EventReceipt]
