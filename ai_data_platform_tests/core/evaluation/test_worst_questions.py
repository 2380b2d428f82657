"""Which questions a person looks at first."""

from ai_data_platform.core.evaluation.worst_questions import WorstQuestion, rank_worst_questions


def row(name: str, score: float | None, published: float | None = None) -> dict[str, object]:
    """A question whose measures are all alike."""
    scores = dict.fromkeys(("hit_at_5", "mrr_at_10", "context_recall"), score)
    before = {f"{measure}_published": published for measure in scores}
    return {"question_id": name, "question": f"{name}?", **scores, **before, "unsupported": None}


def order(*rows: dict[str, object], limit: int = 10) -> list[str]:
    return [question.question_id for question in rank_worst_questions(rows, limit)]


def test_the_largest_drop_comes_first_whatever_the_score() -> None:
    assert order(row("low", 0.1, 0.1), row("fell", 0.6, 1.0), row("fell more", 0.5, 1.0)) == [
        "fell more",
        "fell",
        "low",
    ]


def test_without_a_published_index_the_lowest_score_comes_first() -> None:
    assert order(row("good", 1.0), row("b", 0.0), row("a", 0.0), row("fair", 0.5)) == [
        "a",
        "b",
        "fair",
        "good",
    ]


def test_a_question_that_improved_is_no_better_placed_than_one_that_stayed() -> None:
    assert order(row("improved", 0.2, 0.0), row("stayed", 0.5, 0.5)) == ["improved", "stayed"]


def test_a_score_that_the_candidate_lost_counts_as_nothing() -> None:
    assert order(row("stayed", 0.0, 0.0), row("lost", None, 0.9)) == ["lost", "stayed"]


def test_a_question_without_a_reference_is_not_worse_for_it() -> None:
    without = {**row("without", 0.5), "context_recall": None}
    assert order(without, row("lower", 0.4)) == ["lower", "without"]


def test_only_as_many_as_were_asked_for() -> None:
    assert order(*(row(str(n), n / 10) for n in range(10)), limit=2) == ["0", "1"]


def test_scores_of_before_and_what_lacked_support_are_kept() -> None:
    found = rank_worst_questions([{**row("q", 0.25, 1.0), "unsupported": ["12 Nm", "torque"]}])
    measures = ("hit_at_5", "mrr_at_10", "context_recall")
    assert found == [
        WorstQuestion(
            "q",
            "q?",
            dict.fromkeys(measures, 0.25),
            dict.fromkeys(measures, 1.0),
            -0.75,
            "12 Nm, torque",
        )
    ]


def test_tables_without_the_newer_columns_are_ranked_too() -> None:
    old = {"question_id": "q", "question": "q?", "hit_at_5": 1.0, "mrr_at_10": 0.5}
    (found,) = rank_worst_questions([old])
    assert (found.change, found.unsupported, found.scores["context_recall"]) == (0.0, "", None)
