"""The gate ledger: what every gate said of every candidate, append-only."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.core.gates import Rule, Verdict

__all__ = ["GateLedger", "RecordedVerdict"]

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


class RecordedVerdict:
    """A verdict as it stands in the ledger, with the time at which it was given."""

    def __init__(self, verdict: Verdict, judged_at: datetime) -> None:
        self.verdict = verdict
        self.judged_at = judged_at

    @property
    def candidate(self) -> tuple[str, str | None, str]:
        """What was judged: asset, partition and fingerprint."""
        return self.verdict.asset, self.verdict.partition, self.verdict.fingerprint


class GateLedger:
    """Verdicts by asset, partition and fingerprint, in an SQLite file that refuses change."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, verdict: Verdict) -> None:
        """Append a verdict; it is durable when this returns."""
        record = orjson.dumps(asdict(verdict), option=orjson.OPT_SORT_KEYS)
        row = (
            verdict.asset,
            verdict.partition or "",
            verdict.fingerprint,
            int(verdict.passed),
            datetime.now(UTC).isoformat(),
            record,
            hash_bytes(record),
        )
        with self._connection() as connection:
            connection.execute(
                "insert into verdicts (asset, partition, fingerprint, passed, judged_at, record, checksum)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def find(
        self, asset: str, fingerprint: str, partition: str | None = None
    ) -> RecordedVerdict | None:
        """The newest verdict on exactly this candidate. Raises GateBlocked when the row was tampered with."""
        found = self._one(
            "where asset = ? and partition = ? and fingerprint = ?",
            (asset, partition or "", fingerprint),
        )
        if found is not None and found.candidate != (asset, partition, fingerprint):
            raise self._tampered()
        return found

    def latest(self, asset: str, partition: str | None = None) -> RecordedVerdict | None:
        """The newest verdict on any candidate of this asset."""
        return self._one("where asset = ? and partition = ?", (asset, partition or ""))

    def require(self, asset: str, fingerprint: str, partition: str | None = None) -> Verdict:
        """The passing verdict on exactly this candidate. Raises GateBlocked when there is none."""
        place = asset if partition is None else f"{asset} {partition}"
        found = self.find(asset, fingerprint, partition)
        if found is None:
            raise GateBlocked(
                f"no gate has judged {place} at fingerprint {fingerprint}: materialise {asset} "
                "again, which runs its gate"
            )
        if not found.verdict.passed:
            raise GateBlocked(
                f"the gate blocked {place} at fingerprint {fingerprint}: "
                f"{'; '.join(found.verdict.reasons)}. `aidp status` shows more"
            )
        return found.verdict

    def _one(self, condition: str, values: tuple[str, ...]) -> RecordedVerdict | None:
        if not self._path.exists():
            return None
        query = (
            f"select record, checksum, judged_at from verdicts {condition} order by id desc limit 1"
        )
        with self._connection() as connection:
            row = connection.execute(query, values).fetchone()
        if row is None:
            return None
        record, checksum, judged_at = row
        if not isinstance(record, bytes) or hash_bytes(record) != checksum:
            raise self._tampered()
        return RecordedVerdict(_verdict(orjson.loads(record)), datetime.fromisoformat(judged_at))

    def _tampered(self) -> GateBlocked:
        return GateBlocked(
            f"a verdict in {self._path} was changed after it was given; nothing passes on it: "
            "restore the file, or move it away and run every gate again"
        )

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A transaction on the file, which is made when there is none."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as connection:
                connection.executescript(_SCHEMA)
                with connection:
                    yield connection
        except sqlite3.DatabaseError as error:
            raise GateBlocked(
                f"the gate ledger {self._path} cannot be used ({error}); nothing passes without it: "
                "restore it, or move it away and run every gate again"
            ) from error


def _verdict(record: dict[str, Any]) -> Verdict:
    rules = tuple(Rule(**rule) for rule in record.pop("rules"))
    return Verdict(**{**record, "reasons": tuple(record["reasons"]), "rules": rules})
