import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.jaccard import jaccards_from
from ai_data_platform.core.datasets.near_duplicates.shingles import read, shingle_sets
from ai_data_platform.core.datasets.near_duplicates.sketches import Sketches, sketch
from ai_data_platform_tests.core.datasets.near_duplicates.oracle import jaccard

OPTIONS = NearDuplicateOptions(min_words=1)
TEXTS = st.lists(
    st.sampled_from(["ab", "cd", "ef", "gh", "ij", "kl", "mn"]), min_size=1, max_size=14
).map(" ".join)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Can I return it?", "can i  return it"),
        ("“Straße” No. 7", "strasse no 7"),
        ("ﬁne", "fine"),
        ("", "  \n"),
        ("???", "???"),
    ],
)
def test_case_punctuation_and_layout_do_not_tell_texts_apart(text: str, other: str) -> None:
    assert read(text, OPTIONS) == read(other, OPTIONS)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("it is 5 degrees", "it is -5 degrees"),
        ("learn C++", "learn C#"),
        ("it costs $5", "it costs €5"),
        ("", "???"),
        (":)", ":("),
        ("a % b 5", "a b % 5"),
    ],
)
def test_marks_that_change_the_meaning_tell_texts_apart(text: str, other: str) -> None:
    assert read(text, OPTIONS).key != read(other, OPTIONS).key


def test_a_text_below_the_smallest_length_has_a_key_and_no_words_to_compare() -> None:
    options = NearDuplicateOptions(min_words=3)
    assert read("yes please", options).words == []
    assert read("yes please do", options).words == ["yes", "please", "do"]


def test_a_lone_surrogate_is_a_character_like_others() -> None:
    offsets, hashes = shingle_sets([["a\ud800", "b"], ["a", "b"]], 2)
    assert offsets.tolist() == [0, 3, 6]
    assert len(set(hashes.tolist())) == 5


def test_runs_of_words_end_with_their_text() -> None:
    together, _ = shingle_sets([["a", "b"], ["c"], [], ["a", "b"]], 2)
    assert together.tolist() == [0, 3, 4, 4, 7]
    assert shingle_sets([["a", "b", "c"]], 3)[0].tolist() == [0, 4]
    assert shingle_sets([["a", "b", "a"]], 1)[0].tolist() == [0, 2]


@given(st.lists(TEXTS, min_size=2, max_size=12), st.sampled_from([0.0, 0.3, 0.5, 1.0]))
def test_the_jaccard_index_is_exact_whatever_the_bound_leaves_out(
    texts: list[str], threshold: float
) -> None:
    names = [str(place) for place in range(len(texts))]
    halves = len(texts) // 2  # two batches: places are counted through both
    parts = ((names[:halves], texts[:halves]), (names[halves:], texts[halves:]))
    sketches = Sketches(tuple(sketch(ids, some, OPTIONS) for ids, some in parts))
    places = np.arange(len(texts))
    left, right = (side.ravel() for side in np.meshgrid(places, places))
    wanted = [jaccard(a, b) for b in texts for a in texts]
    assert jaccards_from(sketches, left, right, threshold).tolist() == [
        value if value >= threshold else 0 for value in wanted
    ]
