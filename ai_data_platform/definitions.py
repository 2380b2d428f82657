"""The Dagster code location: `build_definitions(settings)`, and `defs` for the tools that load it."""

import warnings
from collections.abc import Mapping

import dagster as dg

# Partitioned checks are a preview and backfill policies a beta of the pinned release; the tests cover both.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)

from ai_data_platform.core.retrieval import Embedder  # noqa: E402
from ai_data_platform.defs.assets import (  # noqa: E402
    annotation,
    datasets,
    documents,
    evaluation,
    knowledge_base,
    preference,
    redaction,
    screening,
)
from ai_data_platform.defs.assets.raw import raw_assets, raw_checks  # noqa: E402
from ai_data_platform.defs.assets.transforms import dbt_models  # noqa: E402
from ai_data_platform.defs.automation.sensors import SENSORS  # noqa: E402
from ai_data_platform.defs.jobs import JOBS, hourly_refresh  # noqa: E402
from ai_data_platform.defs.partitions import daily  # noqa: E402
from ai_data_platform.defs.run_leases import leased  # noqa: E402
from ai_data_platform.settings import CHECKOUT, Settings, read_settings  # noqa: E402
from ai_data_platform.stores.compute import compute_of  # noqa: E402
from ai_data_platform.stores.home import Home  # noqa: E402
from ai_data_platform.stores.models import SentenceTransformerEmbedder  # noqa: E402

__all__ = ["build_definitions", "defs"]


def build_definitions(
    settings: Settings,
    *,
    embedder: Embedder | None = None,
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
) -> dg.Definitions:
    """The whole asset graph on these settings. Parses the dbt project when it changed since the last time."""
    warehouse = settings.warehouse.get_secret_value()
    store = settings.feedback_store_url()
    home = Home(settings.home, CHECKOUT / "dbt_project", warehouse, store)
    days = daily(settings.start_day)
    return dg.Definitions(
        assets=[
            *raw_assets(days, settings.backfill_days),
            dbt_models(home.warehouse),
            redaction.redacted_chat_logs,
            screening.screened_chat_logs,
            evaluation.evaluation_items,
            datasets.sft_dataset(semantic=settings.semantic_similarity is not None),
            datasets.published_sft,
            preference.preference_pairs,
            annotation.annotation_queue,
            preference.preference_dataset,
            preference.unpaired_preference_dataset,
            preference.published_preference,
            preference.published_unpaired_preference,
            documents.raw_documents,
            documents.document_chunks,
            knowledge_base.chunk_embeddings,
            knowledge_base.conversation_embeddings,
            knowledge_base.rag_eval_scores,
            knowledge_base.knowledge_base,
        ],
        asset_checks=[
            *raw_checks(days),
            *redaction.redaction_checks(),
            *screening.screening_checks(),
            *evaluation.evaluation_checks(),
            *datasets.sft_checks(),
            *preference.preference_checks(agreement=settings.min_agreement is not None),
            *annotation.annotation_checks(),
            *documents.document_checks(),
            *knowledge_base.index_checks(),
        ],
        jobs=JOBS,
        schedules=[hourly_refresh],
        sensors=[
            *SENSORS,
            dg.AutomationConditionSensorDefinition(
                "what_changed_and_passed",
                target=dg.AssetSelection.all(),
                default_status=dg.DefaultSensorStatus.RUNNING,
                minimum_interval_seconds=30,
            ),
        ],
        resources={
            "settings": settings,
            "home": leased(home),
            "compute": compute_of(
                settings.compute,
                workers=settings.compute_workers,
                ray_address=settings.ray_address,
            ),
            "embedder": embedder
            or SentenceTransformerEmbedder(settings.embedding_model, settings.embedding_revision),
        },
        # A step in this process costs 25 ms; a process of its own costs 3 CPU seconds and loads the model.
        loggers={"console": dg.colored_console_logger, **(loggers or {})},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev`, `dg dev` and `dagster definitions validate` load."""
    return build_definitions(read_settings())
