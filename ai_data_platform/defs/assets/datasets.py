"""Training datasets: a candidate with its verdict, and the publication that obeys it."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.datasets.files import split_table
from ai_data_platform.core.datasets.sft import (
    SFT_DROPPED,
    SFT_SCHEMA,
    SFT_VERSION,
    build_sft,
    sft_rules,
)
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.publishing import publish
from ai_data_platform.defs.reporting import candidate_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.candidates import (
    Candidate,
    DatasetKind,
    stage_dataset,
    staged_from,
)
from ai_data_platform.stores.home import Home

__all__ = ["logged_exchanges", "published_sft", "sft_checks", "sft_dataset"]

_SFT = DatasetKind(
    name="sft",
    title="Conversations for supervised fine-tuning",
    summary="Conversational `messages` from chat logs: rated answers that passed every filter. "
    "Split by conversation; each row names the raw records it was made from.",
    schema=SFT_SCHEMA,
    task="text-generation",
)
_CLEAN = dg.AssetKey(["training_data", "clean_conversations"])


@dg.asset(
    deps=[_CLEAN, "redacted_chat_logs"],
    group_name="training_data",
    kinds={"parquet", "huggingface", "python"},
    owners=["team:ml"],
    code_version=SFT_VERSION,
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def sft_dataset(
    settings: dg.ResourceParam[Settings], home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """Candidate of the SFT dataset: whole conversations as `messages`, train and validation.

    Staged as an immutable version with manifest and card; readers see it once `datasets/sft` has
    published it.
    """
    upstream = home.verified.fingerprints("redacted_chat_logs", "clean_conversations")
    thresholds = settings.sft_thresholds()
    similar = settings.duplicate_options().fingerprint
    inputs = fingerprint(
        [SFT_VERSION, upstream, settings.validation_share, similar, str(thresholds)]
    )
    candidate = staged_from(home, "sft", inputs) or _stage_sft(home, settings, inputs, upstream)
    return candidate_result(candidate, SFT_SCHEMA)


@dg.asset(
    key=["datasets", "sft"],
    deps=[sft_dataset],
    group_name="published",
    kinds={"parquet", "huggingface"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
def published_sft(
    context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """The SFT dataset that training jobs read: moved to a candidate only when its gate passed."""
    return publish(context, home, "sft", home.versions("sft").last_fingerprint(), SFT_SCHEMA)


def sft_checks() -> list[dg.AssetChecksDefinition]:
    """The rules of the SFT gate, one check each."""
    figures = {
        "rows": "row_count_above_zero",
        "exchanges_unaccounted": "every_exchange_accounted_for",
        "response_words_p5": "response_length_p5",
        "duplicate_rate": "duplicate_rate",
        "label_imbalance": "label_imbalance",
    }
    return [verdict_checks("sft_dataset", figures)]


def logged_exchanges(home: Home) -> Iterator[Exchange]:
    """Every exchange of the chat logs without personal data, grouped by conversation."""
    for batch in home.verified.read("redacted_chat_logs").to_batches():
        for row in batch.to_pylist():
            yield Exchange.from_row(row)


def _stage_sft(home: Home, settings: Settings, inputs: str, upstream: dict[str, str]) -> Candidate:
    clean = set(home.verified.read("clean_conversations", ["record_id"])["record_id"].to_pylist())
    index = home.duplicates("sft", settings.duplicate_options())
    dataset = build_sft(
        logged_exchanges(home),
        clean,
        validation_share=settings.validation_share,
        search=lambda texts: index.sync(texts).duplicates,
    )
    return stage_dataset(
        home,
        _SFT,
        dataset.splits,
        inputs=inputs,
        figures=dataset.figures(),
        rules=sft_rules(settings.sft_thresholds()),
        dropped=dataset.drop_counts,
        dropped_rows=split_table(dataset.dropped, SFT_DROPPED),
        upstream=upstream,
        code_version=__version__,
    )
