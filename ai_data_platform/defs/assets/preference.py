"""Preference lane: ratings to pairs, pairs to a candidate, a candidate to a publication."""

from collections import Counter
from typing import Any

import dagster as dg
import pyarrow as pa

from ai_data_platform import __version__
from ai_data_platform.core.datasets.files import split_table
from ai_data_platform.core.datasets.leakage import NO_CONTAMINATION
from ai_data_platform.core.datasets.preference import Pair, PairOptions, Rating, build_pairs
from ai_data_platform.core.datasets.preference_dataset import (
    PREFERENCE_SCHEMA,
    dropped_ratings,
    preference_figures,
    preference_rules,
)
from ai_data_platform.core.datasets.split import Split, split_of
from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.gates import Rule
from ai_data_platform.defs.assets.datasets import logged_exchanges
from ai_data_platform.defs.assets.evaluation import contamination_search
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED, DAYS_CHANGED_AND_GATED
from ai_data_platform.defs.checks import QUALITY_CHECKS, trend_checks, verdict_checks
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.publishing import publish
from ai_data_platform.defs.quality import quality_options
from ai_data_platform.defs.reporting import audited_result, candidate_result
from ai_data_platform.settings import Settings
from ai_data_platform.stores.audit import audited_write, standing
from ai_data_platform.stores.candidates import (
    Candidate,
    DatasetKind,
    stage_dataset,
    staged_from,
)
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import mark_feedback_processed
from ai_data_platform.stores.quality import QualityAudit

__all__ = ["preference_checks", "preference_dataset", "preference_pairs", "published_preference"]

_PAIRS_VERSION = "pairs-2"
_DATASET_VERSION = "preference-2"
_DROPPED = "dropped_ratings"
_PREFERENCE = DatasetKind(
    name="preference",
    title="Preference pairs",
    summary="`prompt`, `chosen` and `rejected` for DPO: two answers to the same prompt, the better and "
    "the worse by people's ratings. Each row names the ratings and exchanges it was made from.",
    schema=PREFERENCE_SCHEMA,
    task="text-generation",
)
_ACCOUNTED = (
    Rule("rows", ">", 0, "no pairs, no preference dataset"),
    Rule("ratings_unaccounted", "==", 0, "ratings in are ratings used plus ratings dropped"),
)


@dg.asset(
    deps=["raw_feedback", "redacted_chat_logs", "evaluation_items"],
    group_name="preference",
    kinds={"parquet", "python"},
    owners=["team:ml"],
    code_version=_PAIRS_VERSION,
    automation_condition=DAYS_CHANGED_AND_GATED,
)
@fails_closed()
def preference_pairs(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    home: dg.ResourceParam[Home],
) -> dg.MaterializeResult[Any]:
    """The best against the worst rated answer of each prompt; siblings only, linear in the ratings.

    Pairs that hold a text of a registered evaluation set are left out.
    """
    days = home.verified.days("raw_feedback")
    if not days:
        raise GateBlocked("no day of raw_feedback has passed its gate: there is nothing to pair")
    upstream = home.verified.fingerprints("redacted_chat_logs", "evaluation_items", *days)
    contamination = settings.contamination_options().fingerprint
    inputs = fingerprint([_PAIRS_VERSION, upstream, settings.pair_min_margin, contamination])
    audited = standing(home.lake, home.ledger, "preference_pairs", inputs)
    if audited is None:
        pairs, figures, dropped = _pairs(home, settings, days)
        home.lake.write(_DROPPED, dropped, inputs=inputs)  # first: pairs in place have their drops
        audited = audited_write(
            home.lake,
            home.ledger,
            "preference_pairs",
            pairs,
            _ACCOUNTED,
            inputs=inputs,
            code_version=__version__,
            made_from=upstream,
            figures=figures,
            dropped=Counter(dropped["drop_reason"].to_pylist()),
        )
    mark_feedback_processed(home, settings.feedback_source(), context.log.info)
    return audited_result(audited, PREFERENCE_SCHEMA)


