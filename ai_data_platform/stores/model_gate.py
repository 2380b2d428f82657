"""The gate in front of dbt models: the outcome of every test that reads a model, as a verdict on it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ai_data_platform.core.gates import Rule, Verdict, judge

__all__ = ["model_verdicts"]

_GOOD = ("pass", "success", "warn", "no-op")
_TESTED = Rule("tests", ">=", 1, "a model that no test reads is judged by nothing")


def model_verdicts(
    manifest: Mapping[str, Any],
    outcomes: Iterable[Mapping[str, Any]],
    models: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, str],
    code_version: str,
) -> list[Verdict]:
    """A verdict on each model that was built, in order of name.

    `manifest` is dbt's, `outcomes` what each node of the build came to, `models` fingerprint and rows of
    what was built, `sources` the raw tables that it read. The figures are `rows`, `tests`, and the
    failing rows of each test; a test that was skipped was not measured.
    """
    nodes = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    results = {outcome["unique_id"]: outcome for outcome in outcomes}
    read: dict[str, list[str]] = {name: [] for name in models}
    for unique_id in sorted(results.keys() & nodes.keys()):
        if unique_id.startswith(("test.", "unit_test.")):
            for name in _models(nodes[unique_id]):
                read.get(name, []).append(unique_id)
    ids = {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}
    return [
        _verdict(
            name, made, [results[i] for i in read[name]], ids[name], models, sources, code_version
        )
        for name, made in sorted(models.items())
    ]


def _verdict(
    name: str,
    made: Mapping[str, Any],
    tests: list[Mapping[str, Any]],
    node: Mapping[str, Any],
    models: Mapping[str, Mapping[str, Any]],
    sources: Mapping[str, str],
    code_version: str,
) -> Verdict:
    failing = {_short(test["unique_id"]): _failing_rows(test) for test in tests}
    inputs = {up: str(models[up]["fingerprint"]) for up in _models(node) if up in models}
    if any(up.startswith("source.") for up in node["depends_on"]["nodes"]):
        inputs |= sources
    return judge(
        name,
        str(made["fingerprint"]),
        {"rows": made["rows"], "tests": len(tests), **failing},
        [_TESTED, *(Rule(test, "==", 0, "rows that fail this dbt test") for test in failing)],
        code_version=code_version,
        inputs=inputs,
    )


def _models(node: Mapping[str, Any]) -> list[str]:
    """Names of the models that a node reads."""
    return [up.split(".")[-1] for up in node["depends_on"]["nodes"] if up.startswith("model.")]


def _short(unique_id: str) -> str:
    return ".".join(unique_id.split(".")[2:])


def _failing_rows(test: Mapping[str, Any]) -> float | None:
    if test["status"] in _GOOD:
        return 0
    return None if test["status"] == "skipped" else max(test["failures"] or 0, 1)
