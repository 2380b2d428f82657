"""The two kinds of preference rows: pairs of answers, and single answers with a label."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.preference.dataset_rows import RowKind, said_in
from ai_data_platform.core.preference.schemas import PREFERENCE_SCHEMA, UNPAIRED_SCHEMA
from ai_data_platform.core.text import normalise

__all__ = ["PAIRS", "UNPAIRED"]

_WIDEST = 4.0  # the margin of an edit, whose sides nobody rated against each other


def _said_in_pairs(batch: pa.RecordBatch) -> Iterator[tuple[str, str]]:
    """Prompt, better and worse answer; the same prompt with the answers the other way round."""
    parts = [_read(batch, name) for name in ("prompt", "chosen", "rejected")]
    for prompt, chosen, rejected in zip(*parts, strict=True):
        yield hash_text(prompt, chosen, rejected), hash_text(prompt, rejected, chosen)


def _said_unpaired(batch: pa.RecordBatch) -> Iterator[tuple[str, str]]:
    """Prompt, answer and label; the same answer with the other label."""
    parts = (_read(batch, "prompt"), _read(batch, "completion"), batch.column("label").to_pylist())
    for prompt, answer, label in zip(*parts, strict=True):
        yield hash_text(prompt, answer, str(label)), hash_text(prompt, answer, str(not label))


def _read(batch: pa.RecordBatch, column: str) -> Iterator[str]:
    return (normalise("\n".join(said)) for said in said_in(batch, column))


def _worth_of_pairs(table: pa.Table) -> list[npt.NDArray[np.float64]]:
    """Widest margin, most raters, longest."""
    margin = pc.subtract(table["chosen_rating"], table["rejected_rating"])
    raters = pc.add(table["chosen_raters"], table["rejected_raters"])
    return [_numbers(margin), _numbers(raters), _characters(table, "prompt", "chosen", "rejected")]


def _worth_unpaired(table: pa.Table) -> list[npt.NDArray[np.float64]]:
    """Clearest rating, most raters, longest."""
    clear = pc.abs(pc.subtract(table["rating"], 3.0))
    return [_numbers(clear), _numbers(table["raters"]), _characters(table, "prompt", "completion")]


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = pc.fill_null(column.cast(pa.float64()), _WIDEST).to_numpy()
    return found


def _characters(table: pa.Table, *columns: str) -> npt.NDArray[np.float64]:
    total = np.zeros(len(table))
    for name in columns:
        start = 0
        for chunk in table[name].chunks:
            lengths = pc.utf8_length(chunk.flatten().field("content")).to_numpy()
            ends = np.cumsum(chunk.value_lengths().to_numpy())
            sums = np.concatenate(([0], np.cumsum(lengths)))[np.concatenate(([0], ends))]
            total[start : start + len(chunk)] += np.diff(sums)
            start += len(chunk)
    return total


PAIRS = RowKind(
    id="pair_id",
    answers=("chosen", "rejected"),
    schema=PREFERENCE_SCHEMA,
    said=_said_in_pairs,
    worth=_worth_of_pairs,
)
"""Rows for DPO and reward models."""

UNPAIRED = RowKind(
    id="row_id",
    answers=("completion",),
    schema=UNPAIRED_SCHEMA,
    said=_said_unpaired,
    worth=_worth_unpaired,
)
"""Rows for KTO."""
