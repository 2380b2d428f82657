"""A service that is killed and started again, and clients that remember what it acknowledged."""

import http.client
import json
import multiprocessing
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Self

__all__ = ["Clients", "Service", "free_port"]

_PROMPTS = 40
"""Conversations that are rated; each has two answers to one question."""

_BATCH = 20


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Service:
    """`aidp serve` in a process of its own, on one port over all its lives.

    Each life is forked from a process that has the modules loaded: loading them takes over a CPU second.
    """

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self._settings = {**settings, "AIDP_PORT": str(self.port)}
        self._log = log
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(
            ["ai_data_platform.api.app", "ai_data_platform.cli.app"]
        )
        self._process: multiprocessing.process.BaseProcess | None = None

    def start(self) -> None:
        self._process = self._processes.Process(target=_serve, args=(self._settings, self._log))
        self._process.start()
        while not self._answers():
            if not self._process.is_alive():
                raise SystemExit(f"aidp serve ended: see {self._log}")
            time.sleep(0.01)

    def kill(self) -> None:
        """At once, without a chance to tidy up."""
        assert self._process is not None
        self._process.kill()
        self._process.join()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            with connection.getresponse() as answer:
                return answer.status == 200
        except OSError:
            return False
        finally:
            connection.close()


def _serve(settings: Mapping[str, str], log: Path) -> None:
    from ai_data_platform.cli.app import main

    for name in [name for name in os.environ if name.startswith("AIDP_")]:
        del os.environ[name]
    os.environ.update(settings)
    os.chdir(gettempdir())  # away from a `.env` in the working directory
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["aidp", "serve"]
    main()


class Clients:
    """Threads that send ratings, each again and again under the same id until it is acknowledged.

    One in five is sent once more although it was. `sent` and `acknowledged` hold event ids.
    """

    def __init__(self, port: int, threads: int, pause_s: float, seed: int) -> None:
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.refused: list[str] = []
        self._port, self._pause_s, self._seed = port, pause_s, seed
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(threads)
        ]

    def __enter__(self) -> Self:
        self.turns = self._say()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """The last ratings of each thread go through first: the service must be up."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _say(self) -> list[str]:
        """The conversations that ratings point to; the ids of their acknowledged messages."""
        connection, said = _Connection(self._port), []
        for n in range(_PROMPTS):
            exchanges = [_exchange(n, place) for place in (0, 1)]
            body = {"conversation_id": f"c{n}", "user_id": f"asker-{n}", "exchanges": exchanges}
            assert connection.post("/conversations", body)[0] in (200, 201)
            said += [str(one["message_id"]) for one in exchanges]
        connection.close()
        return said

    def _work(self, thread: int) -> None:
        choice, connection = random.Random(self._seed + thread), _Connection(self._port)
        number = 0
        while not self._stopped.is_set():
            count = _BATCH if choice.random() < 0.3 else 1
            events = [_rating(thread, number + n, choice) for n in range(count)]
            number += count
            self._send(connection, events)
            if choice.random() < 0.2:
                self._send(connection, events)
            time.sleep(self._pause_s)
        connection.close()

    def _send(self, connection: "_Connection", events: list[dict[str, Any]]) -> None:
        ids = [str(event["event_id"]) for event in events]
        self.sent.update(ids)
        if len(events) == 1:
            status, _ = connection.post("/feedback", events[0])
            good = ids if status in (200, 201) else []
        else:
            status, answer = connection.post("/feedback/batch", {"events": events})
            kept = ("stored", "already stored")
            good = [one["event_id"] for one in answer["results"] if one["status"] in kept]
        self.acknowledged.update(good)
        if len(good) < len(ids):
            self.refused.append(f"{status}: {ids}")


class _Connection:
    """Posts until there is an answer, over as many lives of the service as it takes."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        data = json.dumps(body).encode()
        while True:
            try:
                self._connection.request("POST", path, data, {"Content-Type": "application/json"})
                answer = self._connection.getresponse()
                read = answer.read()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                time.sleep(0.02)
                continue
            if answer.status < 500:
                return answer.status, json.loads(read)
            time.sleep(0.05)


def _exchange(number: int, place: int) -> dict[str, Any]:
    answers = (
        f"Hold the blue button of pump {number} for five seconds, then wait for the green light.",
        f"No idea, try to turn pump {number} off and on again some time.",
    )
    return {
        "message_id": f"m{number}-{place}",
        "parent_message_id": f"u{number}",
        "turn_index": 0,
        "user_message": f"How do I reset pump {number} after it ran dry in the night?",
        "assistant_message": answers[place],
    }


def _rating(thread: int, number: int, choice: random.Random) -> dict[str, Any]:
    prompt, place = choice.randrange(_PROMPTS), choice.randrange(2)
    return {
        "event_id": f"t{thread}-{number}",
        "conversation_id": f"c{prompt}",
        "message_id": f"m{prompt}-{place}",
        "rating": (5, 1)[place],
        "user_id": f"u{choice.randrange(500)}",
    }
