"""A study as JSON: the same study gives the same bytes."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from ai_data_platform.core.agreement.gate import advice
from ai_data_platform.core.agreement.resampling import CONFIDENCE, DRAWS
from ai_data_platform.core.agreement.study import Study
from ai_data_platform.core.evaluation.statistics import SEED

__all__ = ["studies_as_json"]


def studies_as_json(studies: Sequence[Study]) -> bytes:
    """Every figure of these studies, how it was measured, and what was asked."""
    method = {
        "coefficient": "Krippendorff's alpha",
        "bounds": f"one-sided, {CONFIDENCE:.0%} on either side",
        "bootstrap": {"draws": DRAWS, "seed": SEED, "drawn": "clusters of items"},
    }
    tasks = {study.task: _study(study) for study in studies}
    whole = {"method": method, "tasks": tasks}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _study(study: Study) -> dict[str, Any]:
    return {
        "level": study.level,
        "floor": study.demand.floor,
        "min_items": study.demand.min_items,
        "passes": study.passes,
        "advice": advice(study),
        "items_wanted": study.items_wanted,
        "agreement": asdict(study.agreement),
        "labels_by_value": dict(study.values),
        "items_with_one_label": study.single,
        "left_out": dict(sorted(study.left_out.items())),
        "pairs_of_raters": [asdict(one) for one in study.pairs],
        "raters": [asdict(one) for one in study.raters],
        "slices": {name: [asdict(one) for one in found] for name, found in study.slices.items()},
        "filters": [asdict(one) for one in study.filters],
    }
