"""Facts: a topic with its value filled in for one product or one region."""

from dataclasses import dataclass

from ai_data_platform.core.samples.grammar import Chance, pick
from ai_data_platform.core.samples.topics import Topic
from ai_data_platform.core.text import words

__all__ = ["Fact", "Place", "settle"]

_REPEATED = 0.34
"""Share of the telling words of a reason from which on it would sound like a repetition."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact is written: the page with its title, and the heading above it."""

    uri: str
    title: str
    heading: str
    at_desk: bool  # about orders and contracts, not about a device


@dataclass(frozen=True, slots=True)
class Fact:
    """What a page says in one passage, with ready texts for those who ask and those who answer.

    `state` and `why` stand on the page; `full_answers` give the reason as well, `false_answers` are
    the answers with another value.
    """

    place: Place
    product: str
    about: str
    value: str
    false_value: str
    state: str
    why: str
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    full_answers: tuple[str, ...]
    false_answers: tuple[str, ...]


def settle(
    topic: Topic, place: Place, product: str, unit: str, region: str, chance: Chance
) -> Fact:
    """The fact that this topic comes to on this page; its value is drawn."""
    right, wrong = topic.value.draw(chance)

    def fill(text: str, value: str) -> str:
        named = text.replace("{p}", product).replace("{u}", unit).replace("{w}", region)
        filled = named.replace("{v}", value)
        return filled[0].upper() + filled[1:]

    why = fill(topic.why, right)
    answers = tuple(fill(text, right) for text in topic.answers)
    about = topic.about.replace("{p}", product).replace("{w}", region)
    return Fact(
        place=place,
        product=product,
        about=about,
        value=right,
        false_value=wrong,
        state=fill(pick(chance, topic.states), right),
        why=why,
        asks=tuple(fill(text, right) for text in topic.asks),
        answers=answers,
        full_answers=tuple(_with_reason(text, why) for text in answers),
        false_answers=tuple(fill(text, wrong) for text in topic.answers),
    )


def _with_reason(answer: str, why: str) -> str:
    """The answer and the reason, unless the answer gives most of the reason already."""
    telling = {word for word in words(why.lower()) if len(word) > 3}
    told = telling & set(words(answer.lower()))
    return answer if len(told) > _REPEATED * len(telling) else f"{answer} {why}"
