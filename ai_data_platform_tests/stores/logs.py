"""Chat log records and files that the tests of the stores are made of."""

from pathlib import Path
from typing import Any

import orjson

__all__ = ["chat", "jsonl", "write"]


def chat(message_id: str, day: str = "2024-03-01", **changes: Any) -> dict[str, Any]:
    """A good record of a chat log, at noon of the day."""
    return {
        "conversation_id": f"conversation of {message_id}",
        "message_id": message_id,
        "turn_index": 0,
        "user_message": f"How do I set {message_id}?",
        "assistant_message": f"Open the first page and choose {message_id} there.",
        "rating": 5,
        "created_at": f"{day}T12:00:00Z",
        **changes,
    }


def jsonl(*records: Any) -> bytes:
    """One line a record; bytes stand for a line as it is."""
    lines = (record if isinstance(record, bytes) else orjson.dumps(record) for record in records)
    return b"".join(line + b"\n" for line in lines)


def write(path: Path, data: bytes) -> Path:
    """Put a file in place, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
