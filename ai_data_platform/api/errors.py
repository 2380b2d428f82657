"""How errors are answered: by status, with what was wanted, and never with what a person wrote."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from ai_data_platform.api.metrics import Metrics
from ai_data_platform.core.errors import AidpError, IndexMismatch, NotPublishedYet, VersionNotFound
from ai_data_platform.core.records import Rejected
from ai_data_platform.core.text import printable
from ai_data_platform.stores.feedback import Conflict, StoreUnavailable

__all__ = ["REFUSALS", "Answers", "add_error_answers", "described", "refused"]

_STATUS: dict[type[AidpError], int] = {
    Conflict: 409,
    StoreUnavailable: 503,
    NotPublishedYet: 503,
    IndexMismatch: 503,
    VersionNotFound: 404,
}

_MOST_FAULTS = 20
_MOST_CHARACTERS = 200
"""Of a place or reason: a body of strange keys must not come back whole."""

Answers = dict[int | str, dict[str, Any]]
"""Statuses and what they mean, as FastAPI takes them."""

REFUSALS: Answers = {
    401: {"description": "No token, or one that is not valid"},
    403: {"description": "The token lacks the role"},
    408: {"description": "The body did not arrive in time"},
    409: {"description": "The id belongs to something with other content"},
    413: {"description": "The body is too large"},
    429: {"description": "Too many requests: wait for Retry-After"},
    503: {"description": "Not stored: send it again after Retry-After"},
}
"""What every endpoint that stores may answer beside its own."""


def add_error_answers(app: FastAPI, metrics: Metrics) -> None:
    """Answer refused bodies with 422 and the errors of this package with their status."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
        if isinstance(error, StoreUnavailable):
            metrics.store_failed()
        headers = {"Retry-After": "5"} if status == 503 else None
        return JSONResponse({"detail": printable(str(error))}, status_code=status, headers=headers)

    app.add_exception_handler(RequestValidationError, _refused_body)
    for kind in _STATUS:
        app.add_exception_handler(kind, known)


def refused(rejected: Rejected) -> RequestValidationError:
    """What the contract refused, in the form of what the body's model refuses."""
    fault = {"loc": ("body",), "msg": rejected.detail, "type": rejected.reason}
    return RequestValidationError([fault])


def described(faults: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Place, reason and type of each fault, without the input."""
    return [
        {
            "loc": [_short(str(part)) for part in fault["loc"]],
            "msg": _short(str(fault["msg"])),
            "type": str(fault["type"]),
        }
        for fault in list(faults)[:_MOST_FAULTS]
    ]


async def _refused_body(request: Request, error: Exception) -> JSONResponse:
    """422 with place, reason and type of each fault.

    FastAPI's own answer repeats the input: personal text, and for NaN or a lone surrogate something
    that JSON cannot hold, which would turn the 422 into a 500.
    """
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    return JSONResponse({"detail": described(faults)}, status_code=422)


def _short(text: str) -> str:
    return printable(text)[:_MOST_CHARACTERS]
