"""Evaluation sets: a changed file is asked for once, and what is compared with it follows."""

import dagster as dg

from ai_data_platform.defs.assets.evaluation import evaluation_files
from ai_data_platform.settings import Settings
from ai_data_platform.stores.home import Home

__all__ = ["EVALUATION", "changed_evaluation_sets"]

EVALUATION = dg.define_asset_job(
    "read_evaluation_sets",
    selection=dg.AssetSelection.assets("evaluation_items"),
    description="The registered evaluation sets into the lake; datasets are built again where they differ.",
)


@dg.sensor(
    job=EVALUATION,
    description="A run when an evaluation set was added, changed, renamed or taken out.",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
)
def changed_evaluation_sets(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.SensorResult | dg.SkipReason:
    content = evaluation_files(settings, home).inputs()
    if content == context.cursor:
        return dg.SkipReason("no evaluation set changed")
    standing = home.lake.manifest("evaluation_items")
    if standing is not None and standing.inputs == content:
        return dg.SensorResult([], cursor=content)  # a run has read them already
    # No run key: sets that go back to an earlier content are news, and a second run of the same is none.
    return dg.SensorResult([dg.RunRequest()], cursor=content)
