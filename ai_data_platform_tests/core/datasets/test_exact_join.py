"""The exact join: every pair that reaches the threshold, and no other."""

from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.exact_join import SimilarPair, exact_pairs
from ai_data_platform.core.text import normalise, words

Texts = list[tuple[str, str]]


def every_pair(left: Texts, right: Texts, threshold: float) -> list[SimilarPair]:
    """Brute force over sets of strings."""
    found = []
    for (a, one), (b, other) in product(left, right):
        mine, theirs = _shingles(one), _shingles(other)
        jaccard = len(mine & theirs) / len(mine | theirs)
        if jaccard >= threshold:
            found.append(SimilarPair(a, b, jaccard))
    return sorted(found)


def _shingles(text: str) -> set[object]:
    found = words(normalise(text))
    if len(found) < 8:
        return {("whole", *found)} if found else {("whole", normalise(text), "")}
    return {*found, *pairwise(found)}


def _texts(side: str, count: int, seed: int) -> Texts:
    """Few words and lengths around the shortest that is compared, half of them edits of the first ten."""
    random = Random(seed)
    drawn = [random.choices(range(40), k=random.randint(1, 16)) for _ in range(10)]
    texts = []
    for n in range(count):
        text = (
            [*random.choice(drawn)] if n % 2 else random.choices(range(40), k=random.randint(1, 16))
        )
        if n % 4 == 1:
            text[random.randrange(len(text))] = random.randrange(40)
        texts.append((f"{side}{n:03}", " ".join(f"w{word}" for word in text)))
    return texts


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.9, 1.0])
def test_no_pair_is_missed_and_none_is_invented(threshold: float) -> None:
    for seed in range(2):
        left, right = _texts("l", 150, seed), _texts("r", 60, seed)
        assert exact_pairs(left, right, threshold) == every_pair(left, right, threshold)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text("ab c", max_size=40), max_size=8),
    st.lists(st.text("ab c", max_size=40), max_size=8),
    st.sampled_from([0.4, 0.5, 2 / 3, 0.7, 0.75, 1.0]),
)
def test_any_texts_are_joined_as_brute_force_joins_them(
    left: list[str], right: list[str], threshold: float
) -> None:
    sides = [[(f"{n}", text) for n, text in enumerate(side)] for side in (left, right)]
    assert exact_pairs(*sides, threshold) == every_pair(*sides, threshold)


def test_the_order_of_the_texts_does_not_count() -> None:
    left, right = _texts("l", 80, 1), _texts("r", 40, 1)
    assert exact_pairs(left[::-1], right[::-1], 0.5) == exact_pairs(left, right, 0.5)


def test_short_texts_meet_only_when_they_say_the_same() -> None:
    left = [("a", "Who are you?"), ("b", "who are they"), ("c", "???"), ("d", "?!")]
    right = [("x", "WHO are you"), ("y", "???")]
    assert exact_pairs(left, right, 0.3) == [SimilarPair("a", "x", 1.0), SimilarPair("c", "y", 1.0)]


def test_more_texts_than_are_compared_at_once_are_joined_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, right = _texts("l", 150, 2), _texts("r", 60, 2)
    whole = exact_pairs(left, right, 0.5)
    monkeypatch.setattr("ai_data_platform.core.datasets.exact_join._TEXTS_AT_ONCE", 7)
    monkeypatch.setattr("ai_data_platform.core.datasets.exact_join._MEETINGS_BITS", 3)
    monkeypatch.setattr("ai_data_platform.core.datasets.shingle_table._PAIRS_AT_ONCE", 5)
    assert exact_pairs(left, right, 0.5) == whole == every_pair(left, right, 0.5)


def test_nothing_joined_with_something_is_nothing() -> None:
    assert exact_pairs([], [("a", "one two")], 0.5) == []
    assert exact_pairs([("a", "one two")], [], 0.5) == []
