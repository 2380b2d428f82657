"""Figures of a dataset to keep an eye on: checks that warn, stop nothing, and are plotted over time."""

from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from ai_data_platform.core.datasets.drift import LARGE
from ai_data_platform.core.datasets.length_bias import NOTABLE_BIAS
from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.home import Home

__all__ = ["QUALITY_CHECKS", "trend_checks"]

QUALITY_CHECKS = {
    "malformed_rows": "every_row_is_well_formed",
    "untrainable_share": "rows_that_teach_nothing_once_cut",
}
"""Rules of the quality report, by the names of their blocking checks."""


@dataclass(frozen=True, slots=True)
class _Trend:
    """A figure that warns above a line; `absent` is why it may not have been measured."""

    figure: str
    line: float
    said: str
    absent: str = "not measured"


_TRENDS = {
    "drift_from_published": _Trend(
        "drift_psi",
        LARGE,
        "PSI of the variable that moved most from the published version; large from 0.25",
        "nothing was published before, so there is nothing to compare with",
    ),
    "rows_over_the_token_limit": _Trend(
        "share_over_max_tokens", 0.05, "share of rows whose end the trainer cuts off"
    ),
    "raw_duplicate_rate": _Trend(
        "raw_duplicate_rate", 0.05, "share of what came in that repeats something else"
    ),
    "same_splits_as_the_sft_dataset": _Trend(
        "conversations_in_another_sft_split",
        0,
        "conversations that the published SFT dataset, split by other shares, has on another side",
    ),
    "length_bias_is_notable": _Trend(
        "length_bias_auc",
        NOTABLE_BIAS,
        "how often lengths alone tell the liked answer; 0.5 is chance",
    ),
    "place_shown_is_notable": _Trend(
        "position_bias",
        NOTABLE_BIAS,
        "share of pairs of which the answer at one place won, first or second",
        "fewer than 30 pairs say at which places their answers were shown",
    ),
    "share_of_one_user": _Trend("largest_user_share", 0.1, "share of rows of the same user"),
    "share_of_one_prompt": _Trend(
        "largest_prompt_share", 0.05, "share of rows with the same prompt"
    ),
}


def trend_checks(asset: str, *figures: str) -> dg.AssetChecksDefinition:
    """One check for each of these figures of the newest verdict on this dataset."""
    trends = {check: trend for check, trend in _TRENDS.items() if trend.figure in figures}

    @dg.multi_asset_check(
        name=f"{asset}_trends_gate",
        specs=[
            dg.AssetCheckSpec(check, asset=asset, blocking=False, description=trend.said)
            for check, trend in trends.items()
        ],
    )
    def checks(home: dg.ResourceParam[Home]) -> Iterator[dg.AssetCheckResult]:
        found = home.ledger.latest(asset)
        for check, trend in trends.items():
            yield _result(asset, check, trend, None if found is None else found.verdict)

    return checks


def _result(asset: str, check: str, trend: _Trend, verdict: Verdict | None) -> dg.AssetCheckResult:
    score = None if verdict is None else verdict.figures.get(trend.figure)
    above = score is not None and score > trend.line
    return dg.AssetCheckResult(
        passed=not above,
        asset_key=asset,
        check_name=check,
        severity=dg.AssetCheckSeverity.WARN,
        description=trend.absent if score is None else (trend.said if above else None),
        metadata={"threshold": trend.line} | ({} if score is None else {"score": round(score, 6)}),
    )
