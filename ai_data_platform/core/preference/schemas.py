"""The tables that ratings become: pairs, rows without a pair, and ratings left out."""

import pyarrow as pa

from ai_data_platform.core.datasets.funnel import DROPPED

__all__ = ["DROPPED_RATINGS", "JUDGEMENTS", "PREFERENCE_SCHEMA", "UNPAIRED_SCHEMA"]

_MESSAGES = pa.list_(pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())]))
_TIME = pa.timestamp("us", tz="UTC")

PREFERENCE_SCHEMA = pa.schema(
    [
        pa.field("prompt", _MESSAGES, nullable=False),  # the conversation before the answers
        pa.field("chosen", _MESSAGES, nullable=False),
        pa.field("rejected", _MESSAGES, nullable=False),
        pa.field("pair_id", pa.string(), nullable=False),
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("turn_index", pa.int32(), nullable=False),
        pa.field("chosen_message_id", pa.string()),  # null: the chosen side is an edit
        pa.field("rejected_message_id", pa.string(), nullable=False),
        pa.field("chosen_rating", pa.float64()),  # mean over raters, 1 to 5; null for an edit
        pa.field("rejected_rating", pa.float64(), nullable=False),
        pa.field("chosen_raters", pa.int32(), nullable=False),  # of an edit: who wrote it
        pa.field("rejected_raters", pa.int32(), nullable=False),
        pa.field("rating_record_ids", pa.list_(pa.string()), nullable=False),
        pa.field("exchange_record_ids", pa.list_(pa.string()), nullable=False),
        pa.field("origin", pa.string(), nullable=False),  # ratings or edit
        pa.field("chosen_position", pa.float64()),  # mean place at which it was shown, from 1
        pa.field("rejected_position", pa.float64()),
        pa.field("user_hash", pa.string()),  # of the conversation's first exchange
        pa.field("began", _TIME, nullable=False),  # the conversation's first exchange
    ]
)
"""One pair in TRL's conversational preference format, with the raw records it was made from."""

UNPAIRED_SCHEMA = pa.schema(
    [
        pa.field("prompt", _MESSAGES, nullable=False),
        pa.field("completion", _MESSAGES, nullable=False),
        pa.field("label", pa.bool_(), nullable=False),  # whether raters liked it
        pa.field("row_id", pa.string(), nullable=False),
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("turn_index", pa.int32(), nullable=False),
        pa.field("message_id", pa.string(), nullable=False),
        pa.field("rating", pa.float64(), nullable=False),  # mean over raters, 1 to 5
        pa.field("raters", pa.int32(), nullable=False),
        pa.field("rating_record_ids", pa.list_(pa.string()), nullable=False),
        pa.field("exchange_record_ids", pa.list_(pa.string()), nullable=False),
        pa.field("user_hash", pa.string()),
        pa.field("began", _TIME, nullable=False),
    ]
)
"""One rated answer in TRL's unpaired preference format (KTO), with the raw records it was made from."""

DROPPED_RATINGS = DROPPED
"""One rating that stands behind no row; `drop_reason` is one of `DROP_REASONS`."""

JUDGEMENTS = pa.schema(
    [
        pa.field("prompt_id", pa.string(), nullable=False),  # equal for sibling answers
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field(
            "message_id", pa.string(), nullable=False
        ),  # one id for answers that read the same
        pa.field("rater", pa.string(), nullable=False),
        pa.field("rating", pa.int8(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("created_at", _TIME, nullable=False),
        pa.field("record_id", pa.string(), nullable=False),
    ]
)
"""One rating that counts, of an answer whose prompt is known: what agreement is measured on."""
