"""Ratings become pairs of siblings, labels, or drops with a reason: each rating exactly one of these."""

import itertools
import random
from datetime import timedelta

import pyarrow as pa
import pytest

from ai_data_platform.core.preference import PairOptions, preference_parts
from ai_data_platform.core.preference.parts import conversation_parts
from ai_data_platform.core.preference.schemas import (
    DROPPED_RATINGS,
    JUDGEMENTS,
    PREFERENCE_SCHEMA,
    UNPAIRED_SCHEMA,
)
from ai_data_platform_tests.core.preference.rating_tables import (
    NOON,
    PLAIN,
    Row,
    answer,
    build,
    drops,
    exchange_table,
    rated,
    rating_table,
    sides,
)


def test_the_best_rated_sibling_is_chosen_over_the_worst_with_the_whole_history_as_prompt() -> None:
    exchanges = [
        answer("a0", thread=["u0", "a0"]),
        answer("a1", 1, thread=["u0", "a0", "u1", "a1"], user_hash="another"),
        answer("b1", 1, thread=["u0", "a0", "u1", "b1"]),
        answer("d1", 1, thread=["u0", "a0", "u1", "d1"]),
    ]
    ratings = [*rated("a1", 2), *rated("b1", 5, 4, shown_position=2), *rated("d1", 3)]
    made = build(exchanges, ratings)

    assert made.pairs.to_pylist() == [
        {
            "prompt": [
                {"role": "user", "content": "Question 0?"},
                {"role": "assistant", "content": "Answer a0."},
                {"role": "user", "content": "Question 1?"},
            ],
            "chosen": [{"role": "assistant", "content": "Answer b1."}],
            "rejected": [{"role": "assistant", "content": "Answer a1."}],
            "pair_id": "41458773a24335b52d611a456a6240a2",
            "conversation_id": "c1",
            "turn_index": 1,
            "chosen_message_id": "b1",
            "rejected_message_id": "a1",
            "chosen_rating": 4.5,
            "rejected_rating": 2.0,
            "chosen_raters": 2,
            "rejected_raters": 1,
            "rating_record_ids": ["r-a1-0", "r-b1-0", "r-b1-1"],
            "exchange_record_ids": ["x-a0", "x-b1", "x-a1"],
            "origin": "ratings",
            "chosen_position": 2.0,
            "rejected_position": None,
            "user_hash": "someone",
            "began": NOON,
        }
    ]
    assert drops(made) == {"between_best_and_worst": 1}


def test_answers_to_different_turns_are_never_paired() -> None:
    made = build([answer("a0"), answer("a1", 1)], [*rated("a0", 5), *rated("a1", 1)])
    assert (sides(made), made.unpaired["label"].to_pylist()) == ([], [True, False])


def test_an_answer_to_an_edited_question_is_no_sibling() -> None:
    exchanges = [answer("a0"), answer("b0", user_message="Something else?")]
    made = build(exchanges, [*rated("a0", 5), *rated("b0", 1)])
    assert (sides(made), made.unpaired["message_id"].to_pylist()) == ([], ["a0", "b0"])


def test_of_one_persons_ratings_of_one_answer_the_latest_counts() -> None:
    exchanges = [answer("a0"), answer("b0")]
    (early,) = rated("a0", 1)
    late = early | {"rating": 5, "event_id": "e2", "created_at": NOON + timedelta(seconds=1)}
    same_time = late | {"rating": 4, "event_id": "e1"}
    named = [row | {"record_id": f"r{n}"} for n, row in enumerate((early, late, same_time))]

    for order in itertools.permutations(named):
        made = build(exchanges, [*order, *rated("b0", 1)])
        assert made.pairs["chosen_rating"].to_pylist() == [5.0]
        assert [(row["record_id"], row["matched_id"]) for row in made.dropped.to_pylist()] == [
            ("r0", "r1"),
            ("r2", "r1"),
        ]
        assert drops(made) == {"repeated_rating": 2}


def test_raters_who_hide_are_never_taken_for_one_person() -> None:
    hidden = [*rated("a0", 5, 2, user_id=None), *rated("b0", 1)]
    made = build([answer("a0"), answer("b0")], hidden)
    assert made.pairs.select(["chosen_rating", "chosen_raters"]).to_pylist() == [
        {"chosen_rating": 3.5, "chosen_raters": 2}
    ]


