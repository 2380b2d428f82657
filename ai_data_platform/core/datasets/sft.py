"""Conversations for supervised fine-tuning: which stay, on which side, and where each other one went."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.assemble import (
    SFT_SCHEMA,
    TEXT_COLUMNS,
    messages_in,
    texts_in,
)
from ai_data_platform.core.datasets.conversations import Conversations, Drop
from ai_data_platform.core.datasets.funnel import FunnelStage, Stage, funnel
from ai_data_platform.core.datasets.leakage import Contamination
from ai_data_platform.core.datasets.near_duplicates import Corpus, Repeats, Text
from ai_data_platform.core.datasets.near_duplicates.duplicates import best_first
from ai_data_platform.core.datasets.semantic_duplicates import semantic_repeats
from ai_data_platform.core.datasets.split import (
    SPLITS,
    UNDECIDED,
    Shares,
    Sides,
    Split,
    assign_sides,
    split_of,
)

__all__ = ["SFT_VERSION", "Semantic", "SftDataset", "build_sft"]

SFT_VERSION = "sft-3"

Places = npt.NDArray[np.intp]
Search = Callable[[Iterable[Text]], Corpus]
"""The texts compared with each other: by a kept index, or anew."""

Contaminated = Callable[[Iterable[tuple[str, Sequence[str]]]], Mapping[str, Contamination]]
"""Which of these conversations (id and messages) hold an evaluation item."""

_LEFT_OUT = -1


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
        counts: Counter[str] = Counter()
        for stage in self.funnel:
            counts.update(stage.dropped)
        return dict(sorted(counts.items()))

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

    Of conversations that repeat each other the best rated stays, then the longest, then the earliest; one
    that cannot stay on its side beside an earlier one (`assign_sides`) yields to all that can, so that no
    copy drives out a row and is then left out itself.
    """
    pool = _Pool.of(conversations, search(texts_in(conversations.batches(TEXT_COLUMNS))), shares)
    decision = pool.corpus.decide(pool.ranks)
    tables = [filtered, conversations.left_out()]
    repeats = pool.repeated(decision.dropped, "near_duplicate", "jaccard")
    tables.append(pool.drop("duplicates", repeats))
    if semantic is not None:
        repeats = pool.repeated(pool.semantic_repeats(semantic), "semantic_duplicate", "cosine")
        tables.append(pool.drop("semantic_duplicates", repeats))
    if contaminated is not None:
        tables.append(pool.drop("decontaminate", pool.contaminated(contaminated)))
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


@dataclass(eq=False)
class _Pool:
    """The conversations that are still in, by their places in the corpus; `rows` leads to theirs."""

    conversations: Conversations
    corpus: Corpus
    rows: Places
    sides: Sides
    ranks: npt.NDArray[np.float64]
    stays: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, conversations: Conversations, corpus: Corpus, shares: Shares) -> "_Pool":
        rows = pc.index_in(corpus.ids, value_set=conversations.ids).to_numpy().astype(np.intp)
        began = conversations.began[rows]
        own, fallback = _hashed_sides(conversations, rows, shares)
        by_id = pc.array_sort_indices(corpus.ids).to_numpy().astype(np.intp)
        earliest_first = by_id[np.argsort(began[by_id], kind="stable")]
        sides = assign_sides(own, fallback, earliest_first, corpus.labels, corpus.resemble)
        crosses = np.zeros(len(rows))
        crosses[sides.crossing] = 1
        ranks = (crosses, -conversations.ratings[rows], -conversations.characters[rows], began)
        stays = np.ones(len(rows), dtype=bool)
        return cls(conversations, corpus, rows, sides, np.stack(ranks, axis=1), stays)

    def drop(self, stage: Stage, found: Sequence[tuple[int, Drop]]) -> pa.Table:
        """Leave these places out."""
        self.stays[[place for place, _ in found]] = False
        return self.conversations.drops(stage, [drop for _, drop in found])

    def repeated(self, repeats: Repeats, near: str, measure: str) -> list[tuple[int, Drop]]:
        names = self.corpus.ids.take(pa.array(repeats.kept)).to_pylist()
        columns = (repeats.rows, repeats.jaccards, repeats.exact)
        return [
            self._drop(place, "exact_duplicate" if exact else near, name, f"{measure} {share:.3f}")
            for place, share, exact, name in zip(*(c.tolist() for c in columns), names, strict=True)
        ]

    def semantic_repeats(self, semantic: Semantic) -> Repeats:
        """Those that say the same as a better one in other words."""
        left = np.flatnonzero(self.stays)
        rows = self.rows[left]
        vectors = semantic.vectors(self.conversations.record_ids.take(pa.array(rows)).flatten())
        order = best_first(
            np.arange(len(left)), self.corpus.ids.take(pa.array(left)), self.ranks[left]
        )
        found = semantic_repeats(
            order, self.conversations.exchanges[rows], vectors, semantic.threshold
        )
        return Repeats(left[found.rows], left[found.kept], found.jaccards, found.exact)

    def contaminated(self, contaminated: Contaminated) -> list[tuple[int, Drop]]:
        """Those that hold an evaluation item."""
        left = np.flatnonzero(self.stays)
        place_of = dict(zip(self.rows[left].tolist(), left.tolist(), strict=True))
        every = messages_in(self.conversations.batches(TEXT_COLUMNS))
        texts = (text for row, text in enumerate(every) if row in place_of)
        found = contaminated(texts)
        places = self.corpus.places(pa.array(list(found), pa.string())).tolist()
        return [
            self._drop(
                place,
                f"contaminated_{match.kind}",
                match.item_id,
                f"{match.set_name} {match.share:.3f}",
                "evaluation_item",
            )
            for place, match in zip(places, found.values(), strict=True)
        ]

    def crossing(self) -> list[tuple[int, Drop]]:
        """Those that resemble an earlier one on another side."""
        names = self.corpus.ids.take(pa.array(self.sides.beside)).to_pylist()
        pairs = zip(self.sides.crossing.tolist(), self.sides.beside.tolist(), names, strict=True)
        return [
            self._drop(place, "crosses_split", name, f"is in {SPLITS[self.sides.sides[other]]}")
            for place, other, name in pairs
            if self.stays[place]
        ]

    def final_sides(self) -> npt.NDArray[np.int8]:
        """The side of each conversation, -1 where it is left out."""
        sides = np.full(len(self.conversations.ids), _LEFT_OUT, dtype=np.int8)
        sides[self.rows[self.stays]] = self.sides.sides[self.stays]
        return sides

    def _drop(
        self, place: int, reason: str, matched: str, detail: str, kind: str = "conversation"
    ) -> tuple[int, Drop]:
        return place, Drop(int(self.rows[place]), reason, matched, kind, detail)


def _hashed_sides(
    conversations: Conversations, rows: Places, shares: Shares
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """The side of each conversation's owner, and the one by the hash of its own id."""

    def side(group: str) -> int:
        return SPLITS.index(split_of(group, shares.validation, shares.test))

    owners = conversations.owners
    by_owner = {None: UNDECIDED, **{one: side(f"user {one}") for one in {*owners} - {None}}}
    ids = conversations.ids.take(pa.array(rows)).to_pylist()
    own = np.array([by_owner[owners[row]] for row in rows.tolist()], dtype=np.int8)
    return own, np.array([side(name) for name in ids], dtype=np.int8)
