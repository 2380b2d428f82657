"""The door: how many requests are worked on at once, who asks, and how long a body may take."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ai_data_platform.api.access import ANYBODY, CALLER, Access, Refused

__all__ = ["Admission", "BodyDeadline"]

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CLOSE = {"Connection": "close"}


class Admission:
    """Turns requests away before their body is read: 503 when too many are here, 401 and 429 by `Access`."""

    def __init__(self, app: ASGIApp, *, access: Access, max_in_flight: int) -> None:
        self._app, self._access, self._most = app, access, max_in_flight
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._admit(scope)
        except Refused as refused:
            answer = JSONResponse({"detail": refused.detail}, refused.status, refused.headers)
            await answer(scope, receive, send)
            return
        self._here += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._here -= 1

    def _admit(self, scope: Scope) -> None:
        if self._here >= self._most:
            raise Refused(503, "too many requests at once: send it again", {"Retry-After": "1"})
        client = scope.get("client")
        authorization = Headers(scope=scope).get("authorization")
        caller = self._access.caller(authorization, client[0] if client else "unknown")
        if caller is ANYBODY and scope["method"] not in _READING:
            raise Refused(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
        scope[CALLER] = caller


class BodyDeadline:
    """Answers 408 where a body is not complete after so many seconds: it would hold its place for ever."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _READING:
            await self._app(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + self._seconds
        complete = False

        async def receive_in_time() -> Message:
            nonlocal complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                said = f"the body did not arrive within {self._seconds:g} s"
                raise HTTPException(408, said, _CLOSE) from None
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, receive_in_time, send)
