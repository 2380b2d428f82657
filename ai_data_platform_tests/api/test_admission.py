"""Too many, too slow, too large: a real server under callers that behave badly."""

import asyncio
import json
import socket
import time
from collections import Counter
from contextlib import closing

import httpx
import pytest
import uvloop

from ai_data_platform.api import create_app
from ai_data_platform.api.options import ServiceOptions
from ai_data_platform.stores.feedback import FeedbackStore
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform_tests.api.serving import BODY, NOW, serving


def head(length: int, *more: str) -> bytes:
    lines = ["POST /feedback HTTP/1.1", "Host: x", "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {length}", *more, "", ""]).encode()


def request(number: int) -> bytes:
    body = json.dumps(BODY | {"event_id": f"e{number}"}).encode()
    return head(len(body), "Connection: close") + body


def received(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    connection.settimeout(10)
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("sent", [b"", b'{"conversation_id": "c1", '], ids=["nothing", "a part"])
def test_a_body_that_does_not_arrive_in_time_is_answered_408(
    store: FeedbackStore, sent: bytes
) -> None:
    app = create_app(store, options=ServiceOptions(body_timeout_s=0.2))
    with serving(app) as address, socket.create_connection(address) as connection:
        connection.sendall(head(500) + sent)
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the body did not arrive within 0.2 s" in answer


def test_a_body_that_trickles_is_not_given_more_time(store: FeedbackStore) -> None:
    app = create_app(store, options=ServiceOptions(body_timeout_s=0.3))
    with serving(app) as address, socket.create_connection(address) as connection:
        connection.sendall(head(500))
        started = time.monotonic()
        answer = b""
        connection.settimeout(0.05)
        while not answer:
            assert time.monotonic() - started < 5
            connection.sendall(b" ")
            try:
                answer = connection.recv(4096)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", b"POST /feed", b"POST /feedback HTTP/1.1\r\nHost: x\r\nA:"])
def test_a_connection_whose_headers_do_not_arrive_is_closed(
    store: FeedbackStore, sent: bytes
) -> None:
    with (
        serving(create_app(store), header_timeout_s=0.2) as address,
        socket.create_connection(address) as connection,
    ):
        connection.sendall(sent)
        assert received(connection) == b""


def test_a_slow_body_does_not_keep_others_waiting(store: FeedbackStore) -> None:
    with serving(create_app(store)) as address, socket.create_connection(address) as slow:
        slow.sendall(head(500) + b"{")
        answer = httpx.post(f"http://{address[0]}:{address[1]}/feedback", json=BODY)
    assert answer.status_code == 201


def test_a_request_above_the_bound_is_answered_503_and_can_be_sent_again(
    store: FeedbackStore,
) -> None:
    app = create_app(store, options=ServiceOptions(max_in_flight=2))
    with serving(app) as address:
        slow = [socket.create_connection(address) for _ in range(2)]
        for connection in slow:
            connection.sendall(head(500) + b"{")
        url = f"http://{address[0]}:{address[1]}/feedback"
        while (full := httpx.post(url, json=BODY)).status_code == 201:
            time.sleep(0.01)  # the two have not been read yet
        for connection in slow:
            connection.close()
        while (free := httpx.post(url, json=BODY)).status_code == 503:
            time.sleep(0.01)

    assert (full.status_code, full.headers["Retry-After"]) == (503, "1")
    assert free.status_code in {200, 201}


def test_a_body_is_not_waited_for_where_no_token_came(
    store: FeedbackStore, tokens: TokenStore
) -> None:
    tokens.create("shop", ["ingest"], NOW)
    app = create_app(store, tokens=tokens)
    with serving(app) as address, socket.create_connection(address) as connection:
        connection.sendall(head(500))
        connection.settimeout(5)
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")


@pytest.mark.slow
def test_of_10000_requests_at_once_none_that_was_acknowledged_is_lost(
    each_store: FeedbackStore,
) -> None:
    statuses: Counter[int] = Counter()

    async def post(address: tuple[str, int], number: int) -> None:
        try:
            reader, writer = await asyncio.open_connection(*address)
        except OSError:
            statuses[0] += 1  # the kernel's queue was full: nobody was told anything
            return
        with closing(writer):
            try:
                writer.write(request(number))
                answer = await reader.read()
            except OSError:
                answer = b""
        statuses[int(answer[9:12] or 0)] += 1

    async def flood(address: tuple[str, int]) -> None:
        await asyncio.gather(*(post(address, number) for number in range(10_000)))

    with serving(create_app(each_store), header_timeout_s=60) as address:
        uvloop.run(flood(address))

    assert statuses.total() == 10_000
    assert set(statuses) <= {0, 201, 503}
    assert statuses[201] >= 1_000
    assert statuses[201] <= each_store.last_sequence() <= statuses[201] + statuses[0]
