"""What one passage of a page says: a quantity or a choice, and the ways to state it and ask for it.

In the texts `{p}` stands for the product, `{u}` for its kind (battery), `{v}` for the value and
`{w}` for the region of a company page (empty, or " in Norway").
"""

from dataclasses import dataclass

from ai_data_platform.core.samples.grammar import Chance, pick

__all__ = ["Among", "Given", "Span", "Topic", "Values"]


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to `high`, written with `form`; `scale` 10 makes 25 a 2.5."""

    low: int
    high: int
    form: str
    step: int = 1
    scale: int = 1

    def draw(self, chance: Chance) -> tuple[str, str]:
        """A value and another one, which is then wrong."""
        count = (self.high - self.low) // self.step + 1
        right = int(chance() * count)
        wrong = (right + 1 + int(chance() * (count - 1))) % count
        return self._text(right), self._text(wrong)

    def _text(self, index: int) -> str:
        number = self.low + index * self.step
        return self.form.format(number if self.scale == 1 else f"{number / self.scale:g}")


@dataclass(frozen=True, slots=True)
class Among:
    """One of a few choices."""

    options: tuple[str, ...]

    def draw(self, chance: Chance) -> tuple[str, str]:
        """A choice and another one, which is then wrong."""
        right = pick(chance, self.options)
        return right, pick(chance, [option for option in self.options if option != right])


@dataclass(frozen=True, slots=True)
class Given:
    """A choice that stands, and others that are wrong."""

    right: str
    others: tuple[str, ...]

    def draw(self, chance: Chance) -> tuple[str, str]:
        """The choice and one of the others."""
        return self.right, pick(chance, self.others)


Values = Span | Among | Given


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that a page says.

    `about` names it inside a sentence, `states` are the sentences of the page, `why` supports them,
    `asks` are questions in a customer's words and `answers` what the assistant says.
    """

    about: str
    value: Values
    states: tuple[str, ...]
    why: str
    asks: tuple[str, ...]
    answers: tuple[str, ...]
