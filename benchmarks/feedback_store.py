"""Events per second into the feedback store, by how many it holds, against a bare insert beside it."""

import argparse
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import psycopg

from ai_data_platform.core.feedback import FeedbackEvent
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform_tests.servers import Postgres, started_postgres
from benchmarks.measuring import show, temporary_folder

__all__ = ["main"]

SIZES = (1_000, 100_000, 10_000_000)
THREADS = 32
ROUNDS = 8
ALONE, TOGETHER = (
    250,
    3_200,
)  # events of one measurement: short ones by turns share what else goes on

EVENT = FeedbackEvent(
    record_id="0123456789abcdef0123456789abcdef",
    event_id="",
    conversation_id="c-2024-03-01-17",
    message_id="m-3",
    rating=4,
    feedback_text="Clear, but the link is dead.",
    user_id="u-42",
    created_at=datetime(2024, 3, 1, 12, tzinfo=UTC),
    source_file="feedback_api",
    source_line=0,
)

_ROWS = """insert into {schema}events (sequence, record_id, event_id, conversation_id, message_id, rating,
feedback_text, user_id, created_at, source_file, source_line) select i, '{record}', {key}, 'c-' || i / 3,
'm-' || i, 1 + i % 5, 'Clear, but the link is dead.', 'u-' || i % 1000, '2024-03-' || {day} ||
'T12:00:00.000000+00:00', 'feedback_api', 0 from {numbers}"""
_TOTALS = (
    "insert into {schema}day_totals select 'events', day, count(*), max(sequence) from "
    "{schema}events group by day",
    "update {schema}totals set last_sequence = {size} where series = 'events'",
)
_BARE = """create table bare (id {id} primary key, event_id text, conversation_id text, message_id text,
rating integer, feedback_text text, user_id text, created_at text)"""
_INSERT = """insert into bare (event_id, conversation_id, message_id, rating, feedback_text, user_id,
created_at) values (?, ?, ?, ?, ?, ?, ?)"""

Add = Callable[[FeedbackEvent], object]
Open = Callable[[ExitStack], Add]


@dataclass(frozen=True, slots=True)
class Side:
    """One way to store an event: `opened` gives each thread what it adds with, until the stack ends."""

    name: str
    opened: Open


@dataclass(frozen=True, slots=True)
class Filled:
    """A store of a size, and a bare table in the same database."""

    size: int
    store: FeedbackStore
    bare: Open


@dataclass(frozen=True, slots=True)
class Database:
    """How to fill one, and the CPU seconds that this process and a server of it have used."""

    fill: Callable[[ExitStack, int], Filled]
    cpu: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Taken:
    """Events per second by the clock, and CPU microseconds of an event."""

    rate: float
    cpu: float


Measured = dict[tuple[int, str, int], list[Taken]]


def main(sizes: Sequence[int] = SIZES, rounds: int = ROUNDS) -> None:
    """Targets: as many events per second at 10,000,000 stored as at 1,000, within 10 %."""
    with temporary_folder() as folder:
        for kind, opened in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
            with ExitStack() as stack, opened(folder) as database:
                filled = [_filled(stack, database, size) for size in sizes]
                os.sync()
                _measure(kind, database, filled, rounds)


def _filled(stack: ExitStack, database: Database, size: int) -> Filled:
    started = time.perf_counter()
    filled = database.fill(stack, size)
    print(f"filled with {size:,} events in {time.perf_counter() - started:.0f} s", flush=True)
    return filled


def _measure(kind: str, database: Database, filled: Sequence[Filled], rounds: int) -> None:
    measured: Measured = {}
    asked: dict[int, list[float]] = {}
    for number in range(rounds):
        for one in filled if number % 2 == 0 else reversed(filled):
            for side in (Side("store", partial(_own, one.store)), Side("bare", one.bare)):
                for threads, events in ((1, ALONE), (THREADS, TOGETHER)):
                    taken = _taken(side, threads, events, database.cpu)
                    measured.setdefault((one.size, side.name, threads), []).append(taken)
            asked.setdefault(one.size, []).append(_asking(one.store))
    rows = [_row(measured, size, threads) for threads in (1, THREADS) for size in asked]
    columns = [
        "threads",
        "stored",
        "events/s",
        "CPU µs",
        "bare/s",
        "CPU µs ",
        "events/s over bare",
        "over the smallest size",
        "by CPU",
    ]
    show(f"{kind}: events per second, each on the disk when it is answered", columns, rows)
    said = ", ".join(f"{median(took) * 1e6:.0f} µs at {size:,}" for size, took in asked.items())
    print(f"\nThe number of unprocessed events: {said}.", flush=True)


def _row(measured: Measured, size: int, threads: int) -> list[object]:
    smallest = min(one for one, _, _ in measured)
    store, bare = (measured[size, side, threads] for side in ("store", "bare"))
    first = measured[smallest, "store", threads]
    return [
        threads,
        size,
        round(median(one.rate for one in store)),
        round(median(one.cpu for one in store)),
        round(median(one.rate for one in bare)),
        round(median(one.cpu for one in bare)),
        _ratio((one.rate, other.rate) for one, other in zip(store, bare, strict=True)),
        _ratio((one.rate, other.rate) for one, other in zip(store, first, strict=True)),
        _ratio((other.cpu, one.cpu) for one, other in zip(store, first, strict=True)),
    ]


