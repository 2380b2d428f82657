import gzip
import json
import math
from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from ai_data_platform.core.evaluation import ppi
from ai_data_platform.core.evaluation.faithfulness import Idf, LexicalScorer
from ai_data_platform.core.evaluation.ppi import Corrected, corrected_lower_bound
from ai_data_platform.core.evaluation.statistics import mean_lower_bound

SCORES = [0.9, 0.5, 0.7, 0.3, 0.8, 0.4]
LABELS = [1.0, 0.4, 0.8, 0.2, None, None]
APART = list("abcdef")


def test_a_small_case_worked_by_hand() -> None:
    # Labels less their mean 0.6, over 4: 0.1, -0.05, 0.05, -0.1. Scores with a label less their mean
    # 0.6, over 4 and turned around: -0.075, 0.025, -0.025, 0.075; those without, less 0.6, over 2:
    # 0.1, -0.1. So power = 0.0175 / 0.0325 = 7/13, and both means of scores are 0.6: no correction.
    found = corrected_lower_bound(SCORES, LABELS, APART)
    errors = [0.1 - 0.075 * 7 / 13, -0.05 + 0.025 * 7 / 13, 0.1 * 7 / 13]
    squares = 2 * sum(error**2 for error in errors)
    half = ppi._t_quantile(0.95, 2) * math.sqrt(squares * 4 / 2)
    assert (found.mean, found.power) == (pytest.approx(0.6), pytest.approx(7 / 13))
    assert found.lower == pytest.approx(found.mean - half)
    assert (found.labels, found.clusters) == (4, 4)


def test_the_mean_moves_with_the_scores_that_have_no_label() -> None:
    higher = corrected_lower_bound([*SCORES[:4], 1.0, 0.6], LABELS, APART)
    assert higher.mean == pytest.approx(0.6 + higher.power * (0.8 - 0.6))


def test_scores_that_say_nothing_of_the_labels_are_left_out() -> None:
    alone = corrected_lower_bound([0.5] * 6, LABELS, APART)
    opposed = corrected_lower_bound([1 - score for score in SCORES], LABELS, APART)
    assert (alone.power, opposed.power) == (0.0, 0.0)
    assert alone.mean == opposed.mean == pytest.approx(0.6)


def test_with_a_label_on_every_answer_the_labels_speak_alone() -> None:
    found = corrected_lower_bound(SCORES[:4], LABELS[:4], APART[:4])
    assert (found.mean, found.power) == (pytest.approx(0.6), 0.0)


def test_labels_of_one_or_two_clusters_bound_nothing() -> None:
    for clusters in ("aaaabc", "aabbcd"):
        assert corrected_lower_bound(SCORES, LABELS, list(clusters)).lower == -math.inf


def test_answers_that_stand_and_fall_together_give_a_lower_bound() -> None:
    generator = np.random.default_rng(1)
    labels = np.repeat(generator.random(60), 4).tolist()
    scores = (np.array(labels) * 0.5 + 0.4).tolist()
    some = [label if number < 120 else None for number, label in enumerate(labels)]
    together = corrected_lower_bound(scores, some, [str(n // 4) for n in range(240)])
    apart = corrected_lower_bound(scores, some, [str(n) for n in range(240)])
    assert together.mean - together.lower > 1.5 * (apart.mean - apart.lower)


def test_the_order_of_the_answers_does_not_count() -> None:
    backwards = corrected_lower_bound(SCORES[::-1], LABELS[::-1], APART[::-1])
    assert backwards == corrected_lower_bound(SCORES, LABELS, APART)


def test_a_scorer_with_a_spread_of_its_own_lowers_the_bound_by_its_share() -> None:
    plain = corrected_lower_bound(SCORES, LABELS, APART)
    noisy = corrected_lower_bound(SCORES, LABELS, APART, errors=[0.1] * 6)
    own = 1.6448536 * plain.power * 0.1 * math.sqrt(4 / 4**2 + 2 / 2**2)
    assert noisy.mean == plain.mean
    assert noisy.mean - noisy.lower == pytest.approx(math.hypot(plain.mean - plain.lower, own))


@pytest.mark.parametrize("free", [10, 30, 98])
def test_students_t_is_near_enough(free: int) -> None:
    assert ppi._t_quantile(0.95, free) == pytest.approx(student.ppf(0.95, free), abs=0.003)


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([0.5], [1.0, 1.0], "1 scores, 2 labels and 1 clusters"),
        ([0.5], [None], "no labels"),
        ([math.nan], [1.0], "not finite"),
        ([0.5], [math.inf], "not finite"),
    ],
)
def test_what_proves_nothing_is_refused(
    scores: list[float], labels: list[float | None], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        corrected_lower_bound(scores, labels, ["a"])


@pytest.mark.parametrize(("labelled", "unlabelled"), [(50, 150), (100, 350)])
def test_the_bound_holds_with_a_biased_scorer_and_is_tighter_than_labels_alone(
    labelled: int, unlabelled: int
) -> None:
    generator = np.random.default_rng(labelled)
    truth, trials = 4 / 5.2, 600
    clusters = [str(number) for number in range(labelled + unlabelled)]
    held = raw_held = 0
    widths: list[float] = []
    widths_alone: list[float] = []
    for _ in range(trials):
        people = generator.beta(4, 1.2, labelled + unlabelled)
        biased = (0.6 * people + 0.4 + generator.normal(0, 0.1, len(people))).clip(0, 1).tolist()
        labels = [float(label) for label in people[:labelled]]
        found = corrected_lower_bound(biased, [*labels, *[None] * unlabelled], clusters)
        alone = corrected_lower_bound(labels, labels, clusters[:labelled])
        held += found.lower <= truth
        raw_held += mean_lower_bound(biased, clusters, draws=50).lower <= truth
        widths.append(found.mean - found.lower)
        widths_alone.append(alone.mean - alone.lower)
    assert held / trials >= 0.93
    assert raw_held / trials <= 0.05
    assert fmean(widths) < 0.9 * fmean(widths_alone)


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_a_hundred_labels_mend_the_scores_of_real_answers(shared_data: Path) -> None:
    """MT-RAG: people's mean faithfulness from 1 to 4, here from 0 to 1."""
    given = defaultdict(list)
    for label in rows(shared_data / "annotations" / "mtrag_human_eval.labels.jsonl.gz"):
        if label["scale"] == "faithfulness":
            given[label["item_id"]].append((float(label["label"]) - 1) / 3)
    items = rows(shared_data / "annotations" / "mtrag_human_eval.items.jsonl.gz")
    items = [item for item in items if item["contexts"]]
    contexts = [[context["text"] for context in item["contexts"]] for item in items]
    scorer = LexicalScorer(Idf.fit({text for own in contexts for text in own}))
    scores = [
        scorer.score("", item["response"], own).value or 0.0
        for item, own in zip(items, contexts, strict=True)
    ]
    people = [fmean(given[item["item_id"]]) for item in items]
    clusters = [item["task_id"] for item in items]
    truth = fmean(people)
    assert abs(fmean(scores) - truth) > 0.08

    generator = np.random.default_rng(0)
    found: list[Corrected] = []
    for _ in range(200):
        chosen = set(generator.choice(len(items), 100, replace=False).tolist())
        labels = [label if n in chosen else None for n, label in enumerate(people)]
        found.append(corrected_lower_bound(scores, labels, clusters))
    assert abs(fmean(own.mean for own in found) - truth) < 0.01
    assert fmean(own.lower <= truth for own in found) >= 0.95
