"""Checks that warn of a trend and stop nothing; the picture of a version's quality in the UI."""

import base64
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.defs.checks import trend_checks
from ai_data_platform.defs.reporting import quality_metadata
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home

RULES = (Rule("rows", ">", 0, "an empty dataset trains nothing"),)


def evaluations(
    folder: Path, figures: Mapping[str, float | None] | None
) -> dict[str, dg.AssetCheckEvaluation]:
    """What the checks say of a dataset with these figures, which stops nothing downstream."""
    home = Home(folder, CHECKOUT / "dbt_project")
    if figures is not None:
        home.ledger.record(judge("sft_dataset", "f" * 32, figures, RULES, code_version="1"))

    @dg.asset
    def sft_dataset() -> None: ...

    @dg.asset(deps=[sft_dataset])
    def after() -> None: ...

    checks = trend_checks("sft_dataset", "drift_psi", "raw_duplicate_rate")
    ran = dg.materialize([sft_dataset, checks, after], resources={"home": home})
    assert ran.success
    assert ran.asset_materializations_for_node("after")
    return {found.check_name: found for found in ran.get_asset_check_evaluations()}


def scores(found: dg.AssetCheckEvaluation) -> dict[str, object]:
    return {name: value.value for name, value in found.metadata.items()}


def test_a_figure_above_its_line_warns_with_score_and_threshold(tmp_path: Path) -> None:
    found = evaluations(tmp_path, {"rows": 3, "drift_psi": 0.4, "raw_duplicate_rate": 0.02})
    assert set(found) == {"drift_from_published", "raw_duplicate_rate"}
    drift, raw = found["drift_from_published"], found["raw_duplicate_rate"]
    assert (drift.passed, drift.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert scores(drift) == {"threshold": 0.25, "score": 0.4}
    assert "moved most" in (drift.description or "")
    assert (raw.passed, scores(raw)) == (True, {"threshold": 0.05, "score": 0.02})


def test_a_figure_that_was_not_measured_warns_of_nothing_and_says_why(tmp_path: Path) -> None:
    drift = evaluations(tmp_path, {"rows": 3})["drift_from_published"]
    assert (drift.passed, scores(drift)) == (True, {"threshold": 0.25})
    assert "nothing was published before" in (drift.description or "")
    assert evaluations(tmp_path / "new", None)["raw_duplicate_rate"].passed


def test_the_picture_of_the_quality_is_shown_in_markdown_with_the_place_of_the_page(
    tmp_path: Path,
) -> None:
    assert quality_metadata(tmp_path) == {}
    (tmp_path / "quality.svg").write_bytes(b"<svg/>")
    shown = quality_metadata(tmp_path)
    data = base64.b64encode(b"<svg/>").decode()
    assert shown["quality"].value == f"![Quality of the rows](data:image/svg+xml;base64,{data})"
    assert shown["quality_report"].value == str(tmp_path / "quality.html")
