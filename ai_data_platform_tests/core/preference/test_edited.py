"""An edit is better than the answer that it was made from."""

from datetime import timedelta

from ai_data_platform.core.preference import PairOptions
from ai_data_platform_tests.core.preference.rating_tables import (
    NOON,
    answer,
    build,
    drops,
    rated,
    sides,
)

SIBLINGS = [answer("a0"), answer("b0")]


def test_an_edit_is_chosen_over_its_answer_and_its_rating_is_not_counted_again() -> None:
    ratings = [
        *rated("a0", 5),
        *rated("b0", 1),
        *rated("b0", 2, user_id="u5", record_id="r-edit", edited_text="A better answer."),
    ]
    made = build(SIBLINGS, ratings)
    edit, pair = sorted(made.pairs.to_pylist(), key=lambda row: row["origin"])
    assert {name: edit[name] for name in edit if name not in ("pair_id", "began")} == {
        "prompt": [{"role": "user", "content": "Question 0?"}],
        "chosen": [{"role": "assistant", "content": "A better answer."}],
        "rejected": [{"role": "assistant", "content": "Answer b0."}],
        "conversation_id": "c1",
        "turn_index": 0,
        "chosen_message_id": None,
        "rejected_message_id": "b0",
        "chosen_rating": None,
        "rejected_rating": 2.0,
        "chosen_raters": 1,
        "rejected_raters": 1,
        "rating_record_ids": ["r-edit"],
        "exchange_record_ids": ["x-b0"],
        "origin": "edit",
        "chosen_position": None,
        "rejected_position": None,
        "user_hash": "someone",
    }
    assert (pair["rejected_rating"], pair["rating_record_ids"]) == (1.0, ["r-a0-0", "r-b0-0"])


def test_an_edit_without_change_or_text_is_dropped_with_its_reason() -> None:
    ratings = [
        *rated("a0", 4, edited_text=" ANSWER  a0. "),
        *rated("b0", 4, edited_text=" "),
    ]
    made = build(SIBLINGS, ratings)
    assert (sides(made), drops(made)) == ([], {"edit_equals_answer": 1, "empty_edit": 1})


def test_the_latest_edit_of_a_person_counts_beside_their_latest_rating() -> None:
    edit = rated("a0", 2, edited_text="First try.")[0]
    later = edit | {"record_id": "r-late", "edited_text": "Second try."}
    later |= {"event_id": "e-late", "created_at": NOON + timedelta(seconds=1)}
    made = build(SIBLINGS, [edit, later, *rated("a0", 5, record_id="r-stars")])
    assert made.pairs["chosen"].to_pylist() == [[{"role": "assistant", "content": "Second try."}]]
    assert made.unpaired["rating"].to_pylist() == [5.0]
    assert drops(made) == {"repeated_rating": 1}


def test_edits_that_read_the_same_are_one_pair_in_the_words_of_the_first() -> None:
    edits = rated("a0", 2, 4, edited_text="Better.")
    edits[1] |= {"edited_text": "BETTER. ", "created_at": NOON + timedelta(seconds=1)}
    (row,) = build(SIBLINGS, edits).pairs.to_pylist()
    assert (row["chosen"][0]["content"], row["chosen_raters"]) == ("Better.", 2)
    assert (row["rejected_rating"], row["rating_record_ids"]) == (3.0, ["r-a0-0", "r-a0-1"])


def test_a_prompt_has_as_many_edits_as_it_may_those_of_most_people_first() -> None:
    edits = rated("a0", 2, 2, 2, edited_text="Better.")
    edits[0] |= {"edited_text": "Other words."}
    made = build(SIBLINGS, edits)
    assert made.pairs["chosen"].to_pylist() == [[{"role": "assistant", "content": "Better."}]]
    assert drops(made) == {"over_prompt_cap": 1}
    both = build(SIBLINGS, edits, PairOptions(max_pairs_per_prompt=2)).pairs
    assert len(set(both["pair_id"].to_pylist())) == 2


def test_edits_come_before_ratings_under_the_cap_of_a_conversation() -> None:
    ratings = [*rated("a0", 5), *rated("b0", 1), *rated("b0", 2, user_id="u5", record_id="r-edit")]
    ratings[-1]["edited_text"] = "A better answer."
    made = build(SIBLINGS, ratings, PairOptions(max_pairs_per_conversation=1))
    assert (sides(made), drops(made)) == ([(None, "b0")], {"over_conversation_cap": 2})
