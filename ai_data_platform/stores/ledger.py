"""The gate ledger: what every gate said of every candidate, append-only."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.core.gates import Rule, Verdict

__all__ = ["GateLedger", "RecordedVerdict", "table_name"]

_SCHEMA = """
create table if not exists verdicts (
    id integer primary key autoincrement,
    asset text not null,
    partition text not null,
    fingerprint text not null,
    passed integer not null,
    judged_at text not null,
    record blob not null,
    checksum text not null
);
create index if not exists verdicts_by_candidate on verdicts (asset, partition, fingerprint, id);
create trigger if not exists verdicts_are_never_changed before update on verdicts
begin select raise(abort, 'the gate ledger is append-only'); end;
create trigger if not exists verdicts_are_never_deleted before delete on verdicts
begin select raise(abort, 'the gate ledger is append-only'); end;
"""
_STEP_BACK = timedelta(minutes=5)
# A time server sets a clock back by seconds. More is a broken clock, and its records would lie about order.


@dataclass(frozen=True, slots=True)
class RecordedVerdict:
    """A verdict as it stands in the ledger, with the time at which it was given."""

    verdict: Verdict
    judged_at: datetime


class GateLedger:
    """Verdicts by asset, partition and fingerprint, in an SQLite file that refuses change.

    The newest verdict on a fingerprint counts, by order of recording and not by the clock. Every method
    raises GateBlocked when the file cannot be read or is not as it was written.
    """

    def __init__(
        self, path: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._path = path
        self._clock = clock

    def record(self, verdict: Verdict) -> None:
        """Append a verdict; it is durable when this returns."""
        record = orjson.dumps(asdict(verdict), option=orjson.OPT_SORT_KEYS)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection(writing=True) as connection:
            judged_at = self._now(connection)
            row = (
                verdict.asset,
                verdict.partition or "",
                verdict.fingerprint,
                int(verdict.passed),
                judged_at.isoformat(),
                record,
                hash_bytes(record),
            )
            connection.execute(
                "insert into verdicts (asset, partition, fingerprint, passed, judged_at, record, checksum)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def find(
        self, asset: str, fingerprint: str, partition: str | None = None
    ) -> RecordedVerdict | None:
        """The newest verdict on exactly this candidate."""
        with self._connection() as connection:
            return self._newest(connection, asset, fingerprint, partition)

    def latest(self, asset: str, partition: str | None = None) -> RecordedVerdict | None:
        """The newest verdict on any candidate of this asset."""
        return next(iter(self.history(asset, partition, 1)), None)

    def history(
        self, asset: str, partition: str | None = None, limit: int = 10
    ) -> list[RecordedVerdict]:
        """The verdicts on this asset, the newest first."""
        with self._connection() as connection:
            return self._select(
                connection,
                "where asset = ? and partition = ? order by id desc limit ?",
                (asset, partition or "", limit),
            )

    def matching(
        self, asset: str, prefix: str, partition: str | None = None
    ) -> list[RecordedVerdict]:
        """The newest verdict on each candidate whose fingerprint starts so, the newest first."""
        with self._connection() as connection:
            return self._select(
                connection,
                "where id in (select max(id) from verdicts where asset = ? and partition = ?"
                " and substr(fingerprint, 1, ?) = ? group by fingerprint) order by id desc",
                (asset, partition or "", len(prefix), prefix),
            )

    def names(self) -> list[tuple[str, str | None]]:
        """Every asset and partition that was ever judged, in order."""
        with self._connection() as connection:
            rows = connection.execute(
                "select distinct asset, partition from verdicts order by 1, 2"
            )
            return [(asset, partition or None) for asset, partition in rows]

    def require(self, asset: str, fingerprint: str, partition: str | None = None) -> Verdict:
        """The passing verdict on exactly this candidate.

        Raises GateBlocked when there is none, when the newest one failed, or when the same is true of a
        gated table that the candidate was made from, however far up.
        """
        with self._connection() as connection:
            return self._passing(connection, asset, fingerprint, partition, set())

    def _passing(
        self,
        connection: sqlite3.Connection,
        asset: str,
        fingerprint: str,
        partition: str | None,
        seen: set[tuple[str, str]],
    ) -> Verdict:
        name = table_name(asset, partition)
        found = self._newest(connection, asset, fingerprint, partition)
        if found is None:
            raise GateBlocked(
                f"no gate has judged {name} at fingerprint {fingerprint}: materialise {asset} "
                "again, which runs its gate"
            )
        if not found.verdict.passed:
            raise GateBlocked(
                f"the gate blocked {name} at fingerprint {fingerprint}: "
                f"{'; '.join(found.verdict.reasons)}. `aidp gate {name}` shows more"
            )
        for upstream, content in found.verdict.inputs.items():
            if (upstream, content) in seen:
                continue
            try:
                self._passing(connection, *_split(upstream, content), seen)
            except GateBlocked as error:
                raise GateBlocked(f"{name} was made from {upstream}: {error}") from error
            seen.add((upstream, content))
        return found.verdict

    def _newest(
        self, connection: sqlite3.Connection, asset: str, fingerprint: str, partition: str | None
    ) -> RecordedVerdict | None:
        found = self._select(
            connection,
            "where asset = ? and partition = ? and fingerprint = ? order by id desc limit 1",
            (asset, partition or "", fingerprint),
        )
        if not found:
            return None
        verdict = found[0].verdict
        if (verdict.asset, verdict.fingerprint, verdict.partition) != (
            asset,
            fingerprint,
            partition,
        ):
            raise self._tampered()
        return found[0]

    def _select(
        self, connection: sqlite3.Connection, condition: str, values: Sequence[object]
    ) -> list[RecordedVerdict]:
        query = f"select record, checksum, judged_at from verdicts {condition}"
        found = []
        for record, checksum, judged_at in connection.execute(query, values):
            if not isinstance(record, bytes) or hash_bytes(record) != checksum:
                raise self._tampered()
            verdict = _verdict(orjson.loads(record))
            found.append(RecordedVerdict(verdict, datetime.fromisoformat(judged_at)))
        return found

    def _now(self, connection: sqlite3.Connection) -> datetime:
        now = self._clock()
        (last,) = connection.execute("select max(judged_at) from verdicts").fetchone()
        if last is not None and now < datetime.fromisoformat(last) - _STEP_BACK:
            raise GateBlocked(
                f"the clock went back: it shows {now.isoformat()}, and the gate ledger holds a verdict of "
                f"{last}. Nothing is judged until the clock is right"
            )
        return now

    def _tampered(self) -> GateBlocked:
        return GateBlocked(
            f"a verdict in {self._path} was changed after it was given, or removed; nothing passes on it: "
            "restore the file, or move it away and run every gate again"
        )

    @contextmanager
    def _connection(self, *, writing: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction on the file; on an empty ledger, when there is none and nothing is written."""
        place = self._path if writing or self._path.exists() else ":memory:"
        try:
            with closing(sqlite3.connect(place, timeout=30)) as connection:
                connection.executescript(_SCHEMA)
                with connection:
                    self._check_nothing_is_missing(connection)
                    yield connection
        except sqlite3.DatabaseError as error:
            raise GateBlocked(
                f"the gate ledger {self._path} cannot be used ({error}); nothing passes without it: "
                "restore it, or move it away and run every gate again"
            ) from error

    def _check_nothing_is_missing(self, connection: sqlite3.Connection) -> None:
        # SQLite remembers the last number it gave out: a removed verdict leaves a gap in the numbers.
        given, kept = connection.execute(
            "select (select seq from sqlite_sequence where name = 'verdicts'),"
            " (select count(*) from verdicts)"
        ).fetchone()
        if (given or 0) != kept:
            raise self._tampered()


def table_name(asset: str, partition: str | None = None) -> str:
    """How a gated table is named: `raw_documents`, or `raw_chat_logs/2025-03-01` for a partition."""
    return asset if partition is None else f"{asset}/{partition}"


def _split(name: str, fingerprint: str) -> tuple[str, str, str | None]:
    asset, _, partition = name.partition("/")
    return asset, fingerprint, partition or None


def _verdict(record: dict[str, Any]) -> Verdict:
    rules = tuple(Rule(**rule) for rule in record.pop("rules"))
    return Verdict(**{**record, "reasons": tuple(record["reasons"]), "rules": rules})
