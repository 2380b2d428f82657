"""The outermost layer: each request gets an id, an answer, safe headers, a log line and its figures."""

import re
from collections.abc import Callable
from uuid import uuid4

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_data_platform.api.access import CALLER
from ai_data_platform.api.metrics import Metrics
from ai_data_platform.api.request_log import RequestLog

__all__ = ["Observed"]

_SAFE = {
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
"""Answers are data: nothing in one may run, be framed, be guessed at or be kept. A page of ours says itself
what it loads."""

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Observed:
    """Answers 500 for what nobody foresaw. The log names type and place: the words may be a person's."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, log: RequestLog | None, clock: Callable[[], float]
    ) -> None:
        self._app, self._metrics, self._log, self._clock = app, metrics, log, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, _request_id(scope))
        started, fault = self._clock(), None
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001  # the last that could answer
            fault = _place(error)
            if answer.status is None:
                failed = JSONResponse({"detail": "the service failed"}, status_code=500)
                await failed(scope, receive, answer.send)
        self._note(scope, answer, self._clock() - started, fault)

    def _note(self, scope: Scope, answer: "_Answer", seconds: float, fault: str | None) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        status = answer.status or 499  # the caller hung up
        self._metrics.answered(method, route, status, seconds)
        if self._log is not None:
            caller = scope.get(CALLER)
            self._log(
                "request",
                request_id=answer.request_id,
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                caller=caller and caller.name,
                **({"fault": fault} if fault else {}),
            )


class _Answer:
    """Sends an answer on, with the headers that every answer has, and remembers its status."""

    __slots__ = ("_send", "request_id", "status")

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self.request_id = send, request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"] = list(message.get("headers", ()))
            given = {name for name, _ in headers}
            headers += [item for item in _SAFE.items() if item[0] not in given]
            headers.append((b"x-request-id", self.request_id.encode()))
        await self._send(message)


def _request_id(scope: Scope) -> str:
    """The caller's X-Request-Id where it is a plain word, so that it can be followed; else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if _ID.fullmatch(given) else uuid4().hex


def _place(error: Exception) -> str:
    """Type of an error and where it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"
