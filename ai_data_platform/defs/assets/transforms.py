"""The dbt project as assets: always built whole, beside the lake, and moved in when every test passes."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.defs.automation.conditions import CHANGED_AND_GATED, DAYS_CHANGED_AND_GATED
from ai_data_platform.defs.failing_closed import fails_closed
from ai_data_platform.defs.reporting import blocked, column_schema, counts_table
from ai_data_platform.settings import Settings
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.warehouse import BuildRecord, Warehouse

__all__ = ["dbt_models"]


class _Translator(DagsterDbtTranslator):
    """What training reads keeps its folder in the key: `training_data/clean_conversations`."""

    def __init__(self, project: Path) -> None:
        super().__init__()
        self._project = project

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        name, folders = dbt_resource_props["name"], dbt_resource_props["fqn"][1:-1]
        in_folder = dbt_resource_props["resource_type"] == "model" and folders[0] == "training_data"
        return dg.AssetKey([*folders, name] if in_folder else name)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return "training_data"

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return ["team:data"]

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """Beside dbt's own, the file that the model is written in: the UI links to it."""
        path = self._project / dbt_resource_props["original_file_path"]
        reference = dg.LocalFileCodeReference(file_path=str(path))
        references = dg.CodeReferencesMetadataValue(code_references=[reference])
        return {
            **super().get_metadata(dbt_resource_props),
            "dagster/code_references": references,
        }

    def get_automation_condition(
        self, dbt_resource_props: Mapping[str, Any]
    ) -> dg.AutomationCondition[Any]:
        reads_days = dbt_resource_props["name"].startswith("stg_")
        return DAYS_CHANGED_AND_GATED if reads_days else CHANGED_AND_GATED


def dbt_models(warehouse: Warehouse) -> dg.AssetsDefinition:
    """`stg_chat_logs`, `training_data/clean_conversations` and their neighbours; dbt's tests are checks."""
    path = warehouse.manifest()
    nodes = json.loads(path.read_bytes())["nodes"]

    translator = _Translator(warehouse.project.folder)

    @dbt_assets(manifest=path, name="dbt_models", dagster_dbt_translator=translator)
    def models(
        context: dg.AssetExecutionContext,
        settings: dg.ResourceParam[Settings],
        home: dg.ResourceParam[Home],
    ) -> Iterator[Any]:
        """Filters, duplicates and tests in SQL."""
        with fails_closed():
            sources = home.verified.fingerprints(*home.verified.days("raw_chat_logs"))
            if not sources:
                raise GateBlocked(
                    "no day of raw_chat_logs has passed its gate: there is nothing to transform"
                )
            variables = _variables(settings)
            inputs = warehouse.inputs(sources, variables)
            standing = warehouse.last_build(inputs)
            build = standing or warehouse.build(
                inputs, home.verified.rehashed(*sources), variables, context.log.info
            )
        yield from _check_results(context, build, nodes)
        if not build["models"]:
            raise blocked(
                "dbt failed, so the models in the lake stay as they are: "
                + "; ".join(build["blocked"])
            )
        compiled = {
            node["name"]: warehouse.project.compiled(node["original_file_path"])
            for node in nodes.values()
            if node["resource_type"] == "model"
        }
        yield from _model_results(context, home, build, compiled, reused=standing is not None)

    return models


def _variables(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(
        include={
            "sft_min_rating",
            "sft_keep_unrated",
            "min_user_characters",
            "min_assistant_characters",
            "test_messages",
            "test_markers",
            "test_users",
        }
    )


def _check_results(
    context: dg.AssetExecutionContext, build: BuildRecord, nodes: Mapping[str, Any]
) -> Iterator[dg.AssetCheckResult]:
    keys = {key.name: key for key in context.selected_asset_check_keys}
    for check in build["checks"]:
        key = keys.get(nodes.get(check["unique_id"], {}).get("name", ""))
        if key is not None:
            yield dg.AssetCheckResult(
                passed=check["status"] in ("pass", "warn"),
                asset_key=key.asset_key,
                check_name=key.name,
                description=check["message"],
                metadata={"failing_rows": check["failures"] or 0, "threshold": 0},
            )


def _model_results(
    context: dg.AssetExecutionContext,
    home: Home,
    build: BuildRecord,
    compiled: Mapping[str, str | None],
    *,
    reused: bool,
) -> Iterator[dg.MaterializeResult[Any]]:
    keys = {key.path[-1]: key for key in context.selected_asset_keys}
    for name in _in_order(build):  # Dagster wants a model after the models that it reads
        if (key := keys.get(name)) is None:
            continue
        made = build["models"][name]
        metadata: dict[str, Any] = {
            "dagster/row_count": made["rows"],
            "dagster/column_schema": column_schema(pq.read_schema(home.lake.path(name))),
            "reused": reused,
        }
        if sql := compiled.get(name):
            metadata["compiled_sql"] = dg.MetadataValue.md(f"```sql\n{sql}\n```")
        if name == "dropped_conversations":
            metadata["dropped_by_reason"] = counts_table(_reasons(home))
        yield dg.MaterializeResult(
            asset_key=key, metadata=metadata, data_version=dg.DataVersion(made["fingerprint"])
        )


def _in_order(build: BuildRecord) -> list[str]:
    """The models in the order in which dbt built them."""
    ids = [outcome["unique_id"].split(".") for outcome in build["checks"]]
    return [parts[-1] for parts in ids if parts[0] == "model"]


def _reasons(home: Home) -> dict[str, int]:
    counts = home.lake.read("dropped_conversations", ["drop_reason"])["drop_reason"].value_counts()
    return {row["values"]: row["counts"] for row in counts.to_pylist()}
