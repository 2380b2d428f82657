"""What training rows must not hold: the texts of the registered evaluation sets."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["EvaluationItem", "item_hashes", "set_hashes"]


@dataclass(frozen=True, slots=True)
class EvaluationItem:
    """One text of an evaluation set: a question, a prompt or a long answer."""

    item_id: str
    set_name: str
    text: str


def item_hashes(items: Iterable[EvaluationItem]) -> str:
    """64 hex digits, the SHA-256 of the items; their order does not count."""
    digest = hashlib.sha256()
    for line in sorted(_line(item) for item in items):
        digest.update(line)
    return digest.hexdigest()


def set_hashes(items: Iterable[EvaluationItem]) -> Mapping[str, tuple[int, str]]:
    """Items and hash of each set, by its name in order."""
    by_set: dict[str, list[EvaluationItem]] = {}
    for item in items:
        by_set.setdefault(item.set_name, []).append(item)
    return {name: (len(by_set[name]), item_hashes(by_set[name])) for name in sorted(by_set)}


def _line(item: EvaluationItem) -> bytes:
    parts = (item.set_name, item.item_id, item.text)
    hashed = [hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest() for part in parts]
    return f"{' '.join(hashed)}\n".encode()
