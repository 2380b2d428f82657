"""What people should label next, so that their time goes where a label decides something."""

from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.annotation import ANNOTATION_ITEM
from ai_data_platform.defs.automation.conditions import DAYS_CHANGED_AND_GATED
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.reporting import audited_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.annotation import QUEUE, QueueOptions, refresh_queue
from ai_data_platform.stores.home import Home

__all__ = ["annotation_checks", "annotation_queue"]


@dg.asset(
    deps=["raw_feedback", "redacted_chat_logs"],
    group_name="preference",
    kinds={"parquet", "python"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=DAYS_CHANGED_AND_GATED,
)
@fails_closed()
def annotation_queue(
    settings: dg.ResourceParam[Settings], home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """Pairs of sibling answers that a person should compare: those first whose outcome a label may change.

    `aidp serve` shows them at /annotate, side by side, blind to their source; what is chosen comes back as
    feedback.
    """
    options = QueueOptions(settings.pair_min_margin, settings.annotation_items)
    return audited_result(refresh_queue(home, options, __version__), ANNOTATION_ITEM)


def annotation_checks() -> list[dg.AssetChecksDefinition]:
    """Nobody is asked the same twice, or to choose between equal answers."""
    figures = {"repeated_items": "no_item_twice", "equal_answers": "answers_differ"}
    return [verdict_checks(QUEUE, figures)]
