"""Evaluation data: what training rows are kept apart from."""

from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.reporting import audited_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.audit import Made, audited_table
from ai_data_platform.stores.evaluation_archive import EvaluationArchive
from ai_data_platform.stores.evaluation_items import (
    EVALUATION_ITEMS,
    EVALUATION_RULES,
    EvaluationFiles,
)
from ai_data_platform.stores.home import Home

__all__ = [
    "evaluation_checks",
    "evaluation_files",
    "evaluation_items",
]


@dg.asset(
    group_name="raw",
    kinds={"parquet", "python"},
    owners=["team:ml"],
    code_version="1",
)
@fails_closed()
def evaluation_items(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.MaterializeResult[Any]:
    """Every text of the registered evaluation sets: no training row may hold one.

    Records that cannot be read stand in `evaluation_items_quarantine`. Without a set the table is empty,
    and the figure `evaluation_sets` says so.
    """
    files = evaluation_files(settings, home)
    inputs = files.inputs()

    def make() -> Made:
        scan = files.scan(context.log.info)
        home.lake.write("evaluation_items_quarantine", scan.quarantine, inputs=inputs)
        return Made(scan.items, scan.figures, scan.dropped)

    audited = audited_table(
        home.lake,
        home.ledger,
        "evaluation_items",
        make,
        EVALUATION_RULES,
        inputs=inputs,
        code_version=__version__,
    )
    if audited.manifest is not None and audited.verdict.passed:
        EvaluationArchive(home.root / "evaluation").keep(home.verified.read("evaluation_items"))
    if not audited.verdict.figures.get("evaluation_sets"):
        context.log.warning(
            "no evaluation set is registered, so no training row is compared with one: "
            "name your sets in AIDP_EVAL_SETS"
        )
    return audited_result(audited, EVALUATION_ITEMS)


def evaluation_checks() -> list[dg.AssetChecksDefinition]:
    """A registered set without a text stops what reads it."""
    return [verdict_checks("evaluation_items", {"sets_without_items": "every_set_has_items"})]


def evaluation_files(settings: Settings, home: Home) -> EvaluationFiles:
    """The evaluation sets of these settings."""
    return EvaluationFiles(
        settings.eval_sets, settings.eval_questions, settings.eval_column_map(), home.index
    )
