"""Conversations for supervised fine-tuning: `messages` rows, split, with every drop counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import pyarrow as pa

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicates,
    Text,
    find_near_duplicates,
)
from ai_data_platform.core.datasets.quality import duplicate_rate, label_imbalance, percentile
from ai_data_platform.core.datasets.split import Split, split_of
from ai_data_platform.core.datasets.threads import Exchange, Message, sft_messages
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.text import normalise, word_count

__all__ = [
    "SFT_DROPPED",
    "SFT_SCHEMA",
    "SFT_VERSION",
    "Drop",
    "DuplicateSearch",
    "SftDataset",
    "SftRow",
    "SftThresholds",
    "build_sft",
    "sft_rules",
]

SFT_VERSION = "sft-2"

DuplicateSearch = Callable[[Sequence[Text]], NearDuplicates]
"""Which of these conversations repeat another: by a kept index, or over all of them anew."""

_MESSAGE = pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())])
SFT_SCHEMA = pa.schema(
    [
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("messages", pa.list_(_MESSAGE), nullable=False),
        pa.field(
            "ratings", pa.list_(pa.int8()), nullable=False
        ),  # one an answer, null where unrated
        pa.field(
            "record_ids", pa.list_(pa.string()), nullable=False
        ),  # the raw record of each exchange
    ]
)
"""One conversation: alternating user and assistant messages, and the raw records it was made from."""


SFT_DROPPED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("drop_reason", pa.string(), nullable=False),
        pa.field("matched_conversation_id", pa.string()),  # the one that stays, of a duplicate
    ]
)
"""One clean exchange that is in no row of the dataset."""


class Drop(NamedTuple):
    """A clean exchange that was left out; the fields are the columns of SFT_DROPPED."""

    record_id: str
    drop_reason: str
    matched_conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class SftRow:
    """One training conversation; the fields are the columns of SFT_SCHEMA."""

    conversation_id: str
    messages: list[Message]
    ratings: list[int | None]
    record_ids: list[str]


@dataclass(frozen=True, slots=True)
class SftDataset:
    """Rows by split, exchanges left out by reason, and where each of them was left out."""

    splits: dict[Split, list[SftRow]]
    exchanges_in: int
    dropped: tuple[Drop, ...]

    @property
    def rows(self) -> list[SftRow]:
        return [row for split in self.splits.values() for row in split]

    @property
    def drop_counts(self) -> dict[str, int]:
        return dict(sorted(Counter(drop.drop_reason for drop in self.dropped).items()))

    def figures(self) -> dict[str, float | None]:
        """What the dataset gate judges."""
        answers = [
            m["content"] for row in self.rows for m in row.messages if m["role"] == "assistant"
        ]
        kept = sum(len(row.record_ids) for row in self.rows)
        return {
            "rows": len(self.rows),
            "train_rows": len(self.splits["train"]),
            "validation_rows": len(self.splits["validation"]),
            "exchanges_in": self.exchanges_in,
            "exchanges_unaccounted": self.exchanges_in - kept - len(self.dropped),
            "response_words_p5": percentile([word_count(answer) for answer in answers], 0.05),
            "duplicate_rate": duplicate_rate(_text_key(row.messages) for row in self.rows),
            "label_imbalance": label_imbalance(r for row in self.rows for r in row.ratings) or 1.0,
        }


@dataclass(frozen=True, slots=True)
class SftThresholds:
    """What a publishable SFT dataset holds to; the defaults are the specification's."""

    min_response_words_p5: float = 5
    max_duplicate_rate: float = 0.05
    max_label_imbalance: float = 10


def sft_rules(thresholds: SftThresholds) -> tuple[Rule, ...]:
    """The rules of the SFT gate."""
    return (
        Rule("rows", ">", 0, "an empty dataset trains nothing"),
        Rule("train_rows", ">", 0, "an empty train split trains nothing"),
        Rule("exchanges_unaccounted", "==", 0, "rows in are rows kept plus rows dropped"),
        Rule(
            "response_words_p5",
            ">=",
            thresholds.min_response_words_p5,
            "short answers teach brevity",
        ),
        Rule(
            "duplicate_rate",
            "<=",
            thresholds.max_duplicate_rate,
            "repeated rows are learnt by heart",
        ),
        Rule(
            "label_imbalance", "<=", thresholds.max_label_imbalance, "a rare rating is not learnt"
        ),
    )


def build_sft(
    logged: Iterable[Exchange],
    clean: set[str],
    *,
    validation_share: float,
    search: DuplicateSearch = find_near_duplicates,
) -> SftDataset:
    """The dataset made of the clean exchanges (by record id) among the logged ones.

    `logged` comes grouped by conversation. Of conversations that repeat each other the best rated stays,
    then the longest, then the earliest; those that resemble each other fall on one side of the split.
    """
    dropped: list[Drop] = []
    found: list[_Conversation] = []
    exchanges_in = 0
    for conversation_id, group in groupby(logged, key=lambda exchange: exchange.conversation_id):
        exchanges = list(group)
        kept = [exchange for exchange in exchanges if exchange.record_id in clean]
        exchanges_in += len(kept)
        thread = sft_messages(kept, logged=exchanges)
        dropped += [Drop(exchange.record_id, reason) for exchange, reason in thread.dropped]
        if thread.used:
            row = _row(conversation_id, thread.messages, thread.used)
            found.append(_Conversation(row, min(one.created_at for one in thread.used)))
    duplicates = search([conversation.text for conversation in found])
    kept_id = {match.id: match for match in duplicates.dropped}
    groups = _earliest(found, duplicates.clusters)
    splits: dict[Split, list[SftRow]] = {"train": [], "validation": []}
    for row in (conversation.row for conversation in found):
        if match := kept_id.get(row.conversation_id):
            dropped += [Drop(name, match.reason, match.kept_id) for name in row.record_ids]
        else:
            splits[split_of(groups[row.conversation_id], validation_share)].append(row)
    return SftDataset(splits, exchanges_in, tuple(sorted(dropped, key=lambda drop: drop[:2])))


@dataclass(frozen=True, slots=True)
class _Conversation:
    """A row before duplicates are known, and when it began."""

    row: SftRow
    began: datetime

    @property
    def text(self) -> Text:
        words = "\n".join(message["content"] for message in self.row.messages)
        rated = [rating for rating in self.row.ratings if rating is not None]
        mean = sum(rated) / len(rated) if rated else 0.0
        return Text(self.row.conversation_id, words, (-mean, -len(words), self.began.isoformat()))


def _earliest(
    conversations: Iterable[_Conversation], clusters: Mapping[str, str]
) -> dict[str, str]:
    """The conversation of each cluster that began first: one that comes later moves no old row."""
    first: dict[str, str] = {}
    for one in sorted(conversations, key=lambda c: (c.began, c.row.conversation_id)):
        first.setdefault(clusters[one.row.conversation_id], one.row.conversation_id)
    return {name: first[cluster] for name, cluster in clusters.items()}


def _row(conversation_id: str, messages: list[Message], used: Sequence[Exchange]) -> SftRow:
    return SftRow(
        conversation_id=conversation_id,
        messages=messages,
        ratings=[exchange.rating for exchange in used],
        record_ids=[exchange.record_id for exchange in used],
    )


def _text_key(messages: Iterable[Message]) -> str:
    return hash_text(*(normalise(message["content"]) for message in messages))
