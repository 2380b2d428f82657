"""The services that are compared, each in a process: `python -m benchmarks.service_process KIND STORE PORT`.

`ours` is `aidp serve` without search and rate limit; `whole` has search and labelling too; `bare` is FastAPI
with one insert into the same kind of store; `specified` is the specification's endpoint, which inserts and
counts on each request.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server
from typing import Any

__all__ = ["Service", "cpu_seconds", "serving", "started"]

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of service over a store: the path of a SQLite file, or the URL of a PostgreSQL database."""

    kind: str
    store: str


@contextmanager
def serving(service: Service) -> Iterator[int]:
    """The port of the service, as long as the block lasts."""
    with started(service) as (port, _):
        yield port


@contextmanager
def started(service: Service) -> Iterator[tuple[int, int]]:
    """Its port and its process id."""
    with closing(create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    module = [sys.executable, "-m", "benchmarks.service_process"]
    command = [*module, service.kind, service.store, str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process)
            yield port, process.pid
        finally:
            process.terminate()


def cpu_seconds(pid: int) -> float:
    """What a process has used of the processors so far, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing"):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        if process.poll() is not None:
            raise SystemExit(f"the service ended with {process.returncode}")


def _ours(store: str) -> tuple[Any, Any]:
    from ai_data_platform.api import create_app
    from ai_data_platform.api.options import ServiceOptions
    from ai_data_platform.api.request_log import log_to_stderr
    from ai_data_platform.stores.feedback import open_feedback

    url = store if store.startswith("postgres") else None
    opened = open_feedback(Path(store), url)
    app = create_app(opened, options=ServiceOptions(rate_limit=None), log=log_to_stderr())
    return app, opened.close


def _whole(store: str) -> tuple[Any, Any]:
    """With search, which finds nothing, and labelling, in a home in which nothing stands yet."""
    from ai_data_platform.api import create_app
    from ai_data_platform.api.annotation_routes import annotation_routes
    from ai_data_platform.api.options import ServiceOptions
    from ai_data_platform.settings import CHECKOUT
    from ai_data_platform.stores.annotation import AnnotationQueue
    from ai_data_platform.stores.home import Home
    from ai_data_platform.stores.search import Found

    home = Home(Path(store).with_suffix(".home"), CHECKOUT / "dbt_project")
    app = create_app(
        home.feedback,
        options=ServiceOptions(rate_limit=None),
        search=lambda query, k, **_: Found("v1", []),
        routers=[
            annotation_routes(AnnotationQueue(home), home.feedback, lambda: datetime.now(UTC))
        ],
    )
    return app, home.feedback.close


def _bare(store: str) -> tuple[Any, Any]:
    """FastAPI and one insert, committed, into a table of the same columns; nothing else."""
    from fastapi import FastAPI

    from ai_data_platform.api.bodies import FeedbackBody

    app = FastAPI()
    insert = _insert_into_sqlite(store) if "://" not in store else _insert_into_postgres(store)

    @app.post("/feedback", status_code=201)
    def take(body: FeedbackBody) -> dict[str, str]:
        insert(
            [
                body.event_id or "",
                body.conversation_id,
                body.message_id,
                body.rating,
                body.feedback_text,
                body.user_id,
            ]
        )
        return {"status": "stored"}

    return app, lambda: None


_TABLE = (
    "create table if not exists bare (event_id text primary key, conversation_id text, message_id text, "
    "rating integer, feedback_text text, user_id text, created_at text default current_timestamp)"
)
_COLUMNS = "(event_id, conversation_id, message_id, rating, feedback_text, user_id)"


def _insert_into_sqlite(path: str) -> Any:
    import sqlite3
    import threading

    connections = threading.local()

    def connected() -> sqlite3.Connection:
        if not hasattr(connections, "one"):
            connections.one = sqlite3.connect(path, timeout=30, isolation_level=None)
            connections.one.execute("pragma synchronous = full")
        one: sqlite3.Connection = connections.one
        return one

    connected().execute("pragma journal_mode = wal")
    connected().execute(_TABLE)
    sql = f"insert into bare {_COLUMNS} values (?, ?, ?, ?, ?, ?)"
    return lambda values: connected().execute(sql, values)


def _insert_into_postgres(url: str) -> Any:
    import threading

    import psycopg

    connections = threading.local()

    def connected() -> Any:
        if not hasattr(connections, "one"):
            connections.one = psycopg.connect(url, autocommit=True)
        return connections.one

    connected().execute(_TABLE)
    sql = f"insert into bare {_COLUMNS} values (%s, %s, %s, %s, %s, %s)"
    return lambda values: connected().execute(sql, values)


def _specified(store: str) -> tuple[Any, Any]:
    """What the specification shows: insert, commit, count the rows that are not processed, compare."""
    import threading

    import psycopg
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Feedback(BaseModel):
        conversation_id: str
        message_id: str
        rating: int
        feedback_text: str | None = None
        user_id: str

    app, connections = FastAPI(), threading.local()

    @app.post("/feedback", status_code=201)
    def take(body: Feedback) -> dict[str, Any]:
        if not hasattr(connections, "one"):
            connections.one = psycopg.connect(store)
        one = connections.one
        one.execute(
            "insert into specified (conversation_id, message_id, rating, feedback_text, user_id) "
            "values (%s, %s, %s, %s, %s)",
            [*body.model_dump().values()],
        )
        one.commit()
        (count,) = one.execute("select count(*) from specified where not processed").fetchone()
        one.commit()
        return {"status": "stored", "triggered": count >= 1_000}

    return app, lambda: None


_KINDS = {"ours": _ours, "whole": _whole, "bare": _bare, "specified": _specified}


def _main(kind: str, store: str, port: str) -> None:
    from ai_data_platform.api.server import serve_until_stopped, server

    app, close = _KINDS[kind](store)
    serve_until_stopped(server(app, "127.0.0.1", int(port), header_timeout_s=60, grace_s=5), close)


if __name__ == "__main__":
    _main(*sys.argv[1:])
