"""How errors are answered: by status, with what was wanted, and never with what a person wrote."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from ai_data_platform.core.errors import AidpError, NotPublishedYet
from ai_data_platform.core.text import printable
from ai_data_platform.stores.feedback import Conflict, StoreUnavailable

__all__ = ["add_error_answers"]

_STATUS: dict[type[AidpError], int] = {Conflict: 409, StoreUnavailable: 503, NotPublishedYet: 503}


def add_error_answers(app: FastAPI) -> None:
    """Answer refused bodies with 422 and the errors of this package with their status."""
    app.add_exception_handler(RequestValidationError, _refused_body)
    for kind in _STATUS:
        app.add_exception_handler(kind, _known_error)


async def _refused_body(request: Request, error: Exception) -> JSONResponse:
    """422 with place, reason and type of each fault.

    FastAPI's own answer repeats the input: personal text, and for NaN or a lone surrogate something
    that JSON cannot hold, which would turn the 422 into a 500.
    """
    faults = error.errors() if isinstance(error, RequestValidationError) else []
    detail = [
        {
            "loc": [printable(str(part)) for part in fault["loc"]],
            "msg": printable(str(fault["msg"])),
            "type": str(fault["type"]),
        }
        for fault in faults
    ]
    return JSONResponse({"detail": detail}, status_code=422)


async def _known_error(request: Request, error: Exception) -> JSONResponse:
    status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse({"detail": printable(str(error))}, status_code=status, headers=headers)
