"""The service as a process: told to stop, it answers what it has and closes its store."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from ai_data_platform.stores.feedback import open_feedback
from ai_data_platform_tests.api.serving import BODY
from ai_data_platform_tests.api.test_admission import head, received

pytestmark = pytest.mark.slow  # each starts a process

SERVICE = """
import sys
from pathlib import Path
from ai_data_platform.api import create_app
from ai_data_platform.api.request_log import log_to_stderr
from ai_data_platform.api.server import serve_until_stopped, server
from ai_data_platform.stores.feedback import open_feedback

store = open_feedback(Path(sys.argv[1]))
app = create_app(store, log=log_to_stderr())
service = server(app, "127.0.0.1", 0, header_timeout_s=5, grace_s=int(sys.argv[2]))
serve_until_stopped(service, lambda: (store.close(), print("closed", flush=True)))
"""


@contextmanager
def process(store: Path, grace_s: int) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The service in a process of its own, and its port."""
    started = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(store), str(grace_s)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stderr is not None
        yield started, _port(started.stderr)
    finally:
        started.kill()
        started.communicate()


def _port(log: IO[str]) -> int:
    for line in log:
        if found := re.search(r"running on http://127.0.0.1:(\d+)", json.loads(line)["event"]):
            return int(found[1])
    raise AssertionError("the service did not start")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_request_that_is_here_when_the_service_is_stopped_is_answered(
    tmp_path: Path, how: signal.Signals
) -> None:
    path = tmp_path / "feedback.sqlite"
    body = json.dumps(BODY).encode()
    with (
        process(path, grace_s=10) as (service, port),
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        connection.sendall(head(len(body)) + body[:10])
        time.sleep(0.2)  # it is being read
        os.kill(service.pid, how)
        time.sleep(0.2)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        connection.sendall(body[10:])
        answer = received(connection)
        out, log = service.communicate(timeout=10)

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert (service.returncode, out) == (0, "closed\n")
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "request"] == [201]
    assert not list(tmp_path.glob("*-wal"))  # the store was closed: its log is in its file
    with open_feedback(path) as store:
        assert store.last_sequence() == 1


def test_a_request_that_never_ends_is_given_up_when_the_grace_is_over(tmp_path: Path) -> None:
    with (
        process(tmp_path / "feedback.sqlite", grace_s=1) as (service, port),
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        connection.sendall(head(500))
        time.sleep(0.2)
        service.terminate()
        out, _ = service.communicate(timeout=10)
    assert (service.returncode, out) == (0, "closed\n")
