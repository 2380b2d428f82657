"""Services to send to: the real one in a thread or in a process that can be killed, and one by script."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import uvicorn

from ai_data_platform.api.app import create_app
from ai_data_platform.stores.feedback import FeedbackStore

__all__ = ["KillableService", "Said", "free_port", "scripted", "serving", "stored_everything"]

_PROGRAM = """
import sys
from pathlib import Path
import uvicorn
from ai_data_platform.api.app import create_app
from ai_data_platform.stores.feedback import open_feedback
store = open_feedback(Path(sys.argv[1]))
uvicorn.run(create_app(store), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def serving(store: FeedbackStore, port: int = 0, **options: Any) -> Iterator[str]:
    """The address of uvicorn over a store, in a thread, as long as the block lasts."""
    app = create_app(store, **options)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


class KillableService:
    """The service in a process of its own, on a port that it keeps from one start to the next."""

    def __init__(self, path: Path) -> None:
        self.path, self.port = path, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-c", _PROGRAM, str(self.path), str(self.port)]
        self._process = subprocess.Popen(command)

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is closed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@dataclass
class Said:
    """One request as it came, and when."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)

    @property
    def ids(self) -> list[str]:
        return [event["event_id"] for event in self.body["events"]]


def stored_everything(said: Said) -> tuple[int, dict[str, str], str]:
    """What the service answers to a batch when all of it is stored."""
    results = [{"index": i, "status": "stored", "event_id": e} for i, e in enumerate(said.ids)]
    return 200, {}, json.dumps({"results": results})


@contextmanager
def scripted(
    answer: Callable[[Said], tuple[int, dict[str, str], str]],
) -> Iterator[tuple[str, list[Said]]]:
    """A server that answers as the function says, and the requests that it got."""
    heard: list[Said] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(Said(self.path, dict(self.headers), json.loads(body)))
            status, headers, text = answer(heard[-1])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(text.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
