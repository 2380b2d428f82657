import math
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from ai_data_platform.core.evaluation.faithfulness import (
    Case,
    Evidence,
    Idf,
    LexicalScorer,
    Score,
    Scorer,
)
from ai_data_platform_tests.mtrag import JudgedAnswer, judged_answers

CORPUS = [
    "Ownership is a set of rules that govern how Rust manages memory.",
    "A reference borrows a value. Rust checks every reference.",
    "The pump moves 40 litres a minute at 2.5 bar.",
]
SCORER = LexicalScorer(Idf.fit(CORPUS))


def test_an_answer_in_the_words_of_the_context_is_fully_supported() -> None:
    answer = "Rust manages memory by rules of ownership and manages rules: Rust manages memory."
    assert SCORER.score("?", answer, CORPUS[:1]) == Score(
        1.0,
        Evidence(weakest_sentence=answer, weakest_support=1.0),
    )


def test_a_score_is_the_idf_weighted_share_of_the_distinct_terms() -> None:
    weight = {"rust": math.log(4 / 3) + 1, "memory": math.log(4 / 2) + 1, "python": math.log(4) + 1}
    expected = (weight["rust"] + weight["memory"]) / sum(weight.values())
    score = SCORER.score("?", "Rust, Python, memory; Rust.", CORPUS[:1])
    assert score.value == pytest.approx(expected, abs=1e-6)


def test_evidence_lists_what_is_unsupported_most_telling_first_and_the_weakest_sentence() -> None:
    answer = "The pump moves 50 litres a minute. Python borrows its bar from Rust."
    assert SCORER.score("?", answer, CORPUS[2:]).evidence == Evidence(
        unscored=None,
        unsupported_words=("python", "borrows", "rust"),
        unsupported_numbers=("50",),
        weakest_sentence="Python borrows its bar from Rust.",
        weakest_support=pytest.approx(0.239813, abs=1e-6),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("answer", "contexts", "reason"),
    [
        ("", CORPUS, "empty_answer"),
        (" \n", CORPUS, "empty_answer"),
        ("Rust.", [], "empty_contexts"),
        ("Rust.", ["", " "], "empty_contexts"),
        ("Yes.", CORPUS, "no_content_words"),
        ("No, it is not!", CORPUS, "no_content_words"),
        ("...", CORPUS, "no_content_words"),
    ],
)
def test_what_cannot_be_scored_is_unscored_and_never_counts_as_supported(
    answer: str, contexts: list[str], reason: str
) -> None:
    assert SCORER.score("?", answer, contexts) == Score(None, Evidence(unscored=reason))


def test_the_question_is_no_support() -> None:
    score = SCORER.score("Does Python use gradual typing?", "Python: gradual typing.", CORPUS)
    assert score.value == 0.0


def test_support_may_come_from_several_contexts() -> None:
    assert SCORER.score("?", "Rust checks memory.", CORPUS[:2]).value == 1.0


def test_a_written_infinity_and_a_ratio_are_scored_like_any_term() -> None:
    score = SCORER.score("?", "infinity, nan and 2.5:1", ["A ratio of 2.5:1, not infinity."])
    assert score.evidence.unsupported_words == ("nan",)
    assert score.evidence.unsupported_numbers == ()
    assert 0.7 < score.value < 0.8  # type: ignore[operator]


def test_chinese_text_is_scored_by_characters() -> None:
    scorer = LexicalScorer(Idf.fit(["北京是中国的首都。"]))
    assert scorer.score("?", "首都是北京。", ["北京是中国的首都。"]).value == 1.0
    assert scorer.score("?", "伦敦", ["北京是中国的首都。"]).value == 0.0


def test_rare_terms_weigh_more_than_common_ones() -> None:
    idf = Idf.fit(CORPUS)
    assert idf.weight("absent") > idf.weight("memory") > idf.weight("rust") >= 1_000_000


def test_an_idf_fitted_on_nothing_weighs_every_term_the_same() -> None:
    assert {Idf.fit([]).weight(term) for term in ("rust", "12")} == {1_000_000}


def test_the_fingerprint_follows_the_frequencies_and_not_the_order_of_the_texts() -> None:
    same = LexicalScorer(Idf.fit(reversed(CORPUS)))
    other = LexicalScorer(Idf.fit([*CORPUS, "One more text."]))
    assert same.fingerprint == SCORER.fingerprint
    assert list(same.idf.frequencies.items()) == sorted(SCORER.idf.frequencies.items())
    assert other.fingerprint != SCORER.fingerprint
    assert same.version == other.version == SCORER.version


def test_the_lexical_scorer_fits_the_scorer_protocol() -> None:
    scorer: Scorer = SCORER
    assert scorer.score("?", "memory", CORPUS).value == 1.0


@given(answer=st.text(max_size=80), contexts=st.lists(st.text(max_size=80), max_size=3))
def test_any_text_gives_a_share_with_evidence_or_a_reason(answer: str, contexts: list[str]) -> None:
    score = SCORER.score("?", answer, contexts)
    if score.value is None:
        assert score.evidence == Evidence(unscored=score.evidence.unscored)
        assert score.evidence.unscored is not None
    else:
        missing = score.evidence.unsupported_words + score.evidence.unsupported_numbers
        assert 0 <= score.value <= 1
        assert 0 <= score.evidence.weakest_support <= 1  # type: ignore[operator]
        assert (score.value == 1) == (not missing)


@pytest.fixture(scope="module")
def judged(shared_data: Path) -> list[JudgedAnswer]:
    return judged_answers(shared_data)


def test_scores_agree_with_people_on_real_answers(judged: list[JudgedAnswer]) -> None:
    scorer = LexicalScorer(Idf.fit({text for own in judged for text in own.contexts}))
    scores = [scorer.score("", own.answer, own.contexts).value for own in judged]
    assert len(scores) == 225
    assert None not in scores
    assert spearmanr(scores, [own.faithfulness for own in judged]).statistic >= 0.62


def test_scores_tell_the_right_context_from_a_wrong_one(judged: list[JudgedAnswer]) -> None:
    contexts = [own.contexts for own in judged]
    scorer = LexicalScorer(Idf.fit({text for own in contexts for text in own}))
    shuffled = random.Random(0).sample(contexts, len(contexts))
    pairs = [
        (
            scorer.score("", own.answer, own.contexts).value,
            scorer.score("", own.answer, wrong).value,
        )
        for own, wrong in zip(judged, shuffled, strict=True)
        if own.contexts != wrong
    ]
    right_wins = sum(right > wrong for right, _ in pairs for _, wrong in pairs) / len(pairs) ** 2  # type: ignore[operator]
    assert right_wins >= 0.97


def test_many_cases_have_the_scores_that_each_has_alone() -> None:
    cases = [Case("?", "Rust, Python.", tuple(CORPUS)), Case("?", "", ()), Case("?", "memory", ())]
    alone = [SCORER.score(case.question, case.answer, case.contexts) for case in cases]
    assert SCORER.score_all(cases) == alone
    assert {score.spread for score in alone} == {0.0}
