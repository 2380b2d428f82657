"""The SFT dataset: a candidate with its verdict, and the publication that obeys it."""

from collections.abc import Callable

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.compute import Compute
from ai_data_platform.core.datasets.assemble import SFT_SCHEMA
from ai_data_platform.core.datasets.sft import SFT_VERSION
from ai_data_platform.defs.checks import QUALITY_CHECKS, trend_checks, verdict_checks
from ai_data_platform.defs.dataset_assets import (
    CERTIFICATE_CHECKS,
    candidate_asset,
    published_asset,
)
from ai_data_platform.defs.quality import quality_options
from ai_data_platform.settings import Settings
from ai_data_platform.stores.candidates import Candidate
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.sft_candidates import SftOptions, sft_candidate

__all__ = ["published_sft", "sft_checks", "sft_dataset"]

_TRAINING_DATA = ("clean_conversations", "dropped_conversations")


def sft_dataset(*, semantic: bool = False) -> dg.AssetsDefinition:
    """The asset of the SFT candidate; it reads vectors only where duplicates are sought by meaning."""
    return candidate_asset(
        "sft",
        _stage,
        SFT_SCHEMA,
        deps=[
            *(dg.AssetKey(["training_data", name]) for name in _TRAINING_DATA),
            "redacted_chat_logs",
            "screened_chat_logs",
            "evaluation_items",
            *(["conversation_embeddings"] if semantic else []),
        ],
        group_name="training_data",
        code_version=SFT_VERSION,
        description="Candidate of the SFT dataset: whole conversations as `messages`, train, validation "
        "and test.\n\nStaged as an immutable version with manifest, card, certificate and every exchange "
        "that was left out; readers see it once `datasets/sft` has published it.",
    )


published_sft = published_asset(
    "sft",
    SFT_SCHEMA,
    "The SFT dataset that training jobs read: moved to a candidate only when its gate passed.",
)


def sft_checks() -> list[dg.AssetChecksDefinition]:
    """The rules of the SFT gate, one check each."""
    figures = {
        "rows": "row_count_above_zero",
        "exchanges_unaccounted": "every_exchange_accounted_for",
        "response_words_p5": "response_length_p5",
        "duplicate_rate": "duplicate_rate",
        "label_imbalance": "label_imbalance",
        **CERTIFICATE_CHECKS,
        **QUALITY_CHECKS,
    }
    trends = ("drift_psi", "share_over_max_tokens", "raw_duplicate_rate")
    return [verdict_checks("sft_dataset", figures), trend_checks("sft_dataset", *trends)]


def _stage(
    settings: Settings, home: Home, compute: Compute, log: Callable[[str], None]
) -> Candidate:
    return sft_candidate(home, _options(settings), compute, code_version=__version__, log=log)


def _options(settings: Settings) -> SftOptions:
    return SftOptions(
        shares=settings.shares(),
        duplicates=settings.duplicate_options(),
        semantic_similarity=settings.semantic_similarity,
        certificate=settings.certificate_options(),
        thresholds=settings.sft_thresholds(),
        quality=quality_options(settings),
    )
