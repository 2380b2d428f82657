"""`aidp gate`: everything that is known of one verdict."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ai_data_platform.core.errors import GateBlocked, NotPublishedYet, VersionNotFound
from ai_data_platform.core.evaluation.measure_summaries import MeasureSummary, measure_summaries
from ai_data_platform.core.evaluation.worst_questions import WorstQuestion, rank_worst_questions
from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.ledger import RecordedVerdict, table_name
from ai_data_platform.stores.versions import Version

__all__ = ["GateReport", "gate_report", "obstacle", "report_as_json"]

_ASSETS = {asset: name for name, asset in PUBLICATIONS.items()}
_SCORES = "rag_eval_scores"


@dataclass(frozen=True, slots=True)
class GateReport:
    """A verdict with what stands around it.

    `name` is what a person calls the judged thing: a publication or a gated table. `obstacle` says why a
    candidate that passed may not be read all the same: something upstream did not pass. `published` is
    the version that readers see, None for a table or before the first publication.
    """

    name: str
    recorded: RecordedVerdict
    obstacle: str | None
    published: Version | None
    measures: Sequence[MeasureSummary]
    worst: Sequence[WorstQuestion]
    history: Sequence[RecordedVerdict]

    @property
    def verdict(self) -> Verdict:
        return self.recorded.verdict

    @property
    def passes(self) -> bool:
        """Whether publishing would obey this verdict now."""
        return self.verdict.passed and self.obstacle is None


def gate_report(home: Home, name: str, candidate: str | None = None) -> GateReport:
    """The report on the newest verdict, or on that of the candidate whose fingerprint starts so.

    Raises VersionNotFound for a name or a candidate that was never judged, with those that were.
    """
    asset, partition = _judged(home, name)
    history = home.ledger.history(asset, partition, limit=10)
    recorded = history[0] if candidate is None else _matching(home, asset, partition, candidate)
    shown = table_name(asset, partition)
    return GateReport(
        name=_ASSETS.get(shown, shown),
        recorded=recorded,
        obstacle=obstacle(home, recorded.verdict),
        published=_published(home, _ASSETS.get(shown)),
        measures=measure_summaries(recorded.verdict),
        worst=_worst(home, recorded.verdict),
        history=history,
    )


def obstacle(home: Home, verdict: Verdict) -> str | None:
    """Why a candidate that passed its own gate may not be read; None when it may, or did not pass."""
    if not verdict.passed:
        return None
    try:
        home.ledger.require(verdict.asset, verdict.fingerprint, verdict.partition)
    except GateBlocked as error:
        return str(error)
    return None


def report_as_json(report: GateReport) -> dict[str, Any]:
    """The report for programs, every figure as it was recorded."""
    verdict, published = report.verdict, report.published
    return {
        "name": report.name,
        "asset": verdict.asset,
        "partition": verdict.partition,
        "fingerprint": verdict.fingerprint,
        "outcome": verdict.outcome,
        "passes": report.passes,
        "reasons": list(verdict.reasons),
        "obstacle": report.obstacle,
        "judged_at": report.recorded.judged_at.isoformat(timespec="seconds"),
        "code_version": verdict.code_version,
        "inputs": dict(verdict.inputs),
        "published": published and published.version,
        "rules": [
            {
                **asdict(rule),
                "seen": verdict.figures.get(rule.figure),
                "holds": rule.failure(verdict.figures) is None,
            }
            for rule in verdict.rules
        ],
        "figures": dict(verdict.figures),
        "measures": [asdict(measure) for measure in report.measures],
        "worst_questions": [asdict(question) for question in report.worst],
        "history": [
            {
                "judged_at": past.judged_at.isoformat(timespec="seconds"),
                "fingerprint": past.verdict.fingerprint,
                "outcome": past.verdict.outcome,
                "reasons": list(past.verdict.reasons),
            }
            for past in report.history
        ],
    }


def _judged(home: Home, name: str) -> tuple[str, str | None]:
    """Asset and partition behind a name; a folder in front of a table's name may stand there."""
    known = {table_name(asset, day): (asset, day) for asset, day in home.ledger.names()}
    wanted = PUBLICATIONS.get(name.removeprefix("datasets/"), name)
    for spelling in (wanted, wanted.rpartition("/")[2]):
        if spelling in known:
            return known[spelling]
    raise VersionNotFound(
        f"no gate has judged {name!r}; there are: {', '.join(_names(known.values())) or 'none yet'}. "
        "`aidp run` runs every gate"
    )


def _names(judged: Collection[tuple[str, str | None]]) -> list[str]:
    """Publications first, then tables; the days of a daily table as one."""
    days: defaultdict[str, list[str]] = defaultdict(list)
    tables: list[str] = []
    for asset, day in judged:
        if day is not None:
            days[asset].append(day)
        elif asset not in _ASSETS:
            tables.append(asset)
    ranges = [
        f"{asset}/{min(found)}" + (f" to {max(found)}" if len(found) > 1 else "")
        for asset, found in days.items()
    ]
    published = [name for name, asset in PUBLICATIONS.items() if (asset, None) in judged]
    return [*published, *tables, *ranges]


def _matching(home: Home, asset: str, partition: str | None, prefix: str) -> RecordedVerdict:
    found = home.ledger.matching(asset, prefix, partition)
    if len(found) != 1:
        every = found or home.ledger.matching(asset, "", partition)
        have = ", ".join(past.verdict.fingerprint[:12] for past in every[:10])
        more = f" and {len(every) - 10} more" if len(every) > 10 else ""
        raise VersionNotFound(
            f"{len(found)} judged candidates of {table_name(asset, partition)} start with {prefix!r}, "
            f"wanted one; there are: {have}{more}"
        )
    return found[0]


def _published(home: Home, name: str | None) -> Version | None:
    if name is None:
        return None
    try:
        return home.versions(name).current()
    except NotPublishedYet:
        return None


def _worst(home: Home, verdict: Verdict) -> list[WorstQuestion]:
    """The worst questions of an index; the lake keeps the scores of the candidate judged last alone."""
    manifest = home.lake.manifest(_SCORES)
    if manifest is None or manifest.extra["candidate"] != verdict.fingerprint:
        return []
    return rank_worst_questions(home.lake.read(_SCORES).to_pylist())
