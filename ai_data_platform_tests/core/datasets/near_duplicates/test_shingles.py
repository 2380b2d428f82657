import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.datasets.near_duplicates.set_kernels import jaccards
from ai_data_platform.core.datasets.near_duplicates.shingles import read
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
    first, second = read([text, other], 2, 1).keys.tolist()
    assert first == second


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
    first, second = read([text, other], 2, 1).keys.tolist()
    assert first != second


def test_a_text_below_the_smallest_length_has_a_key_and_nothing_to_compare_or_one_whole() -> None:
    texts = ["yes please", "yes please do", "yes, please"]
    assert read(texts, 2, 3).offsets.tolist() == [0, 0, 5, 5]
    whole = read(texts, 2, 3, keep_whole=True)
    assert whole.offsets.tolist() == [0, 1, 6, 7]
    assert whole.shingles[0] == whole.shingles[-1]


def test_runs_of_words_end_with_their_text() -> None:
    together = read(["a b", "c", "", "a b"], 2, 1)
    assert together.offsets.tolist() == [0, 3, 4, 4, 7]
    assert read(["a b c"], 3, 1).offsets.tolist() == [0, 4]
    assert read(["a b a"], 1, 1).offsets.tolist() == [0, 2]


@settings(deadline=None)  # the first call loads or compiles
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
    assert jaccards(sketches.sets, left, right, threshold).tolist() == [
        value if value >= threshold else 0 for value in wanted
    ]
