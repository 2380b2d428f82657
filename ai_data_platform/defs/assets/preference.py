"""Preference lane: ratings to tables of rows, rows to two candidates, a candidate to its publication."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import dagster as dg

from ai_data_platform import __version__
from ai_data_platform.core.agreement import Task
from ai_data_platform.core.compute import Compute
from ai_data_platform.core.preference import (
    PREFERENCE_SCHEMA,
    PREFERENCES_VERSION,
    UNPAIRED_SCHEMA,
)
from ai_data_platform.defs.automation.conditions import DAYS_CHANGED_AND_GATED
from ai_data_platform.defs.checks import QUALITY_CHECKS, trend_checks, verdict_checks
from ai_data_platform.defs.dataset_assets import (
    CERTIFICATE_CHECKS,
    candidate_asset,
    published_asset,
)
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.partitions import open_days
from ai_data_platform.defs.quality import quality_options
from ai_data_platform.defs.reporting import audited_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.agreement import AgreementOptions
from ai_data_platform.stores.candidates import Candidate
from ai_data_platform.stores.feedback_reach import mark_built
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.plugins import portable_plugin
from ai_data_platform.stores.preference_candidates import (
    PREFERENCE_DATASET_VERSION,
    PreferenceOptions,
    preference_candidate,
)
from ai_data_platform.stores.preference_formats import PAIRED, SINGLE, PreferenceFormat
from ai_data_platform.stores.preference_tables import preference_tables
from ai_data_platform.stores.tokenizers import FileTokenizer

__all__ = [
    "preference_checks",
    "preference_dataset",
    "preference_pairs",
    "published_preference",
    "published_unpaired_preference",
    "unpaired_preference_dataset",
]

_SCHEMAS = {"preference_pairs": PREFERENCE_SCHEMA, "unpaired_answers": UNPAIRED_SCHEMA}
_SAID = {
    "preference_pairs": "The better against the worse rated answer of each prompt, and edits against what "
    "they were made from; siblings only, linear in the ratings.",
    "unpaired_answers": "Rated answers whose prompt has no second rated answer, liked or not.",
}


_TASKS: Mapping[str, tuple[tuple[Task, ...], tuple[Task, ...]]] = {
    "preference": (("preference",), ("rating", "thumbs")),
    "unpaired_preference": ((), ("rating", "thumbs")),  # hardly two people rate such an answer
}
"""The tasks whose agreement is judged, and those whose agreement is shown."""
_DATASET_CHECKS = {
    "rows": "row_count_above_zero",
    "ratings_unaccounted": "every_rating_accounted_for",
    "empty_sides": "empty_sides",
    "prompt_mismatches": "prompt_mismatches",
    "contradictions": "contradictions",
    "duplicate_rate": "duplicate_rate",
    "leaked_prompts": "no_prompt_leaks_across_splits",
    **CERTIFICATE_CHECKS,
    **QUALITY_CHECKS,
}
_PAIR_CHECKS = {
    "equal_sides": "equal_sides",
    "near_equal_sides": "near_equal_sides",
    "equal_after_truncation": "equal_after_truncation",
    "inverted_ratings": "inverted_ratings",
    "length_bias_auc": "length_bias",
}
_AGREEMENT_CHECKS = {
    "preference_agreement_items": "enough_items_that_two_people_judged",
    "preference_agreement_lower": "people_agree_on_the_better_answer",
}
_TRENDS = (
    "conversations_in_another_sft_split",
    "drift_psi",
    "share_over_max_tokens",
    "length_bias_auc",
    "largest_user_share",
    "largest_prompt_share",
)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            deps=["raw_feedback", "redacted_chat_logs", "stg_chat_logs"],
            description=said,
            group_name="preference",
            kinds={"parquet", "python"},
            owners=["team:ml"],
            code_version=PREFERENCES_VERSION,
            automation_condition=DAYS_CHANGED_AND_GATED,
            skippable=True,
        )
        for name, said in _SAID.items()
    ],
    can_subset=True,  # one build makes both, whichever was asked for
)
def preference_pairs(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> Iterator[dg.MaterializeResult[Any]]:
    """Pairs and single answers out of one pass over the ratings."""
    # Here, because numbering plans take 0.3 s to load, and most that load the graph redact nothing.
    from ai_data_platform.core.conversations.redact import Redactor

    with fails_closed():
        names = portable_plugin("AIDP_NAME_FINDER", settings.name_finder, ["fingerprint", "find"])
        made = preference_tables(
            home,
            settings.pair_options(settings.max_tokens),
            FileTokenizer(settings.tokenizer),
            Redactor(settings.redact_options(), names),
            code_version=__version__,
            log=context.log.info,
        )
        mark_built(home, *open_days(settings.start_day))  # of blocked pairs nothing more is made
        asked = [key.path[-1] for key in context.selected_asset_keys]
        results = [
            audited_result(made[name], schema)._replace(asset_key=dg.AssetKey(name))
            for name, schema in _SCHEMAS.items()
            if name in asked
        ]
    yield from results


def _stage(
    what: PreferenceFormat,
    settings: Settings,
    home: Home,
    compute: Compute,
    log: Callable[[str], None],
) -> Candidate:
    found = preference_candidate(
        home, what, _options(what, settings), compute, code_version=__version__, log=log
    )
    mark_built(home, *open_days(settings.start_day))
    return found


def _options(what: PreferenceFormat, settings: Settings) -> PreferenceOptions:
    judged, shown = _TASKS[what.dataset.name]
    return PreferenceOptions(
        shares=settings.shares(),
        duplicates=settings.duplicate_options(),
        certificate=settings.certificate_options(),
        thresholds=settings.preference_thresholds(),
        max_similarity=settings.pair_max_similarity,
        agreement=AgreementOptions(settings.agreement_demand(), judged, shown),
        quality=quality_options(settings),
    )


def _candidate(what: PreferenceFormat, said: str) -> dg.AssetsDefinition:
    return candidate_asset(
        what.dataset.name,
        partial(_stage, what),
        what.dataset.schema,
        deps=[what.table, "evaluation_items"],
        group_name="preference",
        code_version=PREFERENCE_DATASET_VERSION,
        description=f"{said}, train, validation and test.\n\nStaged as an immutable version with manifest, "
        "card, certificate and every rating that was left out; readers see it once "
        f"`datasets/{what.dataset.name}` has published it.",
    )


preference_dataset = _candidate(
    PAIRED, "Candidate of the preference dataset: `prompt`, `chosen`, `rejected`"
)
unpaired_preference_dataset = _candidate(
    SINGLE, "Candidate of the unpaired preference dataset: `prompt`, `completion`, `label`"
)
published_preference = published_asset(
    "preference",
    PREFERENCE_SCHEMA,
    "The preference dataset that training jobs read: moved to a candidate only when its gate passed.",
)
published_unpaired_preference = published_asset(
    "unpaired_preference",
    UNPAIRED_SCHEMA,
    "Liked and disliked answers that training jobs read: moved to a candidate only when its gate passed.",
)


def preference_checks(*, agreement: bool = True) -> list[dg.AssetChecksDefinition]:
    """The rules of the gates of this lane, one check each; `agreement` where a floor of it is asked for."""
    build = {
        "ratings": "rating_count_above_zero",
        "ratings_unaccounted": "every_rating_accounted_for",
        "personal_data_left": "no_personal_data_left_in_edits",
    }
    pairs = _PAIR_CHECKS | (_AGREEMENT_CHECKS if agreement else {})
    labels = {"label_imbalance": "label_imbalance", "rows_of_the_rarer_label": "rows_of_each_label"}
    return [
        *(verdict_checks(name, build) for name in _SCHEMAS),
        verdict_checks("preference_dataset", _DATASET_CHECKS | pairs),
        verdict_checks("unpaired_preference_dataset", _DATASET_CHECKS | labels),
        trend_checks("preference_dataset", *_TRENDS, "position_bias"),
        trend_checks("unpaired_preference_dataset", *_TRENDS),
    ]
