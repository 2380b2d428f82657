from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.stores.lake import Lake
from ai_data_platform.stores.question_vectors import QuestionVectors
from ai_data_platform_tests.embedders import WordHashEmbedder

TEXTS = ["How fast?", "How slow?", "How fast?", "Who asks?"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    QuestionVectors(lake, WordHashEmbedder()).encode(TEXTS)
    return lake


def embedded(lake: Lake, texts: list[str], name: str = "word-hash-1") -> list[str]:
    """What is embedded to get these vectors, which are as an embedder gives them."""
    embedder = WordHashEmbedder(name)
    vectors = QuestionVectors(lake, embedder).encode(texts)
    expected = WordHashEmbedder(name).encode(texts).reshape(len(texts), embedder.dimension)
    np.testing.assert_array_equal(vectors, expected)
    return embedder.texts


def test_a_question_is_embedded_once(lake: Lake) -> None:
    assert embedded(lake, TEXTS) == []
    assert embedded(lake, ["Where?", "How slow?"]) == ["Where?"]
    assert embedded(lake, ["Where?"]) == []


def test_only_questions_that_are_still_asked_are_kept(lake: Lake) -> None:
    assert embedded(lake, ["How slow?"]) == []
    assert lake.row_count("question_vectors") == 1
    assert embedded(lake, ["How fast?"]) == ["How fast?"]


def test_no_questions_have_no_vectors(lake: Lake) -> None:
    vectors = QuestionVectors(lake, WordHashEmbedder()).encode([])
    assert (vectors.shape, vectors.dtype) == ((0, 256), np.float32)


def test_another_model_embeds_everything_anew(lake: Lake) -> None:
    assert sorted(embedded(lake, TEXTS, "word-hash-2")) == sorted(set(TEXTS))


def _swap_vectors(path: Path) -> None:
    table = pq.read_table(path)
    field = table.schema.field("vector")
    vectors = table["vector"].to_pylist()
    pq.write_table(
        table.set_column(1, field, pa.array([*vectors[1:], vectors[0]], field.type)), path
    )


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def _strip_the_manifest(path: Path) -> None:
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)


def _break_the_manifest(path: Path) -> None:
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"aidp": b"{half"}), path)


@pytest.mark.parametrize(
    "harm", [_swap_vectors, _cut_short, _strip_the_manifest, _break_the_manifest]
)
def test_vectors_that_were_changed_are_not_believed(
    lake: Lake, harm: Callable[[Path], None]
) -> None:
    harm(lake.path("question_vectors"))
    assert sorted(embedded(lake, TEXTS)) == sorted(set(TEXTS))
    assert embedded(lake, TEXTS) == []
