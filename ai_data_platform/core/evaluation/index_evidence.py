"""What is known of a candidate index before it is judged, and how strictly it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ai_data_platform.core.evaluation.retrieval_metrics import RetrievalScore
from ai_data_platform.core.fingerprints import fingerprint

__all__ = [
    "DEFAULT_THRESHOLDS",
    "GateThresholds",
    "IndexScores",
    "Integrity",
    "Judged",
    "comparability_key",
]


@dataclass(frozen=True, slots=True)
class Integrity:
    """Counts from comparing every row of the index with the chunks that it should hold.

    `sampled` rows were embedded again, of which `sampled_below_cosine` came out too different.
    """

    chunks_expected: int
    rows: int
    ids_missing: int
    ids_unexpected: int
    text_hash_mismatches: int
    row_mismatches: int
    wrong_dimension: int
    not_finite: int
    not_unit_norm: int
    model_mismatches: int
    sampled: int
    sampled_below_cosine: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What a score was given for, as a hash, and how far its mean over the repeats may be off.

    `error` is the SD over the scorer's k repeats, divided by sqrt(k); 0 for a scorer that repeats
    itself.
    """

    case: str
    error: float


@dataclass(frozen=True, slots=True)
class IndexScores:
    """The scores of one index, by question id; None is what could not be scored.

    Where answers of a product are stored, `faithfulness` goes by answer id and is that to the texts
    which each was given from, and `retrieved_faithfulness` that to what the index finds for its
    question. `judged` says by measure and id what a scorer with a spread of its own did.
    """

    key: str
    retrieval: Mapping[str, RetrievalScore]
    context_recall: Mapping[str, float | None]
    faithfulness: Mapping[str, float | None]
    retrieved_faithfulness: Mapping[str, float | None] = field(default_factory=dict)
    judged: Mapping[str, Mapping[str, Judged]] = field(default_factory=dict)

    def of(self, measure: str) -> Mapping[str, float | None]:
        """One measure by id; those of RetrievalScore are retrieval's."""
        if measure in ("context_recall", "faithfulness", "retrieved_faithfulness"):
            values: Mapping[str, float | None] = getattr(self, measure)
            return values
        return {asked: getattr(score, measure) for asked, score in self.retrieval.items()}


@dataclass(frozen=True, slots=True)
class GateThresholds:
    """How strict the index gate is. Floors hold for the lower bound of a mean, not for the mean."""

    delta: float = 0.03
    """How much worse than the published index still counts as equal: at 200 questions it blocked
    99 % of indexes that had lost 5 % of their documents and none of the harmless rebuilds."""

    hit_at_5_floor: float = 0.6
    mrr_at_10_floor: float = 0.4
    ndcg_at_10_floor: float = 0.45
    """The three keep a broken first index out, and many small losses from adding up: at 200 made
    questions a sound index of a book in 112 files gave 0.95, 0.86 and 0.89, one with its vectors
    shuffled 0.03, 0.02 and 0.04."""

    vector_mrr_at_10_floor: float = 0.2
    """Words alone find most passages of an index whose vectors are shuffled: MRR@10 0.61 by both, 0.01
    by vector, where a sound one has 0.97 (PubMedQA)."""

    context_recall_floor: float = 0.3
    """Reference answers shared 0.58 of their weight with the right text and 0.18 with the nearest
    wrong one (PubMedQA); made questions 0.82 with the right text and 0.21 with any other."""

    faithfulness_floor: float = 0.8
    """The floor that is asked of an index for answering."""

    max_unscored_share: float = 0.02
    """Unscored questions count 0 already; more of them mean that the scorer is broken."""

    min_questions: int = 100
    """With 50 questions a harmless rebuild was blocked in 10 % of trials; from 100 on, in none."""

    min_documents: int = 5
    """Questions about one document are one observation; a bound from fewer than 5 means little."""

    min_sampled: int = 200
    """Finds 2 % of misplaced vectors with probability 0.98; a smaller index is sampled whole."""

    confidence: float = 0.95
    draws: int = 10_000

    def floor(self, measure: str) -> float:
        """The floor of a measure."""
        value: float = getattr(self, f"{measure}_floor")
        return value


DEFAULT_THRESHOLDS = GateThresholds()


def comparability_key(question_set: str, scorer: str, answerer: str, k: int) -> str:
    """Equal only for scores that may be compared: the same questions, scorer, answerer and k.

    The three texts are fingerprints or versions; k is how many chunks an answer is given from.
    """
    return fingerprint(
        {"question_set": question_set, "scorer": scorer, "answerer": answerer, "k": k}
    )
