"""A home whose logs hold answers to compare, for the tests of the annotation queue."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from ai_data_platform.core.conversations.redacted import REDACTED
from ai_data_platform.core.feedback import parse_feedback
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.core.records import FEEDBACK
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.annotation import QueueOptions, refresh_queue
from ai_data_platform.stores.home import Home

__all__ = ["Annotated"]

DAY = "2025-03-01"
_ANY = (Rule("rows", ">=", 0, "a table for a test"),)


class Annotated:
    """Conversations c0, c1, ... with one question and two answers each, `<conversation>a` and `...b`."""

    def __init__(self, root: Path, conversations: int = 3) -> None:
        self.home = Home(root, CHECKOUT / "dbt_project")
        self.rows = [
            {
                "record_id": f"r{number}{name}",
                "conversation_id": f"c{number}",
                "message_id": f"c{number}{name}",
                "parent_message_id": None,
                "turn_index": 0,
                "user_message": f"How long is cable {number}?",
                "assistant_message": text,
                "created_at": f"{DAY}T12:00:00+00:00",
                "redactions": 0,
                "conversation_hash": "h",
            }
            for number in range(conversations)
            for name, text in (("a", "Ten metres."), ("b", f"<b>Two</b> metres, {number}."))
        ]
        self.log()

    def log(self) -> None:
        """The chat logs, redacted and passed."""
        table = pa.Table.from_pylist(self.rows)
        time = pa.timestamp("us", tz="UTC")
        created = table["created_at"].cast(time)
        table = table.set_column(table.schema.get_field_index("created_at"), "created_at", created)
        for field in REDACTED:
            if field.name not in table.column_names:
                table = table.append_column(field, pa.nulls(len(table), field.type))
        self._put("redacted_chat_logs", table.select(REDACTED.names).cast(REDACTED))

    def rate(self, *events: dict[str, Any]) -> None:
        """The ratings of the day, passed."""
        body = {"created_at": f"{DAY}T13:00:00Z"}
        parsed: list[Any] = [
            parse_feedback(body | event, "f.jsonl", n) for n, event in enumerate(events, 1)
        ]
        columns = {name: [getattr(event, name) for event in parsed] for name in FEEDBACK.names}
        self._put(f"raw_feedback/{DAY}", pa.table(columns, schema=FEEDBACK))

    def refresh(self, most: int = 500) -> Any:
        return refresh_queue(self.home, QueueOptions(most=most), "test")

    def items(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.home.verified.read("annotation_queue").to_pylist()
        return rows

    def _put(self, name: str, table: pa.Table) -> None:
        content = self.home.lake.write(name, table, inputs="").fingerprint
        asset, _, day = name.partition("/")
        figures = {"rows": len(table)}
        verdict = judge(asset, content, figures, _ANY, code_version="1", partition=day or None)
        self.home.ledger.record(verdict)
