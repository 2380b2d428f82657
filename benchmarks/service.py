"""Requests per second of the service, by how many events are stored, beside a bare insert and the
specification's endpoint.

`python -m benchmarks.service [--stores SQLite PostgreSQL] [--sizes N ...] [--rounds 5] [--requests 10000]`.
All services run at once, each in a process, and are asked in turn: rounds share the machine's noise.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from ai_data_platform.stores.feedback import open_feedback
from ai_data_platform_tests.servers import Postgres, started_postgres
from benchmarks.measuring import show, temporary_folder
from benchmarks.service_process import Service, cpu_seconds, started

__all__ = ["main"]

_SIZES = (1_000, 100_000, 10_000_000)
_SPECIFIED = 1_000_000
_CONNECTIONS = 64

_ROWS = """insert into {schema}events (sequence, record_id, event_id, conversation_id, message_id, rating,
feedback_text, user_id, created_at, source_file, source_line) select i, '0123456789abcdef0123456789abcdef',
{id}, 'c-' || i / 3, 'm-' || i, 1 + i % 5, 'Clear, but the link is dead.', 'u-' || i % 9973,
'2024-03-01T12:00:00.000000+00:00', 'feedback_api', 0 from {numbers}"""
_TOTALS = (
    "insert into {schema}day_totals values ('events', '2024-03-01', {size}, {size})",
    "update {schema}totals set last_sequence = {size} where series = 'events'",
)
_SPECIFIED_TABLE = f"""create table specified (id bigserial primary key, conversation_id text,
message_id text, rating integer, feedback_text text, user_id text, processed boolean default false);
insert into specified (conversation_id, message_id, rating, feedback_text, user_id)
select 'c-' || i / 3, 'm-' || i, 1 + i % 5, 'Clear, but the link is dead.', 'u-' || i % 9973
from generate_series(1, {_SPECIFIED}) i"""

_ID_END = "0123456789abcdef01234567"
"""Stored ids are spread evenly, so that new ones, which are random, fall between them."""

_numbers = count(10**9, 10**7)
"""Where the event ids of the next run begin."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One service under load; `requests` is how many it is sent a round."""

    name: str
    stored: int
    service: Service
    requests: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a round showed: by the clock, in milliseconds, and CPU milliseconds of the service's process."""

    per_second: float
    p50: float
    p99: float
    cpu: float


def main(
    stores: Sequence[str] = ("SQLite", "PostgreSQL"),
    sizes: Sequence[int] = _SIZES,
    rounds: int = 5,
    requests: int = 10_000,
) -> None:
    """Targets: flat within 10 %, 0.8 of a bare insert, 30 times the specification's endpoint."""
    with temporary_folder() as folder:
        for kind in stores:
            with _STORES[kind](folder, sizes, requests) as asked:
                os.sync()
                _measure(kind, asked, rounds)


def _measure(kind: str, asked: Sequence[Asked], rounds: int) -> None:
    found: dict[Asked, list[Round]] = {one: [] for one in asked}
    with ExitStack() as stack:
        at = {one: stack.enter_context(started(one.service)) for one in asked}
        for one in asked:
            _load(*at[one], max(one.requests // 10, _CONNECTIONS))
        for number in range(rounds):
            for one in asked if number % 2 == 0 else reversed(asked):
                found[one].append(_load(*at[one], one.requests))
    first, bare = found[asked[0]], next(found[one] for one in asked if one.name == "bare insert")
    columns = [
        "service",
        "stored",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "of first",
        "of bare",
    ]
    rows = [
        [
            one.name,
            one.stored,
            round(median(r.per_second for r in found[one])),
            *(median(getattr(r, name) for r in found[one]) for name in ("p50", "p99", "cpu")),
            _ratio(found[one], first),
            _ratio(found[one], bare),
        ]
        for one in asked
    ]
    show(f"{kind}, {_CONNECTIONS} connections, {rounds} rounds", columns, rows)


def _load(port: int, pid: int, requests: int) -> Round:
    before = cpu_seconds(pid)
    arguments = map(str, (port, requests, _CONNECTIONS, next(_numbers)))
    command = [sys.executable, "-m", "benchmarks.http_load", *arguments]
    done = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    if done["statuses"] != {"201": requests}:
        raise SystemExit(f"wanted {requests} times 201, saw {done['statuses']}")
    cpu = (cpu_seconds(pid) - before) / requests * 1000
    return Round(requests / done["seconds"], done["p50"], done["p99"], cpu)


def _ratio(above: Sequence[Round], below: Sequence[Round]) -> str:
    pairs = zip(above, below, strict=True)
    return f"{median(one.per_second / other.per_second for one, other in pairs):.2f}x"


@contextmanager
def _sqlite(folder: Path, sizes: Sequence[int], requests: int) -> Iterator[list[Asked]]:
    asked = []
    for size in sizes:
        path = folder / f"{size}.sqlite"
        open_feedback(path).close()
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("pragma synchronous = off")
            connection.execute("begin")
            counted = (
                f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {size})"
            )
            id = f"printf('%08x', i * {2**32 // size}) || '{_ID_END}'"
            _fill(connection.execute, size, "", id, f"({counted} select i from n)")
            connection.execute("commit")
            connection.execute("pragma wal_checkpoint(truncate)")
        asked.append(Asked("this service", size, Service("ours", str(path)), requests))
    bare = Service("bare", str(folder / "bare.sqlite"))
    yield [*asked, Asked("bare insert", 0, bare, requests)]


@contextmanager
def _postgres(folder: Path, sizes: Sequence[int], requests: int) -> Iterator[list[Asked]]:
    with started_postgres() as server:
        for setting in ("fsync", "full_page_writes"):
            _run(server.url, f"alter system set {setting} = on")
        _run(server.url, "select pg_reload_conf()")
        asked = []
        for size in dict.fromkeys([*sizes, _SPECIFIED]):
            database = Postgres(server.host, server.user, f"events_{size}")
            _run(server.url, f"create database {database.database}")
            with open_feedback(folder, database.url) as store:
                store.last_sequence()
            with psycopg.connect(database.url, autocommit=True) as connection:
                numbers = f"generate_series(1, {size}::bigint) i"
                id = f"lpad(to_hex(i * {2**32 // size}), 8, '0') || '{_ID_END}'"
                _fill(connection.execute, size, "aidp_feedback.", id, numbers)
                connection.execute("vacuum analyze")
            asked.append(Asked("this service", size, Service("ours", database.url), requests))
        _run(server.url, "create database bare", "create database specified")
        bare = Postgres(server.host, server.user, "bare").url
        specified = Postgres(server.host, server.user, "specified").url
        _run(specified, _SPECIFIED_TABLE, "vacuum analyze", "checkpoint")
        yield [
            *asked,
            Asked("bare insert", 0, Service("bare", bare), requests),
            Asked(
                "specification",
                _SPECIFIED,
                Service("specified", specified),
                max(requests // 50, 64),
            ),
        ]


def _fill(execute: Callable[[Any], object], size: int, schema: str, id: str, numbers: str) -> None:
    execute(_ROWS.format(schema=schema, id=id, numbers=numbers))
    for statement in _TOTALS:
        execute(statement.format(schema=schema, size=size))


def _run(url: str, *statements: Any) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


_STORES = {"SQLite": _sqlite, "PostgreSQL": _postgres}

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--stores", nargs="+", default=list(_STORES), choices=list(_STORES))
    arguments.add_argument("--sizes", type=int, nargs="+", default=_SIZES)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--requests", type=int, default=10_000)
    chosen = arguments.parse_args()
    main(chosen.stores, chosen.sizes, chosen.rounds, chosen.requests)
