import math
import random

import pytest

from ai_data_platform.core.evaluation.retrieval_metrics import (
    RetrievalScore,
    RetrievalScores,
    score_rankings,
)


def by_hand(ranking: list[str], gold: set[str]) -> RetrievalScore:
    places = [rank for rank, item in enumerate(dict.fromkeys(ranking), start=1) if item in gold]
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), 10) + 1))
    return RetrievalScore(
        hit_at_5=float(any(rank <= 5 for rank in places)),
        mrr_at_10=next((1 / rank for rank in places if rank <= 10), 0.0),
        ndcg_at_10=sum(1 / math.log2(rank + 1) for rank in places if rank <= 10) / ideal,
    )


def test_the_measures_agree_with_their_definitions_on_random_rankings() -> None:
    generator = random.Random(7)
    documents = [f"d{number}" for number in range(30)]
    rankings, relevant = {}, {}
    for number in range(60):
        rankings[f"q{number}"] = generator.choices(documents, k=generator.randint(0, 20))
        relevant[f"q{number}"] = set(generator.sample(documents, k=generator.randint(1, 12)))
    scores = score_rankings(rankings, relevant)
    for question, gold in relevant.items():
        expected = by_hand(rankings[question], gold)
        found = scores.per_question[question]
        assert found.hit_at_5 == expected.hit_at_5
        assert found.mrr_at_10 == pytest.approx(expected.mrr_at_10)
        assert found.ndcg_at_10 == pytest.approx(expected.ndcg_at_10)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (5, RetrievalScore(1.0, 1 / 5, 1 / math.log2(6))),
        (6, RetrievalScore(0.0, 1 / 6, 1 / math.log2(7))),
        (10, RetrievalScore(0.0, 1 / 10, 1 / math.log2(11))),
        (11, RetrievalScore(0.0, 0.0, 0.0)),
    ],
)
def test_each_measure_ends_at_its_cutoff(rank: int, expected: RetrievalScore) -> None:
    ranking = [f"wrong{number}" for number in range(1, rank)] + ["right"]
    found = score_rankings({"q": ranking}, {"q": ["right"]}).per_question["q"]
    assert found.hit_at_5 == expected.hit_at_5
    assert found.mrr_at_10 == pytest.approx(expected.mrr_at_10)
    assert found.ndcg_at_10 == pytest.approx(expected.ndcg_at_10)


def test_the_order_given_is_the_ranking_whatever_the_ids_are() -> None:
    first = score_rankings({"q": ["a", "z"]}, {"q": ["a"]})
    second = score_rankings({"q": ["z", "a"]}, {"q": ["z"]})
    assert first.means == second.means == RetrievalScore(1.0, 1.0, 1.0)


def test_a_document_found_by_several_chunks_keeps_its_first_place() -> None:
    scores = score_rankings({"q": ["b", "b", "b", "b", "b", "a", "a"]}, {"q": ["a"]})
    assert scores.per_question["q"].hit_at_5 == 1.0
    assert scores.per_question["q"].mrr_at_10 == 0.5


def test_a_question_without_results_counts_0_in_the_means() -> None:
    scores = score_rankings(
        {"found": ["a"], "empty": []}, {"found": ["a"], "empty": ["a"], "absent": ["a"]}
    )
    nothing = RetrievalScore(0.0, 0.0, 0.0)
    assert scores.per_question == {
        "absent": nothing,
        "empty": nothing,
        "found": RetrievalScore(1.0, 1.0, 1.0),
    }
    assert scores.means == RetrievalScore(*[pytest.approx(1 / 3)] * 3)


def test_no_questions_have_no_means_rather_than_perfect_ones() -> None:
    assert score_rankings({}, {}) == RetrievalScores({}, None)


def test_a_question_without_a_relevant_document_is_refused() -> None:
    with pytest.raises(ValueError, match=r"without a relevant document .*'q2'"):
        score_rankings({}, {"q1": ["a"], "q2": []})


def test_a_ranking_of_an_unknown_question_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not in the set: \['other'\]"):
        score_rankings({"other": ["a"]}, {"q": ["a"]})
