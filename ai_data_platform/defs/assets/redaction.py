"""Chat logs without personal data: what every dataset is made from."""

from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.compute import Compute
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.reporting import audited_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.audit import Made, audited_table
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.plugins import portable_plugin

__all__ = ["redacted_chat_logs", "redaction_checks"]

_NAME = "redacted_chat_logs"


@dg.asset(
    deps=["stg_chat_logs"],
    group_name="training_data",
    kinds={"parquet", "python"},
    owners=["team:data"],
    code_version="2",
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def redacted_chat_logs(
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
    compute: dg.ResourceParam[Compute],
) -> dg.MaterializeResult[Any]:
    """Every exchange with its encoding mended and personal data replaced by typed placeholders.

    One person has one placeholder within a conversation. Only conversations that changed are searched.
    """
    # Here, because numbering plans take 0.3 s to load, and most that load the graph redact nothing.
    from ai_data_platform.core.conversations.redact import Redactor
    from ai_data_platform.core.conversations.redacted import (
        REDACTED,
        REDACTED_VERSION,
        REDACTION_RULES,
        redact_log,
    )

    upstream = home.verified.fingerprints("stg_chat_logs")
    names = portable_plugin("AIDP_NAME_FINDER", settings.name_finder, ["fingerprint", "find"])
    redactor = Redactor(settings.redact_options(), names)
    inputs = fingerprint([REDACTED_VERSION, upstream, redactor.fingerprint])

    def make() -> Made:
        logged, earlier = home.verified.read("stg_chat_logs"), home.verified.read_if_passed(_NAME)
        redacted = redact_log(logged, earlier, redactor, compute)
        return Made(redacted.table, redacted.figures)

    audited = audited_table(
        home.lake,
        home.ledger,
        _NAME,
        make,
        REDACTION_RULES,
        inputs=inputs,
        code_version=__version__,
        made_from=upstream,
    )
    return audited_result(audited, REDACTED)


def redaction_checks() -> list[dg.AssetChecksDefinition]:
    """The rules of the redaction gate, one check each."""
    figures = {
        "rows": "row_count_above_zero",
        "exchanges_unaccounted": "every_exchange_accounted_for",
        "personal_data_left": "no_personal_data_left",
    }
    return [verdict_checks(_NAME, figures)]
