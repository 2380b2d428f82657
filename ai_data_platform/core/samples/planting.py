"""Defects that are planted among the exchanges, each of them counted."""

from collections import Counter
from collections.abc import Callable, Iterator

from ai_data_platform.core.samples.dialogues import TurnMaker
from ai_data_platform.core.samples.exchanges import Conversation, Exchange
from ai_data_platform.core.samples.grammar import Chance, pick
from ai_data_platform.core.samples.personal import PERSONAL_KINDS, personal_sentence

__all__ = ["Planter"]

_RATES = {
    "exact_duplicates": 0.045,
    "near_duplicates": 0.035,
    "empty_answers": 0.014,
    "short_answers": 0.018,
    "test_traffic": 0.024,
    "test_decoys": 0.016,
}
"""Extra exchanges for each conversation. One has 2.3 exchanges: 0.045 makes 2 % of all rows."""
_PERSONAL_RATE = 0.08
_REMEMBERED = 64

_SHORT = (
    "Yes.",
    "No.",
    "OK.",
    "Sure.",
    "It depends.",
    "Done.",
    "See above.",
    "Maybe.",
    "Ask again.",
)
_MARKERS = (
    "test", "Test", "TEST", "this is a test", "This is a test, please ignore", "test test",
    "test message", "just a test", "test 1 2 3", "Test only, no answer needed",
)  # fmt: skip
_DECOYS = (
    "You are testing my patience with these menus.", "I have the latest firmware already.",
    "It was the prize of a contest at the fair.", "What is the latest on that?",
    "My patience has been tested enough.", "There is a photo contest in our street, hence the hurry.",
    "That is the greatest mystery of this house.", "The latest app hides everything.",
)  # fmt: skip
_SYNONYMS = (
    (" my ", " our "), (" the ", " this "), (" is ", " was "), (" I ", " we "), (" on ", " at "),
    (" for ", " of "), (" a ", " one "), (" you ", " we "),
)  # fmt: skip

_CASE: tuple[Callable[[str], str], ...] = (str.lower, str.upper, str.title)


class Planter:
    """Adds extra exchanges and personal data; `tally` counts what was added, by name."""

    def __init__(self, maker: TurnMaker, chance: Chance) -> None:
        self.tally: Counter[str] = Counter()
        self._maker = maker
        self._chance = chance
        self._recent: list[Exchange] = []
        self._makers: dict[str, Callable[[Exchange], Exchange]] = {
            "exact_duplicates": self._exact_duplicate,
            "near_duplicates": self._near_duplicate,
            "empty_answers": self._empty_answer,
            "short_answers": self._short_answer,
            "test_traffic": self._test_traffic,
            "test_decoys": self._test_decoy,
        }

    def plant(self, conversation: Conversation) -> list[Exchange]:
        """The exchanges of the conversation, maybe with personal data, and extra ones behind them."""
        exchanges = conversation.exchanges
        first = exchanges[0]
        if first.siblings == 1:
            if self._chance() < _PERSONAL_RATE:
                exchanges = [self._personal(first), *exchanges[1:]]
            elif first.rating is not None:
                self._recent = [*self._recent[1 - _REMEMBERED :], first]
        extra = list(self._extra(exchanges[-1]))
        return exchanges + extra if extra else exchanges

    def _extra(self, last: Exchange) -> Iterator[Exchange]:
        for index, (name, rate) in enumerate(_RATES.items()):
            if self._chance() < rate and self._recent:
                # Each is used once: two near-duplicates of one message might be equal to each other.
                model = self._recent.pop(int(self._chance() * len(self._recent)))
                yield _moved(self._makers[name](model), last, index)

    def _count(self, name: str) -> None:
        self.tally[name] += 1

    def _personal(self, exchange: Exchange) -> Exchange:
        kind = pick(self._chance, PERSONAL_KINDS)
        self._count(f"pii_{kind}")
        sentence = personal_sentence(kind, self._chance)
        return exchange._replace(user_message=f"{exchange.user_message} {sentence}")

    def _exact_duplicate(self, model: Exchange) -> Exchange:
        self._count("exact_duplicates")
        return model

    def _near_duplicate(self, model: Exchange) -> Exchange:
        kind = pick(self._chance, ("case", "punctuation", "word"))
        self._count(f"near_duplicates_{kind}")
        text = model.user_message
        if kind == "case":
            changed = next(c for f in _CASE if (c := f(text)) != text)
        elif kind == "punctuation":
            changed = text.rstrip("?.! ") + pick(self._chance, ("!!", "...", " ???", " :-)"))
        else:
            changed = _other_word(text)
        return model._replace(user_message=changed)

    def _empty_answer(self, model: Exchange) -> Exchange:
        self._count("empty_answers")
        message, _ = self._maker.single()
        answer = pick(self._chance, ("", "", " ", "\n"))
        return model._replace(user_message=message, assistant_message=answer)

    def _short_answer(self, model: Exchange) -> Exchange:
        self._count("short_answers")
        message, _ = self._maker.single()
        return model._replace(user_message=message, assistant_message=pick(self._chance, _SHORT))

    def _test_traffic(self, model: Exchange) -> Exchange:
        message, answer = self._maker.single()
        if self._chance() < 0.5:
            self._count("test_traffic_user")
            user = f"test-{int(self._chance() * 9) + 1}"
            return model._replace(user_message=message, assistant_message=answer, user_id=user)
        self._count("test_traffic_message")
        return model._replace(user_message=pick(self._chance, _MARKERS), assistant_message=answer)

    def _test_decoy(self, model: Exchange) -> Exchange:
        self._count("test_decoys")
        message, answer = self._maker.single()
        message = f"{message} {pick(self._chance, _DECOYS)}"
        return model._replace(user_message=message, assistant_message=answer, rating=5)


def _moved(made: Exchange, last: Exchange, index: int) -> Exchange:
    """The exchange as a conversation of its own, a little after the last one."""
    conversation = f"{last.conversation_id}{'pqrstu'[index]}"
    return made._replace(
        conversation_id=conversation,
        message_id=f"{conversation}-a0",
        parent_message_id=f"{conversation}-u0",
        turn_index=0,
        user_id=made.user_id if made.user_id.startswith("test-") else last.user_id,
        second=last.second + 7 * (index + 1),
        thread=None,
        siblings=1,
    )


def _other_word(text: str) -> str:
    for old, new in _SYNONYMS:
        if old in text:
            return text.replace(old, new, 1)
    return f"Well, {text}"
