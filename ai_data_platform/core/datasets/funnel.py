"""Where each exchange went: stage by stage, with the reason and what it matched."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["DROPPED", "STAGES", "FunnelStage", "Stage", "funnel", "unaccounted"]

Stage = Literal[
    "clean",
    "screen",
    "assemble",
    "duplicates",
    "semantic_duplicates",
    "decontaminate",
    "split",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""The stages of a training dataset, in their order."""

DROPPED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("drop_reason", pa.string(), nullable=False),
        pa.field("matched_id", pa.string()),
        pa.field("matched_kind", pa.string()),  # record, conversation or evaluation_item
        pa.field("detail", pa.string()),  # how alike, or what was seen
    ]
)
"""One exchange that is in no row of the dataset."""


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """Exchanges that came to a stage, those that it left out by reason, and those that went on."""

    stage: Stage
    rows_in: int
    dropped: Mapping[str, int]
    rows_out: int


def funnel(exchanges: int, dropped: pa.Table) -> tuple[FunnelStage, ...]:
    """Every stage in its order, for so many exchanges of which these were left out."""
    counted = dropped.group_by(["stage", "drop_reason"]).aggregate([([], "count_all")])
    counts: dict[str, Counter[str]] = {stage: Counter() for stage in STAGES}
    for row in counted.to_pylist():
        counts[row["stage"]][row["drop_reason"]] = row["count_all"]
    found = []
    for stage in STAGES:
        left = exchanges - counts[stage].total()
        found.append(FunnelStage(stage, exchanges, dict(sorted(counts[stage].items())), left))
        exchanges = left
    return tuple(found)


def unaccounted(logged: pa.ChunkedArray, kept: pa.ChunkedArray, dropped: pa.ChunkedArray) -> int:
    """Record ids that came in and are neither kept nor dropped, or are there more than once; 0 is right."""
    out = pa.chunked_array([*kept.chunks, *dropped.chunks], pa.string())
    distinct = pc.unique(out)
    lost = len(logged) - int(pc.sum(pc.is_in(logged, value_set=distinct)).as_py() or 0)
    strangers = len(distinct) - int(pc.sum(pc.is_in(distinct, value_set=logged)).as_py() or 0)
    return lost + strangers + len(out) - len(distinct)
