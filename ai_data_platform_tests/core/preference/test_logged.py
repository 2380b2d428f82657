"""The columns of a log say what `threads.Histories` says, exchange by exchange."""

import random
from collections import defaultdict

import pytest

from ai_data_platform.core.datasets.threads import Exchange, Histories
from ai_data_platform.core.preference.logged import read_logged
from ai_data_platform_tests.core.preference.rating_tables import Row, answer, exchange_table
from ai_data_platform_tests.core.preference.test_build import crowd


def threaded(exchanges: list[Row], seed: int) -> list[Row]:
    """The same with a thread here and there, right or wrong."""
    dice = random.Random(seed)
    ids = [row["message_id"] for row in exchanges]

    def thread(own: str) -> list[str] | None:
        if dice.random() < 0.3:
            return None
        path = [dice.choice(ids) for _ in range(dice.choice([0, 1, 1, 2, 3, 3]))]
        return [*path, own] if dice.random() < 0.9 else path

    return [row | {"thread": thread(row["message_id"])} for row in exchanges]


def by_conversation(exchanges: list[Row]) -> dict[str, Histories]:
    found: dict[str, list[Exchange]] = defaultdict(list)
    for row in exchanges:
        found[row["conversation_id"]].append(Exchange.from_row(row))
    return {name: Histories(rows) for name, rows in found.items()}


@pytest.mark.parametrize("with_threads", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_links_histories_and_siblings_are_those_of_the_single_conversations(
    seed: int, with_threads: bool
) -> None:
    exchanges, _ = crowd(seed)
    if with_threads:
        exchanges = threaded(exchanges, seed)
    log = read_logged(exchange_table(exchanges))
    histories = by_conversation(exchanges)
    names = log.rows.column("conversation_id").to_pylist()
    ids = log.rows.column("message_id").to_pylist()
    prompts: dict[object, int] = {}
    for row, (name, message_id) in enumerate(zip(names, ids, strict=True)):
        one = histories[name].get(message_id)
        assert one is not None
        before = histories[name].previous(one)
        link = int(log.previous[row])
        assert (ids[link] if link >= 0 else None) == (before and before.message_id)
        assert log.known[row] == histories[name].known(one)
        if (told := histories[name].history(one)) is not None:
            blank = any(not (t.user_message.strip() and t.assistant_message.strip()) for t in told)
            size = sum(len((t.user_message + t.assistant_message).encode()) for t in told)
            seen = (log.depths[row], log.holes[row], log.bytes_before[row])
            assert seen == (len(told), blank, size)
            question = (name, histories[name].question(one))
            assert prompts.setdefault(question, log.prompts[row]) == log.prompts[row]
    assert len(set(prompts.values())) == len(prompts)


def test_a_turn_after_siblings_that_stand_at_turns_of_their_own_follows_neither() -> None:
    siblings = [answer("a", 1, parent_message_id="u"), answer("b", 2, parent_message_id="u")]
    log = read_logged(exchange_table([answer("first"), *siblings, answer("after", 3)]))
    assert log.rows.column("message_id").to_pylist() == ["first", "a", "b", "after"]
    assert log.known.tolist() == [True, True, False, False]


def test_a_message_id_seen_twice_stands_for_its_first_row() -> None:
    twice = [answer("a0", record_id="x2", user_message="Late?"), answer("a0", record_id="x1")]
    log = read_logged(exchange_table(twice))
    assert log.rows.column("record_id").to_pylist() == ["x1"]


def test_a_very_long_conversation_is_followed_to_its_start() -> None:
    rows = [answer(f"m{turn:05}", turn) for turn in range(3_000)]
    log = read_logged(exchange_table(rows))
    assert log.known.all()
    assert log.depths.tolist() == list(range(3_000))
