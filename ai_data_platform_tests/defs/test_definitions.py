"""What every asset owes to the people who look at it, and what loading may cost."""

import json
import subprocess
import sys

import dagster as dg
import pytest

from ai_data_platform.definitions import build_definitions
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow

WANTED = {
    "raw_chat_logs",
    "raw_feedback",
    "raw_documents",
    "stg_chat_logs",
    "training_data/clean_conversations",
    "redacted_chat_logs",
    "screened_chat_logs",
    "sft_dataset",
    "conversation_embeddings",
    "document_chunks",
    "chunk_embeddings",
    "rag_eval_scores",
    "knowledge_base",
    "preference_pairs",
    "preference_dataset",
    "unpaired_answers",
    "unpaired_preference_dataset",
    "datasets/sft",
    "datasets/preference",
    "datasets/unpaired_preference",
}


@pytest.fixture(scope="module")
def specs(built: World) -> dict[str, dg.AssetSpec]:
    definitions = build_definitions(built.settings, embedder=built.embedder)
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_every_asset_has_a_description_an_owner_a_group_and_kinds(
    specs: dict[str, dg.AssetSpec],
) -> None:
    assert set(specs) >= WANTED
    lacking = {
        name
        for name, spec in specs.items()
        if not (spec.description and spec.owners and spec.group_name != "default" and spec.kinds)
    }
    assert lacking == set()


def test_every_asset_shows_its_row_count_and_its_described_columns(
    built: World, specs: dict[str, dg.AssetSpec]
) -> None:
    from ai_data_platform.cli.graph import dagster_instance

    with dagster_instance(built.home) as instance:
        for name in WANTED:
            event = instance.get_latest_materialization_event(dg.AssetKey(name.split("/")))
            metadata = event.asset_materialization.metadata
            assert metadata["dagster/row_count"].value > 0, name
            shown = {**specs[name].metadata, **metadata}["dagster/column_schema"]
            columns = getattr(shown, "value", shown).columns
            assert columns, name
            if name not in ("stg_chat_logs", "training_data/clean_conversations"):
                assert [c.name for c in columns if not c.description] == [], name


def test_every_layer_has_blocking_checks_with_score_and_threshold(built: World) -> None:
    from ai_data_platform.cli.graph import dagster_instance

    shown: dict[str, set[str]] = {}
    with dagster_instance(built.home) as instance:
        for run in instance.get_runs():
            for entry in instance.all_logs(
                run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
            ):
                found = entry.dagster_event.event_specific_data
                if found.blocking and {"score", "threshold"} <= set(found.metadata):
                    shown.setdefault(found.asset_key.to_user_string(), set()).add(found.check_name)
    assert shown["raw_chat_logs"] == {"row_count_above_zero", "gate"}
    assert shown["document_chunks"] == {"row_count_above_zero", "gate"}
    assert shown["sft_dataset"] >= {"response_length_p5", "duplicate_rate", "label_imbalance"}
    assert shown["rag_eval_scores"] >= {
        "faithfulness",
        "hit_at_5",
        "context_recall",
        "no_chunk_missing",
    }


def test_loading_the_definitions_imports_no_model_and_no_vector_store(built: World) -> None:
    code = (
        "import json, sys; from ai_data_platform.definitions import build_definitions;"
        "from ai_data_platform.settings import Settings;"
        f"d = build_definitions(Settings(home={str(built.home.root)!r}));"
        "d.get_repository_def().load_all_definitions();"
        "print(json.dumps([m for m in ('torch', 'sentence_transformers', 'lancedb') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
