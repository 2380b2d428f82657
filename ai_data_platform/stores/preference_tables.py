"""Ratings to the tables that preference datasets are made of: one build, judged as a whole."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.funnel import unaccounted
from ai_data_platform.core.datasets.lengths import Tokenizer
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference import PairOptions, Preferences, build_preferences
from ai_data_platform.core.records import FEEDBACK
from ai_data_platform.stores.audit import Audited, audited_write, standing
from ai_data_platform.stores.home import Home

if TYPE_CHECKING:
    from ai_data_platform.core.conversations.redact import Redactor

__all__ = ["PREFERENCE_TABLES", "preference_tables"]

PREFERENCE_TABLES: Mapping[str, str] = {
    "dropped_ratings": "dropped",
    "judgements": "judgements",
    "unpaired_answers": "unpaired",
    "preference_pairs": "pairs",
}
"""The tables of the lake, and which part of a build each holds; in the order in which they are written, so
that pairs in place have their drops."""

_VERSION = "preference-tables-1"
_RULES = (
    Rule("ratings", ">", 0, "no ratings, nothing to learn from"),
    Rule("ratings_unaccounted", "==", 0, "each rating is in one row, or dropped with its reason"),
    Rule("personal_data_left", "==", 0, "a second search of the edits finds nothing"),
)


def preference_tables(
    home: Home,
    options: PairOptions,
    tokenizer: Tokenizer,
    redactor: "Redactor",
    *,
    code_version: str,
    log: Callable[[str], None] = lambda line: None,
) -> dict[str, Audited]:
    """The tables that stand for the ratings and logs as they are, or new ones: made, judged, in place.

    Raises GateBlocked when no day of ratings has passed, or when a table that is read has not.
    """
    days = home.verified.days("raw_feedback")
    if not days:
        raise GateBlocked("no day of raw_feedback has passed its gate: there is nothing to pair")
    upstream = home.verified.fingerprints("redacted_chat_logs", "stg_chat_logs", *days)
    made_with = [options.fingerprint, tokenizer.fingerprint, redactor.fingerprint]
    inputs = fingerprint([_VERSION, upstream, made_with])
    stood = {n: standing(home.lake, home.ledger, n, inputs) for n in PREFERENCE_TABLES}
    found = {name: audited for name, audited in stood.items() if audited is not None}
    if len(found) == len(stood):
        return found
    ratings, edits = _redacted(home, days, redactor)
    log(f"pairing {len(ratings):,} ratings of {len(days)} days")
    logged = home.verified.read("redacted_chat_logs")
    made = build_preferences(logged, ratings, options, tokenizer=tokenizer)
    figures = _figures(ratings, made) | edits
    return {
        name: audited_write(
            home.lake,
            home.ledger,
            name,
            getattr(made, part),
            _RULES,
            inputs=inputs,
            code_version=code_version,
            made_from=upstream,
            figures=figures,
            dropped=Counter(made.dropped["drop_reason"].to_pylist()) if part == "pairs" else None,
        )
        for name, part in PREFERENCE_TABLES.items()
    }


def _redacted(
    home: Home, days: list[str], redactor: "Redactor"
) -> tuple[pa.Table, dict[str, float | None]]:
    """The ratings of these days without personal data in their edits."""
    from ai_data_platform.core.conversations.redacted_edits import (
        edited_conversations,
        redact_edits,
    )

    ratings = pa.concat_tables([FEEDBACK.empty_table(), *map(home.verified.read, days)])
    names = edited_conversations(ratings)
    columns = ["conversation_id", "user_message", "assistant_message"]
    logged = home.verified.read("stg_chat_logs", columns) if len(names) else None
    if logged is None:
        return ratings, {"edits": 0, "personal_data_left": 0}
    logged = logged.filter(pc.is_in(logged["conversation_id"], value_set=names))
    found = redact_edits(ratings, logged, redactor)
    return found.ratings, {"edits": found.edits, "personal_data_left": found.left}


def _figures(ratings: pa.Table, made: Preferences) -> dict[str, float | None]:
    """Each rating is in exactly one place."""
    used = [
        chunk.flatten()
        for table in (made.pairs, made.unpaired)
        for chunk in table["rating_record_ids"].chunks
    ]
    kept = pa.chunked_array(used, pa.string())
    return {
        "ratings": len(ratings),
        "ratings_used": len(kept),
        "ratings_unaccounted": unaccounted(ratings["record_id"], kept, made.dropped["record_id"]),
        "pairs": len(made.pairs),
        "unpaired": len(made.unpaired),
    }
