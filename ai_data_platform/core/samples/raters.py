"""Feedback: what people say of the answers, mostly in agreement with what these are worth."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ai_data_platform.core.samples.exchanges import Conversation, Exchange
from ai_data_platform.core.samples.grammar import Chance, Grammar, pick
from ai_data_platform.core.samples.personal import personal_sentence
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import timestamp

__all__ = ["Raters"]

Event = dict[str, Any]

_ONE_OFF, _CONTRARY = 0.1, 0.01
"""Of the ratings: one point beside the worth on the same side, and the opposite of it."""
_CARELESS = 0.3
"""Of the ratings of careless people: the opposite of the worth."""
_COMMENTED = 0.3
_RETRIED = 0.04
_OUT_OF_RANGE, _UNKNOWN, _WHOLE = 0.012, 0.012, 0.05
_THUMBS = 0.25  # of the ratings of one answer
_COMPARED = 0.3  # of the people who judge two siblings
_SECOND_LOOK = 0.03  # of the ratings of siblings are given again later
_EDITED, _PERSONAL = 0.07, 0.2
"""Of the answers that are worth 1, 2 or 4 to the rater; of the edits, those that give something away."""
_LEAD = 60
"""Events that siblings may take ahead of their share, so that each of them has several raters."""
_RATERS = 90
_CARELESS_EVERY = 45

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
        """Three to five people judge all answers to the same message, in an order of their own."""
        groups: dict[str, list[Exchange]] = {}
        for exchange in conversation.exchanges:
            if exchange.siblings > 1:
                groups.setdefault(exchange.parent_message_id, []).append(exchange)
        for group in groups.values():
            first, count = self._rater(), 3 + int(self._chance() * 3)
            if self.written + count * len(group) > limit:
                return
            for rater in range(first, first + count):
                yield from self._judge(group, rater % _RATERS, limit)

    def _judge(self, group: list[Exchange], rater: int, limit: int) -> Iterator[Event]:
        """One person's judgement of siblings: stars for each, or of two the better one."""
        begin = int(self._chance() * len(group))
        shown = group[begin:] + group[:begin]
        if len(group) == 2 and self._chance() < _COMPARED:
            yield from self._compare(shown, rater)
            return
        best = max(group, key=lambda exchange: exchange.score)
        for place, exchange in enumerate(shown, start=1):
            event = self._event(exchange, rater, self._score(exchange, rater))
            event["shown_position"] = place
            if exchange.score < 3:
                self._edit(event, best.assistant_message)
            yield event
            if self.written < limit and self._chance() < _SECOND_LOOK:
                self._count("feedback_second_looks")
                yield self._event(exchange, rater, self._score(exchange, rater), wait=90_000)

    def _compare(self, shown: list[Exchange], rater: int) -> Iterator[Event]:
        """Two answers side by side: two events of one moment, 5 for the better and 1 for the other."""
        first, second = (self._score(exchange, rater) for exchange in shown)
        ratings = (3, 3) if first == second else (5, 1) if first > second else (1, 5)
        events = [
            self._event(exchange, rater, rating)
            for exchange, rating in zip(shown, ratings, strict=True)
        ]
        for place, event in enumerate(events, start=1):
            event["kind"] = "comparison"
            event["shown_position"] = place
            event["created_at"] = max(one["created_at"] for one in events)
            yield event
        self._count("feedback_comparisons")

    def _send(self, exchange: Exchange, rater: int, limit: int) -> Iterator[Event]:
        event = self._event(exchange, rater, self._score(exchange, rater))
        if self._chance() < _THUMBS:
            event["kind"] = "thumbs"
            event["rating"] = 5 if event["rating"] > 3 else 1
        elif exchange.score == 4:
            self._edit(event, exchange.assistant_message)
        yield self._spoiled(event)
        if self.written < limit and self._chance() < _RETRIED:
            self._count("feedback_retries")
            self.written += 1
            yield event

    def _event(self, exchange: Exchange, rater: int, rating: int, wait: int = 30) -> Event:
        number, chance = self.written, self._chance
        self.written += 1
        later = wait + int(chance() * chance() * 60_000)
        return {
            "event_id": f"e{number:09d}",
            "conversation_id": exchange.conversation_id,
            "message_id": exchange.message_id,
            "rating": rating,
            "kind": "stars",
            "feedback_text": self._comment(rating) if chance() < _COMMENTED else None,
            "user_id": f"r{rater:04d}",
            "created_at": timestamp(exchange.second + later, 0),
        }

    def _edit(self, event: Event, better: str) -> None:
        """Now and then the rater writes down what the answer should have been."""
        if self._chance() >= _EDITED:
            return
        self._count("feedback_edits")
        event["edited_text"] = _shortened(better)
        if self._chance() < _PERSONAL:
            self._count("feedback_edits_with_personal_data")
            event["edited_text"] += " " + personal_sentence("email", self._chance)

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

    def _score(self, exchange: Exchange, rater: int) -> int:
        contrary = _CARELESS if rater % _CARELESS_EVERY == 13 else _CONTRARY
        return _score(exchange.score, contrary, self._chance)

    def _comment(self, rating: int) -> str:
        rule = "good" if rating > 3 else "middling" if rating == 3 else "bad"
        return _COMMENTS.expand(rule, self._chance)

    def _rater(self) -> int:
        return int(self._chance() * _RATERS)

    def _count(self, name: str) -> None:
        self.tally[name] += 1


def _score(worth: int, contrary: float, chance: Chance) -> int:
    draw = chance()
    if draw < contrary:
        return 6 - worth if worth != 3 else 1 + 4 * (chance() < 0.5)
    if draw < contrary + _ONE_OFF:
        return {1: 2, 2: 1, 3: 2 + 2 * (chance() < 0.5), 4: 5, 5: 4}[worth]
    return worth


def _shortened(text: str) -> str:
    """What a person makes of a good answer: no greeting and no offer, or one more sentence."""
    sentences = text.replace("? ", "?\n").replace(". ", ".\n").split("\n")
    if len(sentences) > 2:
        return " ".join(sentences[1:-1] if len(sentences) > 3 else sentences[:-1])
    return f"{text} Please write again if that is not what you see."
