"""The preference dataset: pairs as rows, and what a gate asks of them."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from ai_data_platform.core.datasets.preference import DroppedRating, Pair
from ai_data_platform.core.datasets.quality import duplicate_rate, label_imbalance, percentile
from ai_data_platform.core.datasets.threads import Message
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.text import normalise, word_count

__all__ = [
    "PREFERENCE_DROPPED",
    "PREFERENCE_SCHEMA",
    "dropped_ratings",
    "preference_figures",
    "preference_rules",
]

_MESSAGES = pa.list_(pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())]))
PREFERENCE_SCHEMA = pa.schema(
    [
        pa.field("prompt", _MESSAGES, nullable=False),  # the conversation before the answers
        pa.field("chosen", _MESSAGES, nullable=False),
        pa.field("rejected", _MESSAGES, nullable=False),
        pa.field("pair_id", pa.string(), nullable=False),
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("turn_index", pa.int32(), nullable=False),
        pa.field("chosen_message_id", pa.string(), nullable=False),
        pa.field("rejected_message_id", pa.string(), nullable=False),
        pa.field("chosen_rating", pa.float64(), nullable=False),  # mean over raters, 1 to 5
        pa.field("rejected_rating", pa.float64(), nullable=False),
        pa.field("chosen_raters", pa.int32(), nullable=False),
        pa.field("rejected_raters", pa.int32(), nullable=False),
        pa.field("rating_record_ids", pa.list_(pa.string()), nullable=False),
        pa.field("exchange_record_ids", pa.list_(pa.string()), nullable=False),
    ]
)
"""One pair in TRL's conversational preference format, with the raw records it was made from."""

PREFERENCE_DROPPED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("drop_reason", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
    ]
)
"""One rating that stands behind no pair."""


def dropped_ratings(dropped: Iterable[DroppedRating]) -> pa.Table:
    """The ratings that were left out, by record id (PREFERENCE_DROPPED)."""
    rows = [
        {
            "record_id": drop.rating.record_id,
            "stage": "pairs",
            "drop_reason": drop.reason,
            "detail": drop.detail,
        }
        for drop in dropped
    ]
    rows.sort(key=lambda row: row["record_id"])
    return pa.Table.from_pylist(rows, schema=PREFERENCE_DROPPED)


def preference_figures(pairs: Sequence[Pair]) -> dict[str, float | None]:
    """What the preference gate judges, measured on the rows themselves."""
    answers = [_text(side) for pair in pairs for side in (pair.chosen, pair.rejected)]
    return {
        "rows": len(pairs),
        "empty_sides": sum(not answer for answer in answers),
        "equal_sides": sum(_text(pair.chosen) == _text(pair.rejected) for pair in pairs),
        "prompts_not_ending_with_the_user": sum(
            not pair.prompt or pair.prompt[-1]["role"] != "user" for pair in pairs
        ),
        "inverted_ratings": sum(p.chosen_rating <= p.rejected_rating for p in pairs),
        "response_words_p5": percentile([word_count(_text(pair.chosen)) for pair in pairs], 0.05),
        "duplicate_rate": duplicate_rate(
            (_text(p.prompt), _text(p.chosen), _text(p.rejected)) for p in pairs
        ),
        "label_imbalance": label_imbalance(round(pair.chosen_rating) for pair in pairs),
    }


def preference_rules(max_duplicate_rate: float) -> tuple[Rule, ...]:
    """The rules of the preference gate."""
    return (
        Rule("rows", ">", 0, "an empty dataset trains nothing"),
        Rule("empty_sides", "==", 0, "an empty answer is no preference"),
        Rule("equal_sides", "==", 0, "equal answers give no gradient"),
        Rule("prompts_not_ending_with_the_user", "==", 0, "both sides answer the user"),
        Rule("inverted_ratings", "==", 0, "the chosen answer is the better rated one"),
        Rule("duplicate_rate", "<=", max_duplicate_rate, "repeated rows are learnt by heart"),
    )


def _text(messages: Sequence[Message]) -> str:
    return normalise("\n".join(message["content"] for message in messages))
