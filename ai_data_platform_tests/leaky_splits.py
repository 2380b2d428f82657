"""Three splits that share nothing, and an evaluation set that no row holds; as rows and as a version."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.datasets.leakage import CertifiedRow, EvaluationItem, certify

__all__ = ["ITEMS", "SPLITS", "write_version"]

ITEMS = [
    EvaluationItem("q1", "exam", "How long does the blue lamp blink after a reset?"),
    EvaluationItem("q2", "exam", "Which colour has the third wire?"),
]
_TALKS = {
    "train": {
        "a": (
            "u1",
            "How do I clean the filter of the pump?",
            "Take it out and rinse it in cold water.",
        ),
        "b": ("u1", "And how often should that be done?", "Every month while the pump is running."),
        "c": (
            "u2",
            "The display stays dark since yesterday evening.",
            "Hold both buttons for ten seconds.",
        ),
        "d": (None, "Can I pay the bill by card?", "Yes, in the app below My account."),
    },
    "validation": {
        "e": (
            "u3",
            "Why does the fan hum at night?",
            "It dries the inside once a day, by default at two.",
        ),
        "f": (
            "u4",
            "What is in the parcel besides the unit?",
            "A cable, four screws and a short manual.",
        ),
    },
    "test": {
        "g": (
            "u5",
            "Is rain a problem for the sensor?",
            "No, its housing is tight down to one metre.",
        )
    },
}
SPLITS: Mapping[str, Sequence[CertifiedRow]] = {
    split: [
        CertifiedRow(name, (question, answer), user, name)
        for name, (user, question, answer) in talks.items()
    ]
    for split, talks in _TALKS.items()
}


def write_version(
    folder: Path,
    splits: Mapping[str, Sequence[CertifiedRow]] = SPLITS,
    items: Sequence[EvaluationItem] = ITEMS,
) -> Path:
    """A version of a dataset with its certificate and manifest; returns the path of the certificate."""
    hashes: dict[str, str] = {}
    for split, rows in splits.items():
        table = pa.table(
            {
                "conversation_id": [row.conversation_id for row in rows],
                "messages": [_messages(row) for row in rows],
                "user_hash": pa.array([row.user_hash for row in rows], pa.string()),
            }
        )
        lines = b"".join(orjson.dumps(row) + b"\n" for row in table.to_pylist())
        for name, data in (
            (f"data/{split}.parquet", _parquet(table)),
            (f"jsonl/{split}.jsonl", lines),
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
            hashes[name] = hashlib.sha256(data).hexdigest()
    certificate = folder / "certificate.json"
    certificate.write_bytes(certify(splits, items, files=hashes).to_json())
    return certificate


def _messages(row: CertifiedRow) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(row.texts)]


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())
