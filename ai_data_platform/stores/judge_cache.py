"""Judgements that were paid for, in one SQLite file: the same question is never asked twice."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import orjson

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.evaluation.claims import ClaimVerdict, Judgement
from ai_data_platform.core.fingerprints import hash_bytes

__all__ = ["JudgementCache", "judgement_cache"]

_SCHEMA = """
create table if not exists judgements (
    key text primary key,
    record blob not null,
    checksum text not null
) without rowid"""


class JudgementCache:
    """Good judgements by key. A row that was changed, or put under another key, is not believed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, keys: Iterable[str]) -> dict[str, Judgement]:
        """What is known of these keys."""
        found = {key: self._one(key) for key in keys}
        return {key: judgement for key, judgement in found.items() if judgement}

    def keep(self, key: str, judgement: Judgement) -> None:
        """Store a judgement, in place of a row that was not believed; it survives this process."""
        record = orjson.dumps([[said.claim, said.supported, said.reason] for said in judgement])
        with self._connection:
            self._connection.execute(
                "insert or replace into judgements (key, record, checksum) values (?, ?, ?)",
                (key, record, _checksum(key, record)),
            )

    def _one(self, key: str) -> Judgement | None:
        row = self._connection.execute(
            "select record, checksum from judgements where key = ?", (key,)
        ).fetchone()
        if row is None or not isinstance(row[0], bytes) or _checksum(key, row[0]) != row[1]:
            return None
        return tuple(ClaimVerdict(*said) for said in orjson.loads(row[0]))


@contextmanager
def judgement_cache(path: Path) -> Iterator[JudgementCache]:
    """The cache in this file, which is made when there is none.

    Raises ConfigurationError for a file that is no such cache or cannot be written: paying for
    judgements that cannot be kept is worse than not starting. Several processes may share the file
    on one machine; SQLite's log does not work over a network file system.
    """
    try:
        _make_folder(path)
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            with suppress(sqlite3.OperationalError):  # two processes that open a new file at once
                connection.execute("pragma journal_mode = wal")
            connection.execute(_SCHEMA)
            yield JudgementCache(connection)
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"the judge's cache {path} cannot be used ({error}): move it away to start a new one, or "
            "make room and access for it"
        ) from error


def _make_folder(path: Path) -> None:
    with suppress(OSError):  # SQLite says in a moment what is the matter with the path
        path.parent.mkdir(parents=True, exist_ok=True)


def _checksum(key: str, record: bytes) -> str:
    return hash_bytes(key.encode() + record)
