"""Error rates of raters: crowd-kit's, and what weights are made of them."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from ai_data_platform.core.preference.dawid_skene import DawidSkene, dawid_skene
from ai_data_platform.core.preference.parts import ByConversation, conversation_parts
from ai_data_platform.core.preference.raters import user_hashes
from ai_data_platform.core.preference.reliability import _shared, reliability
from ai_data_platform_tests.core.preference.rating_tables import Row, rated, rating_table


def estimated(rows: list[dict[str, Any]], **more: Any) -> DawidSkene:
    """Of one label a row, `item_id`, `annotator_id` and `label`; a rater's first label of an item counts."""
    distinct = {(row["item_id"], row["annotator_id"]): row for row in reversed(rows)}.values()
    columns = []
    for name in ("item_id", "annotator_id", "label"):
        values = [row[name] for row in distinct]
        numbers = {value: number for number, value in enumerate(sorted(set(values)))}
        columns.append(np.array([numbers[value] for value in values], np.int64))
    return dawid_skene(*columns, **more)


def labels(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / "annotations" / f"{name}.labels.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def weights_of(ratings: list[Row]) -> dict[str, float]:
    users = sorted({row["user_id"] for row in ratings if row["user_id"]})
    found = reliability(ByConversation(rating_table(ratings))).of(user_hashes(pa.array(users)))
    return dict(zip(users, found.tolist(), strict=True))


def opinions(*raters: str, items: int = 30) -> list[Row]:
    """Ratings of `items` answers, half of them good; each rater is a rule of what to answer."""
    rules: dict[str, Callable[[int], int]] = {
        "right": lambda n: 1 + 4 * (n % 2),
        "mostly": lambda n: 1 + 4 * ((n + (n % 5 == 0)) % 2),
        "always": lambda n: 5,
        "wrong": lambda n: 5 - 4 * (n % 2),
    }
    return [
        row
        for n in range(items)
        for place, rule in enumerate(raters)
        for row in rated(
            f"m{n}",
            rules[rule](n),
            user_id=f"{place} {rule}",
            record_id=f"r{n}-{place}",
            event_id=f"e{n}-{place}",
        )
    ]


def test_pandalm_gives_the_priors_and_error_rates_of_crowd_kit(shared_data: Path) -> None:
    """crowd-kit 1.4.2, DawidSkene(n_iter=2000, tol=1e-12) on the same labels."""
    found = estimated(labels(shared_data, "pandalm"), iterations=2_000, tolerance=1e-9)
    assert found.priors.round(4).tolist() == [0.4214, 0.4913, 0.0873]
    assert np.bincount(found.probabilities.argmax(axis=1)).tolist() == [222, 258, 46]
    assert found.errors[0].round(4).tolist() == [
        [0.9776, 0.0327, 0.1054],
        [0.0224, 0.9637, 0.0],
        [0.0, 0.0036, 0.8946],
    ]


def test_ukpconvarg_gives_the_labels_of_crowd_kit(shared_data: Path) -> None:
    """Its 4 iterations; 2,406 raters of 3,010 pairs of arguments."""
    found = estimated(labels(shared_data, "ukpconvarg1"), iterations=4)
    assert found.priors.round(4).tolist() == [0.3999, 0.4019, 0.1982]
    assert np.bincount(found.probabilities.argmax(axis=1)).tolist() == [1217, 1223, 570]


def test_one_label_in_all_and_no_iteration_are_the_shares_of_votes() -> None:
    zeros = np.zeros(3, np.int64)
    found = dawid_skene(np.array([0, 0, 1]), np.array([0, 1, 0]), zeros, iterations=0)
    assert found.probabilities.tolist() == [[1.0], [1.0]]
    assert found.errors.tolist() == [[[1.0]], [[1.0]]]


def test_who_agrees_weighs_more_than_who_always_says_the_same_and_who_says_the_opposite() -> None:
    found = weights_of(opinions("right", "right", "mostly", "always", "wrong"))
    first, second, mostly, always, wrong = found.values()
    assert 2.0 == first == second > mostly > always > wrong == 0.05


def test_a_rater_who_shares_no_answer_weighs_as_the_average_and_alone_everybody_does() -> None:
    alone = rated("other", 1, user_id="9 alone", record_id="r-alone")
    assert weights_of([*opinions("right", "right", "always"), *alone])["9 alone"] == 1.0
    assert weights_of(opinions("right")) == {"0 right": 1.0}
    assert weights_of(opinions("always", "always")) == {"0 always": 1.0, "1 always": 1.0}


def test_few_shared_answers_keep_a_rater_near_the_average() -> None:
    few, many = (weights_of(opinions("right", "right", "wrong", items=items)) for items in (2, 200))
    assert 1.0 > few["2 wrong"] > many["2 wrong"] == 0.05


@pytest.mark.parametrize("rows", [2, 1_000])
def test_what_is_estimated_from_does_not_depend_on_the_order_of_the_ratings(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums of floats do depend on it, so labels and raters come in one order."""
    ratings = opinions("right", "mostly", "always", "wrong")
    for number, row in enumerate(ratings):
        row["conversation_id"] = f"c{number // 16:02}"
    told = {
        "conversation_id": "c99",
        "record_id": "late",
    }  # by one who comes before the others by name
    ratings += [row for user in ("0 a", "3 wrong") for row in rated("m", 5, user_id=user, **told)]

    def read(rating: list[Row]) -> list[object]:
        names, labels = _shared(ByConversation(rating_table(rating)))
        return [names.to_pylist(), *(one.tolist() for one in labels)]

    whole = read(ratings)
    random.Random(1).shuffle(ratings)
    monkeypatch.setattr(conversation_parts, "__kwdefaults__", {"rows": rows})
    assert read(ratings) == whole


def test_a_repeated_or_neutral_rating_is_no_second_opinion() -> None:
    ratings = [*rated("a", 5, user_id="u"), *rated("a", 1, user_id="u", record_id="r2")]
    ratings += rated("a", 3, user_id="v", record_id="r3")
    assert weights_of(ratings) == {"u": 1.0, "v": 1.0}


@pytest.mark.parametrize("rating", [[], rated("a0", 5, user_id=None), rated(None, 5, 1)])
def test_nothing_to_compare_weighs_everybody_alike(rating: list[Row]) -> None:
    assert set(weights_of(rating).values()) <= {1.0}
