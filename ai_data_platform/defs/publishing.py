"""The last step of each lane: readers are pointed at a candidate whose verdict says so, and no other."""

from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.gates import judge
from ai_data_platform.defs.reporting import blocked, column_schema, gate_metadata
from ai_data_platform.stores.home import PUBLICATIONS, Home

__all__ = ["publish"]


def publish(
    context: dg.AssetExecutionContext,
    home: Home,
    name: str,
    fingerprint: str,
    schema: pa.Schema,
) -> dg.MaterializeResult[Any]:
    """Publish the candidate with this content. Raises Failure, without retries, when it did not pass.

    The recorded verdict is read for exactly this content, and its figures are judged once more.
    """
    store = home.versions(name)
    asset = PUBLICATIONS[name]
    try:
        verdict = home.ledger.require(asset, fingerprint)
        again = judge(
            asset, fingerprint, verdict.figures, verdict.rules, code_version=verdict.code_version
        )
        if not again.passed:
            raise blocked(again.summary, again)
        version = store.version_of(fingerprint)
        outcome = store.publish(version)
        current = store.current()
    except AidpError as error:
        found = home.ledger.latest(asset)
        raise blocked(error, found.verdict if found else None) from error
    if outcome == "withdrawn":
        context.log.warning(
            f"{name} {version} was rolled back by a person and stays withdrawn; readers see "
            f"{current.version}. `aidp rollback {name} {version}` brings it back"
        )
    return dg.MaterializeResult(
        metadata={
            "version": current.version,
            "outcome": outcome,
            "dagster/row_count": current.rows,
            "dagster/column_schema": column_schema(schema),
            "path": dg.MetadataValue.path(str(current.folder)),
            **gate_metadata(verdict),
            "published_at": str(current.published_at),
        },
        data_version=dg.DataVersion(str(current.manifest["fingerprint"])),
    )
