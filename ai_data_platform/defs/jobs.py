"""Jobs: what sensors and the schedule start."""

import dagster as dg

__all__ = [
    "EVALUATION",
    "JOBS",
    "PREFERENCE_DATA",
    "RAW_CHAT_LOGS",
    "RAW_FEEDBACK",
    "REFRESH",
    "TURNS",
    "hourly_refresh",
]

RAW_CHAT_LOGS = dg.define_asset_job(
    "ingest_chat_logs",
    selection=dg.AssetSelection.assets("raw_chat_logs"),
    description="Chat logs of a day or a range of days into the lake; what depends on them follows.",
)
RAW_FEEDBACK = dg.define_asset_job(
    "ingest_feedback",
    selection=dg.AssetSelection.assets("raw_feedback"),
    description="Ratings of a day or a range of days into the lake; what depends on them follows.",
)
TURNS = dg.define_asset_job(
    "ingest_turns",
    selection=dg.AssetSelection.assets("raw_chat_logs", "stg_chat_logs", "redacted_chat_logs"),
    description="Turns that the service took into the lake, as far as preference data reads them.",
)
PREFERENCE_DATA = dg.define_asset_job(
    "build_preference_data",
    selection=dg.AssetSelection.assets("raw_feedback").downstream(include_self=False),
    description="Landed ratings to published preference data.",
)
EVALUATION = dg.define_asset_job(
    "read_evaluation_sets",
    selection=dg.AssetSelection.assets("evaluation_items"),
    description="The registered evaluation sets into the lake; datasets are built again where they differ.",
)
REFRESH = dg.define_asset_job(
    "refresh_knowledge_base",
    selection=dg.AssetSelection.assets("raw_documents").downstream(),
    description="Documents to a published index: only what changed is parsed, chunked and embedded.",
    op_retry_policy=dg.RetryPolicy(max_retries=2, delay=300),
)
JOBS = [RAW_CHAT_LOGS, RAW_FEEDBACK, TURNS, PREFERENCE_DATA, EVALUATION, REFRESH]

hourly_refresh = dg.ScheduleDefinition(
    name="hourly_knowledge_base_refresh",
    job=REFRESH,
    cron_schedule="0 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
