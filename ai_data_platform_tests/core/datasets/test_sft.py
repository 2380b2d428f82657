"""The SFT dataset: every exchange is kept or counted, and what is kept reads as a conversation."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial

import pyarrow as pa
import pytest

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    find_near_duplicates,
)
from ai_data_platform.core.datasets.sft import (
    SFT_SCHEMA,
    Drop,
    SftDataset,
    SftRow,
    SftThresholds,
    build_sft,
    sft_rules,
)
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.gates import judge

LONG = "Hold the button for five seconds and wait for the light."


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
        created_at=datetime(2024, 3, 1, tzinfo=UTC),
        parent_message_id=f"asked {conversation_id}.{turn}",
        rating=rating,
        record_id=f"record {name}",
    )


def build(
    logged: Sequence[Exchange],
    clean: set[str] | None = None,
    share: float = 0.0,
    threshold: float = 1.0,
) -> SftDataset:
    """The dataset, in which conversations repeat each other only when they read the same."""
    kept = {one.record_id for one in logged} if clean is None else clean
    search = partial(find_near_duplicates, options=NearDuplicateOptions(threshold=threshold))
    return build_sft(logged, kept, validation_share=share, search=search)


def accounted(dataset: SftDataset) -> int:
    return sum(len(row.record_ids) for row in dataset.rows) + len(dataset.dropped)


def test_a_conversation_becomes_messages_with_ratings_and_records() -> None:
    dataset = build([exchange("c1", 0), exchange("c1", 1, "Yes, it is done.", rating=4)])

    assert dataset.splits == {
        "train": [
            SftRow(
                conversation_id="c1",
                messages=[
                    {"role": "user", "content": "Question 0 of c1?"},
                    {"role": "assistant", "content": LONG},
                    {"role": "user", "content": "Question 1 of c1?"},
                    {"role": "assistant", "content": "Yes, it is done."},
                ],
                ratings=[5, 4],
                record_ids=["record c1.0", "record c1.1"],
            )
        ],
        "validation": [],
    }
    assert (dataset.exchanges_in, dataset.dropped) == (2, ())


def test_of_two_answers_the_better_rated_trains_and_the_other_is_counted() -> None:
    dataset = build(
        [
            exchange("c1", 0, sibling="a", rating=4),
            exchange("c1", 0, "A better answer than the other one.", sibling="b", rating=5),
        ]
    )
    assert [row.record_ids for row in dataset.rows] == [["record c1.0b"]]
    assert dataset.dropped == (Drop("record c1.0a", "sibling_of_a_better_answer"),)
    assert dataset.drop_counts == {"sibling_of_a_better_answer": 1}


def test_a_turn_after_one_that_was_filtered_out_does_not_train_without_it() -> None:
    logged = [exchange("c1", 0), exchange("c1", 1), exchange("c1", 2)]
    dataset = build(logged, {"record c1.0", "record c1.2"})
    assert [row.record_ids for row in dataset.rows] == [["record c1.0"]]
    assert dataset.drop_counts == {"follows_a_dropped_turn": 1}
    assert dataset.exchanges_in == accounted(dataset) == 2


def test_a_conversation_that_repeats_an_earlier_one_is_dropped_whole() -> None:
    def told(name: str) -> list[Exchange]:
        turns = [exchange(name, 0), exchange(name, 1, "Good.")]
        shout = str.upper if name == "c2" else str
        return [
            Exchange(
                **{
                    **{field: getattr(turn, field) for field in Exchange.__slots__},
                    "user_message": shout(f"Question {turn.turn_index}?"),
                }
            )
            for turn in turns
        ]

    dataset = build([*told("c1"), *told("c2"), exchange("c3")])

    assert [row.conversation_id for row in dataset.rows] == ["c1", "c3"]
    assert dataset.drop_counts == {"exact_duplicate": 2}
    assert {drop.matched_conversation_id for drop in dataset.dropped} == {"c1"}
    assert dataset.figures()["duplicate_rate"] == 0.0


ADVICE = (
    "Turn the heating valve clockwise until it stops, wait for {} minutes, then open the small screw on "
    "the side with the key from the drawer and let the air out until water comes, then close it again."
)


def advised(name: str, answer: str, *, rating: int = 5, hour: int = 0) -> Exchange:
    """A conversation of one exchange, begun at that hour."""
    told = exchange(name, 0, answer, rating=rating)
    fields = {field: getattr(told, field) for field in Exchange.__slots__}
    began = told.created_at + timedelta(hours=hour)
    return Exchange(**{**fields, "user_message": "My radiator is cold.", "created_at": began})


def test_of_conversations_that_resemble_each_other_the_best_rated_stays_and_is_named() -> None:
    shorter = ADVICE.replace("the small screw", "the screw")
    dataset = build(
        [
            advised("c1", ADVICE.format("ten"), rating=4),
            advised("c2", shorter.format("ten")),
            advised("c3", "Call the plumber, who knows this boiler and its valves well enough."),
        ],
        threshold=0.7,
    )
    assert [row.conversation_id for row in dataset.rows] == ["c2", "c3"]
    assert dataset.dropped == (Drop("record c1.0", "near_duplicate", "c2"),)
    assert dataset.figures()["exchanges_unaccounted"] == 0


def test_conversations_that_differ_in_a_number_are_both_kept_on_one_side_of_the_split() -> None:
    logged = [advised(f"c{n:02}", ADVICE.format(n), hour=n) for n in range(20)]
    dataset = build(logged, share=0.5, threshold=0.7)
    sizes = sorted(len(rows) for rows in dataset.splits.values())
    assert (sizes, dataset.dropped) == ([0, 20], ())


def test_a_look_alike_that_comes_later_moves_no_old_row() -> None:
    first = [advised(f"c{n:02}", ADVICE.format(n), hour=5) for n in range(3)]
    later = [*first, advised("a00", ADVICE.format(77), hour=9, rating=5)]
    sides = [
        {
            row.conversation_id: split
            for split, rows in build(log, share=0.5).splits.items()
            for row in rows
        }
        for log in (first, later)
    ]
    assert sides[1] == {**sides[0], "a00": sides[0]["c00"]}


def test_every_clean_exchange_is_kept_or_dropped_exactly_once() -> None:
    logged = [
        exchange(f"c{n:03}", turn, sibling=sibling, rating=3 + (n + turn) % 3)
        for n in range(60)
        for turn in range(n % 4 + 1)
        for sibling in ("a", "b")[: 1 + (n + turn) % 2]
    ]
    clean = {one.record_id for one in logged if one.rating is not None and one.rating > 3}

    dataset = build(logged, clean, share=0.3)

    kept = [record for row in dataset.rows for record in row.record_ids]
    dropped = [drop.record_id for drop in dataset.dropped]
    assert sorted(kept + dropped) == sorted(clean)
    assert dataset.figures()["exchanges_unaccounted"] == 0


def test_adding_conversations_moves_no_row_to_the_other_side() -> None:
    first = [exchange(f"c{n:03}") for n in range(0, 80, 2)]
    second = sorted([*first, *(exchange(f"c{n:03}") for n in range(1, 80, 2))], key=_by_name)

    before, after = build(first, share=0.3), build(second, share=0.3)

    for split in ("train", "validation"):
        names = {row.conversation_id for row in after.splits[split]}
        assert {row.conversation_id for row in before.splits[split]} <= names
    assert len(after.rows) == 80


def _by_name(one: Exchange) -> str:
    return one.conversation_id


def test_rows_fit_the_schema_with_null_where_nobody_rated() -> None:
    unrated = exchange("c1", 0, rating=None)  # type: ignore[arg-type]
    dataset = build([unrated])
    table = pa.Table.from_pylist([asdict(row) for row in dataset.rows], schema=SFT_SCHEMA)
    assert table["ratings"].to_pylist() == [[None]]
    assert dataset.figures()["label_imbalance"] == 1.0


def test_the_figures_are_measured_on_the_rows_that_train() -> None:
    dataset = build(
        [
            exchange("c1", 0),
            exchange("c2", 0, "Two words.", rating=4),
            exchange("c3", 0, "One two."),
        ]
    )
    assert dataset.figures() == {
        "rows": 3,
        "train_rows": 3,
        "validation_rows": 0,
        "exchanges_in": 3,
        "exchanges_unaccounted": 0,
        "response_words_p5": 2.0,
        "duplicate_rate": 0.0,
        "label_imbalance": 2.0,
    }


def test_an_empty_dataset_never_passes() -> None:
    dataset = build([exchange("c1")], set())
    verdict = judge("d", "f", dataset.figures(), sft_rules(SftThresholds()), code_version="1")
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
    good = build([exchange("c1"), exchange("c2")]).figures()
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
