"""What a training dataset looks like: counts small enough to keep, to draw and to compare."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from ai_data_platform.core.datasets.examples import Example
from ai_data_platform.core.datasets.lengths import TokenLengths, count_percentile
from ai_data_platform.core.text import word_count

__all__ = ["Profile", "Profiler"]

Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Profile:
    """How often each value occurs, over all rows; `tokens` over a sample.

    `words` are lengths by role ("user", "assistant"; of pairs "prompt", "chosen", "rejected"; the answer
    of a KTO row is "liked" or "disliked"),
    `turns` are messages of a conversation, `categories` the values of "split", "rating", "language",
    "label", and of pairs "longer_answer" and "shown_first", whichever the rows have.
    """

    rows: int
    words: Mapping[str, Counts]
    turns: Counts
    categories: Mapping[str, Mapping[str, int]]
    tokens: TokenLengths | None = None

    def with_tokens(self, tokens: TokenLengths) -> "Profile":
        return replace(self, tokens=tokens)

    def with_category(self, name: str, counts: Mapping[str, int]) -> "Profile":
        return replace(self, categories={**self.categories, name: dict(sorted(counts.items()))})

    @property
    def answers(self) -> Counts:
        """Lengths in words of what the model is to learn to say."""
        wanted = ("chosen", "liked", "assistant")
        return next((self.words[role] for role in wanted if self.words.get(role)), {})

    def figures(self) -> dict[str, float | None]:
        """Percentiles of the answers in words and of the turns, and what is known of tokens."""
        words = {
            f"response_words_p{n}": count_percentile(self.answers, n / 100) for n in (5, 50, 95, 99)
        }
        turns = {"messages_p50": count_percentile(self.turns, 0.5)}
        return words | turns | (self.tokens.figures() if self.tokens else {})

    def as_json(self) -> dict[str, Any]:
        """Plain values; `from_json` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        tokens = value["tokens"]
        if tokens is not None:
            lines = tuple(tokens["untrainable_lines"])
            lengths = {"by_role": _by_number(tokens["by_role"]), "whole": _numbers(tokens["whole"])}
            tokens = TokenLengths(**{**tokens, **lengths, "untrainable_lines": lines})
        return cls(
            rows=value["rows"],
            words=_by_number(value["words"]),
            turns=_numbers(value["turns"]),
            categories=value["categories"],
            tokens=tokens,
        )


class Profiler:
    """Adds rows up into a Profile; memory grows with different values, not with rows."""

    def __init__(self) -> None:
        self._rows = 0
        self._words: dict[str, Counter[int]] = {}
        self._turns: Counter[int] = Counter()
        self._categories: dict[str, Counter[str]] = {}

    def add(
        self, example: Example, categories: Mapping[str, Iterable[object]] | None = None
    ) -> list[tuple[str, int]]:
        """Count one row in; returns the words of each message by role.

        A value of a category that is None is not counted.
        """
        self._rows += 1
        self._turns[len(example.turns) + len(example.chosen)] += 1
        lengths = _word_lengths(example)
        for role, length in lengths:
            if role not in self._words:
                self._words[role] = Counter()
            self._words[role][length] += 1
        longer = {"longer_answer": [_longer(lengths)]} if example.is_pair else {}
        for name, values in {**(categories or {}), **longer}.items():
            counted = self._categories.setdefault(name, Counter())
            for value in values:
                if value is not None:
                    counted[str(value)] += 1
        return lengths

    def profile(self) -> Profile:
        """What was counted so far, in order."""
        return Profile(
            rows=self._rows,
            words={role: _ordered(seen) for role, seen in sorted(self._words.items())},
            turns=_ordered(self._turns),
            categories={
                name: dict(sorted(seen.items()))
                for name, seen in sorted(self._categories.items())
                if seen
            },
        )


def _word_lengths(example: Example) -> list[tuple[str, int]]:
    if not example.is_pair:
        lengths = [(turn.role, word_count(turn.content)) for turn in example.turns]
        if example.liked is not None:
            lengths[-1] = ("liked" if example.liked else "disliked", lengths[-1][1])
        return lengths
    return [
        (role, sum(word_count(turn.content) for turn in turns))
        for role, turns in (
            ("prompt", example.turns),
            ("chosen", example.chosen),
            ("rejected", example.rejected),
        )
    ]


def _longer(lengths: Sequence[tuple[str, int]]) -> str:
    """Which side of a pair has more words."""
    of = dict(lengths)
    if of["chosen"] == of["rejected"]:
        return "neither"
    return "chosen" if of["chosen"] > of["rejected"] else "rejected"


def _ordered(counted: Counter[int]) -> dict[int, int]:
    return dict(sorted(counted.items()))


def _numbers(counts: Mapping[str, int]) -> dict[int, int]:
    """Counts whose numbers JSON turned into texts."""
    return {int(value): rows for value, rows in counts.items()}


def _by_number(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[int, int]]:
    return {role: _numbers(seen) for role, seen in counts.items()}
