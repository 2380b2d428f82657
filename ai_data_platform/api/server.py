"""The application on a port, until it is told to stop."""

import asyncio
import resource
import signal
import sys
from asyncio import TimerHandle
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ai_data_platform.api.request_log import UVICORN_LOGGING

__all__ = ["serve_until_stopped", "server"]

_BACKLOG = 16_384
"""Connections that the kernel may hold for us; it takes the smaller of this and its own limit."""


def server(
    app: FastAPI, host: str, port: int, *, header_timeout_s: float, grace_s: int
) -> uvicorn.Server:
    """The server, not yet started. Stopped, it takes nothing new and answers what it has within `grace_s`."""

    class Impatient(_Impatient):
        timeout_s = header_timeout_s

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Impatient,
        ws="none",
        backlog=_BACKLOG,
        access_log=False,  # ours holds no query strings
        server_header=False,
        log_config=UVICORN_LOGGING,
        timeout_graceful_shutdown=grace_s,
    )
    return uvicorn.Server(config)


def serve_until_stopped(service: uvicorn.Server, close: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; `close` is called when the last request is answered."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # one connection, one file
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again when it is done
    try:
        service.run()
    except KeyboardInterrupt:
        pass
    finally:
        close()


class _Impatient(HttpToolsProtocol):
    """Hangs up on a connection whose next request does not begin with whole headers in good time."""

    timeout_s = 10.0
    _hang_up: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        self._stop()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._stop()
        self._hang_up = self.loop.call_later(self.timeout_s, self.transport.close)

    def _stop(self) -> None:
        if self._hang_up is not None:
            self._hang_up.cancel()
            self._hang_up = None
