"""Who calls, and what their token opens."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import HTTPException, Request, Security
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from ai_data_platform.stores.tokens import ROLES, Role, TokenStore

__all__ = ["ALONE", "ANYBODY", "CALLER", "Access", "Caller", "Refused", "requires"]

CALLER = "aidp.caller"
"""Where the caller stands in the scope of a request."""

_GUESSES = "60/minute"
"""Wrong tokens from one address: far too few to find one, enough for a mistake to be mended."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The name that a token was given, and what it opens."""

    name: str
    roles: frozenset[Role]


ANYBODY = Caller("anybody", frozenset())
"""A caller without a token, who may ask whether the service lives."""

ALONE = Caller("local", frozenset(ROLES))
"""Everybody, as long as no token was ever made."""


class Refused(Exception):
    """A request that is turned away at the door: its status, what to say, and further headers."""

    def __init__(self, status: int, detail: str, headers: dict[str, str]) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


class Access:
    """Knows callers by their tokens, and counts what each of them asks.

    As long as no token was ever made, everybody is the caller `local` and may do anything: that is for one
    machine and one person. From the first token on, tokens are asked for.
    """

    def __init__(
        self, tokens: TokenStore | None, rate: str | None, clock: Callable[[], datetime]
    ) -> None:
        self._tokens, self._clock = tokens, clock
        self._rate = None if rate is None else parse(rate)
        self._guesses = parse(_GUESSES)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def caller(self, authorization: str | None, address: str) -> Caller:
        """Whose request this is. Raises Refused: 401 for a token that is not valid, 429 above a limit."""
        if self._tokens is None or not self._tokens.any():
            return ALONE
        if authorization is None:
            return ANYBODY
        scheme, _, presented = authorization.partition(" ")
        token = self._tokens.find(presented.strip(), self._clock())
        if scheme.lower() != "bearer" or token is None:
            self._count(self._guesses, "address", address)
            raise Refused(401, "this token is not valid", {"WWW-Authenticate": "Bearer"})
        if self._rate is not None:
            self._count(self._rate, "token", token.name)
        return Caller(token.name, frozenset(token.roles))

    def _count(self, limit: RateLimitItem, kind: str, name: str) -> None:
        if self._limiter.hit(limit, kind, name):
            return
        wait = self._limiter.get_window_stats(limit, kind, name).reset_time - time.time()
        raise Refused(
            429, f"more than {limit}: slow down", {"Retry-After": str(max(math.ceil(wait), 1))}
        )


class _Opens(SecurityBase):
    """The dependency that asks for a role, and that the OpenAPI document shows as the security scheme."""

    def __init__(self, role: Role) -> None:
        self.model = HTTPBearerModel(description="A token made by `aidp token create`.")
        self.scheme_name = "token"
        self._role = role

    async def __call__(self, request: Request) -> None:
        caller: Caller = request.scope[CALLER]
        if caller is ANYBODY:
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
        if self._role not in caller.roles:
            raise HTTPException(403, f"the token {caller.name} lacks the role {self._role}")


def requires(role: Role) -> Any:
    """The dependency of a route or router that tokens with this role open; 401 without one, 403 without the
    role."""
    return Security(_Opens(role), scopes=[role])
