"""Exchanges screened for language, refusals, repetition and toxicity: what datasets drop, and why."""

from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.compute import Compute
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.reporting import audited_result, counts_table
from ai_data_platform.settings import Settings
from ai_data_platform.stores.audit import Made, audited_table
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.plugins import portable_plugin

__all__ = ["screened_chat_logs", "screening_checks"]

_NAME = "screened_chat_logs"


@dg.asset(
    deps=["redacted_chat_logs"],
    group_name="training_data",
    kinds={"parquet", "python"},
    owners=["team:data"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def screened_chat_logs(
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
    compute: dg.ResourceParam[Compute],
) -> dg.MaterializeResult[Any]:
    """The language of every exchange, and the reason for which it trains nothing, where there is one.

    Only exchanges whose texts or rules changed are looked at again.
    """
    # Here, because its patterns take 0.2 s to compile, and most that load the graph screen nothing.
    from ai_data_platform.core.conversations.screen import Screener
    from ai_data_platform.core.conversations.screened import (
        SCREENED,
        SCREENING_RULES,
        languages_of,
        screen_log,
    )

    upstream = home.verified.fingerprints("redacted_chat_logs")
    toxicity = portable_plugin("AIDP_TOXICITY", settings.toxicity, ["fingerprint", "score"])
    screener = Screener(settings.screen_options(), toxicity)
    inputs = fingerprint([upstream, screener.fingerprint])

    def make() -> Made:
        logged, earlier = (
            home.verified.read("redacted_chat_logs"),
            home.verified.read_if_passed(_NAME),
        )
        screened = screen_log(logged, earlier, screener, compute)
        return Made(screened.table, screened.figures)

    audited = audited_table(
        home.lake,
        home.ledger,
        _NAME,
        make,
        SCREENING_RULES,
        inputs=inputs,
        code_version=__version__,
        made_from=upstream,
    )
    languages = languages_of(home.lake.read_if_any(_NAME))
    return audited_result(audited, SCREENED, languages=counts_table(languages, "language"))


def screening_checks() -> list[dg.AssetChecksDefinition]:
    """The rules of the screening gate, one check each."""
    figures = {
        "rows": "row_count_above_zero",
        "exchanges_unaccounted": "every_exchange_accounted_for",
    }
    return [verdict_checks(_NAME, figures)]