def test_one_event_that_comes_twice_counts_once() -> None:
    twice = [row | {"record_id": name} for name in "pq" for row in rated("a0", 5, user_id=None)]
    made = build([answer("a0"), answer("b0")], [*twice, *rated("b0", 1)])
    assert (drops(made), made.pairs["chosen_raters"].to_pylist()) == ({"repeated_rating": 1}, [1])


def test_answers_that_read_the_same_are_one_answer() -> None:
    exchanges = [answer("a0", assistant_message="Yes."), answer("b0", assistant_message=" YES. ")]
    ratings = [*rated("a0", 5), *rated("b0", 4, user_id="u9")]
    alone = build(exchanges, ratings).unpaired.to_pylist()
    assert [(row["message_id"], row["rating"], row["raters"]) for row in alone] == [("a0", 4.5, 2)]

    made = build([*exchanges, answer("d0")], [*ratings, *rated("d0", 1)])
    assert sides(made) == [("a0", "d0")]
    assert made.pairs["chosen_rating"].to_pylist() == [4.5]


@pytest.mark.parametrize(
    ("exchange", "rating", "reason"),
    [
        (answer("a0"), rated(None, 5), "conversation_level"),
        (answer("a0"), rated("gone", 5), "waiting_for_message"),
        (answer("a0"), rated("a0", 5, conversation_id="c2"), "waiting_for_message"),
        (answer("a0", 1), rated("a0", 5), "history_unknown"),
        (answer("a0", user_message=" "), rated("a0", 5), "empty_prompt"),
        (answer("a0", assistant_message="\n"), rated("a0", 5), "empty_answer"),
        (answer("a0"), rated("a0", 3), "neutral_rating"),
    ],
)
def test_a_rating_that_can_stand_behind_no_row_is_dropped_with_its_reason(
    exchange: Row, rating: list[Row], reason: str
) -> None:
    made = build([exchange], rating)
    assert made.dropped.select(["record_id", "conversation_id", "drop_reason"]).to_pylist() == [
        {
            "record_id": rating[0]["record_id"],
            "conversation_id": rating[0]["conversation_id"],
            "drop_reason": reason,
        }
    ]


def test_a_rating_that_waited_is_used_as_soon_as_the_log_has_its_message() -> None:
    ratings = [*rated("a0", 5), *rated("b0", 1)]
    assert drops(build([], ratings)) == {"waiting_for_message": 2}
    assert drops(build([answer("a0")], ratings)) == {"waiting_for_message": 1}
    assert sides(build([answer("a0"), answer("b0")], ratings)) == [("a0", "b0")]


@pytest.mark.parametrize("kinds", [("a1", "b1"), ("a1",)])
def test_a_prompt_with_a_hole_in_its_history_makes_no_row(kinds: tuple[str, ...]) -> None:
    exchanges = [answer("a0", assistant_message=""), answer("a1", 1), answer("b1", 1)]
    ratings = [
        row for name, stars in zip(kinds, (5, 1), strict=False) for row in rated(name, stars)
    ]
    made = build(exchanges, ratings)
    assert drops(made) == {"empty_turn_in_history": len(kinds)}


def test_judgements_are_the_ratings_that_count_by_prompt_answer_and_age() -> None:
    exchanges = [answer("b0"), answer("a0"), answer("a1", 1, parent_message_id="a0")]
    ratings = [
        *rated("b0", 4, 3),
        *rated("a0", 5, user_id=None, kind="thumbs"),
        *rated("a1", 2),
        *rated("gone", 1),
    ]
    made = build(exchanges, ratings)
    told = made.judgements.to_pylist()
    assert [(row["prompt_id"], row["message_id"], row["rating"], row["kind"]) for row in told] == [
        ("c1/a0", "a0", 5, "thumbs"),
        ("c1/a0", "b0", 4, "stars"),
        ("c1/a0", "b0", 3, "stars"),
        ("c1/a1", "a1", 2, "stars"),
    ]
    assert told[0]["rater"] == "event e-a0-0"
    assert told[1]["rater"] == told[3]["rater"] != told[2]["rater"]


