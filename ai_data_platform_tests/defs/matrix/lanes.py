"""The lanes to a publication, with a candidate that its gate blocks, and the same one mended."""

from dataclasses import dataclass

from ai_data_platform_tests.world import World

__all__ = ["BLOCKED", "CANDIDATES", "LANES", "MENDED", "MODELS", "PUBLISHERS", "Lane", "on"]


@dataclass(frozen=True, slots=True)
class Lane:
    """`candidate` are the assets that make and judge one, in their order; `publisher` obeys the verdict."""

    name: str
    candidate: tuple[str, ...]
    publisher: str


LANES = (
    Lane("sft", ("sft_dataset",), "datasets/sft"),
    Lane("preference", ("preference_pairs", "preference_dataset"), "datasets/preference"),
    Lane(
        "unpaired_preference",
        ("unpaired_answers", "unpaired_preference_dataset"),
        "datasets/unpaired_preference",
    ),
    Lane(
        "knowledge_base",
        ("raw_documents", "document_chunks", "chunk_embeddings", "rag_eval_scores"),
        "knowledge_base",
    ),
)
MODELS = (
    "stg_chat_logs",
    "int_chat_logs_judged",
    "training_data/clean_conversations",
    "training_data/dropped_conversations",
    "redacted_chat_logs",
    "screened_chat_logs",
)
"""The dbt models, which are built together, and what datasets are made from."""

CANDIDATES = tuple(name for lane in LANES for name in lane.candidate)
PUBLISHERS = tuple(lane.publisher for lane in LANES)

_OTHER_CONTENT = {"validation_share": 0.3}
BLOCKED = {
    **_OTHER_CONTENT,
    "min_response_words_p5": 10_000,
    "max_length_bias": 0.5,
    "min_label_rows": 10_000,
    "min_questions": 10_000,
}
"""Settings on which each lane makes another candidate than the published one, and its gate blocks it. The
index differs by a page that was added."""

MENDED = {**_OTHER_CONTENT, "max_duplicate_rate": 0.06}
"""The same candidates under thresholds that they meet."""


def on(world: World, overrides: dict[str, object]) -> World:
    """The same folder under other settings."""
    return World(world.folder, dict(overrides), world.embedder)
