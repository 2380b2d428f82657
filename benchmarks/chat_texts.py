"""Messages of real chat logs: what generated texts imitate."""

import gzip
from pathlib import Path

import orjson

__all__ = ["chat_texts"]


def chat_texts(folder: Path) -> list[str]:
    """Messages of the chat logs below the folder in spaced scripts, each once."""
    found: dict[str, None] = {}
    for path in sorted((folder / "chat_logs").glob("*.turns.jsonl.gz")):
        if path.name.startswith("kdconv_zh"):
            continue
        with gzip.open(path) as file:
            turns = [orjson.loads(line) for line in file]
        for side in ("user_message", "assistant_message"):
            found |= dict.fromkeys(turn[side] for turn in turns)
    return list(found)
