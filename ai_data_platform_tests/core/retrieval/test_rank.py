"""Reciprocal rank fusion of a ranking by vector and one by words."""

from typing import Any

from ai_data_platform.core.retrieval.rank import reciprocal_ranks


def near(key: str, distance: float) -> dict[str, Any]:
    return {"id": key, "_distance": distance}


def said(key: str, score: float) -> dict[str, Any]:
    return {"id": key, "_score": score}


def test_what_both_rankings_find_comes_first() -> None:
    ranked = reciprocal_ranks(
        [near("a", 0.1), near("b", 0.2)], [said("c", 9.0), said("b", 8.0)], "id"
    )
    assert [(row["id"], row["score"]) for row in ranked] == [
        ("b", round(2 / 62, 6)),
        ("a", round(1 / 61, 6)),
        ("c", round(1 / 61, 6)),
    ]


def test_the_order_in_which_rows_arrive_does_not_count() -> None:
    rows = [near("a", 0.3), near("b", 0.1), near("c", 0.1)]
    assert reciprocal_ranks(rows, [], "id") == reciprocal_ranks(rows[::-1], [], "id")
    assert [row["id"] for row in reciprocal_ranks(rows, [], "id")] == ["b", "c", "a"]


def test_nothing_found_is_an_empty_ranking() -> None:
    assert reciprocal_ranks([], [], "id") == []
