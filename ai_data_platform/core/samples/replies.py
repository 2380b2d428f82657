"""Answers of the assistant to one question about one fact: good ones, vague ones and bad ones."""

from typing import NamedTuple

from ai_data_platform.core.samples.assistant import ASSISTANT
from ai_data_platform.core.samples.facts import Fact
from ai_data_platform.core.samples.grammar import Chance, pick

__all__ = ["Answer", "Replies", "filled"]

_AT_DESK = ("close", "effect")
"""Rules that have another form where orders and contracts are the subject, and no device."""


class Answer(NamedTuple):
    """A text and how good it truly is, 1 to 5."""

    text: str
    score: int


class Replies:
    """Writes answers; each method but `bad` and `vague` gives a good one."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance

    def vague(self, fact: Fact) -> Answer:
        return Answer(self._say("vague", fact), 3)

    def bad(self, fact: Fact) -> Answer:
        draw = self._chance()
        if draw < 0.45:
            return Answer(self._misinformed(fact), 1 + (draw < 0.15))
        if draw < 0.7:
            return Answer(self._say("short", fact), 2)
        return Answer(self._say("deflect" if draw < 0.9 else "vague", fact), 1 + (draw > 0.8))

    def _misinformed(self, fact: Fact) -> str:
        text = self._say("ack", fact) + pick(self._chance, fact.false_answers)
        return f"{text} {self._say('close', fact)}"

    def explained(self, fact: Fact) -> str:
        return self._told("ack", fact)

    def corrected(self, fact: Fact) -> str:
        return self._told("not_so", fact)

    def confirmed(self, fact: Fact) -> str:
        return self._told("sure", fact)

    def _told(self, opening: str, fact: Fact) -> str:
        chance = self._chance
        core = pick(chance, fact.full_answers if chance() < 0.5 else fact.answers)
        text = self._say(opening, fact) + core
        if chance() < 0.3:
            text = f"{text} {self._say('cite', fact)}"
        if chance() < 0.7:
            text = f"{text} {self._say('close', fact)}"
        return text

    def reasoned(self, fact: Fact) -> str:
        text = f"{self._say('because', fact)}{fact.why} {self._say('effect', fact)}"
        return f"{text} {self._say('close', fact)}" if self._chance() < 0.3 else text

    def cited(self, fact: Fact) -> str:
        return f"{self._say('ack', fact)}{self._say('cite', fact)} {fact.state}"

    def repaired(self, fact: Fact) -> str:
        return self._say("repair", fact)

    def farewell(self, fact: Fact) -> str:
        return self._say("welcome", fact)

    def _say(self, rule: str, fact: Fact) -> str:
        name = f"{rule}_desk" if rule in _AT_DESK and fact.place.at_desk else rule
        return filled(ASSISTANT.expand(name, self._chance), fact)


def filled(text: str, fact: Fact) -> str:
    """The text of a rule with the words of this fact in it."""
    if "{" not in text:
        return text
    place = fact.place
    text = text.replace("{p}", fact.product).replace("{about}", fact.about)
    text = text.replace("{t}", place.title).replace("{h}", place.heading)
    return text.replace("{false}", fact.false_value)
