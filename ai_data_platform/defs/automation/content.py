"""Sensors over what is read whole: a changed content is asked for once."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.assets.evaluation import evaluation_files
from ai_data_platform.defs.jobs import EVALUATION, REFRESH
from ai_data_platform.settings import Settings
from ai_data_platform.stores.documents import DocumentFolders
from ai_data_platform.stores.home import Home

__all__ = ["changed_documents", "changed_evaluation_sets"]


def _changed(
    name: str, job: Any, description: str, table: str, content: Callable[[Settings, Home], str]
) -> dg.SensorDefinition:
    """Asks for a run when the content is another than last time, unless a run has read it already.

    Requests have no key: content that goes back to what it was is news, and a second run of the same
    content does nothing.
    """

    @dg.sensor(
        name=name,
        job=job,
        description=description,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
    )
    def sensor(
        context: dg.SensorEvaluationContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
    ) -> dg.SensorResult | dg.SkipReason:
        found = content(settings, home)
        if found == context.cursor:
            return dg.SkipReason("nothing changed")
        standing = home.lake.manifest(table)
        if standing is not None and standing.inputs == found:
            return dg.SensorResult([], cursor=found)
        return dg.SensorResult([dg.RunRequest()], cursor=found)

    return sensor


changed_documents = _changed(
    "changed_documents",
    REFRESH,
    "A refresh when a document was added, changed, renamed or deleted.",
    "raw_documents",
    lambda settings, home: fingerprint(DocumentFolders(settings.documents, home.index).inputs()),
)
changed_evaluation_sets = _changed(
    "changed_evaluation_sets",
    EVALUATION,
    "A run when an evaluation set was added, changed, renamed or taken out.",
    "evaluation_items",
    lambda settings, home: evaluation_files(settings, home).inputs(),
)
