"""Rows of preference datasets, and the tables that their candidates are made from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from ai_data_platform.core.datasets.funnel import DROPPED
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference import JUDGEMENTS, PREFERENCE_SCHEMA, UNPAIRED_SCHEMA
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.evaluation_items import EVALUATION_ITEMS
from ai_data_platform.stores.home import Home

__all__ = ["BEGAN", "TOPICS", "dropped_rating", "filled", "pair", "passed", "says", "single"]

BEGAN = datetime(2024, 3, 1, tzinfo=UTC)
TOPICS = (
    ("How do I open the valve?", "Turn it clockwise until the hissing stops."),
    ("Why does the rusty screw not move?", "A drop of oil loosens what rust has glued together."),
    ("What is the green knob for?", "Pull it towards you and count slowly up to seven."),
    ("Where do both springs belong?", "They click into the notches below the lever, left first."),
    ("Will settings survive a power cut?", "They do: unplugging overnight does not help here."),
    ("Who replaces worn bearings?", "Our workshop does, free of charge within two years."),
    ("Is there a picture of each step?", "Page nineteen of your manual shows every small one."),
    ("Can a plastic handle be forced?", "Nobody should: spare ones cost more than a phone call."),
    ("When is the shop closed?", "On Sundays, and between Christmas and the new year."),
    ("Which cable fits the old printer?", "The grey one with a square plug at its end."),
)
"""Questions and answers that have next to nothing in common."""


def says(role: str, text: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text}]


def pair(number: int, **changes: Any) -> dict[str, Any]:
    """A pair about a topic, in a conversation and of a user of its own."""
    question, answer = TOPICS[number % len(TOPICS)]
    made = {
        "prompt": says("user", question),
        "chosen": says("assistant", answer),
        "rejected": says("assistant", f"Nobody knows, said number {number}, and went away again."),
        "pair_id": f"p{number}",
        "conversation_id": f"c{number}",
        "turn_index": 0,
        "chosen_message_id": f"m{number}a",
        "rejected_message_id": f"m{number}b",
        "chosen_rating": 5.0,
        "rejected_rating": 1.0,
        "chosen_raters": 1,
        "rejected_raters": 1,
        "rating_record_ids": [f"r{number}a", f"r{number}b"],
        "exchange_record_ids": [f"x{number}a", f"x{number}b"],
        "origin": "ratings",
        "user_hash": f"u{number}",
        "began": BEGAN + timedelta(hours=number),
    }
    return made | changes


def single(number: int, **changes: Any) -> dict[str, Any]:
    """A labelled answer about a topic, in a conversation and of a user of its own."""
    question, answer = TOPICS[number % len(TOPICS)]
    made = {
        "prompt": says("user", question),
        "completion": says("assistant", answer),
        "label": number % 2 == 0,
        "row_id": f"s{number}",
        "conversation_id": f"d{number}",
        "turn_index": 0,
        "message_id": f"n{number}",
        "rating": 5.0 if number % 2 == 0 else 1.0,
        "raters": 1,
        "rating_record_ids": [f"q{number}"],
        "exchange_record_ids": [f"y{number}"],
        "user_hash": f"v{number}",
        "began": BEGAN + timedelta(hours=number),
    }
    return made | changes


def dropped_rating(record: str, reason: str = "tie") -> dict[str, Any]:
    return {
        "record_id": record,
        "conversation_id": "c",
        "stage": "pairs",
        "drop_reason": reason,
    }


def passed(home: Home, name: str, table: pa.Table) -> None:
    """Put a table in place whose gate says yes."""
    rules = [Rule("rows", ">=", 0, "any will do")]
    audited_write(home.lake, home.ledger, name, table, rules, inputs="t", code_version="1")


def filled(
    home: Home,
    pairs: Sequence[Mapping[str, Any]],
    singles: Sequence[Mapping[str, Any]] = (),
    dropped: Sequence[Mapping[str, Any]] = (),
    items: Sequence[str] = (),
) -> None:
    """The tables of a home: pairs, single answers, ratings left out, texts of an evaluation set."""
    passed(home, "preference_pairs", pa.Table.from_pylist(list(pairs), PREFERENCE_SCHEMA))
    passed(home, "unpaired_answers", pa.Table.from_pylist(list(singles), UNPAIRED_SCHEMA))
    passed(home, "dropped_ratings", pa.Table.from_pylist(list(dropped), DROPPED))
    passed(home, "judgements", JUDGEMENTS.empty_table())
    found = [
        {
            "item_id": f"i{n}",
            "set_name": "exam",
            "part": "question",
            "text": text,
            "text_hash": str(n),
            "source_file": "exam.jsonl",
            "source_line": n + 1,
        }
        for n, text in enumerate(items)
    ]
    passed(home, "evaluation_items", pa.Table.from_pylist(found, schema=EVALUATION_ITEMS))
