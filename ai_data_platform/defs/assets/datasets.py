"""Training datasets: a candidate with its verdict, and the publication that obeys it."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.compute import Compute
from ai_data_platform.core.datasets.assemble import SFT_SCHEMA
from ai_data_platform.core.datasets.sft import SFT_VERSION
from ai_data_platform.core.datasets.threads import Exchange
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED
from ai_data_platform.defs.checks import QUALITY_CHECKS, trend_checks, verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.publishing import publish
from ai_data_platform.defs.quality import quality_options
from ai_data_platform.defs.reporting import candidate_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.sft_candidates import SftOptions, sft_candidate

__all__ = ["logged_exchanges", "published_sft", "sft_checks", "sft_dataset"]

_TRAINING_DATA = ("clean_conversations", "dropped_conversations")


def sft_dataset(*, semantic: bool = False) -> dg.AssetsDefinition:
    """The asset of the SFT candidate; it reads vectors only where duplicates are sought by meaning."""
    vectors = ["conversation_embeddings"] if semantic else []

    @dg.asset(
        deps=[
            *(dg.AssetKey(["training_data", name]) for name in _TRAINING_DATA),
            "redacted_chat_logs",
            "screened_chat_logs",
            "evaluation_items",
            *vectors,
        ],
        group_name="training_data",
        kinds={"parquet", "huggingface", "python"},
        owners=["team:ml"],
        code_version=SFT_VERSION,
        automation_condition=CHANGED_AND_GATED,
    )
    @fails_closed()
    def sft_dataset(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
        compute: dg.ResourceParam[Compute],
    ) -> dg.MaterializeResult[Any]:
        """Candidate of the SFT dataset: whole conversations as `messages`, train, validation and test.

        Staged as an immutable version with manifest, card, certificate and every exchange that was left
        out; readers see it once `datasets/sft` has published it.
        """
        candidate = sft_candidate(
            home,
            _options(settings),
            compute,
            code_version=__version__,
            log=context.log.info,
        )
        folder = home.versions("sft").folder(candidate.version)
        return candidate_result(candidate, SFT_SCHEMA, folder)

    return sft_dataset


@dg.asset(
    key=["datasets", "sft"],
    deps=["sft_dataset"],
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
        "leaked_pairs": "no_pair_leaks_across_splits",
        "contaminated_rows": "no_row_holds_an_evaluation_item",
        "shared_users": "no_user_in_two_splits",
        "shared_conversations": "no_conversation_in_two_splits",
        **QUALITY_CHECKS,
    }
    trends = ("drift_psi", "share_over_max_tokens", "raw_duplicate_rate")
    return [verdict_checks("sft_dataset", figures), trend_checks("sft_dataset", *trends)]


def logged_exchanges(home: Home) -> Iterator[Exchange]:
    """Every exchange of the chat logs without personal data, grouped by conversation."""
    for batch in home.verified.read("redacted_chat_logs").to_batches():
        for row in batch.to_pylist():
            yield Exchange.from_row(row)


def _options(settings: Settings) -> SftOptions:
    return SftOptions(
        shares=settings.shares(),
        duplicates=settings.duplicate_options(),
        semantic_similarity=settings.semantic_similarity,
        certificate=settings.certificate_options(),
        thresholds=settings.sft_thresholds(),
        quality=quality_options(settings),
    )