@dg.asset(
    deps=[preference_pairs, "evaluation_items"],
    group_name="preference",
    kinds={"parquet", "huggingface", "python"},
    owners=["team:ml"],
    code_version=_DATASET_VERSION,
    automation_condition=CHANGED_AND_GATED,
)
@fails_closed()
def preference_dataset(
    settings: dg.ResourceParam[Settings], home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """Candidate of the preference dataset: `prompt`, `chosen`, `rejected` as Parquet and JSONL.

    Staged as an immutable version; readers see it once `datasets/preference` has published it.
    """
    upstream = home.verified.fingerprints("preference_pairs", "evaluation_items")
    inputs = fingerprint(
        [
            _DATASET_VERSION,
            upstream,
            settings.validation_share,
            settings.max_duplicate_rate,
            settings.contamination_options().fingerprint,
            quality_options(settings).fingerprint,
        ]
    )
    candidate = staged_from(home, "preference", inputs)
    if candidate is None:
        candidate = _stage(home, settings, inputs, upstream)
    folder = home.versions("preference").folder(candidate.version)
    return candidate_result(candidate, PREFERENCE_SCHEMA, folder)


@dg.asset(
    key=["datasets", "preference"],
    deps=[preference_dataset],
    group_name="published",
    kinds={"parquet", "huggingface"},
    owners=["team:ml"],
    code_version="1",
    automation_condition=CHANGED_AND_GATED,
)
def published_preference(
    context: dg.AssetExecutionContext, home: dg.ResourceParam[Home]
) -> dg.MaterializeResult[Any]:
    """The preference dataset that training jobs read: moved to a candidate only when its gate passed."""
    return publish(
        context,
        home,
        "preference",
        home.versions("preference").last_fingerprint(),
        PREFERENCE_SCHEMA,
    )


def preference_checks() -> list[dg.AssetChecksDefinition]:
    """The rules of the two preference gates, one check each."""
    rows = {"rows": "row_count_above_zero"}
    return [
        verdict_checks(
            "preference_pairs", rows | {"ratings_unaccounted": "every_rating_accounted_for"}
        ),
        verdict_checks(
            "preference_dataset",
            rows
            | {
                name: name
                for name in (
                    "empty_sides",
                    "equal_sides",
                    "inverted_ratings",
                    "duplicate_rate",
                    NO_CONTAMINATION.figure,
                )
            }
            | QUALITY_CHECKS,
        ),
        trend_checks("preference_dataset", "drift_psi", "share_over_max_tokens"),
    ]


def _pairs(
    home: Home, settings: Settings, days: list[str]
) -> tuple[pa.Table, dict[str, float | None], pa.Table]:
    ratings = (Rating.from_row(row) for day in days for row in home.verified.read(day).to_pylist())
    made = build_pairs(
        logged_exchanges(home),
        ratings,
        PairOptions(min_margin=settings.pair_min_margin),
        contaminated=contamination_search(home, settings),
    )
    figures = dict(made.figures)
    total, used = figures["ratings"] or 0, figures["ratings_used"] or 0
    figures["ratings_unaccounted"] = total - used - len(made.dropped)
    return split_table(made.pairs, PREFERENCE_SCHEMA), figures, dropped_ratings(made.dropped)


def _stage(home: Home, settings: Settings, inputs: str, upstream: dict[str, str]) -> Candidate:
    pairs = [Pair(**row) for row in home.verified.read("preference_pairs").to_pylist()]
    splits: dict[Split, list[Pair]] = {"train": [], "validation": []}
    for pair in pairs:
        splits[split_of(pair.conversation_id, settings.validation_share)].append(pair)
    contaminated = contamination_search(home, settings)((p.pair_id, p.texts) for p in pairs)
    manifest = home.lake.manifest("preference_pairs")
    quality = QualityAudit(quality_options(settings), "prompt/chosen/rejected", "ratings")
    return stage_dataset(
        home,
        _PREFERENCE,
        {side: split_table(rows, PREFERENCE_SCHEMA).to_batches() for side, rows in splits.items()},
        inputs=inputs,
        figures=lambda: {**preference_figures(pairs), NO_CONTAMINATION.figure: len(contaminated)},
        rules=(*preference_rules(settings.max_duplicate_rate), NO_CONTAMINATION),
        dropped=Counter(manifest.dropped if manifest else {}),
        dropped_rows=home.lake.read_if_any(_DROPPED),
        audits=[quality.measure],
        beside=quality.files,
        upstream=upstream,
        code_version=__version__,
    )
