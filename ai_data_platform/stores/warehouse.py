"""The dbt project on DuckDB: where its manifest lies, and what one build made."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.stores.files import exclusive, write_atomically
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.model_gate import model_verdicts

__all__ = ["BuildRecord", "Warehouse", "dbt_executable"]

_SOURCES = (".sql", ".yml")
_GOOD = ("success", "pass", "warn", "no-op")

BuildRecord = dict[str, Any]
"""A build: `inputs`, `models` (name to fingerprint, rows and stat), `checks` (each node's outcome), and
`blocked` (why models were not moved in)."""


class Warehouse:
    """Builds dbt models beside the lake and moves them in when every test has passed."""

    def __init__(self, project: Path, lake: Path, target: Path, ledger: GateLedger) -> None:
        self.project = project
        self.target = target
        self._ledger = ledger
        self._lake = lake
        self._record = lake / ".dbt_build.json"

    def manifest(self) -> Path:
        """The manifest of the project as it is now; parsed again only when a file of it changed."""
        path, stamp = self.target / "manifest.json", self.target / "manifest.inputs"
        wanted = self.project_fingerprint()
        with exclusive(self.target / ".lock"):
            if not path.is_file() or not stamp.is_file() or stamp.read_text() != wanted:
                self._parse()
                stamp.write_text(wanted)
        return path

    def project_fingerprint(self) -> str:
        """Changes when any SQL, macro, test or configuration of the project does."""
        files = sorted(path for path in self.project.rglob("*") if self._is_source(path))
        return fingerprint(
            [[str(p.relative_to(self.project)), hash_bytes(p.read_bytes())] for p in files]
        )

    def inputs(self, sources: Mapping[str, str], variables: Mapping[str, Any]) -> str:
        """What a build depends on: the sources' fingerprints, the project and its variables."""
        return fingerprint(
            [dict(sources), self.project_fingerprint(), dict(variables), version("duckdb")]
        )

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
                checks = self._run(staging, variables, log)
                blocked = self._judge(staging, sources, checks)
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

    def _judge(
        self, folder: Path, sources: Mapping[str, str], checks: list[dict[str, Any]]
    ) -> list[str]:
        """Record a verdict on each staged model; why the build is not moved in, or nothing."""
        built = {path.stem: _made(path) for path in sorted(folder.glob("*.parquet"))}
        manifest = orjson.loads(self.manifest().read_bytes())
        verdicts = model_verdicts(manifest, checks, built, sources, self.project_fingerprint())
        for verdict in verdicts:
            self._ledger.record(verdict)
        failed = [f"{v.asset}: {reason}" for v in verdicts for reason in v.reasons]
        broken = [
            f"{'.'.join(check['unique_id'].split('.')[2:])}: {check['message']}"
            for check in checks
            if check["status"] not in (*_GOOD, "skipped")
        ]
        return broken or failed

    def _run(
        self, output: Path, variables: Mapping[str, Any], log: Callable[[str], None]
    ) -> list[dict[str, Any]]:
        run = self.target / "run"
        (run / "run_results.json").unlink(missing_ok=True)
        done = self._dbt(
            "build", "--vars", orjson.dumps(dict(variables)).decode(), run=run, output=output
        )
        try:
            results = orjson.loads((run / "run_results.json").read_bytes())["results"]
        except FileNotFoundError:
            raise ConfigurationError(
                f"`dbt build` did not run in {self.project}:\n{done.stdout}{done.stderr}"
            ) from None
        log(f"dbt built and tested {len(results)} nodes in {self.project.name}")
        return [_outcome(result) for result in results]

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

    def _is_source(self, path: Path) -> bool:
        inside = path.relative_to(self.project).parts
        return path.suffix in _SOURCES and inside[0] not in ("target", "logs", "dbt_packages")

    def _parse(self) -> None:
        done = self._dbt("parse", run=self.target, output=self._lake)
        if done.returncode != 0:
            raise ConfigurationError(
                f"`dbt parse` failed in {self.project}:\n{done.stdout}{done.stderr}"
            )

    def _dbt(self, *arguments: str, run: Path, output: Path) -> subprocess.CompletedProcess[str]:
        run.mkdir(parents=True, exist_ok=True)
        folders = ["--target-path", str(run), "--log-path", str(run / "logs")]
        return subprocess.run(
            [dbt_executable(), *arguments, *folders, "--profiles-dir", str(self.project)],
            cwd=self.project,
            env={**os.environ, "AIDP_LAKE": str(self._lake), "AIDP_DBT_OUTPUT": str(output)},
            capture_output=True,
            text=True,
            check=False,
        )


def _outcome(result: Mapping[str, Any]) -> dict[str, Any]:
    """One model, test or unit test of a build."""
    return {
        "unique_id": result["unique_id"],
        "status": result["status"],
        "failures": result.get("failures"),
        "message": result.get("message"),
    }


def dbt_executable() -> str:
    """The dbt of this Python's environment, whatever PATH says."""
    return str(Path(sys.executable).with_name("dbt"))


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _made(path: Path) -> dict[str, Any]:
    return {"fingerprint": _file_hash(path), "rows": int(pq.read_metadata(path).num_rows)}
