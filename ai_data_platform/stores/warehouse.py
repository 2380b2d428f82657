"""The warehouse: what one build of the dbt project made, judged and moved into the lake."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pyarrow.parquet as pq

from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.stores.dbt_project import DbtProject, Outcome
from ai_data_platform.stores.files import exclusive, write_atomically
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.model_gate import model_verdicts
from ai_data_platform.stores.sql_engines import BuildRequest, DuckDbEngine, SqlEngine

__all__ = ["BuildRecord", "Warehouse"]

_GOOD = ("success", "pass", "warn", "no-op")

BuildRecord = dict[str, Any]
"""A build: `inputs`, `models` (name to fingerprint, rows and stat), `checks` (each node's outcome), and
`blocked` (why models were not moved in)."""


class Warehouse:
    """Builds dbt models beside the lake and moves them in when every test has passed."""

    def __init__(
        self,
        project: Path,
        lake: Path,
        target: Path,
        ledger: GateLedger,
        engine: SqlEngine | None = None,
    ) -> None:
        self.project = DbtProject(project, target)
        self.engine = engine or DuckDbEngine()
        self._ledger = ledger
        self._lake = lake
        self._record = lake / ".dbt_build.json"

    def manifest(self) -> Path:
        """The manifest of the project as it is now; parsed again only when a file of it changed."""
        target = self.project.target
        path, stamp = target / "manifest.json", target / "manifest.inputs"
        wanted = f"{self.engine.target} {self.project.fingerprint()}"
        with exclusive(target / ".lock"):
            if not path.is_file() or not stamp.is_file() or stamp.read_text() != wanted:
                self.project.parse(self.engine.target, self._environment())
                stamp.write_text(wanted)
        return path

    def inputs(self, sources: Mapping[str, str], variables: Mapping[str, Any]) -> str:
        """What a build depends on: the sources' fingerprints, the project, its variables and the engine."""
        code = self.project.fingerprint()
        return fingerprint([dict(sources), code, dict(variables), self.engine.version])

    def last_build(self, inputs: str) -> BuildRecord | None:
        """The record of the last good build from these inputs; None when a file of it changed since, or
        the ledger does not hold a pass on each of its models."""
        try:
            record: BuildRecord = orjson.loads(self._record.read_bytes())
        except FileNotFoundError:
            return None
        whole = all(self._stands(name, made) for name, made in record["models"].items())
        return record if whole and record["inputs"] == inputs else None

    def build(
        self,
        inputs: str,
        sources: Mapping[str, str],
        variables: Mapping[str, Any],
        log: Callable[[str], None],
    ) -> BuildRecord:
        """Run `dbt build` beside the lake, judge its models and, when all passed, move them in.

        The verdict on every model goes to the gate ledger. The record of a build that failed has no models:
        nothing of it was moved in. Raises ConfigurationError when dbt could not run at all.
        """
        with exclusive(self._lake / ".dbt_lock"):
            staging = self._lake / ".dbt_staging"
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(parents=True)
            try:
                manifest = orjson.loads(self.manifest().read_bytes())
                checks = self._run(self._request(manifest, sources, staging, log), variables)
                blocked = self._judge(manifest, staging, sources, checks)
                models = {} if blocked else self._move_in(staging)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            record: BuildRecord = {
                "inputs": inputs,
                "models": models,
                "checks": checks,
                "blocked": blocked,
            }
            if not blocked:
                write_atomically(self._record, orjson.dumps(record, option=orjson.OPT_SORT_KEYS))
        return record

    def _run(self, request: BuildRequest, variables: Mapping[str, Any]) -> list[Outcome]:
        def dbt(environment: Mapping[str, str], more: Mapping[str, Any]) -> list[Outcome]:
            known = {**self._environment(), **environment}
            return self.project.build(self.engine.target, known, {**variables, **more}, request.log)

        return self.engine.build(request, dbt)

    def _request(
        self,
        manifest: Mapping[str, Any],
        sources: Mapping[str, str],
        output: Path,
        log: Callable[[str], None],
    ) -> BuildRequest:
        nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
        return BuildRequest(
            days=tuple(self._path(name) for name in sorted(sources)),
            order={n["name"]: tuple(n["config"]["meta"].get("order_by", ())) for n in nodes},
            schema=self._schema(),
            output=output,
            log=log,
        )

    def _schema(self) -> str:
        """A name that no other home has; kept, so that a build clears what a killed one left."""
        path = self.project.target / "schema"
        if not path.is_file():
            write_atomically(path, f"aidp_build_{uuid4().hex[:12]}".encode())
        return path.read_text()

    def _judge(
        self,
        manifest: Mapping[str, Any],
        folder: Path,
        sources: Mapping[str, str],
        checks: list[Outcome],
    ) -> list[str]:
        """Record a verdict on each staged model; why the build is not moved in, or nothing."""
        built = {path.stem: _made(path) for path in sorted(folder.glob("*.parquet"))}
        verdicts = model_verdicts(manifest, checks, built, sources, self.project.fingerprint())
        for verdict in verdicts:
            self._ledger.record(verdict)
        failed = [f"{v.asset}: {reason}" for v in verdicts for reason in v.reasons]
        broken = [
            f"{'.'.join(check['unique_id'].split('.')[2:])}: {check['message']}"
            for check in checks
            if check["status"] not in (*_GOOD, "skipped")
        ]
        return broken or failed or ([] if built else ["dbt built no model"])

    def _move_in(self, folder: Path) -> dict[str, Any]:
        """Put every model in place, one step each; one with the bytes that stand there is left alone."""
        models = {}
        for staged in sorted(folder.glob("*.parquet")):
            target = self._path(staged.stem)
            made = _made(staged)
            if not target.is_file() or _file_hash(target) != made["fingerprint"]:
                staged.replace(target)
            models[staged.stem] = {**made, "stat": self._stat(staged.stem)}
        return models

    def _path(self, name: str) -> Path:
        return self._lake / f"{name}.parquet"

    def _stat(self, name: str) -> list[int] | None:
        path = self._path(name)
        return [path.stat().st_size, path.stat().st_mtime_ns] if path.is_file() else None

    def _stands(self, name: str, made: Mapping[str, Any]) -> bool:
        found = self._ledger.find(name, made["fingerprint"])
        return self._stat(name) == made["stat"] and found is not None and found.verdict.passed

    def _environment(self) -> dict[str, str]:
        lake = str(self._lake)
        return {**self.engine.environment(), "AIDP_LAKE": lake, "AIDP_DBT_OUTPUT": lake}


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _made(path: Path) -> dict[str, Any]:
    return {"fingerprint": _file_hash(path), "rows": int(pq.read_metadata(path).num_rows)}
