"""A closed loop of keep-alive connections that post ratings, small enough not to be what is measured.

`python -m benchmarks.http_load PORT REQUESTS CONNECTIONS FIRST [TOKEN]` prints one line of JSON: seconds,
requests by status, the 50th and 99th percentile of latency in milliseconds, CPU seconds of this client.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from hashlib import md5
from typing import cast

import uvloop

__all__: list[str] = []

_BODY = (
    b'{"conversation_id":"c-%08d","message_id":"m-1","rating":%d,"user_id":"u-%04d",'
    b'"feedback_text":"Clear, but the link is dead.","event_id":"%s"}'
)
_HEAD = (
    b"POST /feedback HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n%s"
    b"Content-Length: %d\r\n\r\n"
)


class _Load:
    """Numbers that are still to be sent, and what came back."""

    def __init__(self, first: int, requests: int, token: str | None) -> None:
        self.next, self.end = first, first + requests
        self.authorization = f"Authorization: Bearer {token}\r\n".encode() if token else b""
        self.latencies: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.open = 0
        self.done = asyncio.Event()

    def request(self) -> bytes | None:
        if self.next == self.end:
            return None
        number, self.next = self.next, self.next + 1
        event_id = (
            md5(b"%d" % number, usedforsecurity=False).hexdigest().encode()
        )  # random, as clients' are
        body = _BODY % (number // 3, number % 5 + 1, number % 9973, event_id)
        return _HEAD % (self.authorization, len(body)) + body


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load, self._sent, self._buffer = load, 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._load.open += 1
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        self._load.latencies.append(time.perf_counter() - self._sent)
        self._load.statuses[head[9:12].decode()] += 1
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.open -= 1
        if not self._load.open:
            self._load.done.set()

    def _send(self) -> None:
        request = self._load.request()
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length: ") + 16
    return int(lower[start : lower.find(b"\r", start) if b"\r" in lower[start:] else None])


async def _run(port: int, requests: int, connections: int, first: int, token: str | None) -> None:
    load, loop = _Load(first, requests, token), asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port)
    await load.done.wait()
    seconds = time.perf_counter() - started
    ordered = sorted(load.latencies)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "seconds": seconds,
        "statuses": load.statuses,
        "p50": ordered[len(ordered) // 2] * 1000,
        "p99": ordered[len(ordered) * 99 // 100] * 1000,
        "cpu": used.ru_utime + used.ru_stime,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    port, requests, connections, first = map(int, sys.argv[1:5])
    token = sys.argv[5] if len(sys.argv) > 5 else None
    uvloop.run(_run(port, requests, connections, first, token))
