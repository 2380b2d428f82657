"""What the platform holds now: publications, verdicts, and where rows went."""

from collections import Counter
from typing import Any

from ai_data_platform.cli.gate_report import obstacle
from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.ledger import table_name

__all__ = ["platform_report"]

_VERSION = 12  # hex digits of a fingerprint in a version's name
_CLEAN = "training_data/clean_conversations"
_GATED = {  # tables whose manifest counts their rows and drops, by the lane that they end
    "sft": ("redacted_chat_logs", "screened_chat_logs"),
    "preference": ("preference_pairs", "unpaired_answers"),
    "knowledge_base": ("raw_documents", "document_chunks"),
}


def platform_report(home: Home) -> dict[str, Any]:
    """Publications with their last verdict, tables that did not pass, and each lane's rows and drops."""
    return {
        "home": str(home.root),
        "publications": {name: _publication(home, name) for name in PUBLICATIONS},
        "not_passed": _not_passed(home),
        "lanes": {
            "raw_chat_logs": _daily(home, "raw_chat_logs"),
            **_training(home),
            "raw_feedback": _daily(home, "raw_feedback"),
            **_counted(home, *_GATED["preference"]),
            **_staged(home, "preference", "pairs", "pairs of {:,} ratings"),
            **_staged(home, "unpaired_preference", "pairs", "answers of {:,} ratings"),
            **_counted(home, *_GATED["knowledge_base"]),
        },
    }


def _publication(home: Home, name: str) -> dict[str, Any]:
    """What readers see of a publication, and what became of the candidate that was judged last."""
    versions = home.versions(name)
    found = home.ledger.latest(PUBLICATIONS[name])
    verdict = found.verdict if found else None
    report: dict[str, Any] = {
        "candidate": verdict.fingerprint[:_VERSION] if verdict else None,
        "outcome": verdict.outcome if verdict else None,
        "reasons": list(verdict.reasons) if verdict else [],
        "judged_at": found.judged_at.isoformat(timespec="seconds") if found else None,
        "obstacle": obstacle(home, verdict) if verdict else None,
        "withdrawn": None,
        "published": None,
    }
    try:
        current = versions.current()
    except NotPublishedYet:
        return report
    newest = versions.published()[0].version
    return report | {
        "published": current.version,
        "candidate_is_published": report["candidate"] == current.version,
        "withdrawn": newest if newest in versions.withdrawn() else None,
        "rows": current.rows,
        "published_at": current.published_at and current.published_at.isoformat(timespec="seconds"),
        "path": str(current.folder),
    }


def _not_passed(home: Home) -> dict[str, Any]:
    """Gated tables before the publications whose newest verdict is no pass, by name."""
    tables = [named for named in home.ledger.names() if named[0] not in PUBLICATIONS.values()]
    found = {table_name(*named): home.ledger.latest(*named) for named in tables}
    return {
        name: {
            "outcome": last.verdict.outcome,
            "reasons": list(last.verdict.reasons),
            "judged_at": last.judged_at.isoformat(timespec="seconds"),
        }
        for name, last in found.items()
        if last is not None and not last.verdict.passed
    }


def _daily(home: Home, name: str) -> dict[str, Any]:
    manifests = [home.lake.manifest(day) for day in home.lake.names(name)]
    dropped: Counter[str] = Counter()
    for quarantine in home.lake.names(f"{name}_quarantine"):
        dropped.update(home.lake.read(quarantine, ["reason"])["reason"].to_pylist())
    rows = sum(manifest.rows for manifest in manifests if manifest)
    return {"rows": rows, "days": len(manifests), "dropped": dict(dropped.most_common())}


def _training(home: Home) -> dict[str, Any]:
    """The way of the exchanges, in its order; the stages of the dataset count exchanges."""
    lanes: dict[str, Any] = {}
    if (rows := home.lake.row_count("clean_conversations")) is not None:
        dropped = Counter(
            home.lake.read("dropped_conversations", ["drop_reason"])["drop_reason"].to_pylist()
        )
        lanes[_CLEAN] = {"rows": rows, "dropped": dict(dropped.most_common())}
    lanes |= _counted(home, *_GATED["sft"])
    return lanes | _staged(home, "sft", "clean", "conversations of {:,} exchanges")


def _staged(home: Home, publication: str, told: str, made_of: str) -> dict[str, Any]:
    """The stages of the candidate, but for the one that is `told` by another table, and its rows."""
    staged = home.versions(publication).last_staged()
    if staged is None:
        return {}
    stages = [stage for stage in staged.get("funnel", []) if stage["stage"] != told]
    return {
        PUBLICATIONS[publication]: {
            "rows": staged["rows"],
            "dropped": staged["dropped"],
            "stages": stages,
            "made_of": made_of.format(stages[-1]["rows_out"]) if stages else None,
        }
    }


def _counted(home: Home, *names: str) -> dict[str, Any]:
    """Rows and drops of those of the tables that stand, by their manifests."""
    manifests = {name: home.lake.manifest(name) for name in names}
    return {
        name: {"rows": found.rows, "dropped": dict(found.dropped)}
        for name, found in manifests.items()
        if found is not None
    }
