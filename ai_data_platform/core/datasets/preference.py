"""Preference pairs: two answers to the same prompt, the better and the worse by people's ratings.

Only siblings are compared: answers to one user message after one history. Ratings of answers to
different turns say nothing about each other.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import Any, NamedTuple, Self, TypeVar

from ai_data_platform.core.datasets.leakage.contamination import Contamination
from ai_data_platform.core.datasets.threads import Exchange, Histories, Message, messages_of
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.text import normalise

__all__ = [
    "DROP_REASONS",
    "ContaminationSearch",
    "DroppedRating",
    "Pair",
    "PairOptions",
    "PairResult",
    "Rating",
    "build_pairs",
]

DROP_REASONS = (
    "between_best_and_worst",  # its answer is neither the best nor the worst of its prompt
    "conversation_level",  # it rates no single answer
    "empty_answer",
    "empty_prompt",  # the log has no user message for this answer
    "empty_turn_in_history",  # an earlier message has no text, so the prompt has a hole
    "history_unknown",  # the log does not say what came before the answer
    "identical_answers",  # all rated answers to the prompt read the same
    "margin_below_minimum",
    "no_rated_sibling",  # no other answer to the same prompt was rated
    "over_conversation_cap",
    "overlaps_evaluation_set",  # its pair holds a text of a registered evaluation set
    "repeated_rating",  # the same person rated the same answer again later
    "unknown_message",  # the rated message is not in the logs
)


ContaminationSearch = Callable[[Iterable[tuple[str, Sequence[str]]]], Mapping[str, Contamination]]
"""Which of these pairs (id, texts of prompt and answers) hold an evaluation item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One person's rating of one answer; the fields are columns of `records.FEEDBACK`."""

    record_id: str
    event_id: str
    conversation_id: str
    message_id: str | None
    rating: int
    user_id: str | None
    created_at: datetime

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """The rating in a row with the columns of `records.FEEDBACK`; others are ignored."""
        return cls(**{name: row[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class PairOptions:
    """What makes two answers a pair."""

    min_margin: float = 1.0
    """Means must be one whole step of the 1-5 scale apart: less is what one rater's second look
    changes, and a pair with no clear winner teaches noise. Equal means are never a pair."""
    max_pairs_per_conversation: int | None = None
    """Keeps the widest margins where one busy conversation would crowd out the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One row of TRL's conversational preference format, with what it was made from."""

    pair_id: str
    conversation_id: str
    turn_index: int
    prompt: list[Message]
    chosen: list[Message]
    rejected: list[Message]
    chosen_message_id: str
    rejected_message_id: str
    chosen_rating: float
    rejected_rating: float
    chosen_raters: int
    rejected_raters: int
    rating_record_ids: tuple[str, ...]
    exchange_record_ids: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """What is said in the prompt, the chosen and the rejected answer."""
        return [m["content"] for part in (self.prompt, self.chosen, self.rejected) for m in part]


class DroppedRating(NamedTuple):
    """A rating that stands behind no pair; `reason` is one of `DROP_REASONS`."""

    rating: Rating
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class PairResult:
    """The pairs by conversation and turn, and each rating left out with its reason.

    `figures`: `ratings`, `ratings_used`, `pairs`, `max_pairs_per_conversation`;
    `chosen_longer_share`, the share of pairs whose chosen answer has more characters (0.5 is no
    length bias); `rater_agreement`, the share of couples of raters who prefer the same one of two
    answers (0.5 is chance). A share of nothing is None.

    Two people are compared on two answers to one prompt that both rated and neither rated equal.
    The two answers are neighbours by message id: to take the best and the worst would select for
    agreement (0.94 against 0.81 over all couples on the FeedbackQA ratings).
    """

    pairs: tuple[Pair, ...]
    dropped: tuple[DroppedRating, ...]
    figures: Mapping[str, float | None]

    @property
    def drop_counts(self) -> dict[str, int]:
        """How many ratings were left out for each reason; reasons that did not occur count 0."""
        seen = Counter(drop.reason for drop in self.dropped)
        return {reason: seen[reason] for reason in DROP_REASONS}


def build_pairs(
    exchanges: Iterable[Exchange],
    ratings: Iterable[Rating],
    options: PairOptions | None = None,
    *,
    contaminated: ContaminationSearch | None = None,
) -> PairResult:
    """The best against the worst rated answer of each prompt, in time linear in the events.

    `exchanges` are all conversations as logged, unfiltered, so that histories are right. Of one
    person's ratings of one answer the latest counts; an answer's rating is the mean of its raters.
    Every rating comes out once: behind one pair, or dropped. Pairs that `contaminated` finds are left out.
    """
    logged, rated = _by_conversation(exchanges), _by_conversation(ratings)
    options = options or PairOptions()
    pairs: list[Pair] = []
    dropped: list[DroppedRating] = []
    votes: list[_Votes] = []
    for name in sorted(rated):
        book = _Book(logged.get(name, []), rated[name], options)
        pairs += book.pairs
        dropped += book.dropped
        votes += book.votes
    found = {} if contaminated is None else contaminated((p.pair_id, p.texts) for p in pairs)
    for pair in pairs:
        if pair.pair_id in found:
            dropped += _overlapping(pair, rated[pair.conversation_id], found[pair.pair_id])
    pairs = [pair for pair in pairs if pair.pair_id not in found]
    dropped.sort(key=lambda drop: (drop.rating.record_id, drop.rating.event_id))
    figures = _figures(pairs, dropped) | {"rater_agreement": _agreement(votes)}
    return PairResult(tuple(pairs), tuple(dropped), figures)


_Votes = tuple[int, int]
"""How many people who rated both of two answers prefer the first, and how many the second."""


@dataclass(slots=True)
class _Answer:
    """What was said under one prompt, and who rated it how.

    The same text under two message ids is one answer: its ratings are pooled.
    """

    exchanges: dict[str, Exchange] = field(default_factory=dict)
    latest: dict[str, Rating] = field(default_factory=dict)

    @property
    def exchange(self) -> Exchange:
        return self.exchanges[min(self.exchanges)]

    @property
    def mean(self) -> Fraction:  # exact: thirds must not be decided by rounding
        return Fraction(sum(rating.rating for rating in self.latest.values()), len(self.latest))

    def add(self, rating: Rating) -> Rating | None:
        """Counts a rating; returns the one that no longer counts, if its rater gave two."""
        # A hidden rater cannot be told from another, so each of their events stands for itself.
        rater = f"event {rating.event_id}" if rating.user_id is None else f"user {rating.user_id}"
        other = self.latest.setdefault(rater, rating)
        if other is rating:
            return None
        older, self.latest[rater] = sorted((other, rating), key=_age)
        return older


class _Contest(NamedTuple):
    best: _Answer
    worst: _Answer

    @property
    def margin(self) -> Fraction:
        return self.best.mean - self.worst.mean


class _Book:
    """The account of one conversation: its ratings in, its pairs and drops out."""

    def __init__(
        self, exchanges: Sequence[Exchange], ratings: Sequence[Rating], options: PairOptions
    ) -> None:
        self.dropped: list[DroppedRating] = []
        self._histories = Histories(exchanges)
        self._prompts: dict[Hashable, dict[str, _Answer]] = {}
        self._places: dict[str | None, _Answer | str] = {None: "conversation_level"}
        for rating in ratings:
            self._enter(rating)
        prompts = [sorted(answers.values(), key=_by_id) for answers in self._prompts.values()]
        self.votes = [_votes(*two) for answers in prompts for two in pairwise(answers)]
        contests = [self._contest(answers) for answers in prompts]
        self.pairs = self._pairs([found for found in contests if found is not None], options)

    def _enter(self, rating: Rating) -> None:
        name = rating.message_id
        if name not in self._places:
            self._places[name] = self._place(name or "")
        place = self._places[name]
        if isinstance(place, str):
            detail = "the whole conversation was rated" if name is None else f"message {name}"
            self._drop([rating], place, detail)
        elif older := place.add(rating):
            self._drop([older], "repeated_rating", f"message {older.message_id}")

    def _place(self, message_id: str) -> _Answer | str:
        """The answer that a message id stands for, or the reason why it can stand for none."""
        exchange = self._histories.get(message_id)
        if exchange is None:
            return "unknown_message"
        if not self._histories.known(exchange):
            return "history_unknown"
        if not normalise(exchange.user_message):
            return "empty_prompt"
        text = normalise(exchange.assistant_message)
        if not text:
            return "empty_answer"
        answers = self._prompts.setdefault(self._histories.question(exchange), {})
        answer = answers.setdefault(text, _Answer())
        answer.exchanges[message_id] = exchange
        return answer

    def _contest(self, answers: list[_Answer]) -> _Contest | None:
        if len(answers) == 1:
            single = len(answers[0].exchanges) == 1
            detail = "message " + ", ".join(sorted(answers[0].exchanges))
            reason = "no_rated_sibling" if single else "identical_answers"
            self._drop(_ratings(answers), reason, detail)
            return None
        best = min(answers, key=_best_first)
        worst = min((answer for answer in answers if answer is not best), key=_worst_first)
        between = [answer for answer in answers if answer is not best and answer is not worst]
        self._drop(_ratings(between), "between_best_and_worst", f"{len(answers)} answers rated")
        return _Contest(best, worst)

    def _pairs(self, contests: Iterable[_Contest], options: PairOptions) -> list[Pair]:
        wide = [contest for contest in contests if self._is_wide(contest, options.min_margin)]
        wide.sort(key=lambda contest: (-contest.margin, contest.best.exchange.message_id))
        drawn = [(contest, pair) for contest in wide if (pair := self._pair(contest)) is not None]
        cap = len(drawn) if (most := options.max_pairs_per_conversation) is None else most
        for contest, _ in drawn[cap:]:
            self._drop(_ratings(contest), "over_conversation_cap", f"wanted at most {cap} pairs")
        kept = [pair for _, pair in drawn[:cap]]
        return sorted(kept, key=lambda pair: (pair.turn_index, pair.pair_id))

    def _is_wide(self, contest: _Contest, min_margin: float) -> bool:
        if contest.margin > 0 and contest.margin >= Fraction(str(min_margin)):
            return True
        detail = f"margin {float(contest.margin):.3g}, wanted {min_margin:g} or more"
        self._drop(_ratings(contest), "margin_below_minimum", detail)
        return False

    def _pair(self, contest: _Contest) -> Pair | None:
        history = self._histories.history(contest.best.exchange) or ()
        if all(turn.user_message.strip() and turn.assistant_message.strip() for turn in history):
            return _pair(history, contest)
        self._drop(_ratings(contest), "empty_turn_in_history", "an earlier message has no text")
        return None

    def _drop(self, ratings: Iterable[Rating], reason: str, detail: str) -> None:
        self.dropped += [DroppedRating(rating, reason, detail) for rating in ratings]


def _pair(history: tuple[Exchange, ...], contest: _Contest) -> Pair:
    best, worst = contest.best.exchange, contest.worst.exchange
    ids = [exchange.message_id for exchange in (*history, best, worst)]
    records = [exchange.record_id for exchange in (*history, best, worst)]
    question: Message = {"role": "user", "content": best.user_message}
    return Pair(
        pair_id=hash_text(best.conversation_id, *ids),
        conversation_id=best.conversation_id,
        turn_index=best.turn_index,
        prompt=[*messages_of(history), question],
        chosen=[{"role": "assistant", "content": best.assistant_message}],
        rejected=[{"role": "assistant", "content": worst.assistant_message}],
        chosen_message_id=best.message_id,
        rejected_message_id=worst.message_id,
        chosen_rating=float(contest.best.mean),
        rejected_rating=float(contest.worst.mean),
        chosen_raters=len(contest.best.latest),
        rejected_raters=len(contest.worst.latest),
        rating_record_ids=tuple(sorted(rating.record_id for rating in _ratings(contest))),
        exchange_record_ids=tuple(record for record in records if record),
    )


def _overlapping(
    pair: Pair, ratings: Iterable[Rating], match: Contamination
) -> list[DroppedRating]:
    """The ratings behind a pair that holds an evaluation item."""
    behind = set(pair.rating_record_ids)
    detail = f"{match.kind} {match.share:.2f} with item {match.item_id} of {match.set_name}"
    return [
        DroppedRating(rating, "overlaps_evaluation_set", detail)
        for rating in ratings
        if rating.record_id in behind
    ]


def _figures(pairs: Sequence[Pair], dropped: Sequence[DroppedRating]) -> dict[str, float | None]:
    used = sum(len(pair.rating_record_ids) for pair in pairs)
    a_conversation = Counter(pair.conversation_id for pair in pairs)
    longer = sum(
        len(pair.chosen[0]["content"]) > len(pair.rejected[0]["content"]) for pair in pairs
    )
    return {
        "ratings": used + len(dropped),
        "ratings_used": used,
        "pairs": len(pairs),
        "max_pairs_per_conversation": max(a_conversation.values(), default=0),
        "chosen_longer_share": longer / len(pairs) if pairs else None,
    }


def _agreement(votes: Sequence[_Votes]) -> float | None:
    comparable = sum(comb(first + second, 2) for first, second in votes)
    agreeing = sum(comb(first, 2) + comb(second, 2) for first, second in votes)
    return agreeing / comparable if comparable else None


def _votes(first: _Answer, second: _Answer) -> _Votes:
    both = [rater for rater in first.latest if rater in second.latest]
    steps = [first.latest[rater].rating - second.latest[rater].rating for rater in both]
    return sum(step > 0 for step in steps), sum(step < 0 for step in steps)


_Row = TypeVar("_Row", Exchange, Rating)


def _by_conversation(rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append(row)
    return found


def _ratings(answers: Iterable[_Answer]) -> list[Rating]:
    return [rating for answer in answers for rating in answer.latest.values()]


def _age(rating: Rating) -> tuple[datetime, str, str]:
    return (rating.created_at, rating.event_id, rating.record_id)


def _by_id(answer: _Answer) -> str:
    return answer.exchange.message_id


def _best_first(answer: _Answer) -> tuple[Fraction, int, str]:
    return (-answer.mean, -len(answer.latest), answer.exchange.message_id)


def _worst_first(answer: _Answer) -> tuple[Fraction, int, str]:
    return (answer.mean, -len(answer.latest), answer.exchange.message_id)