def _ratio(pairs: Iterable[tuple[float, float]]) -> str:
    return f"{median(above / below for above, below in pairs):.2f}x"


_SEEDS = count()


def _own(store: FeedbackStore, stack: ExitStack) -> Add:
    return store.add


def _taken(side: Side, threads: int, events: int, cpu: Callable[[], float]) -> Taken:
    """What so many events cost; their ids are random, as clients make them."""
    draw = Random(next(_SEEDS))
    ids = [f"{draw.getrandbits(128):032x}" for _ in range(events)]
    rows = [[replace(EVENT, event_id=id) for id in ids[n::threads]] for n in range(threads)]

    def work(add: Add, mine: Sequence[FeedbackEvent]) -> None:
        for event in mine:
            add(event)

    with ExitStack() as stack, ThreadPoolExecutor(threads) as pool:
        adds = [side.opened(stack) for _ in range(threads)]
        before, started = cpu(), time.perf_counter()
        for done in [pool.submit(work, *one) for one in zip(adds, rows, strict=True)]:
            done.result()
        wall = time.perf_counter() - started
        return Taken(events / wall, (cpu() - before) / events * 1e6)


def _asking(store: FeedbackStore) -> float:
    started = time.perf_counter()
    for _ in range(100):
        store.unprocessed()
    return (time.perf_counter() - started) / 100


def _bare_values(event: FeedbackEvent) -> tuple[Any, ...]:
    return (
        event.event_id,
        event.conversation_id,
        event.message_id,
        event.rating,
        event.feedback_text,
        event.user_id,
        event.created_at.isoformat(),
    )


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    def fill(stack: ExitStack, size: int) -> Filled:
        path = folder / f"{size}.sqlite"
        store = stack.enter_context(open_feedback(path, timeout_s=60))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("pragma synchronous = off")
            connection.execute("begin")
            for statement in _statements(
                size,
                schema="",
                key=f"printf('%016x0123456789abcdef', i * {2**62 // size})",
                day=f"printf('%02d', 1 + i * 30 / {size + 1})",
                numbers=f"(with recursive n(i) as (select 1 union all select i + 1 from n where i < {size})"
                " select i from n)",
            ):
                connection.execute(statement)
            connection.execute(_BARE.format(id="integer"))
            connection.execute("commit")
            connection.execute("pragma wal_checkpoint(truncate)")
        return Filled(size, store, partial(_bare_sqlite, path))

    yield Database(fill, time.process_time)


def _bare_sqlite(path: Path, stack: ExitStack) -> Add:
    connection = stack.enter_context(
        closing(sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False))
    )
    connection.execute("pragma synchronous = full")
    return lambda event: connection.execute(_INSERT, _bare_values(event))


@contextmanager
def _postgres(folder: Path) -> Iterator[Database]:
    with started_postgres() as server:
        _run(
            server.url,
            "alter system set fsync = on",
            "alter system set full_page_writes = on",
            "select pg_reload_conf()",
        )

        def fill(stack: ExitStack, size: int) -> Filled:
            database = Postgres(server.host, server.user, f"events_{size}")
            _run(server.url, f"create database {database.database}")
            store = stack.enter_context(open_feedback(folder, database.url, timeout_s=60))
            store.last_sequence()
            statements = _statements(
                size,
                schema="aidp_feedback.",
                key=f"lpad(to_hex(i * {2**62 // size}), 16, '0') || '0123456789abcdef'",
                day=f"lpad((1 + i * 30 / {size + 1})::text, 2, '0')",
                numbers=f"generate_series(1, {size}::bigint) i",
            )
            _run(database.url, *statements, _BARE.format(id="bigserial"), "vacuum analyze")
            _run(database.url, "checkpoint")
            return Filled(size, store, partial(_bare_postgres, database.url))

        yield Database(fill, partial(_cpu_with_server, _postmaster(server)))


def _postmaster(server: Postgres) -> int:
    return int((Path(server.host) / "postmaster.pid").read_text().split()[0])


def _cpu_with_server(postmaster: int) -> float:
    """CPU seconds of this process, of a server's processes and of those of it that have ended."""
    ticks = sum(_ticks(postmaster)[:4])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    ticks += sum(sum(_ticks(int(child))[:2]) for child in children)
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _ticks(process: int) -> list[int]:
    """User and system time, and the same of children that were waited for; zeros when it is gone."""
    try:
        found = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return [0] * 4
    return [int(part) for part in found.rpartition(")")[2].split()[11:15]]


def _bare_postgres(url: str, stack: ExitStack) -> Add:
    connection = stack.enter_context(psycopg.connect(url, autocommit=True))
    insert: Any = _INSERT.replace("?", "%s")
    return lambda event: connection.execute(insert, _bare_values(event))


def _statements(size: int, **parts: str) -> list[str]:
    rows = _ROWS.format(record=EVENT.record_id, **parts)
    return [rows, *(one.format(size=size, schema=parts["schema"]) for one in _TOTALS)]


def _run(url: str, *statements: Any) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = arguments.parse_args()
    main(chosen.sizes, chosen.rounds)
