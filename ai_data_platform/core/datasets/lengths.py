"""How long rows are in tokens of the model to be trained, and what its trainer would cut off."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from ai_data_platform.core.datasets.examples import Example, Turn

__all__ = [
    "FRAME_TOKENS",
    "MAX_TOKENS",
    "OPENING_TOKENS",
    "TokenLengths",
    "Tokenizer",
    "count_percentile",
    "measure_tokens",
]

MAX_TOKENS = 1024
"""TRL's default of `max_length` in SFTConfig and DPOConfig (1.16): the end of a longer row is cut off."""

FRAME_TOKENS = 5
"""Tokens that a chat template adds to a message, as ChatML's: start, role, line end, end, line end."""
OPENING_TOKENS = 3  # of these, the ones before the content
_BATCH = 256  # rows tokenised at a time: enough to fill the cores, few enough to hold


class Tokenizer(Protocol):
    """Texts to token ids, without special tokens, uncut. `stand_in`: not the model that will be trained."""

    @property
    def name(self) -> str: ...

    @property
    def stand_in(self) -> bool: ...

    @property
    def fingerprint(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Sequence[Sequence[int]]: ...


@dataclass(frozen=True, slots=True)
class TokenLengths:
    """Lengths of the sampled rows: how many have how many tokens, by role and as a whole.

    A whole row counts 5 tokens a message for the chat template. `over_max` rows are longer than
    `max_tokens`. Of these `untrainable` teach nothing once cut: no token of an answer is left, or
    both answers of a pair are the same. `untrainable_lines` are the first of them.
    """

    tokenizer: str
    stand_in: bool
    max_tokens: int
    sampled: int
    by_role: Mapping[str, Mapping[int, int]]
    whole: Mapping[int, int]
    over_max: int
    untrainable: int
    untrainable_lines: tuple[str, ...] = ()

    def figures(self) -> dict[str, float | None]:
        """Percentiles of whole rows, the share that the trainer cuts, and the share that teaches nothing."""
        share = 1 / self.sampled if self.sampled else None
        return {
            "row_tokens_p50": count_percentile(self.whole, 0.5),
            "row_tokens_p95": count_percentile(self.whole, 0.95),
            "row_tokens_p99": count_percentile(self.whole, 0.99),
            "row_tokens_max": max(self.whole, default=None),
            "share_over_max_tokens": None if share is None else self.over_max * share,
            "untrainable_share": None if share is None else self.untrainable * share,
        }


def count_percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The nearest-rank percentile of values that come with how often each occurs; None when empty."""
    total = sum(counts.values())
    rank = max(math.ceil(round(share * total, 9)), 1)
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return float(value)
    return None


@dataclass(slots=True)
class _Tally:
    by_role: dict[str, Counter[int]] = field(default_factory=dict)
    whole: Counter[int] = field(default_factory=Counter)
    over_max: int = 0
    untrainable: int = 0
    lines: list[str] = field(default_factory=list)


def measure_tokens(
    rows: Iterable[tuple[str, Example]], tokenizer: Tokenizer, max_tokens: int = MAX_TOKENS
) -> TokenLengths:
    """Token lengths of these rows, each given with the place to name it by."""
    tally = _Tally()
    arriving = iter(rows)
    while batch := list(islice(arriving, _BATCH)):
        encoded = iter(tokenizer.encode([text for _, row in batch for text in row.texts]))
        for place, row in batch:
            tokens = [next(encoded) for _ in row.texts]
            _count(tally, row, tokens)
            size = _size(row, tokens)
            tally.whole[size] += 1
            tally.over_max += size > max_tokens
            if size > max_tokens and not _trains(row, tokens, max_tokens):
                tally.untrainable += 1
                tally.lines.append(place)
    return TokenLengths(
        tokenizer=tokenizer.name,
        stand_in=tokenizer.stand_in,
        max_tokens=max_tokens,
        sampled=sum(tally.whole.values()),
        by_role={role: dict(sorted(seen.items())) for role, seen in sorted(tally.by_role.items())},
        whole=dict(sorted(tally.whole.items())),
        over_max=tally.over_max,
        untrainable=tally.untrainable,
        untrainable_lines=tuple(tally.lines[:5]),
    )


def _count(tally: _Tally, row: Example, tokens: Sequence[Sequence[int]]) -> None:
    for role, length in _by_role(row, [len(one) for one in tokens]):
        tally.by_role.setdefault(role, Counter())[length] += 1


def _by_role(row: Example, lengths: Sequence[int]) -> list[tuple[str, int]]:
    if not row.is_pair:
        return [(turn.role, size) for turn, size in zip(row.turns, lengths, strict=True)]
    prompt, chosen = len(row.turns), len(row.turns) + len(row.chosen)
    return [
        ("prompt", sum(lengths[:prompt])),
        ("chosen", sum(lengths[prompt:chosen])),
        ("rejected", sum(lengths[chosen:])),
    ]


def _size(row: Example, tokens: Sequence[Sequence[int]]) -> int:
    """Tokens of the whole row; of a pair, of the prompt with its longer answer."""
    sizes = [len(one) + FRAME_TOKENS for one in tokens]
    prompt, chosen = len(row.turns), len(row.turns) + len(row.chosen)
    return sum(sizes[:prompt]) + max(sum(sizes[prompt:chosen]), sum(sizes[chosen:]))


def _trains(row: Example, tokens: Sequence[Sequence[int]], max_tokens: int) -> bool:
    """Whether something to learn is left of a row whose end is cut off at the limit."""
    if not row.is_pair:
        return _before_first_answer(row.turns, tokens) < max_tokens
    left = (
        max_tokens
        - sum(len(one) + FRAME_TOKENS for one in tokens[: len(row.turns)])
        - OPENING_TOKENS
    )
    answers = tokens[len(row.turns) :]
    chosen = _flat(answers[: len(row.chosen)])
    return left > 0 and chosen[:left] != _flat(answers[len(row.chosen) :])[:left]


def _before_first_answer(turns: Sequence[Turn], tokens: Sequence[Sequence[int]]) -> int:
    """Tokens before the first one that is learnt; a row without an answer is learnt from its start."""
    before = 0
    for turn, one in zip(turns, tokens, strict=True):
        if turn.role == "assistant":
            return before + OPENING_TOKENS
        before += len(one) + FRAME_TOKENS
    return 0


def _flat(tokens: Iterable[Sequence[int]]) -> list[int]:
    return [token for one in tokens for token in one]
