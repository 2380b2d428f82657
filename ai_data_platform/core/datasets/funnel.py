"""Where each record went: stage by stage, with the reason and what it matched.

The records of an SFT dataset are exchanges, those of a preference dataset ratings.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "DROPPED",
    "PREFERENCE_STAGES",
    "STAGES",
    "Drop",
    "FunnelStage",
    "Stage",
    "drop_table",
    "funnel",
    "reason_counts",
    "unaccounted",
]

Stage = Literal[
    "clean",
    "screen",
    "assemble",
    "pairs",
    "contradictions",
    "duplicates",
    "semantic_duplicates",
    "decontaminate",
    "split",
]
STAGES: tuple[Stage, ...] = (
    "clean",
    "screen",
    "assemble",
    "duplicates",
    "semantic_duplicates",
    "decontaminate",
    "split",
)
"""The stages of an SFT dataset, in their order."""
PREFERENCE_STAGES: tuple[Stage, ...] = (
    "pairs",
    "contradictions",
    "duplicates",
    "decontaminate",
    "split",
)
"""The stages of a preference dataset, in their order."""

DROPPED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("drop_reason", pa.string(), nullable=False),
        pa.field("matched_id", pa.string()),
        pa.field("matched_kind", pa.string()),  # record, conversation, row or evaluation_item
        pa.field("detail", pa.string()),  # how alike, or what was seen
    ]
)
"""One record that is in no row of the dataset."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A row (its place) that a stage leaves out, why, and what it matched."""

    row: int
    reason: str
    matched_id: str | None = None
    matched_kind: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """Records that came to a stage, those that it left out by reason, and those that went on."""

    stage: Stage
    rows_in: int
    dropped: Mapping[str, int]
    rows_out: int


def drop_table(
    stage: Stage, drops: Sequence[Drop], records: pa.ListArray, conversations: pa.Array
) -> pa.Table:
    """Every record of the rows that were left out (DROPPED).

    `records` are the record ids of each row of the dataset, `conversations` whose each row is.
    """
    rows = np.array([drop.row for drop in drops], dtype=np.intp)
    lists = records.take(pa.array(rows))
    sizes = lists.value_lengths().to_numpy().astype(np.intp)
    owners = pa.array(np.repeat(np.arange(len(drops)), sizes))
    told = [
        pa.array([getattr(drop, name) for drop in drops], pa.string()).take(owners)
        for name in ("reason", "matched_id", "matched_kind", "detail")
    ]
    named = conversations.take(pa.array(rows)).take(owners)
    stages = pa.repeat(pa.scalar(stage), len(owners))
    return pa.Table.from_arrays([lists.flatten(), named, stages, *told], schema=DROPPED)


def funnel(
    records: int, dropped: pa.Table, stages: Sequence[Stage] = STAGES
) -> tuple[FunnelStage, ...]:
    """Every stage in its order, for so many records of which these were left out.

    Raises ValueError for a drop in a stage that is none of these.
    """
    counted = dropped.group_by(["stage", "drop_reason"]).aggregate([([], "count_all")])
    counts: dict[str, Counter[str]] = {stage: Counter() for stage in stages}
    for row in counted.to_pylist():
        if row["stage"] not in counts:
            raise ValueError(f"a record was dropped at {row['stage']}, wanted one of {stages}")
        counts[row["stage"]][row["drop_reason"]] = row["count_all"]
    found = []
    for stage in stages:
        left = records - counts[stage].total()
        found.append(FunnelStage(stage, records, dict(sorted(counts[stage].items())), left))
        records = left
    return tuple(found)


def reason_counts(stages: Sequence[FunnelStage]) -> dict[str, int]:
    """Records left out by reason, whatever the stage."""
    counts: Counter[str] = Counter()
    for stage in stages:
        counts.update(stage.dropped)
    return dict(sorted(counts.items()))


def unaccounted(logged: pa.ChunkedArray, kept: pa.ChunkedArray, dropped: pa.ChunkedArray) -> int:
    """Record ids that came in and are neither kept nor dropped, or are there more than once; 0 is right."""
    out = pa.chunked_array([*kept.chunks, *dropped.chunks], pa.string())
    distinct = pc.unique(out)
    lost = len(logged) - int(pc.sum(pc.is_in(logged, value_set=distinct)).as_py() or 0)
    strangers = len(distinct) - int(pc.sum(pc.is_in(distinct, value_set=logged)).as_py() or 0)
    return lost + strangers + len(out) - len(distinct)
