"""A platform of a few records, laid down by hand: sources, raw days, tables, versions and verdicts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.conversations import parse_exchange
from ai_data_platform.core.feedback.contract import parse_feedback
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.core.records import CHAT_LOG, FEEDBACK, QUARANTINE
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.lake import parquet_bytes
from ai_data_platform.stores.provenance import Provenance, Sources

__all__ = ["DAY", "FILE", "Platform", "exchange", "rating"]

DAY = "2025-03-03"
FILE = "logs.jsonl"
RATINGS = "ratings.jsonl"
ALWAYS = [Rule("rows", ">=", 0, "always")]


def exchange(
    message: str, conversation: str = "c1", turn: int = 0, **others: Any
) -> dict[str, Any]:
    return {
        "conversation_id": conversation,
        "message_id": message,
        "turn_index": turn,
        "user_message": f"What about {message}?",
        "assistant_message": f"This about {message}.",
        "rating": 5,
        "created_at": f"{DAY}T10:00:00Z",
        **others,
    }


def rating(event: str, message: str, stars: int = 5, conversation: str = "c1") -> dict[str, Any]:
    return {
        "event_id": event,
        "conversation_id": conversation,
        "message_id": message,
        "rating": stars,
        "user_id": "r1",
        "created_at": f"{DAY}T11:00:00Z",
    }


class Platform:
    """Its lines lie in a source folder; `lake` and `version` lay down what a run would have made of them."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "sources"
        self.sources.mkdir()
        self.home = Home(folder / "home", CHECKOUT / "dbt_project")
        self.records: dict[str, str] = {}  # message or event id to record id

    @property
    def provenance(self) -> Provenance:
        spec = SourceSpec(str(self.sources))
        return Provenance(self.home, Sources(spec, spec, (str(self.sources),)))

    def log(
        self, *lines: dict[str, Any], table: str = "raw_chat_logs", landed: bool = True
    ) -> None:
        """A source file of these lines and, unless it only lies there, the raw day made of it."""
        chats = table == "raw_chat_logs"
        name, schema = (FILE, CHAT_LOG) if chats else (RATINGS, FEEDBACK)
        (self.sources / name).write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
        parse: Any = parse_exchange if chats else parse_feedback
        rows = [parse(line, name, number) for number, line in enumerate(lines, 1)]
        key = "message_id" if chats else "event_id"
        self.records |= {getattr(row, key): row.record_id for row in rows}
        columns = {field: [getattr(row, field) for row in rows] for field in schema.names}
        if landed:
            self.table(f"{table}/{DAY}", pa.table(columns, schema=schema))
        if chats and landed:
            texts = [
                "record_id",
                "conversation_id",
                "turn_index",
                "user_message",
                "assistant_message",
            ]
            self.table("redacted_chat_logs", pa.table(columns, schema=schema).select(texts))

    def set_aside(
        self, line: int, reason: str, detail: str = "", table: str = "raw_chat_logs"
    ) -> None:
        row = {
            "source_file": FILE,
            "source_line": line,
            "day": DAY,
            "reason": reason,
            "detail": detail,
        }
        rows = pa.Table.from_pylist([row | {"raw": "{"}], schema=QUARANTINE)
        self.home.lake.write(f"{table}_quarantine/{DAY}", rows, inputs="")

    def table(self, name: str, rows: pa.Table, **made_from: str) -> str:
        """Put a table into the lake with a pass; its fingerprint."""
        content = self.home.lake.write(name, rows, inputs="").fingerprint
        asset, _, day = name.partition("/")
        self.verdict(asset, content, day or None, **made_from)
        return content

    def verdict(self, asset: str, content: str, day: str | None = None, **inputs: str) -> None:
        figures = {"rows": 1}
        verdict = judge(
            asset, content, figures, ALWAYS, code_version="1", partition=day, inputs=inputs
        )
        self.home.ledger.record(verdict)

    def version(
        self,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        dropped: Sequence[Mapping[str, Any]] = (),
        *,
        publish: bool = True,
    ) -> str:
        """A version of `sft` or `preference` with these rows in its train split, made from the lake."""
        upstream = {"redacted_chat_logs": self.home.lake.recorded_fingerprint("redacted_chat_logs")}
        files = {"data/train.parquet": parquet_bytes(pa.Table.from_pylist(list(rows)))}
        if dropped:
            files["dropped.parquet"] = parquet_bytes(pa.Table.from_pylist(list(dropped)))
        content = hash_text(name, *map(repr, rows), *map(repr, dropped))
        self.verdict(f"{name}_dataset", content, None, **upstream)
        versions = self.home.versions(name)
        manifest = {"rows": len(rows), "dropped": {}, "upstream": upstream, "inputs": ""}
        version = versions.stage(content, files, manifest)
        if publish:
            versions.publish(version)
        return version

    def conversation(self, name: str, *messages: str) -> dict[str, Any]:
        """A row of `sft`."""
        said = [
            {"role": role, "content": text}
            for message in messages
            for role, text in (
                ("user", f"What about {message}?"),
                ("assistant", f"This about {message}."),
            )
        ]
        return {
            "conversation_id": name,
            "messages": said,
            "ratings": [5] * len(messages),
            "record_ids": [self.records[message] for message in messages],
        }

    def pair(
        self, chosen: str, rejected: str, *events: str, pair_id: str = "p" * 32
    ) -> dict[str, Any]:
        """A row of `preference` in conversation c1."""
        return {
            "pair_id": pair_id,
            "conversation_id": "c1",
            "prompt": [{"role": "user", "content": "What?"}],
            "chosen": [{"role": "assistant", "content": "Good."}],
            "rejected": [{"role": "assistant", "content": "Bad."}],
            "chosen_message_id": chosen,
            "rejected_message_id": rejected,
            "chosen_rating": 5.0,
            "rejected_rating": 1.0,
            "rating_record_ids": [self.records[event] for event in events],
            "exchange_record_ids": [self.records[chosen], self.records[rejected]],
        }

    def single(
        self, message: str, *events: str, label: bool = True, row_id: str = "s" * 32
    ) -> dict[str, Any]:
        """A row of `unpaired_preference` in conversation c1."""
        return {
            "row_id": row_id,
            "conversation_id": "c1",
            "prompt": [{"role": "user", "content": "What?"}],
            "completion": [{"role": "assistant", "content": "Good."}],
            "label": label,
            "message_id": message,
            "rating": 5.0 if label else 1.0,
            "rating_record_ids": [self.records[event] for event in events],
            "exchange_record_ids": [self.records[message]],
        }

    def dropped(
        self,
        message: str,
        stage: str,
        reason: str,
        matched: str | None = None,
        kind: str | None = None,
    ) -> dict[str, Any]:
        """A row of `dropped.parquet`."""
        return {
            "record_id": self.records[message],
            "conversation_id": "c1",
            "stage": stage,
            "drop_reason": reason,
            "matched_id": matched,
            "matched_kind": kind,
            "detail": None,
        }
