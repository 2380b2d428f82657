"""A small OpenAI-compatible server on this machine. It judges by words, and misbehaves as it is told to."""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ai_data_platform.core.evaluation.terms import content_terms, sentences

__all__ = [
    "Behaviour",
    "JudgeServer",
    "Reply",
    "Request",
    "after",
    "closed",
    "completion",
    "dripping",
    "good",
    "judge_server",
    "status",
    "text",
]


@dataclass(frozen=True)
class Request:
    """What the judge was asked: `kind` is `claims` or `verdicts`, `data` the text to examine."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    at: float

    @property
    def kind(self) -> str:
        return "verdicts" if "contexts" in self.data else "claims"

    @property
    def form(self) -> str:
        return str(self.body["response_format"]["type"])

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return found


@dataclass(frozen=True)
class Reply:
    """A response. With `drip` its bytes come one by one, that many seconds apart."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0


Behaviour = Callable[[Request], Reply | None]
"""None closes the connection without a word."""
_Answer = Callable[[Request], Reply]


def good(request: Request) -> Reply:
    """The sentences of an answer are its claims; one is supported when a context has all its words."""
    if request.kind == "claims":
        return text(json.dumps({"claims": sentences(request.data["answer"])}))(request)
    contexts = [content_terms(context) for context in request.data["contexts"]]
    verdicts = [
        {
            "number": claim["number"],
            "reason": "by its words",
            "supported": any(content_terms(claim["claim"]) <= context for context in contexts),
        }
        for claim in request.data["claims"]
    ]
    return text(json.dumps({"verdicts": verdicts}))(request)


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> _Answer:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return status(200, {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]})


def text(content: str) -> _Answer:
    """The model says exactly this."""
    return completion(content)


def status(code: int, body: dict[str, Any], **headers: str) -> _Answer:
    """A response with this status; an underscore in a header's name is a hyphen."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: Reply(code, json.dumps(body).encode(), named)


def after(seconds: float, behaviour: Behaviour = good) -> Behaviour:
    """The same, later."""

    def wait(request: Request) -> Reply | None:
        time.sleep(seconds)
        return behaviour(request)

    return wait


def dripping(seconds: float) -> _Answer:
    """A good reply, one byte at a time: no single read takes long, the whole does."""
    return lambda request: Reply(200, good(request).body, drip=seconds)


def closed(request: Request) -> None:
    """The connection ends without a response."""


class JudgeServer:
    """`script` is taken from the left, one behaviour a request; `otherwise` answers from then on."""

    def __init__(self) -> None:
        self.script: deque[Behaviour] = deque()
        self.otherwise: Behaviour = good
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def behaviour(self, request: Request) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            return self.script.popleft() if self.script else self.otherwise

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            yield
        finally:
            with self._lock:
                self._at_once -= 1

    @contextmanager
    def running(self) -> Iterator["JudgeServer"]:
        serve = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        serve.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            serve.join()


@contextmanager
def judge_server() -> Iterator[JudgeServer]:
    """A running server on a free port of this machine."""
    with JudgeServer().running() as server:
        yield server


def _handler(server: JudgeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two would wait 40 ms for each other
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body, time.monotonic())
            with server.counted():
                reply = server.behaviour(request)(request)
            if reply is None:
                self.close_connection = True
            else:
                self._answer(reply)

        def _answer(self, reply: Reply) -> None:
            head = {"Content-Type": "application/json", "Content-Length": str(len(reply.body))}
            try:
                self.send_response(reply.status)
                for name, value in {**head, **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self._write(reply)
            except OSError:  # the judge gave up waiting
                self.close_connection = True

        def _write(self, reply: Reply) -> None:
            if not reply.drip:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(reply.drip)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what went wrong is for the test to say."""

    return Handler
