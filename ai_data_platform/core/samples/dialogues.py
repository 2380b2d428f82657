"""Conversations between customers and the assistant about the facts of the pages."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ai_data_platform.core.samples.customer import CUSTOMER
from ai_data_platform.core.samples.facts import Fact
from ai_data_platform.core.samples.grammar import Chance, pick
from ai_data_platform.core.samples.replies import Answer, Replies, filled

__all__ = ["Turn", "TurnMaker"]


class Turn(NamedTuple):
    """A customer's message and the answers to it: one, or several of which one is the best."""

    message: str
    answers: tuple[Answer, ...]


_Reply = Callable[[Fact], str]
_GOOD_SHARE, _VAGUE_SHARE = 0.85, 0.08
"""Of the answers without a sibling; the rest is false or evasive."""
_BRANCHING = 0.19
"""Of the turns that may have siblings; 12 % of all messages then do."""
_LENGTHS = (0.45, 0.72, 0.86, 0.94, 0.98, 1.0)
"""Chance of at most one turn, two turns, and so on."""


class TurnMaker:
    """Makes the turns of one conversation after the other; `books` are the facts page by page."""

    def __init__(self, books: Sequence[tuple[Fact, ...]], chance: Chance) -> None:
        self._facts = [(fact, book) for book in books for fact in book]
        self._chance = chance
        self._replies = Replies(chance)

    def turns(self, *, branching_before_the_end: bool) -> list[Turn]:
        """One to six turns about one page."""
        chance = self._chance
        fact, book = pick(chance, self._facts)
        draw = chance()
        length = next(i for i, share in enumerate(_LENGTHS, start=1) if draw < share)
        turns = [self._opening(fact, branching=branching_before_the_end or length == 1)]
        for index in range(1, length):
            last = index == length - 1
            turn, fact = self._later(fact, book, last, branching_before_the_end or last)
            turns.append(turn)
        return turns

    def single(self) -> tuple[str, str]:
        """A message and a good answer to it."""
        turn = self._opening(pick(self._chance, self._facts)[0], branching=False, flawless=True)
        return turn.message, turn.answers[0].text

    def _opening(self, fact: Fact, *, branching: bool, flawless: bool = False) -> Turn:
        chance = self._chance
        if chance() < 0.14:
            body, good = self._say("claim", fact), self._replies.corrected
        else:
            body, good = pick(chance, fact.asks), self._replies.explained
        scene = self._say("scene", fact) + " " if chance() < 0.72 else ""
        hello, bye = CUSTOMER.expand("hello", chance), CUSTOMER.expand("bye", chance)
        message = _typed(hello + scene + body + bye, chance())
        if flawless:
            return Turn(message, (Answer(good(fact), 5),))
        return Turn(message, self._answers(fact, good, branching))

    def _later(
        self, fact: Fact, book: tuple[Fact, ...], last: bool, branching: bool
    ) -> tuple[Turn, Fact]:
        draw = self._chance()
        if draw < 0.42:
            return self._next_fact(pick(self._chance, book), branching)
        if draw < 0.52:
            return self._ask("doubt", fact, self._replies.confirmed, branching=branching), fact
        if draw < 0.68:
            return self._ask("why", fact, self._replies.reasoned, branching=False), fact
        if draw < 0.76:
            return self._ask("where", fact, self._replies.cited, branching=False), fact
        if last and (draw > 0.86 or fact.place.at_desk):
            return self._ask("thanks", fact, self._replies.farewell, branching=False), fact
        if fact.place.at_desk:
            return self._next_fact(pick(self._chance, book), branching)
        return self._ask("stuck", fact, self._replies.repaired, branching=False), fact

    def _next_fact(self, fact: Fact, branching: bool) -> tuple[Turn, Fact]:
        message = f"{CUSTOMER.expand('bridge', self._chance)} {pick(self._chance, fact.asks)}"
        message = _typed(filled(message, fact), self._chance())
        return Turn(message, self._answers(fact, self._replies.explained, branching)), fact

    def _ask(self, rule: str, fact: Fact, good: _Reply, *, branching: bool) -> Turn:
        message = _typed(self._say(rule, fact) + self._say("aside", fact), self._chance())
        if rule in ("thanks", "where"):
            return Turn(message, (Answer(good(fact), 4 + (self._chance() < 0.6)),))
        return Turn(message, self._answers(fact, good, branching))

    def _answers(self, fact: Fact, good: _Reply, branching: bool) -> tuple[Answer, ...]:
        chance = self._chance
        if branching and chance() < _BRANCHING:
            return self._siblings(fact, good)
        draw = chance()
        if draw < _GOOD_SHARE:
            return (Answer(good(fact), 5 if chance() < 0.6 else 4),)
        if draw < _GOOD_SHARE + _VAGUE_SHARE:
            return (self._replies.vague(fact),)
        return (self._replies.bad(fact),)

    def _siblings(self, fact: Fact, good: _Reply) -> tuple[Answer, ...]:
        chance = self._chance
        answers = [Answer(good(fact), 5), self._replies.bad(fact)]
        if chance() < 0.25:
            answers.append(Answer(good(fact), 4) if chance() < 0.4 else self._replies.bad(fact))
        texts = {answer.text for answer in answers}
        first = int(chance() * len(answers))
        turned = answers[first:] + answers[:first]
        return tuple(turned) if len(texts) == len(answers) else (answers[0], answers[1])

    def _say(self, rule: str, fact: Fact) -> str:
        return filled(CUSTOMER.expand(rule, self._chance), fact)


def _typed(text: str, draw: float) -> str:
    """The message as some people type it: all small, without the last mark, or with a slip."""
    if draw < 0.82:
        return text
    if draw < 0.92:
        return text.lower()
    if draw < 0.97:
        return text.rstrip("?.!")
    place = len(text) // 2
    return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]
