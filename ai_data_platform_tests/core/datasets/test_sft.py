"""The SFT dataset: every exchange is kept or counted, and what is kept reads as a conversation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.leakage import Contamination
from ai_data_platform.core.datasets.sft import Semantic, SftDataset
from ai_data_platform.core.datasets.sft_gate import SftMeasures, SftThresholds, sft_rules
from ai_data_platform.core.datasets.split import SPLITS, Shares, Split, split_of
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.gates import judge
from ai_data_platform_tests.sft_building import built, with_fields

LONG = "Hold the button for five seconds and wait for the light."
START = datetime(2024, 3, 1, tzinfo=UTC)


def exchange(
    conversation_id: str, turn: int = 0, answer: str = LONG, *, sibling: str = "", rating: int = 5
) -> Exchange:
    name = f"{conversation_id}.{turn}{sibling}"
    return Exchange(
        message_id=name,
        conversation_id=conversation_id,
        turn_index=turn,
        user_message=f"Question {turn} of {conversation_id}?",
        assistant_message=answer,
        created_at=START,
        parent_message_id=f"asked {conversation_id}.{turn}",
        rating=rating,
        record_id=f"record {name}",
    )


def rows(dataset: SftDataset, split: Split | None = None) -> list[dict[str, Any]]:
    splits = SPLITS if split is None else (split,)
    return [row for one in splits for row in dataset.table(one).to_pylist()]


def names(dataset: SftDataset, split: Split | None = None) -> list[str]:
    return [row["conversation_id"] for row in rows(dataset, split)]


def dropped(dataset: SftDataset) -> list[tuple[Any, ...]]:
    """Record, stage, reason, matched id, its kind and the detail of each."""
    columns = ["record_id", "stage", "drop_reason", "matched_id", "matched_kind", "detail"]
    return [tuple(row.values()) for row in dataset.dropped.select(columns).to_pylist()]


def sides(dataset: SftDataset) -> dict[str, str]:
    return {name: split for split in SPLITS for name in names(dataset, split)}


def test_a_conversation_becomes_messages_with_ratings_records_and_its_user() -> None:
    logged = [exchange("c1", 0), exchange("c1", 1, "Yes, it is done.", rating=4)]
    dataset = built(logged, users={"c1": "u1"})

    assert rows(dataset, "train") == [
        {
            "conversation_id": "c1",
            "messages": [
                {"role": "user", "content": "Question 0 of c1?"},
                {"role": "assistant", "content": LONG},
                {"role": "user", "content": "Question 1 of c1?"},
                {"role": "assistant", "content": "Yes, it is done."},
            ],
            "ratings": [5, 4],
            "record_ids": ["record c1.0", "record c1.1"],
            "user_hash": "u1",
        }
    ]
    assert (rows(dataset, "validation"), rows(dataset, "test"), dropped(dataset)) == ([], [], [])


def test_of_two_answers_the_better_rated_trains_and_the_other_is_counted() -> None:
    dataset = built(
        [
            exchange("c1", 0, sibling="a", rating=4),
            exchange("c1", 0, "A better answer than the other one.", sibling="b", rating=5),
        ]
    )
    assert [row["record_ids"] for row in rows(dataset)] == [["record c1.0b"]]
    assert dropped(dataset) == [
        ("record c1.0a", "assemble", "sibling_of_a_better_answer", None, None, None)
    ]
    assert dataset.drop_counts == {"sibling_of_a_better_answer": 1}


def test_a_turn_after_one_that_was_filtered_out_does_not_train_without_it() -> None:
    logged = [exchange("c1", 0), exchange("c1", 1), exchange("c1", 2)]
    dataset = built(logged, {"record c1.0", "record c1.2"})
    assert [row["record_ids"] for row in rows(dataset)] == [["record c1.0"]]
    assert dataset.drop_counts == {"follows_a_dropped_turn": 1}


def test_a_conversation_that_repeats_an_earlier_one_is_dropped_whole() -> None:
    def told(name: str) -> list[Exchange]:
        turns = [exchange(name, 0), exchange(name, 1, "Good.")]
        shout = str.upper if name == "c2" else str
        return [
            with_fields(turn, user_message=shout(f"Question {turn.turn_index}?")) for turn in turns
        ]

    dataset = built([*told("c1"), *told("c2"), exchange("c3")])

    assert names(dataset) == ["c1", "c3"]
    repeats = ("duplicates", "exact_duplicate", "c1", "conversation", "jaccard 1.000")
    assert dropped(dataset) == [("record c2.0", *repeats), ("record c2.1", *repeats)]
    assert dataset.repeated == 1 / 3


ADVICE = (
    "Turn the heating valve clockwise until it stops, wait for {} minutes, then open the small screw on "
    "the side with the key from the drawer and let the air out until water comes, then close it again."
)


def advised(name: str, answer: str, *, rating: int = 5, hour: int = 0) -> Exchange:
    """A conversation of one exchange, begun at that hour."""
    told = exchange(name, 0, answer, rating=rating)
    began = START + timedelta(hours=hour)
    return with_fields(told, user_message="My radiator is cold.", created_at=began)


def test_of_conversations_that_resemble_each_other_the_best_rated_stays_and_is_named() -> None:
    shorter = ADVICE.replace("the small screw", "the screw")
    dataset = built(
        [
            advised("c1", ADVICE.format("ten"), rating=4),
            advised("c2", shorter.format("ten")),
            advised("c3", "Call the plumber, who knows this boiler and its valves well enough."),
        ],
        threshold=0.7,
    )
    assert names(dataset) == ["c2", "c3"]
    assert dropped(dataset) == [
        ("record c1.0", "duplicates", "near_duplicate", "c2", "conversation", "jaccard 0.947")
    ]


@pytest.mark.parametrize(
    ("changes", "survivor"),
    [
        ([{"rating": 4}, {}], "c1"),
        ([{}, {"answer": "a little longer, " + ADVICE.format("ten")}], "c1"),
        ([{"hour": 3}, {"hour": 2}], "c1"),
        ([{}, {}], "c0"),
    ],
    ids=["best rated", "longest", "earliest", "smallest id"],
)
def test_the_copy_that_survives_is_the_best_rated_then_the_longest_then_the_earliest(
    changes: list[dict[str, Any]], survivor: str
) -> None:
    logged = [
        advised(f"c{i}", **{"answer": ADVICE.format("ten"), **change})
        for i, change in enumerate(changes)
    ]
    assert names(built(logged, threshold=0.7)) == [survivor]


def test_conversations_that_differ_in_a_number_are_both_kept_on_one_side_of_the_split() -> None:
    logged = [advised(f"c{n:02}", ADVICE.format(n), hour=n) for n in range(20)]
    dataset = built(logged, shares=Shares(0.3, 0.3), threshold=0.7)
    assert len(set(sides(dataset).values())) == 1
    assert (len(names(dataset)), dropped(dataset), dataset.variants) == (20, [], 19)


def owner(side: Split, shares: Shares) -> str:
    """Somebody whose conversations stand on this side."""
    users = (f"u{n}" for n in range(1000))
    return next(u for u in users if split_of(f"user {u}", shares.validation, shares.test) == side)


HELD_OUT = Shares(0.3, 0.3)
TRAINER, TESTER = owner("train", HELD_OUT), owner("test", HELD_OUT)


def test_all_conversations_of_a_user_stand_on_the_side_of_the_user() -> None:
    logged = [with_fields(exchange(f"c{n:02}"), user_message="ab" * n + "?") for n in range(12)]
    users = {one.conversation_id: (TRAINER, TESTER)[i % 2] for i, one in enumerate(logged)}
    found = sides(built(logged, users=users, shares=HELD_OUT))
    assert found == {name: "train" if user == TRAINER else "test" for name, user in users.items()}


def test_a_variant_of_another_users_earlier_conversation_cannot_stand_on_another_side() -> None:
    logged = [advised("c1", ADVICE.format(5), hour=1), advised("c2", ADVICE.format(6), hour=2)]
    users = {"c1": TRAINER, "c2": TESTER}
    dataset = built(logged, users=users, shares=HELD_OUT, threshold=0.7)
    assert sides(dataset) == {"c1": "train"}
    assert dropped(dataset) == [
        ("record c2.0", "split", "crosses_split", "c1", "conversation", "is in train")
    ]


def test_a_better_copy_by_a_user_of_another_side_does_not_drive_out_the_earlier_one() -> None:
    logged = [
        advised("c1", ADVICE.format("ten"), rating=4, hour=1),
        advised("c2", ADVICE.format("ten"), rating=5, hour=2),
    ]
    users = {"c1": TRAINER, "c2": TESTER}
    dataset = built(logged, users=users, shares=HELD_OUT, threshold=0.7)
    assert sides(dataset) == {"c1": "train"}
    assert [drop[2:4] for drop in dropped(dataset)] == [("exact_duplicate", "c1")]


PHRASES = ("ten", "five", "ten long", "7", "8", "ten or so")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PHRASES), st.integers(0, 5)), min_size=1, max_size=14),
    st.integers(0, 14),
)
def test_conversations_that_begin_later_leave_each_old_row_on_its_side(
    told: list[tuple[str, int]], before: int
) -> None:
    logged = [
        advised(f"c{i:02}", ADVICE.format(phrase), rating=3 + i % 3, hour=i)
        for i, (phrase, _) in enumerate(told)
    ]
    users = {f"c{i:02}": f"u{user}" for i, (_, user) in enumerate(told) if user}
    first, whole = (
        built(some, users=users, shares=HELD_OUT, threshold=0.7)
        for some in (logged[:before], logged)
    )
    earlier, later = sides(first), sides(whole)
    replaced = {
        drop[0] for drop in dropped(whole) if drop[1] == "duplicates"
    }  # by a better copy on the same side
    for name, side in earlier.items():
        assert later.get(name, side) == side
        assert name in later or f"record {name}.0" in replaced
    crossed = [{drop[0] for drop in dropped(one) if drop[1] == "split"} for one in (first, whole)]
    assert {name for name in crossed[1] if name < f"record c{before:02}"} <= crossed[0] | replaced


def test_every_clean_exchange_is_kept_or_dropped_exactly_once() -> None:
    logged = [
        exchange(f"c{n:03}", turn, sibling=sibling, rating=3 + (n + turn) % 3)
        for n in range(60)
        for turn in range(n % 4 + 1)
        for sibling in ("a", "b")[: 1 + (n + turn) % 2]
    ]
    clean = {one.record_id for one in logged if one.rating is not None and one.rating > 3}

    dataset = built(logged, clean, shares=HELD_OUT)

    kept = [record for row in rows(dataset) for record in row["record_ids"]]
    assert sorted(kept + dataset.dropped["record_id"].to_pylist()) == sorted(clean)
    assert dataset.funnel[0].rows_in == len(clean)
    assert dataset.funnel[-1].rows_out == len(kept)
    for before, after in zip(dataset.funnel, dataset.funnel[1:], strict=False):
        assert before.rows_in - sum(before.dropped.values()) == before.rows_out == after.rows_in


def test_what_holds_an_evaluation_item_is_dropped_and_names_it() -> None:
    seen: list[str] = []

    def contaminated(texts: Iterable[tuple[str, Sequence[str]]]) -> Mapping[str, Contamination]:
        found = dict(texts)
        seen.extend(found)
        assert found["c2"] == ["Question 0 of c2?", LONG]
        return {"c2": Contamination("item 9", "exam", "ngram_13", 0.75)}

    logged = [exchange("c1"), exchange("c2"), with_fields(exchange("c3"), user_message="?")]
    dataset = built(
        [*logged, with_fields(logged[2], conversation_id="c4", message_id="c4", record_id="r4")],
        contaminated=contaminated,
    )
    assert seen == ["c1", "c2", "c3"]  # c4 was dropped before, as a duplicate
    assert dropped(dataset) == [
        ("r4", "duplicates", "exact_duplicate", "c3", "conversation", "jaccard 1.000"),
        (
            "record c2.0",
            "decontaminate",
            "contaminated_ngram_13",
            "item 9",
            "evaluation_item",
            "exam 0.750",
        ),
    ]


def test_what_says_the_same_in_other_words_is_dropped_when_a_cosine_is_set() -> None:
    asked: list[str] = []

    def vectors(records: pa.Array) -> np.ndarray:
        asked.extend(records.to_pylist())
        return np.array([[1, 0.1], [1, 0.11], [0, 1]], dtype=np.float32)

    logged = [exchange("c1", rating=4), exchange("c2"), exchange("c3")]
    dataset = built(logged, semantic=Semantic(0.99, vectors))
    assert asked == ["record c1.0", "record c2.0", "record c3.0"]
    assert dropped(dataset) == [
        (
            "record c1.0",
            "semantic_duplicates",
            "semantic_duplicate",
            "c2",
            "conversation",
            "cosine 1.000",
        )
    ]
    assert names(dataset) == ["c2", "c3"]


def test_rows_are_null_where_nobody_rated() -> None:
    unrated = exchange("c1", 0, rating=None)  # type: ignore[arg-type]
    assert [row["ratings"] for row in rows(built([unrated]))] == [[None]]


def figures(dataset: SftDataset) -> dict[str, float | None]:
    """What the gate judges of rows."""
    measures = SftMeasures()
    for split in SPLITS:
        for _ in measures.passing(split, dataset.batches(split)):
            pass
    counts = {"rows": measures.rows.total(), "train_rows": measures.rows["train"]}
    return {**counts, "exchanges_unaccounted": 0, **measures.figures()}


def test_the_figures_are_measured_on_the_rows_that_train() -> None:
    dataset = built(
        [
            exchange("c1", 0),
            exchange("c2", 0, "Two words.", rating=4),
            exchange("c3", 0, "One two."),
        ]
    )
    assert figures(dataset) == {
        "rows": 3,
        "train_rows": 3,
        "exchanges_unaccounted": 0,
        "response_words_p5": 2.0,
        "duplicate_rate": 0.0,
        "label_imbalance": 2.0,
    }


def test_an_empty_dataset_never_passes() -> None:
    dataset = built([exchange("c1")], set())
    verdict = judge("d", "f", figures(dataset), sft_rules(SftThresholds()), code_version="1")
    assert [reason.split()[0] for reason in verdict.reasons] == [
        "rows",
        "train_rows",
        "response_words_p5",
        "duplicate_rate",
    ]


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("rows", 0),
        ("train_rows", 0),
        ("exchanges_unaccounted", 1),
        ("exchanges_unaccounted", -1),
        ("response_words_p5", 4),
        ("duplicate_rate", 0.051),
        ("label_imbalance", 10.1),
    ],
)
def test_one_bad_figure_blocks(figure: str, value: float) -> None:
    good = figures(built([exchange("c1"), exchange("c2")]))
    rules = sft_rules(SftThresholds())
    assert judge("d", "f", good, rules, code_version="1").passed
    verdict = judge("d", "f", good | {figure: value}, rules, code_version="1")
    assert [reason.split()[0] for reason in verdict.reasons] == [figure]


def test_thresholds_come_from_the_settings() -> None:
    rules = {rule.figure: rule.threshold for rule in sft_rules(SftThresholds(7, 0.2, 3))}
    assert rules == {
        "rows": 0,
        "train_rows": 0,
        "exchanges_unaccounted": 0,
        "response_words_p5": 7,
        "duplicate_rate": 0.2,
        "label_imbalance": 3,
    }
