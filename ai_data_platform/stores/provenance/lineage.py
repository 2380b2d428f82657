"""The verdicts that a version or table rests on, from the raw day up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ai_data_platform.core.gates import Outcome
from ai_data_platform.stores.ledger import GateLedger, RecordedVerdict, table_name

__all__ = ["TableVerdict", "latest", "lineage"]


@dataclass(frozen=True, slots=True)
class TableVerdict:
    """What the gate said of one table that a record went through; `outcome` is None without a verdict."""

    table: str
    fingerprint: str | None
    outcome: Outcome | None
    judged_at: datetime | None
    reasons: tuple[str, ...] = ()


def lineage(
    ledger: GateLedger, asset: str, fingerprint: str, days: Collection[str]
) -> list[TableVerdict]:
    """The verdict on a candidate and on all that it was made from, each after what it was made from.

    Of a daily table only these days are followed. Raises GateBlocked when the ledger cannot be used.
    """
    found: dict[str, TableVerdict] = {}
    _follow(ledger, asset, fingerprint, None, days, found)
    return list(found.values())


def latest(ledger: GateLedger, asset: str, day: str) -> TableVerdict:
    """The verdict given last on a day, whichever content it had then. Raises GateBlocked likewise."""
    found = ledger.latest(asset, day)
    content = None if found is None else found.verdict.fingerprint
    return _shown(table_name(asset, day), content, found)


def _follow(
    ledger: GateLedger,
    asset: str,
    fingerprint: str,
    day: str | None,
    days: Collection[str],
    found: dict[str, TableVerdict],
) -> None:
    name = table_name(asset, day)
    if name in found or (day is not None and day not in days):
        return
    recorded = ledger.find(asset, fingerprint, day)
    for upstream, content in (recorded.verdict.inputs if recorded else {}).items():
        table, _, partition = upstream.partition("/")
        _follow(ledger, table, content, partition or None, days, found)
    found[name] = _shown(name, fingerprint, recorded)


def _shown(name: str, fingerprint: str | None, recorded: RecordedVerdict | None) -> TableVerdict:
    if recorded is None:
        return TableVerdict(name, fingerprint, None, None)
    verdict = recorded.verdict
    return TableVerdict(
        name, fingerprint, verdict.outcome, recorded.judged_at, tuple(verdict.reasons)
    )
