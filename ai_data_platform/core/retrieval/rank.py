"""Two rankings of the same passages made one."""

from typing import Any

__all__ = ["reciprocal_ranks"]

_RRF_K = 60  # Cormack, Clarke, Buettcher (2009), "Reciprocal rank fusion", section 2


def reciprocal_ranks(
    by_vector: list[dict[str, Any]], by_text: list[dict[str, Any]], key: str
) -> list[dict[str, Any]]:
    """Rows of both rankings by reciprocal rank fusion, best first, with `score`; equal ones go by key.

    `by_vector` has a `_distance` (small is near), `by_text` a `_score` (large is good).
    """
    scores: dict[str, float] = {}
    rows: dict[str, dict[str, Any]] = {}
    for ranking in (
        sorted(by_vector, key=lambda row: (row["_distance"], row[key])),
        sorted(by_text, key=lambda row: (-row["_score"], row[key])),
    ):
        for rank, row in enumerate(ranking, start=1):
            scores[row[key]] = scores.get(row[key], 0.0) + 1.0 / (_RRF_K + rank)
            rows.setdefault(row[key], row)
    best = sorted(scores, key=lambda k: (-scores[k], k))
    return [{**rows[k], "score": round(scores[k], 6)} for k in best]
