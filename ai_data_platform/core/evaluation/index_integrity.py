"""Whether an index holds what it should, as figures and rules: exact counts, no statistics."""

from dataclasses import asdict, fields

from ai_data_platform.core.evaluation.index_evidence import GateThresholds, Integrity
from ai_data_platform.core.gates import Rule

__all__ = ["integrity_figures", "integrity_rules"]

_MUST_BE_ZERO = {
    "rows_surplus": "one row for each chunk",
    "ids_missing": "every chunk has its row",
    "ids_unexpected": "no row without a chunk",
    "text_hash_mismatches": "a row holds the text that was chunked",
    "row_mismatches": "text, title, place and page that readers are shown are those of the chunk",
    "wrong_dimension": "vectors are as long as the model's",
    "not_finite": "vectors hold numbers",
    "not_unit_norm": "vectors have length 1, or distances mean nothing",
    "model_mismatches": "all vectors come from one model",
    "sampled_below_cosine": "a row embedded again gives the same vector",
}


def integrity_figures(integrity: Integrity | None) -> dict[str, float | None]:
    """Every count of a scan; None for each where there was none."""
    if integrity is None:
        return {field.name: None for field in fields(Integrity)}
    surplus = integrity.rows - integrity.chunks_expected
    return {**asdict(integrity), "rows_surplus": float(surplus)}


def integrity_rules(integrity: Integrity | None, thresholds: GateThresholds) -> list[Rule]:
    """What the counts must be; an index that is smaller than the sample is sampled whole."""
    rows = integrity.rows if integrity else thresholds.min_sampled
    wanted = max(1, min(thresholds.min_sampled, rows))
    return [
        Rule("chunks_expected", ">=", 1, "an empty index is never published"),
        *(Rule(figure, "==", 0, reason) for figure, reason in _MUST_BE_ZERO.items()),
        Rule("sampled", ">=", wanted, "enough rows embedded again to find misplaced vectors"),
    ]
