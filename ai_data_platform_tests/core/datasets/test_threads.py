"""Which history an exchange has, and which path of a conversation SFT learns from."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ai_data_platform.core.datasets.threads import (
    Exchange,
    Histories,
    best_thread,
    messages_of,
    sft_messages,
)

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def exchange(message_id: str, turn_index: int, **changes: Any) -> Exchange:
    fields: dict[str, Any] = {
        "conversation_id": "c1",
        "user_message": f"Question {turn_index}?",
        "assistant_message": f"Answer {message_id}.",
        "created_at": NOON,
    }
    return Exchange(message_id=message_id, turn_index=turn_index, **(fields | changes))


def threaded(message_id: str, *thread: str, **changes: Any) -> Exchange:
    return exchange(message_id, len(thread) // 2 - 1, thread=thread, **changes)


def history_ids(target: Exchange, *others: Exchange) -> list[str] | None:
    history = Histories([target, *others]).history(target)
    return None if history is None else [before.message_id for before in history]


def test_a_thread_names_the_history_among_regenerated_answers() -> None:
    first, again = threaded("a0", "u0", "a0"), threaded("b0", "u0", "b0")
    second = threaded("a1", "u0", "b0", "u1", "a1")

    assert history_ids(second, first, again) == ["b0"]
    assert history_ids(first, second, again) == []


def test_a_thread_whose_earlier_answer_is_missing_gives_no_history() -> None:
    assert history_ids(threaded("a1", "u0", "a0", "u1", "a1"), threaded("b0", "u0", "b0")) is None


def test_one_missing_turn_hides_the_history_of_every_later_one() -> None:
    late = threaded("a2", "u0", "a0", "u1", "a1", "u2", "a2")
    assert history_ids(late, threaded("a1", "u0", "a0", "u1", "a1")) is None


@pytest.mark.parametrize(
    "thread",
    [
        (),
        ("a1",),
        ("u0", "a0", "a1"),
        ("u0", "a0"),
        ("x", "a0", "u1", "a1"),
        ("u1", "a1", "u1", "a1"),
    ],
)
def test_a_thread_that_contradicts_the_log_gives_no_history(thread: tuple[str, ...]) -> None:
    assert history_ids(exchange("a1", 1, thread=thread), threaded("a0", "u0", "a0")) is None


def test_a_parent_that_is_an_earlier_answer_names_the_history() -> None:
    first, again = exchange("a0", 0), exchange("b0", 0)
    second = exchange("a1", 1, parent_message_id="b0")
    third = exchange("a2", 2, parent_message_id="a1")

    assert history_ids(third, first, again, second) == ["b0", "a1"]


def test_without_links_the_only_exchange_of_the_turn_before_is_the_history() -> None:
    turns = [exchange(f"a{turn}", turn, parent_message_id=f"u{turn}") for turn in range(3)]
    assert history_ids(turns[2], turns[1], turns[0]) == ["a0", "a1"]


def test_without_links_two_answers_at_the_turn_before_leave_the_history_unknown() -> None:
    answers = [exchange("a0", 0), exchange("b0", 0)]
    assert history_ids(exchange("a1", 1), *answers) is None
    assert history_ids(exchange("a2", 2), exchange("a1", 1), *answers) is None


def test_a_missing_turn_leaves_the_history_unknown() -> None:
    assert history_ids(exchange("a2", 2), exchange("a0", 0)) is None
    assert history_ids(exchange("a0", -1)) is None


def test_a_regenerated_answer_with_a_turn_of_its_own_is_never_taken_for_history() -> None:
    first = exchange("a0", 0, parent_message_id="u0")
    again = exchange("b0", 1, parent_message_id="u0")
    second = exchange("a1", 2, parent_message_id="u1")

    assert history_ids(again, first, second) is None
    assert history_ids(second, first, again) is None


def test_links_that_run_in_a_circle_give_no_history() -> None:
    first = exchange("a0", 1, thread=("u1", "a1", "u0", "a0"))
    second = exchange("a1", 1, thread=("u0", "a0", "u1", "a1"))
    assert history_ids(first, second) is None


def test_an_earlier_answer_that_stands_at_a_later_turn_is_no_history() -> None:
    target = exchange("a1", 1, thread=("u0", "a0", "u1", "a1"))
    assert history_ids(target, exchange("a0", 3)) is None
    assert history_ids(exchange("a1", 1, parent_message_id="a0"), exchange("a0", 3)) is None


def test_a_message_logged_twice_counts_once() -> None:
    first = exchange("a0", 0, record_id="1")
    copy = exchange("a0", 0, record_id="2")
    assert Histories([exchange("a1", 1), copy, first]).history(exchange("a1", 1)) == (first,)


def test_exchanges_of_two_conversations_are_refused() -> None:
    with pytest.raises(ValueError, match="one conversation"):
        Histories([exchange("a", 0), exchange("b", 0, conversation_id="c2")])


def test_a_conversation_of_ten_thousand_turns_has_a_history_without_recursion() -> None:
    turns = [exchange(f"a{turn:05}", turn) for turn in range(10_000)]
    history = Histories(turns).history(turns[-1])
    assert history == tuple(turns[:-1])


def test_siblings_answer_the_same_words_after_the_same_history() -> None:
    first = exchange("a0", 0, user_message="Hello there")
    again = exchange("b0", 0, user_message=" hello  THERE ")
    edited = exchange("d0", 0, user_message="Hello you")
    histories = Histories([first, again, edited])

    assert histories.question(first) == histories.question(again)
    assert histories.question(first) != histories.question(edited)


def test_the_same_words_after_other_answers_are_another_question() -> None:
    roots = [threaded("a0", "u0", "a0"), threaded("b0", "u0", "b0")]
    after_a = threaded("a1", "u0", "a0", "u1", "a1", user_message="Why?")
    after_b = threaded("b1", "u0", "b0", "v1", "b1", user_message="Why?")
    histories = Histories([*roots, after_a, after_b])

    assert histories.question(after_a) != histories.question(after_b)


def test_an_edited_question_after_the_same_answer_is_another_question() -> None:
    asked = exchange("a1", 1, parent_message_id="a0", user_message="Why?")
    edited = exchange("b1", 1, parent_message_id="a0", user_message="How?")
    histories = Histories([exchange("a0", 0), asked, edited])

    assert histories.question(asked) != histories.question(edited)


def test_sft_takes_the_best_answers_from_the_first_turn_on() -> None:
    worse = threaded("a0", "u0", "a0", rating=3)
    better = threaded("b0", "u0", "b0", rating=5)
    lost = threaded("a1", "u0", "a0", "u1", "a1", rating=5)
    kept = threaded("b1", "u0", "b0", "u1", "b1", rating=4)
    other_question = threaded(
        "d1", "u0", "b0", "v1", "d1", rating=None, user_message="Something else?"
    )
    missing = threaded("e1", "u0", "gone", "u1", "e1", rating=5)

    thread = sft_messages([missing, other_question, kept, lost, better, worse])

    assert thread.messages == [
        {"role": "user", "content": "Question 0?"},
        {"role": "assistant", "content": "Answer b0."},
        {"role": "user", "content": "Question 1?"},
        {"role": "assistant", "content": "Answer b1."},
    ]
    assert thread.used == (better, kept)
    assert thread.dropped == (
        (worse, "sibling_of_a_better_answer"),
        (lost, "follows_a_dropped_turn"),
        (other_question, "branch_not_taken"),
        (missing, "history_unknown"),
    )
    assert thread.drop_counts == {
        "branch_not_taken": 1,
        "follows_a_dropped_turn": 1,
        "history_unknown": 1,
        "sibling_of_a_better_answer": 1,
    }


def test_answers_rated_alike_are_chosen_by_length_and_then_by_id() -> None:
    long = exchange("c0", 0, assistant_message="Answer in more words.", rating=4)
    unrated = exchange("d0", 0, assistant_message="By far the longest answer of them all.")
    first, second = exchange("a0", 0, rating=4), exchange("b0", 0, rating=4)

    assert sft_messages([unrated, second, first, long]).used == (long,)
    assert sft_messages([second, first, unrated]).used == (first,)
    assert sft_messages([unrated, exchange("a1", 1)]).used == (unrated, exchange("a1", 1))


def test_another_order_of_preference_can_be_given() -> None:
    short, long = exchange("a0", 0, assistant_message="No."), exchange("b0", 0)
    thread = best_thread([short, long], lambda answer: len(answer.assistant_message))
    assert thread.used == (short,)


def test_a_conversation_without_its_first_turn_gives_no_messages() -> None:
    late = exchange("a1", 1)
    assert sft_messages([late]) == ([], (), ((late, "history_unknown"),))
    assert sft_messages([]) == ([], (), ())


def test_a_sibling_that_a_filter_removed_still_makes_the_next_history_unknown() -> None:
    kept, filtered, second = exchange("a0", 0), exchange("b0", 0), exchange("a1", 1)

    assert sft_messages([kept, second]).used == (kept, second)
    thread = sft_messages([kept, second], logged=[kept, filtered, second])
    assert thread.used == (kept,)
    assert thread.dropped == ((second, "history_unknown"),)


def test_the_order_of_the_rows_does_not_change_the_thread() -> None:
    rows = [
        threaded("a0", "u0", "a0", rating=4),
        threaded("b0", "u0", "b0", rating=4),
        threaded("a1", "u0", "a0", "u1", "a1"),
        threaded("b1", "u0", "b0", "u1", "b1"),
    ]
    assert sft_messages(rows) == sft_messages(rows[::-1])


def test_a_row_of_the_lake_becomes_an_exchange() -> None:
    row = {
        "record_id": "r1",
        "conversation_id": "c1",
        "message_id": "a0",
        "parent_message_id": None,
        "thread": ["u0", "a0"],
        "turn_index": 0,
        "user_message": "Hello",
        "assistant_message": "Hi",
        "rating": 5,
        "created_at": NOON,
        "source_file": "ignored",
    }
    assert Exchange.from_row(row) == Exchange(
        record_id="r1",
        conversation_id="c1",
        message_id="a0",
        thread=("u0", "a0"),
        turn_index=0,
        user_message="Hello",
        assistant_message="Hi",
        rating=5,
        created_at=NOON,
    )
    assert messages_of([Exchange.from_row(row)]) == [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
    ]
