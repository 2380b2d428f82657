"""A connection to PostgreSQL that is made again when it broke."""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

import psycopg
from psycopg import Connection

from ai_data_platform.stores.feedback.answers import StoreUnavailable
from ai_data_platform.stores.feedback.database import schema

__all__ = ["Link"]

T = TypeVar("T")

_SCHEMA = "aidp_feedback"


class Link:
    """A connection for one thread at a time, made when it is needed and again when it broke."""

    def __init__(self, name: str, conninfo_: str, timeout_s: float) -> None:
        self._name = name
        self._conninfo = conninfo_
        self._timeout_s = timeout_s
        self._lock = Lock()
        self._connection: Connection | None = None

    def use(self, work: Callable[[Connection], T]) -> T:
        """Work that may be done twice: a connection that broke while nobody looked is tried once more."""
        with self._lock:
            known = self._connection is not None
            try:
                return self._use(work)
            except StoreUnavailable:
                if not known or self._connection is not None:
                    raise
                return self._use(work)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _use(self, work: Callable[[Connection], T]) -> T:
        try:
            connection = self._connection = self._connection or self._connected()
            return work(connection)
        except psycopg.Error as error:
            if not _server_is_at_fault(error):
                raise
            self._drop_broken(error)
            raise StoreUnavailable(
                f"the feedback store ({self._name}) cannot serve now: {_first_line(error)}"
            ) from None  # the cause's own text may hold the whole URL

    def _drop_broken(self, error: psycopg.Error) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if connection.closed or isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
            connection.close()  # a standby after a failover: the next connection may find the primary
        else:
            self._connection = connection

    def _connected(self) -> Connection:
        connection = psycopg.connect(self._conninfo, autocommit=True)
        try:
            milliseconds = round(self._timeout_s * 1_000)
            connection.execute("set enable_seqscan to off")  # a plan made for a small table stays
            connection.execute("set timezone to 'UTC'")
            connection.execute(f"set lock_timeout to {milliseconds}")
            connection.execute(f"set statement_timeout to {milliseconds * 6}")
            connection.execute(f"set idle_in_transaction_session_timeout to {milliseconds * 2}")
            connection.execute(
                "select set_config('synchronous_commit', 'on', false) "
                "where current_setting('synchronous_commit') = 'off'"
            )
            connection.execute(f"set search_path to {_SCHEMA}")
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: Connection) -> None:
    """Make the tables where they are not; an account without the right to make any may use them."""
    if connection.execute("select to_regclass('day_totals')").fetchone() != (None,):
        return
    with connection.transaction():
        connection.execute(f"select pg_advisory_xact_lock(hashtext('{_SCHEMA}'))")
        connection.execute(f"create schema if not exists {_SCHEMA}")
        for statement in schema(number="bigint", id='text collate "C"'):
            connection.execute(cast(Any, statement))


def _server_is_at_fault(error: psycopg.Error) -> bool:
    """Whether the same may go well later: the server is away, full, busy or shutting down."""
    return isinstance(
        error,
        psycopg.OperationalError
        | psycopg.InterfaceError
        | psycopg.errors.ReadOnlySqlTransaction
        | psycopg.errors.InsufficientPrivilege
        | psycopg.errors.UndefinedTable,
    )


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
