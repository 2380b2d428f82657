import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets import semantic_duplicates
from ai_data_platform.core.datasets.semantic_duplicates import semantic_repeats

Found = list[tuple[int, int]]


def repeats(
    vectors: np.ndarray, lengths: list[int], threshold: float, best_first: list[int] | None = None
) -> Found:
    order = np.arange(len(lengths)) if best_first is None else np.array(best_first)
    found = semantic_repeats(order, np.array(lengths), vectors.astype(np.float32), threshold)
    return list(zip(found.rows.tolist(), found.kept.tolist(), strict=True))


def one_by_one(
    vectors: np.ndarray, lengths: list[int], threshold: float, best_first: list[int]
) -> Found:
    """The same by comparing every two."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    starts = np.cumsum(lengths) - lengths
    kept: list[int] = []
    found = []
    for mine in best_first:
        near = []
        for other in kept:
            if lengths[other] == lengths[mine]:
                pairs = zip(
                    unit[starts[mine] :][: lengths[mine]],
                    unit[starts[other] :][: lengths[mine]],
                    strict=True,
                )
                near.append((round(min(float(a @ b) for a, b in pairs), 6), other))
        reaching = [cosine for cosine, _ in near if cosine >= threshold]
        if reaching:
            found.append((mine, next(other for cosine, other in near if cosine == max(reaching))))
        else:
            kept.append(mine)
    return sorted(found)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.integers(1, 3), min_size=1, max_size=12),
    st.sampled_from([0.6, 0.8, 0.95]),
)
def test_the_outcome_is_that_of_comparing_every_two(
    seed: int, lengths: list[int], threshold: float
) -> None:
    random = np.random.default_rng(seed)
    corners = np.eye(3)[random.integers(0, 3, sum(lengths))]
    vectors = (corners + 0.4 * random.standard_normal(corners.shape)).astype(np.float32)
    order = random.permutation(len(lengths)).tolist()
    wanted = one_by_one(vectors.astype(np.float64), lengths, threshold, order)
    assert repeats(vectors, lengths, threshold, order) == wanted


def test_blocks_leave_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(1)
    vectors = random.standard_normal((60, 4)).astype(np.float32)
    whole = repeats(vectors, [1] * 60, 0.8)
    monkeypatch.setattr(semantic_duplicates, "_ROWS", 7)
    assert repeats(vectors, [1] * 60, 0.8) == whole != []


def test_a_conversation_that_begins_alike_and_goes_elsewhere_is_another_one() -> None:
    vectors = np.array([[1, 0], [0, 1], [1, 0], [1, 0.1], [1, 0]])
    assert repeats(vectors, [2, 2, 1], 0.9) == []
    assert repeats(vectors[[0, 1, 0, 1, 0]], [2, 2, 1], 0.9) == [(1, 0)]


def test_one_that_is_left_out_leaves_out_no_other() -> None:
    angles = np.radians([0, 20, 40])
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    assert repeats(vectors, [1, 1, 1], 0.9) == [(1, 0)]


def test_the_length_of_a_vector_does_not_count_and_no_vectors_repeat_nothing() -> None:
    assert repeats(np.array([[3.0, 4], [30, 40]]), [1, 1], 0.999) == [(1, 0)]
    assert repeats(np.zeros((0, 4)), [], 0.9) == []
