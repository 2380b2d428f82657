"""Records that break the contract of a chat log, one kind of breach each."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from ai_data_platform.core.samples.spec import SampleSpec

__all__ = ["BROKEN_KINDS", "BrokenRecords"]

Row = dict[str, Any]
_ONE_IN = 2_000  # conversations for one record of each kind; at least one is written


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


_BREACHES: dict[str, Callable[[Row], Row]] = {
    "wrong_type": lambda row: row | {"user_message": 42},
    "rating_out_of_range": lambda row: row | {"rating": 99},
    "rating_as_text": lambda row: row | {"rating": "5"},
    "rating_fractional": lambda row: row | {"rating": 4.5},
    "null_id": lambda row: row | {"message_id": None},
    "repeated_id": lambda row: (
        row | {"assistant_message": "This text came with an id that was taken."}
    ),
    "missing_column": lambda row: _without(row, "user_message"),
    "unreadable_timestamp": lambda row: row | {"created_at": "2025-13-45 noon"},
}

BROKEN_KINDS = ("not_json", *_BREACHES)


class BrokenRecords:
    """Deals out broken records over the conversations of the JSONL files, as evenly as they allow."""

    def __init__(self, spec: SampleSpec) -> None:
        self._total = len(BROKEN_KINDS) * max(1, spec.conversations // _ONE_IN)
        self._conversations = spec.conversations
        self._dealt = 0

    def after(self, number: int, row: Row) -> Iterator[tuple[str, bytes]]:
        """The kinds and lines to write behind the conversation with this number.

        They are made of its last row, under another id unless the repeated id is the breach.
        """
        while self._dealt < self._total and self._due() <= number:
            kind = BROKEN_KINDS[self._dealt % len(BROKEN_KINDS)]
            name = f"{row['message_id']}-x{self._dealt % len(BROKEN_KINDS)}"
            renamed = row if kind == "repeated_id" else row | {"message_id": name}
            yield kind, _line(kind, _without(renamed, "thread"))
            self._dealt += 1

    def _due(self) -> int:
        return (2 * self._dealt + 1) * self._conversations // (2 * self._total)


def _line(kind: str, row: Row) -> bytes:
    if kind == "not_json":
        return orjson.dumps(row)[:-40] + b"\n"
    return orjson.dumps(_BREACHES[kind](row), option=orjson.OPT_APPEND_NEWLINE)
