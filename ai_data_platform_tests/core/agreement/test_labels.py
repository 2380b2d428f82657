"""Labels out of a table."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import Columns, Labels, read_labels
from ai_data_platform.core.errors import ConfigurationError


def _table(*rows: tuple[object, ...], names: str = "item_id rater label") -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table(dict(zip(names.split(), map(list, columns), strict=True)))


def _given(labels: Labels) -> list[tuple[str, str, str]]:
    triples = zip(labels.items, labels.raters, labels.values, strict=True)
    return [
        (labels.item_ids[int(i)].as_py(), labels.rater_ids[int(r)].as_py(), labels.scale[v])
        for i, r, v in triples
    ]


def test_labels_are_sorted_by_item_and_rater_whatever_the_order_of_rows() -> None:
    rows = [("b", "y", "no"), ("a", "y", "yes"), ("b", "x", "yes"), ("a", "x", "no")]
    wanted = [("a", "x", "no"), ("a", "y", "yes"), ("b", "x", "yes"), ("b", "y", "no")]
    for order in (rows, rows[::-1]):
        assert _given(read_labels(_table(*order), "nominal")) == wanted


def test_of_a_raters_labels_of_an_item_the_latest_counts_and_the_others_are_counted() -> None:
    early, late = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC)
    table = _table(
        ("a", "x", "new", late), ("a", "x", "old", early), names="item_id rater label at"
    )
    labels = read_labels(table, "nominal", Columns(time="at"))
    assert _given(labels) == [("a", "x", "new")]
    assert labels.left_out == {"repeated_label": 1}


def test_without_times_the_last_row_is_the_latest() -> None:
    labels = read_labels(_table(("a", "x", "one"), ("a", "x", "two")), "nominal")
    assert _given(labels) == [("a", "x", "two")]


def test_rows_without_item_rater_or_label_are_left_out_with_their_reason() -> None:
    table = _table(("a", "x", "1"), (None, "x", "1"), ("a", None, "1"), ("a", "y", None))
    labels = read_labels(table, "ordinal")
    assert _given(labels) == [("a", "x", "1")]
    assert labels.left_out == {"no_item": 1, "no_rater": 1, "no_label": 1}


def test_numbers_are_in_the_order_of_numbers_and_words_in_the_order_that_is_given() -> None:
    numbers = read_labels(_table(("a", "x", 10), ("a", "y", 9), ("b", "x", 1)), "interval")
    assert numbers.scale == ("1", "9", "10")
    assert numbers.numbers.tolist() == [1, 9, 10]
    words = _table(("a", "x", "bad"), ("a", "y", "good"))
    scale = ("bad", "fair", "good")
    assert read_labels(words, "ordinal", scale=scale).scale == scale


def test_ordinal_words_without_an_order_are_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"ordinal labels must be numbers .*give their order"
    ):
        read_labels(_table(("a", "x", "bad"), ("a", "y", "good")), "ordinal")


def test_a_label_outside_the_scale_is_named() -> None:
    with pytest.raises(ConfigurationError, match="labels awful are not in the scale"):
        read_labels(_table(("a", "x", "awful")), "ordinal", scale=("bad", "good"))


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="no column who: the labels have item_id, rater"):
        read_labels(_table(("a", "x", "1")), "nominal", Columns(rater="who"))


def test_more_values_than_a_scale_has_are_refused() -> None:
    rows = [("a", str(n), str(n)) for n in range(51)]
    with pytest.raises(ConfigurationError, match="51 values, wanted at most 50: group them"):
        read_labels(_table(*rows), "nominal")


def test_an_empty_table_has_no_labels() -> None:
    table = pa.table({name: pa.array([], pa.string()) for name in ("item_id", "rater", "label")})
    labels = read_labels(table, "nominal")
    assert (len(labels.items), labels.scale, labels.left_out) == (0, (), {})
