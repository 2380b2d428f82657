"""The split: by hashes and by what came earlier, so that no row ever moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.split import (
    UNDECIDED,
    Shares,
    Sides,
    assign_sides,
    split_of,
)
from ai_data_platform.core.errors import ConfigurationError

CONVERSATIONS = [f"conversation {number}" for number in range(4_000)]


def test_the_side_of_a_conversation_never_changes() -> None:
    names = [f"c{n}" for n in range(1, 13)]
    held_out = [name for name in names if split_of(name, 0.3) == "validation"]
    assert held_out == ["c1", "c2", "c5", "c8", "c10"]


def test_the_share_is_held_to_within_chance() -> None:
    held_out = sum(split_of(name, 0.1) == "validation" for name in CONVERSATIONS)
    assert 340 <= held_out <= 460  # 400 expected, 3 standard deviations are 57


def test_a_larger_share_only_moves_conversations_to_validation() -> None:
    small = {name for name in CONVERSATIONS if split_of(name, 0.1) == "validation"}
    large = {name for name in CONVERSATIONS if split_of(name, 0.2) == "validation"}
    assert small < large


def test_a_share_of_zero_holds_nothing_out() -> None:
    assert {split_of(name, 0) for name in CONVERSATIONS} == {"train"}


def test_validation_and_test_lie_at_two_ends_so_a_larger_share_takes_from_train_alone() -> None:
    shares = [(0.1, 0.1), (0.2, 0.1), (0.1, 0.2)]
    sides = [[split_of(name, *both) for name in CONVERSATIONS] for both in shares]
    moves = {(a, b) for other in sides[1:] for a, b in zip(sides[0], other, strict=True) if a != b}
    assert moves == {("train", "validation"), ("train", "test")}
    assert 340 <= sides[0].count("test") <= 460


@pytest.mark.parametrize(("validation", "test"), [(0.6, 0.4), (1.0, 0.0), (-0.1, 0.2)])
def test_shares_that_leave_nothing_to_train_are_refused(validation: float, test: float) -> None:
    with pytest.raises(ConfigurationError, match="leave something to train on"):
        Shares(validation, test)


Edges = set[tuple[int, int]]


def sides_of(own: list[int], edges: Edges) -> Sides:
    """Conversations numbered in the order of time; the own hash of those without an owner is 0."""
    count = len(own)
    labels = np.arange(count)
    for _ in range(count):
        for a, b in edges:
            labels[[a, b]] = min(labels[a], labels[b])

    def near(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return np.array([(a, b) in edges or (b, a) in edges for a, b in pairs], dtype=bool)

    fallback = np.zeros(count, dtype=np.int8)
    return assign_sides(np.array(own, dtype=np.int8), fallback, np.arange(count), labels, near)


def one_by_one(own: list[int], edges: Edges) -> tuple[list[int], dict[int, int]]:
    """The same rule in plain words: each conversation against the earlier ones that stay."""
    sides: list[int] = []
    crossing: dict[int, int] = {}
    for i, mine in enumerate(own):
        near = [j for j in range(i) if j not in crossing and {(i, j), (j, i)} & edges]
        side = mine if mine >= 0 else next((sides[j] for j in near), 0)
        sides.append(side)
        other = [j for j in near if sides[j] != side]
        if other:
            crossing[i] = other[0]
    return sides, crossing


WORLDS = st.integers(1, 9).flatmap(
    lambda count: st.tuples(
        st.lists(st.sampled_from([UNDECIDED, 0, 1, 2]), min_size=count, max_size=count),
        st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))),
    )
)


@given(WORLDS)
def test_a_conversation_stays_when_all_that_it_resembles_and_that_stay_are_on_its_side(
    world: tuple[list[int], Edges],
) -> None:
    own, pairs = world
    edges = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    sides, crossing = one_by_one(own, edges)
    found = sides_of(own, edges)
    assert dict(zip(found.crossing.tolist(), found.beside.tolist(), strict=True)) == crossing
    assert found.sides.tolist() == sides


@given(WORLDS, st.integers(0, 9))
@settings(max_examples=200)
def test_what_comes_later_neither_moves_nor_drops_an_earlier_one(
    world: tuple[list[int], Edges], before: int
) -> None:
    own, pairs = world
    edges = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    first = min(before, len(own))
    earlier = sides_of(own[:first], {(a, b) for a, b in edges if b < first})
    later = sides_of(own, edges)
    assert later.sides[:first].tolist() == earlier.sides.tolist()
    assert [place for place in later.crossing if place < first] == earlier.crossing.tolist()


def test_a_text_that_joins_two_sides_is_left_out_and_the_two_stay() -> None:
    found = sides_of([0, 1, 0], {(0, 2), (1, 2)})
    assert (found.crossing.tolist(), found.beside.tolist()) == ([2], [1])
    assert found.sides.tolist() == [0, 1, 0]


def test_ten_thousand_alike_on_two_sides_are_decided_by_a_few_comparisons() -> None:
    compared = []

    def near(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        compared.append(len(left))
        return np.ones(len(left), dtype=bool)

    own = (np.arange(10_000) % 2).astype(np.int8)
    labels = np.zeros(10_000, dtype=np.intp)
    found = assign_sides(own, own, np.arange(10_000), labels, near)
    assert found.crossing.tolist() == list(range(1, 10_000, 2))
    assert sum(compared) == 5_000
