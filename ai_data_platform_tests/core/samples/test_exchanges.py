"""Conversations: turns, siblings, threads and times."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

import pytest

from ai_data_platform.core.samples.dialogues import TurnMaker
from ai_data_platform.core.samples.exchanges import Conversation, Exchange, chat_row, conversations
from ai_data_platform.core.samples.pages import pages
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import FIRST_DAY, log_files
from ai_data_platform.core.text import word_count

BOOKS = [page.facts for page in pages(7, 40)]


def _conversations(spec: SampleSpec) -> list[tuple[str, Conversation]]:
    chance = Random(f"{spec.seed}/chat").random
    maker = TurnMaker(BOOKS, chance)
    return [
        (file.format, conversation)
        for file in log_files(spec)
        for conversation in conversations(file, maker, 500, chance)
    ]


CONVERSATIONS = _conversations(SampleSpec(conversations=3_000))
EXCHANGES = [exchange for _, made in CONVERSATIONS for exchange in made.exchanges]


def _groups() -> dict[str, list[Exchange]]:
    groups: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in EXCHANGES:
        groups[exchange.parent_message_id].append(exchange)
    return groups


def test_ids_are_unique_and_conversations_have_one_to_six_turns() -> None:
    assert len({exchange.message_id for exchange in EXCHANGES}) == len(EXCHANGES)
    turns = [made.exchanges[-1].turn_index + 1 for _, made in CONVERSATIONS]
    assert set(turns) == {1, 2, 3, 4, 5, 6}


def test_about_one_message_in_eight_has_two_or_three_answers() -> None:
    sizes = Counter(len(group) for group in _groups().values())
    assert set(sizes) == {1, 2, 3}
    assert 0.10 < (sizes[2] + sizes[3]) / sizes.total() < 0.14


def test_siblings_share_their_message_and_differ_in_their_text_and_worth() -> None:
    for group in _groups().values():
        assert len({(e.user_message, e.turn_index, e.conversation_id) for e in group}) == 1
        assert len({e.assistant_message for e in group}) == len(group)
        assert {e.siblings for e in group} == {len(group)}
        if len(group) > 1:
            assert max(e.score for e in group) == 5
            assert min(e.score for e in group) <= 2


def test_a_thread_leads_through_every_turn_to_its_own_row() -> None:
    for form, made in CONVERSATIONS:
        branches = any(e.siblings > 1 for e in made.exchanges if e.turn_index < _last_turn(made))
        known = {e.message_id: e for e in made.exchanges}
        for exchange in made.exchanges:
            assert (exchange.thread is not None) == branches
            if exchange.thread is None:
                continue
            assert form.startswith("jsonl")
            assert exchange.thread[-2:] == (exchange.parent_message_id, exchange.message_id)
            path = [known[name] for name in exchange.thread[1::2]]
            assert [e.turn_index for e in path] == list(range(exchange.turn_index + 1))
            assert list(exchange.thread[::2]) == [e.parent_message_id for e in path]


def test_most_threads_go_on_from_the_best_answer_but_not_all_of_them() -> None:
    known = {exchange.message_id: exchange for exchange in EXCHANGES}
    groups = _groups()
    best = []
    for exchange in EXCHANGES:
        for name in (exchange.thread or ())[1:-2:2]:
            group = groups[known[name].parent_message_id]
            if len(group) > 1:
                best.append(known[name].score == max(e.score for e in group))
    assert 0.8 < sum(best) / len(best) < 0.98


def _last_turn(made: Conversation) -> int:
    return made.exchanges[-1].turn_index


def test_every_row_lies_on_the_day_of_its_file() -> None:
    days = {FIRST_DAY + timedelta(days=offset) for offset in range(7)}
    chance = Random(1).random
    for file in log_files(SampleSpec(conversations=700)):
        for made in conversations(file, TurnMaker(BOOKS, chance), 50, chance):
            seconds = [exchange.second for exchange in made.exchanges]
            assert seconds == sorted(seconds)
            assert {datetime.fromtimestamp(s, UTC).date() for s in seconds} == {file.day}
        days.discard(file.day)
    assert days == set()


def test_hardly_any_pair_occurs_twice_and_few_answers_are_short() -> None:
    pairs = {(exchange.user_message, exchange.assistant_message) for exchange in EXCHANGES}
    lengths = sorted(word_count(exchange.assistant_message) for exchange in EXCHANGES)
    assert len(EXCHANGES) - len(pairs) < 0.001 * len(EXCHANGES)
    assert lengths[len(lengths) // 20] >= 8


def test_ratings_follow_the_worth_and_half_of_the_rows_have_none() -> None:
    rated = [e for e in EXCHANGES if e.rating is not None]
    assert 0.5 < len(rated) / len(EXCHANGES) < 0.6
    assert all(abs((e.rating or 0) - e.score) <= 1 for e in rated)
    assert sum(e.rating in (4, 5) for e in rated) > 0.7 * len(rated)


def test_no_text_has_an_open_slot() -> None:
    texts = [text for e in EXCHANGES for text in (e.user_message, e.assistant_message)]
    assert [text for text in texts if "{" in text or "[" in text] == []


def test_a_row_has_a_thread_column_only_where_a_conversation_branches() -> None:
    exchange = EXCHANGES[0]._replace(thread=None, second=1_741_000_000)
    assert list(chat_row(exchange, 60)) == [
        "conversation_id",
        "message_id",
        "parent_message_id",
        "turn_index",
        "user_message",
        "assistant_message",
        "rating",
        "model",
        "user_id",
        "created_at",
    ]
    assert chat_row(exchange, 60)["created_at"] == "2025-03-03T12:06:40+01:00"
    assert chat_row(exchange._replace(thread=("a", "b")), 0)["thread"] == ("a", "b")


def test_the_first_of_ten_million_conversations_comes_at_once() -> None:
    chance = Random(1).random
    file = next(iter(log_files(SampleSpec(conversations=10_000_000))))
    stream = conversations(file, TurnMaker(BOOKS, chance), 500, chance)
    assert [made.number for made in islice(stream, 2)] == [0, 1]
    assert file.stop - file.first <= 20_000


@pytest.mark.slow
def test_at_a_hundred_thousand_rows_less_than_one_pair_in_a_hundred_is_repeated() -> None:
    made = _conversations(SampleSpec(conversations=42_000))
    rows = [exchange for _, conversation in made for exchange in conversation.exchanges]
    pairs = {(exchange.user_message, exchange.assistant_message) for exchange in rows}
    lengths = sorted(word_count(exchange.assistant_message) for exchange in rows)
    assert 95_000 < len(rows) < 110_000
    assert 1 - len(pairs) / len(rows) < 0.01
    assert lengths[len(lengths) // 20] >= 8
