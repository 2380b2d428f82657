"""A rating as a client sends it, and the service on a real port."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from ai_data_platform.api.server import server

__all__ = ["BODY", "CONVERSATION", "EXCHANGE", "JSON", "NOW", "TURN", "serving"]

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}
BODY: dict[str, Any] = {
    "conversation_id": "c1",
    "message_id": "m1",
    "rating": 4,
    "feedback_text": "Clear and short.",
    "user_id": "u1",
    "event_id": "e1",
}
EXCHANGE: dict[str, Any] = {
    "message_id": "m1",
    "parent_message_id": "p1",
    "turn_index": 0,
    "user_message": "How do I reset the pump?",
    "assistant_message": "Hold the blue button for five seconds.",
}
TURN = EXCHANGE | {"conversation_id": "c1", "user_id": "u1"}
CONVERSATION = {"conversation_id": "c1", "user_id": "u1", "exchanges": [EXCHANGE]}


@contextmanager
def serving(app: FastAPI, *, header_timeout_s: float = 5.0) -> Iterator[tuple[str, int]]:
    """Host and port of the real server in a thread, as long as the block lasts."""
    service = server(app, "127.0.0.1", 0, header_timeout_s=header_timeout_s, grace_s=5)
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        thread = threading.Thread(target=service.run, args=([listening],))
        thread.start()
        try:
            while not service.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield listening.getsockname()
        finally:
            service.should_exit = True
            thread.join(timeout=10)
