"""Who wins among rated siblings, and which contests have no winner."""

from dataclasses import replace

import pytest

from ai_data_platform.core.preference import PairOptions
from ai_data_platform.core.preference.parts import conversation_parts
from ai_data_platform_tests.core.preference.rating_tables import (
    PLAIN,
    Row,
    answer,
    build,
    drops,
    rated,
    sides,
)

SIBLINGS = [answer("a0"), answer("b0")]


def test_raters_who_disagree_put_a_message_on_one_side_only() -> None:
    made = build(SIBLINGS, [*rated("a0", 5, 1), *rated("b0", 1, 5)])
    assert (sides(made), drops(made)) == ([], {"tie": 4})


@pytest.mark.parametrize(
    ("ratings", "min_margin", "outcome"),
    [
        (((5, 4, 4), (4, 3, 3)), 1.0, None),  # 13/3 - 10/3 is 1 exactly, in floats a little more
        (((5, 5, 4), (4, 4, 3)), 1.0, None),
        (((5, 4), (4, 4)), 1.0, "margin_below_minimum"),
        (((5, 4), (4, 4)), 0.5, None),
        (((5,) + (4,) * 9, (4,)), 0.1, None),
        (((4,), (4,)), 0.0, "tie"),
    ],
)
def test_a_margin_is_compared_exactly_and_equal_means_never_pair(
    ratings: tuple[tuple[int, ...], tuple[int, ...]], min_margin: float, outcome: str | None
) -> None:
    given = [*rated("a0", *ratings[0]), *rated("b0", *ratings[1])]
    made = build(SIBLINGS, given, replace(PLAIN, min_margin=min_margin))
    assert len(sides(made)) == (outcome is None)
    assert drops(made) == ({outcome: len(given)} if outcome else {})


def test_a_pair_that_most_who_rated_both_see_the_other_way_is_a_contradiction() -> None:
    ratings = [*rated("a0", 3, 3), *rated("b0", 4, 2)]  # one prefers each
    ratings += [row | {"user_id": "u9", "record_id": "r9"} for row in rated("a0", 5)]
    ratings += [row | {"user_id": "u8", "record_id": "r8"} for row in rated("b0", 1)]
    made = build(SIBLINGS, ratings, PLAIN)
    assert drops(made) == {"raters_contradict": 6}
    assert set(made.dropped["detail"].to_pylist()) == {"1 of those who rated both prefer the other"}

    majority = [*ratings, *rated("a0", 4, user_id="u7", record_id="r7")]
    majority += rated("b0", 3, user_id="u7", record_id="r6")
    assert sides(build(SIBLINGS, majority, PLAIN)) == [("a0", "b0")]


def test_equal_means_are_decided_by_more_raters_then_by_the_lesser_id() -> None:
    exchanges = [*SIBLINGS, answer("d0"), answer("e0"), answer("f0")]
    ratings = [
        *rated("a0", 5),
        *rated("b0", 5, 5),
        *rated("d0", 1),
        *rated("e0", 1),
        *rated("f0", 3),
    ]
    made = build(exchanges, ratings, PLAIN)
    assert (sides(made), drops(made)) == ([("b0", "d0")], {"between_best_and_worst": 3})


def test_a_prompt_may_have_more_pairs_from_outside_in() -> None:
    exchanges = [answer(f"{name}0") for name in "abdef"]
    ratings = [row for n, name in enumerate("abdef") for row in rated(f"{name}0", 5 - n)]
    for most, pairs in ((1, 1), (2, 2), (9, 2)):
        made = build(exchanges, ratings, PairOptions(max_pairs_per_prompt=most))
        assert sides(made) == [("a0", "f0"), ("b0", "e0")][:pairs]
        assert drops(made) == {"between_best_and_worst": 5 - 2 * pairs}


def turns(
    *margins: tuple[int, int], conversation: str = "c1", user: str = "x"
) -> tuple[list[Row], list[Row]]:
    """A conversation with two rated answers at each turn."""
    told: Row = {"conversation_id": conversation, "user_hash": user}
    exchanges: list[Row] = []
    ratings: list[Row] = []
    for turn, stars in enumerate(margins):
        for side, star in zip("ab", stars, strict=True):
            path = [name for n in range(turn) for name in (f"u{n}", f"a{n}")]
            thread = [*path, f"u{turn}", f"{side}{turn}"]
            exchanges.append(answer(f"{side}{turn}", turn, thread=thread, **told))
            name = f"r-{conversation}-{side}{turn}"
            ratings += rated(f"{side}{turn}", star, record_id=name, conversation_id=conversation)
    return exchanges, ratings


def test_a_cap_keeps_the_widest_margins_of_a_conversation() -> None:
    given = turns((3, 1), (5, 1), (1, 4))
    assert sides(build(*given)) == [("a0", "b0"), ("a1", "b1"), ("b2", "a2")]
    capped = build(*given, PairOptions(max_pairs_per_conversation=2))
    assert (sides(capped), drops(capped)) == (
        [("a1", "b1"), ("b2", "a2")],
        {"over_conversation_cap": 2},
    )


@pytest.mark.parametrize("rows", [1, 1_000])
def test_a_cap_of_a_user_counts_over_conversations_in_their_order(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_parts, "__kwdefaults__", {"rows": rows})
    parts = [
        turns((5, 1), (4, 1), conversation="c1", user="x"),
        turns((5, 1), conversation="c2", user="y"),
        turns((4, 1), (5, 1), conversation="c3", user="x"),
    ]
    exchanges, ratings = ([row for part in parts for row in part[side]] for side in (0, 1))
    made = build(exchanges, ratings, PairOptions(max_pairs_per_user=3))
    kept = made.pairs.select(["conversation_id", "turn_index"]).to_pylist()
    assert [tuple(row.values()) for row in kept] == [("c1", 0), ("c1", 1), ("c2", 0), ("c3", 1)]
    assert drops(made) == {"over_user_cap": 2}


def test_a_rater_whom_others_contradict_counts_less() -> None:
    exchanges, ratings = [], []
    for number in range(40):
        name = f"c{number:02}"
        exchanges += [row | {"conversation_id": name} for row in SIBLINGS]
        for message, stars in (("a0", (5, 5, 1)), ("b0", (1, 1, 5))):
            ratings += [
                row | {"conversation_id": name, "record_id": f"{name} {row['record_id']}"}
                for row in rated(message, *stars)
            ]
    plain, weighted = (build(exchanges, ratings, options) for options in (PLAIN, PairOptions()))
    assert set(plain.pairs["chosen_rating"].to_pylist()) == {round(11 / 3, 9)}
    # The two who agree weigh 1.5 each (average of 1, 1 and 0), the third the least that there is.
    assert min(weighted.pairs["chosen_rating"].to_pylist()) > 4.8
