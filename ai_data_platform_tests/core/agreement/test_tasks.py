"""Ratings as labels of three tasks."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import RATINGS, Labels, task_labels
from ai_data_platform.core.agreement.tasks import Task
from ai_data_platform.core.errors import ConfigurationError

_START = datetime(2025, 3, 3, 12, tzinfo=UTC)
Row = dict[str, object]


def _rating(
    message: str, rating: int, rater: str | None = "ann", *, kind: str = "stars", hour: int = 0
) -> Row:
    return {
        "prompt_id": "p" + message[0],
        "message_id": message,
        "rater": rater,
        "rating": rating,
        "kind": kind,
        "created_at": _START + timedelta(hours=hour),
    }


def _labels(rows: list[Row], task: Task = "preference", columns: tuple[str, ...] = ()) -> Labels:
    fields = [*RATINGS, *(pa.field(name, pa.string()) for name in columns)]
    return task_labels(pa.Table.from_pylist(rows, schema=pa.schema(fields)), task, columns)[0]


def _given(labels: Labels) -> dict[tuple[str, str], str]:
    return {
        (
            labels.item_ids[int(item)].as_py().replace("\t", " "),
            labels.rater_ids[int(rater)].as_py(),
        ): labels.scale[value]
        for item, rater, value in zip(labels.items, labels.raters, labels.values, strict=True)
    }


def test_a_preference_is_which_of_two_siblings_a_person_rated_higher() -> None:
    rows = [_rating("1a", 5), _rating("1b", 2), _rating("2a", 1), _rating("2b", 2)]
    rows += [_rating("3a", 4), _rating("3b", 4), _rating("4a", 5)]
    assert _given(_labels(rows)) == {
        ("p1 1a 1b", "ann"): "first",
        ("p2 2a 2b", "ann"): "second",
        ("p3 3a 3b", "ann"): "tie",
    }


def test_ratings_of_two_people_are_no_preference_of_either() -> None:
    assert _given(_labels([_rating("1a", 5, "ann"), _rating("1b", 2, "bob")])) == {}


def test_of_a_persons_ratings_of_one_answer_the_latest_counts() -> None:
    rows = [_rating("1a", 5, hour=1), _rating("1a", 1, hour=9), _rating("1b", 3, hour=5)]
    for order in (rows, rows[::-1]):
        assert _given(_labels(order)) == {("p1 1a 1b", "ann"): "second"}
        assert _given(_labels(order, "rating")) == {("p1 1a", "ann"): "1", ("p1 1b", "ann"): "3"}


def test_three_siblings_make_three_pairs() -> None:
    rows = [_rating("1a", 1), _rating("1b", 3), _rating("1c", 2)]
    assert _given(_labels(rows)) == {
        ("p1 1a 1b", "ann"): "second",
        ("p1 1a 1c", "ann"): "second",
        ("p1 1b 1c", "ann"): "first",
    }


def test_of_many_siblings_each_is_compared_with_the_next_three() -> None:
    rows = [_rating(f"1{name}", 3) for name in "abcdefghij"]
    assert len(_given(_labels(rows))) == 3 * 10 - (1 + 2 + 3)


def test_two_answers_compared_side_by_side_are_judged_at_one_moment() -> None:
    rows = [
        _rating("1a", 5, kind="comparison", hour=1),
        _rating("1b", 1, kind="comparison", hour=1),
        _rating("1b", 5, kind="comparison", hour=2),
        _rating("1c", 1, kind="comparison", hour=2),
    ]
    assert _given(_labels(rows)) == {("p1 1a 1b", "ann"): "first", ("p1 1b 1c", "ann"): "first"}


def test_stars_and_thumbs_are_not_compared_and_a_comparison_comes_before_stars() -> None:
    rows = [_rating("1a", 4), _rating("1b", 5, kind="thumbs")]
    assert _given(_labels(rows)) == {}
    rows = [_rating("1a", 2, hour=9), _rating("1b", 4, hour=9)]
    rows += [_rating("1a", 5, kind="comparison"), _rating("1b", 1, kind="comparison")]
    assert _given(_labels(rows)) == {("p1 1a 1b", "ann"): "first"}
    assert _given(_labels(rows, "rating")) == {("p1 1a", "ann"): "2", ("p1 1b", "ann"): "4"}


def test_thumbs_are_up_or_down() -> None:
    rows = [
        _rating("1a", 5, kind="thumbs"),
        _rating("1a", 1, "bob", kind="thumbs"),
        _rating("1b", 3),
    ]
    labels = _labels(rows, "thumbs")
    assert _given(labels) == {("p1 1a", "ann"): "5", ("p1 1a", "bob"): "1"}
    assert (labels.level, labels.scale) == ("nominal", ("1", "5"))


def test_raters_that_a_source_hides_are_left_out_and_counted() -> None:
    rows = [_rating("1a", 5, None), _rating("1b", 2, None)]
    assert _given(_labels(rows)) == {}
    assert _labels(rows, "rating").left_out == {"no_rater": 2}


def test_pairs_of_one_prompt_are_one_cluster() -> None:
    rows = [
        _rating("1a", 1),
        _rating("1b", 3),
        _rating("1c", 2),
        _rating("2a", 1),
        _rating("2b", 2),
    ]
    assert len(set(_labels(rows).clusters.tolist())) == 2


def test_the_day_the_kind_and_named_columns_make_slices() -> None:
    rows = [_rating("1a", 1) | {"topic": "visits"}, _rating("1b", 3, hour=20) | {"topic": "visits"}]
    schema = pa.schema([*RATINGS, pa.field("topic", pa.string())])
    table = task_labels(pa.Table.from_pylist(rows, schema=schema), "preference", ["topic"])[1]
    found = table.select(["kind", "topic", "day"]).to_pylist()
    assert found == [{"kind": "stars", "topic": "visits", "day": "2025-03-04"}]


def test_without_times_the_ratings_are_taken_as_they_are() -> None:
    rows = [_rating("1a", 5), _rating("1b", 2)]
    table = pa.Table.from_pylist(rows, schema=RATINGS).drop(["created_at"])
    assert _given(task_labels(table, "preference")[0]) == {("p1 1a 1b", "ann"): "first"}


def test_no_ratings_give_no_labels() -> None:
    for task in ("preference", "rating", "thumbs"):
        assert _given(_labels([], task)) == {}


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="no column topic: the ratings have prompt_id"):
        task_labels(RATINGS.empty_table(), "rating", ["topic"])
