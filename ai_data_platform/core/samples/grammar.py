"""Text from rules: a rule is a list of alternatives, and `[name]` in one stands for another rule.

Only `random()` is asked for chance: the one method whose numbers Python promises to keep the same
from version to version.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

__all__ = ["Chance", "Grammar", "pick"]

T = TypeVar("T")
Chance = Callable[[], float]
"""Draws the next number from [0, 1); `random.Random(seed).random` is one."""

_SLOT = re.compile(r"\[([a-z_0-9]+)\]")


def pick(chance: Chance, options: Sequence[T]) -> T:
    """One of the options, each as likely as the others."""
    return options[int(chance() * len(options))]


class _Rule:
    __slots__ = ("alternatives",)

    def __init__(self) -> None:
        self.alternatives: list[str | tuple[str | _Rule, ...]] = []


class Grammar:
    """Compiled rules. An alternative that is written twice is twice as likely."""

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = {name: _Rule() for name in rules}
        for name, alternatives in rules.items():
            self._rules[name].alternatives = [self._compile(text) for text in alternatives]

    def expand(self, name: str, chance: Chance) -> str:
        """One text of this rule."""
        return _expand(self._rules[name], chance)

    def _compile(self, text: str) -> str | tuple[str | _Rule, ...]:
        pieces = _SLOT.split(text)  # literal, rule name, literal, rule name, ...
        if len(pieces) == 1:
            return text
        parts = [self._rules[p] if i % 2 else p for i, p in enumerate(pieces)]
        return tuple(part for part in parts if part != "")


def _expand(rule: _Rule, chance: Chance) -> str:
    alternatives = rule.alternatives
    chosen = alternatives[int(chance() * len(alternatives))]
    if isinstance(chosen, str):
        return chosen
    return "".join([part if isinstance(part, str) else _expand(part, chance) for part in chosen])
