"""The dbt command on one project: what it reads, and what a run of it came to."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes

__all__ = ["DbtProject", "Outcome"]

_SOURCES = (".sql", ".yml")
_GENERATED = ("target", "logs", "dbt_packages")

Outcome = dict[str, Any]
"""One model, test, unit test or hook of a build: `unique_id`, `status`, `failures` and `message`."""


class DbtProject:
    """Runs dbt on a project folder; manifests, compiled SQL and logs go to the folder `target`."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder = folder
        self.target = target

    def fingerprint(self) -> str:
        """Changes when any SQL, macro, test, text or configuration of the project does."""
        files = sorted(path for path in self.folder.rglob("*") if self._is_source(path))
        return fingerprint(
            [[str(p.relative_to(self.folder)), hash_bytes(p.read_bytes())] for p in files]
        )

    def parse(self, target: str, environment: Mapping[str, str]) -> None:
        """Write the manifest into the target folder. Raises ConfigurationError with what dbt said."""
        done = self._run("parse", target, self.target, environment)
        if done.returncode != 0:
            raise ConfigurationError(
                f"`dbt parse` failed in {self.folder}:\n{done.stdout}{done.stderr}"
            )

    def build(
        self,
        target: str,
        environment: Mapping[str, str],
        variables: Mapping[str, Any],
        log: Callable[[str], None],
    ) -> list[Outcome]:
        """Run `dbt build`: what each model and test came to, in the order of the run.

        Raises ConfigurationError when dbt could not run at all.
        """
        run = self.target / "run"
        results = run / "run_results.json"
        results.unlink(missing_ok=True)
        given = ["--vars", orjson.dumps(dict(variables)).decode()]
        given += ["--exclude-resource-type", "unit_test"]  # they hold for the default settings
        done = self._run("build", target, run, environment, *given)
        try:
            nodes = orjson.loads(results.read_bytes())["results"]
        except FileNotFoundError:
            raise ConfigurationError(
                f"`dbt build` did not run in {self.folder}:\n{done.stdout}{done.stderr}"
            ) from None
        outcomes = [_outcome(n) for n in nodes if not n["unique_id"].startswith("exposure.")]
        log(f"dbt built and tested {len(outcomes)} nodes in {self.folder.name}")
        return outcomes

    def compiled(self, path: str) -> str | None:
        """The SQL that the last build ran for a file of the project; None when it ran none."""
        found = sorted((self.target / "run" / "compiled").glob(f"*/{path}"))
        found = [file for file in found if file.is_file()]  # the tests of a .yml lie in a folder
        return found[0].read_text(encoding="utf-8") if found else None

    def _is_source(self, path: Path) -> bool:
        inside = path.relative_to(self.folder).parts
        read = path.suffix in _SOURCES or (path.suffix == ".md" and inside[0] == "models")
        return read and inside[0] not in _GENERATED

    def _run(
        self,
        command: str,
        target: str,
        folder: Path,
        environment: Mapping[str, str],
        *arguments: str,
    ) -> subprocess.CompletedProcess[str]:
        folder.mkdir(parents=True, exist_ok=True)
        folders = ["--target-path", str(folder), "--log-path", str(folder / "logs")]
        profile = ["--profiles-dir", str(self.folder), "--target", target]
        return subprocess.run(
            [_executable(), command, *arguments, *folders, *profile],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )


def _executable() -> str:
    """The dbt of this Python's environment, whatever PATH says."""
    return str(Path(sys.executable).with_name("dbt"))


def _outcome(result: Mapping[str, Any]) -> Outcome:
    return {name: result.get(name) for name in ("unique_id", "status", "failures", "message")}