def test_nothing_in_gives_nothing_out() -> None:
    made = build([], [])
    tables = (made.pairs, made.unpaired, made.dropped, made.judgements)
    schemas = (PREFERENCE_SCHEMA, UNPAIRED_SCHEMA, DROPPED_RATINGS, JUDGEMENTS)
    for table, schema in zip(tables, schemas, strict=True):
        assert (table.num_rows, table.schema) == (0, schema)


def crowd(seed: int) -> tuple[list[Row], list[Row]]:
    """Small conversations of every kind, rated and edited at random."""
    dice = random.Random(seed)
    texts = ["Yes.", "No.", "Maybe so.", "yes.", "", "Ask again later.", "Ｙｅｓ."]
    exchanges = [
        answer(
            f"m{number}",
            turn,
            conversation_id=f"c{dice.randint(0, 12)}",
            parent_message_id=f"m{dice.randint(0, number)}" if turn > 0 else None,
            user_message=dice.choice(["Why?", "Why?", "How?", "How?", ""]),
            assistant_message=dice.choice(texts),
            user_hash=dice.choice([None, "u1", "u2"]),
            created_at=NOON + timedelta(seconds=dice.randint(0, 5)),
        )
        for number in range(80)
        for turn in [dice.choice([-1, 0, 0, 0, 0, 0, 0, 1, 1, 2])]
    ]
    ratings = [
        row
        for number in range(400)
        for seen in [dice.choice(exchanges)]
        for row in rated(
            None if number % 31 == 0 else seen["message_id"],
            dice.randint(1, 5),
            record_id=f"r{number}",
            event_id=f"e{number % 380}",
            conversation_id=f"c{dice.randint(0, 12)}"
            if number % 9 == 0
            else seen["conversation_id"],
            user_id=dice.choice([None, "u1", "u2", "u3"]),
            created_at=NOON + timedelta(seconds=dice.randint(0, 5)),
            edited_text=dice.choice([None, None, None, None, " ", "Yes", "No. ", "Perhaps."]),
            kind=dice.choice(["stars", "comparison"]),
        )
    ]
    return exchanges, ratings


OPTIONS = [
    PairOptions(),
    PairOptions(
        max_pairs_per_prompt=2,
        max_pairs_per_conversation=2,
        max_pairs_per_user=4,
        min_margin=0.3,
    ),
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_every_rating_comes_out_exactly_once(seed: int, options: PairOptions) -> None:
    exchanges, ratings = crowd(seed)
    made = build(exchanges, ratings, options)  # asserts it
    assert made.pairs.num_rows
    assert made.dropped["record_id"].to_pylist() == sorted(made.dropped["record_id"].to_pylist())


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("seed", range(2))
def test_neither_the_order_of_events_nor_where_parts_end_changes_a_byte(
    seed: int, options: PairOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchanges, ratings = crowd(seed)
    whole = build(exchanges, ratings, options)
    random.Random(seed).shuffle(exchanges)
    random.Random(seed).shuffle(ratings)
    monkeypatch.setattr(conversation_parts, "__kwdefaults__", {"rows": 60})
    cut = list(preference_parts(exchange_table(exchanges), rating_table(ratings), options))

    assert len(cut) > 3
    for name in ("pairs", "unpaired", "judgements"):
        together = pa.concat_tables([getattr(part, name) for part in cut])
        assert together.to_pylist() == getattr(whole, name).to_pylist()
    dropped = pa.concat_tables([part.dropped for part in cut]).sort_by("record_id")
    assert dropped.to_pylist() == whole.dropped.to_pylist()


def test_the_user_and_the_beginning_are_those_of_the_first_exchange_as_sft_rows_have_them() -> None:
    later = NOON + timedelta(minutes=1)
    exchanges = [
        answer("a0", user_hash="late", created_at=later),
        answer("b0", user_hash="early"),
        answer("c0", 1, user_hash="next", parent_message_id="b0", created_at=NOON),
    ]
    made = build(exchanges, [*rated("a0", 5), *rated("b0", 1)], PLAIN)
    assert made.pairs.select(["user_hash", "began"]).to_pylist() == [
        {"user_hash": "early", "began": NOON}
    ]
