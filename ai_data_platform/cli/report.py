"""What the platform holds now: publications, verdicts, and where rows went."""

from collections import Counter
from typing import Any

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.home import PUBLICATIONS, Home

__all__ = ["platform_report"]

_DAILY = ("raw_chat_logs", "raw_feedback")


def platform_report(home: Home) -> dict[str, Any]:
    """Publications with their last verdict, and rows in and dropped by reason for each lane."""
    return {
        "home": str(home.root),
        "publications": {name: _publication(home, name) for name in PUBLICATIONS},
        "lanes": {**{name: _daily(home, name) for name in _DAILY}, **_tables(home)},
    }


def _word(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not judged yet"
    return "passed" if verdict.passed else "blocked"


def _publication(home: Home, name: str) -> dict[str, Any]:
    found = home.ledger.latest(PUBLICATIONS[name])
    verdict = found.verdict if found else None
    report: dict[str, Any] = {
        "candidate": verdict.fingerprint[:12] if verdict else None,
        "verdict": _word(verdict),
        "reasons": list(verdict.reasons) if verdict else [],
        "judged_at": found.judged_at.isoformat(timespec="seconds") if found else None,
        "published": None,
    }
    try:
        current = home.versions(name).current()
    except NotPublishedYet:
        return report
    return report | {
        "published": current.version,
        "rows": current.rows,
        "published_at": current.published_at and current.published_at.isoformat(timespec="seconds"),
        "path": str(current.folder),
    }


def _daily(home: Home, name: str) -> dict[str, Any]:
    manifests = [home.lake.manifest(day) for day in home.lake.names(name)]
    dropped: Counter[str] = Counter()
    for quarantine in home.lake.names(f"{name}_quarantine"):
        dropped.update(home.lake.read(quarantine, ["reason"])["reason"].to_pylist())
    rows = sum(manifest.rows for manifest in manifests if manifest)
    return {"rows": rows, "days": len(manifests), "dropped": dict(dropped.most_common())}


def _tables(home: Home) -> dict[str, Any]:
    lanes: dict[str, Any] = {}
    if (rows := home.lake.row_count("clean_conversations")) is not None:
        dropped = Counter(
            home.lake.read("dropped_conversations", ["drop_reason"])["drop_reason"].to_pylist()
        )
        lanes["training_data/clean_conversations"] = {
            "rows": rows,
            "dropped": dict(dropped.most_common()),
        }
    staged = home.versions("sft").last_staged()
    if staged is not None:
        lanes["sft_dataset"] = {"rows": staged["rows"], "dropped": staged["dropped"]}
    for name in ("preference_pairs", "raw_documents", "document_chunks"):
        manifest = home.lake.manifest(name)
        if manifest is not None:
            lanes[name] = {"rows": manifest.rows, "dropped": dict(manifest.dropped)}
    return lanes
