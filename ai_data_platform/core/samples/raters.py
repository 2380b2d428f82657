"""Feedback: what people say of the answers, mostly in agreement with what these are worth."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ai_data_platform.core.samples.exchanges import Conversation, Exchange
from ai_data_platform.core.samples.grammar import Chance, Grammar, pick
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import timestamp

__all__ = ["Raters"]

Event = dict[str, Any]

_ONE_OFF, _CONTRARY = 0.12, 0.03
"""Of the ratings: one point beside the worth on the same side, and the opposite of it."""
_COMMENTED = 0.3
_RETRIED = 0.04
_OUT_OF_RANGE, _UNKNOWN, _WHOLE = 0.012, 0.012, 0.05
_LEAD = 60
"""Events that siblings may take ahead of their share, so that each of them has several raters."""
_RATERS = 180

_COMMENTS = Grammar(
    {
        "good": (
            "[praise] [detail]", "[praise]", "Did what it said [when].", "Worked [when], [thanks].",
            "Short and right.", "The first sentence was all I needed.", "[praise] The source helps.",
        ),
        "middling": (
            "Half an answer.", "Right, I guess, but [but].", "Okay, though [but].",
            "Took me [time] to see what was meant.", "Could be shorter.", "Not wrong, but [but].",
        ),
        "bad": (
            "That is wrong, [proof].", "Did not help at all.", "I asked something else.",
            "[proof_cap], so this is nonsense.", "Useless, I called the hotline in the end.",
            "Cost me [time].", "No answer to what I asked.", "[but_cap].",
        ),
        "praise": ("Clear.", "Great answer.", "Perfect.", "Very helpful.", "Exactly right.", "Good."),
        "detail": ("The number matches the label.", "Even my [who] understood it.", "Quick, too."),
        "when": ("at once", "on the first try", "after a restart", "within minutes"),
        "thanks": ("thanks", "thank you", "happy", "no complaints", "all good now"),
        "but": ("a number is missing", "it is vague", "I had to read it twice", "no source is given"),
        "but_cap": ("It never says how", "There is no number in it", "It repeats my question"),
        "time": ("half an hour", "an evening", "two calls", "a while", "ten minutes"),
        "proof": ("the label says otherwise", "my [who] checked", "the manual has another value"),
        "proof_cap": ("The label says otherwise", "My [who] laughed", "The manual has another value"),
        "who": ("father", "electrician", "neighbour", "daughter", "installer", "aunt"),
    }
)  # fmt: skip


class Raters:
    """Gives each conversation its share of the events; `tally` counts the planted defects.

    All conversations together get exactly `spec.feedback` events, retries and broken ones included.
    """

    def __init__(self, spec: SampleSpec, chance: Chance) -> None:
        self.tally: Counter[str] = Counter()
        self.written = 0
        self._spec = spec
        self._chance = chance

    def events(self, conversation: Conversation) -> Iterator[Event]:
        """The events about one conversation; conversations must come in the order of their numbers."""
        share = (conversation.number + 1) * self._spec.feedback // self._spec.conversations
        yield from self._rate_siblings(conversation, min(share + _LEAD, self._spec.feedback))
        while self.written < share:
            exchange = pick(self._chance, conversation.exchanges)
            yield from self._send(exchange, self._rater(), share)

    def _rate_siblings(self, conversation: Conversation, limit: int) -> Iterator[Event]:
        """Two to four people rate all answers to the same message."""
        groups: dict[str, list[Exchange]] = {}
        for exchange in conversation.exchanges:
            if exchange.siblings > 1:
                groups.setdefault(exchange.parent_message_id, []).append(exchange)
        for group in groups.values():
            first, count = self._rater(), 2 + int(self._chance() * 3)
            if self.written + count * len(group) > limit:
                return
            for rater in range(first, first + count):
                for exchange in group:
                    yield self._event(
                        exchange, rater % _RATERS, _score(exchange.score, self._chance)
                    )

    def _send(self, exchange: Exchange, rater: int, limit: int) -> Iterator[Event]:
        event = self._event(exchange, rater, _score(exchange.score, self._chance))
        yield self._spoiled(event)
        if self.written < limit and self._chance() < _RETRIED:
            self._count("feedback_retries")
            self.written += 1
            yield event

    def _event(self, exchange: Exchange, rater: int, rating: int) -> Event:
        number, chance = self.written, self._chance
        self.written += 1
        later = 30 + int(chance() * chance() * 60_000)
        return {
            "event_id": f"e{number:09d}",
            "conversation_id": exchange.conversation_id,
            "message_id": exchange.message_id,
            "rating": rating,
            "feedback_text": self._comment(rating) if chance() < _COMMENTED else None,
            "user_id": f"r{rater:04d}",
            "created_at": timestamp(exchange.second + later, 0),
        }

    def _spoiled(self, event: Event) -> Event:
        """Broken now and then, in place: a retry sends the same again."""
        draw = self._chance()
        if draw < _OUT_OF_RANGE:
            self._count("feedback_rating_out_of_range")
            event["rating"] = pick(self._chance, (0, 6, 99, -3))
        elif draw < _OUT_OF_RANGE + _UNKNOWN:
            self._count("feedback_unknown_message")
            event["message_id"] = f"lost-{event['event_id']}"
        elif draw < _OUT_OF_RANGE + _UNKNOWN + _WHOLE:
            self._count("feedback_whole_conversation")
            event["message_id"] = None
        return event

    def _comment(self, rating: int) -> str:
        rule = "good" if rating > 3 else "middling" if rating == 3 else "bad"
        return _COMMENTS.expand(rule, self._chance)

    def _rater(self) -> int:
        return int(self._chance() * _RATERS)

    def _count(self, name: str) -> None:
        self.tally[name] += 1


def _score(worth: int, chance: Chance) -> int:
    draw = chance()
    if draw < _CONTRARY:
        return 6 - worth if worth != 3 else 1 + 4 * (chance() < 0.5)
    if draw < _CONTRARY + _ONE_OFF:
        return {1: 2, 2: 1, 3: 2 + 2 * (chance() < 0.5), 4: 5, 5: 4}[worth]
    return worth
