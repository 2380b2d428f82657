"""The one door to gated tables: what a gate passed is read, or nothing is."""

import pyarrow as pa

from ai_data_platform.core.errors import GateBlocked, NotPublishedYet
from ai_data_platform.stores.lake import Lake
from ai_data_platform.stores.ledger import GateLedger

__all__ = ["Verified"]


class Verified:
    """Tables of the lake by name (`raw_documents`, `raw_chat_logs/2025-03-01`), as consumers see them.

    A table is there for its readers only while the newest verdict on exactly its content is a pass, and
    the same is true of every gated table that it was made from. Otherwise GateBlocked names the table,
    the figure and the command that shows more.
    """

    def __init__(self, lake: Lake, ledger: GateLedger) -> None:
        self._lake = lake
        self._ledger = ledger

    def read(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """The rows of a table, which are hashed as they are read: rows swapped in by hand have no verdict.

        Raises NotPublishedYet when no gate has passed one so far.
        """
        stored = self._lake.load(name)
        self._require(name, stored.fingerprint)
        return stored.rows if columns is None else stored.rows.select(columns)

    def read_if_passed(self, name: str) -> pa.Table | None:
        """The rows where `read` would give them, else None: what a step may take over from last time."""
        try:
            return self.read(name)
        except (GateBlocked, NotPublishedYet):
            return None

    def passes(self, name: str) -> bool:
        """Whether a table stands there that `fingerprint` would give."""
        try:
            self.fingerprint(name)
        except (GateBlocked, NotPublishedYet):
            return False
        return True

    def fingerprint(self, name: str) -> str:
        """The content of a table as it was recorded when it took its place; the same errors."""
        found = self._lake.recorded_fingerprint(name)
        self._require(name, found)
        return found

    def fingerprints(self, *names: str) -> dict[str, str]:
        """The content of each of these tables, by name; the same errors."""
        return {name: self.fingerprint(name) for name in names}

    def rehashed(self, *names: str) -> dict[str, str]:
        """The same, for tables whose files another program is about to read: their rows are hashed anew."""
        found = {name: self._lake.load(name).fingerprint for name in names}
        for name, content in found.items():
            self._require(name, content)
        return found

    def days(self, name: str) -> list[str]:
        """The tables of a daily asset, one a day: `raw_chat_logs/2025-03-01` and so on, in order.

        A day whose gate never passed is not among them. Raises GateBlocked for a day that stands there
        although the newest verdict on it is no pass.
        """
        days = self._lake.names(name)
        for day in days:
            self.fingerprint(day)
        return days

    def _require(self, name: str, fingerprint: str) -> None:
        asset, _, partition = name.partition("/")
        try:
            self._ledger.require(asset, fingerprint, partition or None)
        except GateBlocked as error:
            raise GateBlocked(f"{name} is not read: {error}") from error
