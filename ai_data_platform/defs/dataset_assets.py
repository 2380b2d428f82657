"""What the assets of every training dataset share: a judged candidate, and the publication that obeys."""

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform.core.compute import Compute
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.publishing import publish
from ai_data_platform.defs.reporting import candidate_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.candidates import Candidate
from ai_data_platform.stores.home import PUBLICATIONS, Home

__all__ = ["CERTIFICATE_CHECKS", "Stage", "candidate_asset", "published_asset"]

CERTIFICATE_CHECKS = {
    "leaked_pairs": "no_pair_leaks_across_splits",
    "contaminated_rows": "no_row_holds_an_evaluation_item",
    "shared_users": "no_user_in_two_splits",
    "shared_conversations": "no_conversation_in_two_splits",
}
"""Figures of the leakage certificate, by the names of their blocking checks."""

Stage = Callable[[Settings, Home, Compute, Callable[[str], None]], Candidate]
"""Makes and judges the candidate, or finds the one that stands; the last argument takes lines of progress."""


def candidate_asset(
    publication: str,
    stage: Stage,
    schema: pa.Schema,
    *,
    deps: Sequence[dg.AssetKey | str],
    group_name: str,
    code_version: str,
    description: str,
) -> dg.AssetsDefinition:
    """The asset of a publication's candidates: staged as an immutable version that nobody reads yet."""

    @dg.asset(
        name=PUBLICATIONS[publication],
        deps=deps,
        group_name=group_name,
        kinds={"parquet", "huggingface", "python"},
        owners=["team:ml"],
        code_version=code_version,
        description=description,
        automation_condition=CHANGED_AND_GATED,
    )
    @fails_closed()
    def candidate(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
        compute: dg.ResourceParam[Compute],
    ) -> dg.MaterializeResult[Any]:
        found = stage(settings, home, compute, context.log.info)
        return candidate_result(found, schema, home.versions(publication).folder(found.version))

    return candidate


def published_asset(publication: str, schema: pa.Schema, description: str) -> dg.AssetsDefinition:
    """The asset `datasets/<publication>`: readers are pointed at a candidate once its gate passed."""

    @dg.asset(
        key=["datasets", publication],
        deps=[PUBLICATIONS[publication]],
        group_name="published",
        kinds={"parquet", "huggingface"},
        owners=["team:ml"],
        code_version="1",
        description=description,
        automation_condition=CHANGED_AND_GATED,
    )
    def published(
        context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
    ) -> dg.MaterializeResult[Any]:
        fingerprint = home.versions(publication).last_fingerprint()
        return publish(context, home, publication, fingerprint, schema)

    return published
