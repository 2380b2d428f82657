"""One HTTP connection to the service, kept open; the standard library's, so that a product adds nothing."""

import encodings.idna  # noqa: F401  looked up by the first request; a fork in the midst of it breaks the child
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from math import isfinite
from time import monotonic
from urllib.parse import urlsplit

from ai_data_platform.client.errors import InvalidFeedback

__all__ = ["Answer", "Service", "Unreachable"]

_MAX_ANSWER_BYTES = 1024 * 1024
_MAX_WAIT_S = 3600.0  # whatever a proxy asks for
_IDLE_S = 4.0  # uvicorn closes after 5 seconds: a connection near that age is opened anew


class Unreachable(Exception):
    """No answer came: whether the letters arrived is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, and the seconds to wait before the next call where the service named them."""

    status: int
    body: bytes
    retry_after_s: float | None


class Service:
    """The service at a URL. For one thread at a time."""

    def __init__(self, url: str, token: str | None, *, timeout_s: float) -> None:
        self._parts = urlsplit(url.rstrip("/"))
        if self._parts.scheme not in ("http", "https") or not self._parts.hostname:
            raise InvalidFeedback(f"the URL is {url!r}, wanted http:// or https:// and a host")
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout_s = timeout_s
        self._connection: HTTPConnection | None = None
        self._used = 0.0

    def post(self, path: str, body: bytes) -> Answer:
        """The answer to one POST. Raises Unreachable when none came; a redirect is an answer."""
        kept_open = self._connection is not None and monotonic() - self._used < _IDLE_S
        if not kept_open:
            self.close()
        try:
            return self._post(path, body)
        except (
            OSError,
            HTTPException,
            UnicodeError,
        ) as error:  # the last for a host that is no name
            self.close()
            if not kept_open or isinstance(error, TimeoutError):
                raise Unreachable(f"{type(error).__name__}: {error}") from error
        return self.post(
            path, body
        )  # the service had closed the connection: once more, on a new one

    def forget(self) -> None:
        """Leave the connection to the process that opened it."""
        self._connection = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _post(self, path: str, body: bytes) -> Answer:
        if self._connection is None:
            self._connection = self._opened()
        self._connection.request("POST", self._parts.path + path, body, self._headers)
        response = self._connection.getresponse()
        content = response.read(_MAX_ANSWER_BYTES)
        if response.will_close or not response.isclosed():
            self.close()
        self._used = monotonic()
        return Answer(response.status, content, _retry_after(response))

    def _opened(self) -> HTTPConnection:
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(str(self._parts.hostname), self._parts.port, timeout=self._timeout_s)


def _retry_after(response: HTTPResponse) -> float | None:
    """Seconds, from either form of the header (RFC 9110, 10.2.3); at most an hour."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), _MAX_WAIT_S) if isfinite(seconds) else None
