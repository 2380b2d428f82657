"""Faults that only a second look at the rows of a dataset shows: sides that a trainer reads as one."""

from collections.abc import Iterator
from itertools import takewhile

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.lengths import FRAME_TOKENS, OPENING_TOKENS, Tokenizer
from ai_data_platform.core.preference.checks import near_equal
from ai_data_platform.core.preference.dataset_rows import said_in
from ai_data_platform.core.preference.gate import RowFaults

__all__ = ["equal_after_truncation", "near_equal_sides"]

_SIDES = ("chosen", "rejected")


def near_equal_sides(max_similarity: float) -> RowFaults:
    """Pairs whose sides share nearly all characters. Edits are exempt: their small difference is meant."""

    def find(batch: pa.RecordBatch) -> Iterator[str]:
        rated = batch.filter(pc.not_equal(batch.column("origin"), "edit"))
        chosen, rejected = (list(map("\n".join, said_in(rated, side))) for side in _SIDES)
        alike = near_equal(chosen, rejected, max_similarity)
        return iter(["near_equal_sides"] * int(alike.sum()))

    return find


def equal_after_truncation(tokenizer: Tokenizer, max_tokens: int) -> RowFaults:
    """Pairs that are the same tokens as far as a trainer reads them.

    A token is at least a byte of its text, so most pairs are seen to differ in time without a tokenizer.
    """

    def find(batch: pa.RecordBatch) -> Iterator[str]:
        for prompt, (chosen,), (rejected,) in _pairs(batch):
            frames = FRAME_TOKENS * len(prompt) + OPENING_TOKENS
            if _size(*prompt, _shared(chosen, rejected)) + frames < max_tokens:
                continue
            *asked, first, second = tokenizer.encode([*prompt, chosen, rejected])
            room = max(max_tokens - frames - sum(map(len, asked)), 0)
            if list(first)[:room] == list(second)[:room]:
                yield "equal_after_truncation"

    return find


def _pairs(batch: pa.RecordBatch) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Prompt, chosen and rejected of the pairs whose sides are one message each."""
    columns = (said_in(batch, name) for name in ("prompt", *_SIDES))
    for prompt, chosen, rejected in zip(*columns, strict=True):
        if len(chosen) == len(rejected) == 1:
            yield prompt, chosen, rejected


def _shared(left: str, right: str) -> str:
    """What both texts begin with."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    return left[: sum(1 for _ in same)]


def _size(*texts: str) -> int:
    """Bytes of the texts, and a token's worth more where a merge may reach over the last one's end."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) + 1
