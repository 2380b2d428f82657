"""Conversations for supervised fine-tuning: which stay, on which side, and where each other one went."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ai_data_platform.core.datasets.assemble import (
    SFT_SCHEMA,
    TEXT_COLUMNS,
    messages_in,
    texts_in,
)
from ai_data_platform.core.datasets.conversations import Conversations
from ai_data_platform.core.datasets.funnel import FunnelStage, funnel, reason_counts
from ai_data_platform.core.datasets.near_duplicates import Corpus, Repeats, Text
from ai_data_platform.core.datasets.near_duplicates.duplicates import best_first
from ai_data_platform.core.datasets.pool import Contaminated, Pool, pool_of
from ai_data_platform.core.datasets.semantic_duplicates import semantic_repeats
from ai_data_platform.core.datasets.split import SPLITS, Shares, Split, hashed_sides

__all__ = ["SFT_VERSION", "Semantic", "SftDataset", "build_sft"]

SFT_VERSION = "sft-3"

Places = npt.NDArray[np.intp]
Search = Callable[[Iterable[Text]], Corpus]
"""The texts compared with each other: by a kept index, or anew."""


@dataclass(frozen=True, slots=True)
class Semantic:
    """From which cosine on conversations say the same; `vectors` gives that of each exchange by record."""

    threshold: float
    vectors: Callable[[pa.Array], npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class SftDataset:
    """The side of each conversation, every exchange left out (DROPPED, by record), and the funnel.

    `variants` are conversations that differ from a better one in their numbers, `repeated` is the share
    of assembled conversations that repeat a better one.
    """

    conversations: Conversations
    sides: npt.NDArray[np.int8]
    dropped: pa.Table
    funnel: tuple[FunnelStage, ...]
    variants: int
    repeated: float | None

    @property
    def drop_counts(self) -> dict[str, int]:
        """Exchanges left out by reason, whatever the stage."""
        return reason_counts(self.funnel)

    def batches(self, split: Split) -> Iterator[pa.RecordBatch]:
        """The rows of a split (SFT_SCHEMA), in the order of the log."""
        start = 0
        for batch in self.conversations.batches(SFT_SCHEMA.names):
            sides = self.sides[start : start + len(batch)]
            start += len(batch)
            rows = np.flatnonzero(sides == SPLITS.index(split))
            if len(rows):
                yield batch.take(pa.array(rows))

    def table(self, split: Split) -> pa.Table:
        """The same as one table."""
        return pa.Table.from_batches(self.batches(split), SFT_SCHEMA)


def build_sft(
    conversations: Conversations,
    filtered: pa.Table,
    shares: Shares,
    *,
    search: Search,
    semantic: Semantic | None = None,
    contaminated: Contaminated | None = None,
) -> SftDataset:
    """What becomes of every conversation. `filtered` are the exchanges (DROPPED) that earlier stages took.

    Of conversations that repeat each other the best rated stays, then the longest, then the earliest, as
    `pool_of` has it.
    """
    pool = _pool(conversations, search(texts_in(conversations.batches(TEXT_COLUMNS))), shares)
    decision = pool.corpus.decide(pool.ranks)
    tables = [filtered, conversations.left_out()]
    tables.append(pool.drop("duplicates", pool.repeated(decision.dropped)))
    if semantic is not None:
        found = _semantic_repeats(pool, conversations, semantic)
        repeats = pool.repeated(found, "semantic_duplicate", "cosine")
        tables.append(pool.drop("semantic_duplicates", repeats))
    if contaminated is not None:
        every = messages_in(conversations.batches(TEXT_COLUMNS))
        tables.append(pool.drop("decontaminate", pool.contaminated(every, contaminated)))
    tables.append(pool.drop("split", pool.crossing()))
    dropped = pa.concat_tables(tables).sort_by("record_id")
    kept = int(conversations.exchanges[pool.rows[pool.stays]].sum())
    return SftDataset(
        conversations,
        pool.final_sides(),
        dropped,
        funnel(kept + dropped.num_rows, dropped),
        variants=len(decision.variants.rows),
        repeated=len(decision.dropped.rows) / len(pool.rows) if len(pool.rows) else None,
    )


def _pool(conversations: Conversations, corpus: Corpus, shares: Shares) -> Pool:
    """All conversations that train, the best rated and longest first where they repeat each other."""

    def sides(rows: Places) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        owners = conversations.owners
        ids = conversations.ids.take(pa.array(rows)).to_pylist()
        return hashed_sides([owners[row] for row in rows.tolist()], ids, shares)

    return pool_of(
        conversations,
        corpus,
        "conversation",
        sides=sides,
        ranks=lambda rows: (-conversations.ratings[rows], -conversations.characters[rows]),
    )


def _semantic_repeats(pool: Pool, conversations: Conversations, semantic: Semantic) -> Repeats:
    """Those that say the same as a better one in other words."""
    left = np.flatnonzero(pool.stays)
    rows = pool.rows[left]
    vectors = semantic.vectors(conversations.record_ids.take(pa.array(rows)).flatten())
    order = best_first(np.arange(len(left)), pool.corpus.ids.take(pa.array(left)), pool.ranks[left])
    found = semantic_repeats(order, conversations.exchanges[rows], vectors, semantic.threshold)
    return Repeats(left[found.rows], left[found.kept], found.jaccards, found.exact)
