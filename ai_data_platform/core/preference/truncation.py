"""What a trainer that cuts rows off leaves of them, by the tokens of a real tokenizer.

TRL 1.16 (DPOTrainer, KTOTrainer) drops a row whose prompt alone fills `max_length`, and keeps the first
`max_length` tokens of prompt and answer of the others. Two answers that begin alike can be one then.
"""

from collections.abc import Sequence
from itertools import chain, takewhile

import numpy as np

from ai_data_platform.core.datasets.lengths import FRAME_TOKENS, OPENING_TOKENS, Tokenizer
from ai_data_platform.core.preference.codes import Codes, Flags
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.messages import prompts

__all__ = ["Room"]

_AT_ONCE = 256
"""Prompts tokenised at a time."""


class Room:
    """How many tokens of an answer a trainer reads behind each prompt."""

    def __init__(self, log: Logged, tokenizer: Tokenizer, max_tokens: int) -> None:
        self._log = log
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens

    def left(self, exchanges: Codes) -> Codes:
        """Tokens left behind the prompt of each exchange; 0 and less where it leaves none."""
        found = []
        for start in range(0, len(exchanges), _AT_ONCE):
            messages = prompts(self._log, exchanges[start : start + _AT_ONCE])
            tokens = self._tokenizer.encode(messages.flatten().field("content").to_pylist())
            framed = np.array([len(one) + FRAME_TOKENS for one in tokens], np.int64)
            found.append(np.add.reduceat(framed, messages.offsets.to_numpy()[:-1]))
        used = np.concatenate([np.zeros(0, np.int64), *found]) + OPENING_TOKENS
        return self._max_tokens - used

    def tight(self, exchanges: Codes, answers: Codes) -> Flags:
        """Where prompt and so many bytes of an answer may pass the limit.

        A token is at least a byte of its text, so most rows are seen to fit without a tokenizer.
        """
        log = self._log
        asked = log.sizes("user_message")[exchanges]
        frames = (2 * log.depths[exchanges] + 1) * FRAME_TOKENS + OPENING_TOKENS
        most: Flags = log.bytes_before[exchanges] + asked + frames + answers >= self._max_tokens
        return most

    def filled(self, exchanges: Codes) -> Flags:
        """Prompts that leave no room for an answer."""
        flags = self.tight(exchanges, np.zeros(len(exchanges), np.int64))
        flags[flags] = self.left(exchanges[flags]) <= 0
        return flags

    def equal(self, exchanges: Codes, chosen: Sequence[str], rejected: Sequence[str]) -> Flags:
        """Pairs whose sides are the same tokens as far as the trainer reads.

        What two texts have in common bounds what their tokens have in common, so prompts are tokenised only
        where that could fill the room.
        """
        at = np.flatnonzero(self.tight(exchanges, _shortest(chosen, rejected)))
        shared = [_shared(chosen[row], rejected[row]) for row in at.tolist()]
        at = at[self.tight(exchanges[at], np.array(shared, np.int64))]
        texts = list(chain.from_iterable((chosen[row], rejected[row]) for row in at.tolist()))
        tokens = iter(self._tokenizer.encode(texts) if texts else [])
        room = self.left(exchanges[at]).tolist()
        flags = np.zeros(len(exchanges), bool)
        flags[at] = [
            list(a)[:n] == list(b)[:n] for a, b, n in zip(tokens, tokens, room, strict=True)
        ]
        return flags


def _shortest(left: Sequence[str], right: Sequence[str]) -> Codes:
    """Bytes of the shorter text of each pair, or a few more."""
    sizes = [min(len(a), len(b)) * 4 for a, b in zip(left, right, strict=True)]
    return np.array(sizes, np.int64)


def _shared(left: str, right: str) -> int:
    """Bytes of the common beginning, and one token's worth more where a merge may reach over its end."""
    pairs = zip(left, right, strict=False)
    return (
        len("".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)).encode()) + 1
    )
