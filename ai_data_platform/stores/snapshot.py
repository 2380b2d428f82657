"""What the whole graph was last run on: when nothing of it changed, a run has nothing to do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.stores.documents import DocumentFolders
from ai_data_platform.stores.evaluation_items import EvaluationFiles
from ai_data_platform.stores.files import listing_fingerprint, write_atomically
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.sources import open_source

__all__ = ["RunSnapshot"]


class RunSnapshot:
    """Compares sources, settings, code and outputs with those that the last complete run left.

    Asks each source what it holds, which is cheap, and lists the outputs: no table of the lake is opened.
    """

    def __init__(
        self,
        home: Home,
        *,
        chat_logs: SourceSpec,
        feedback: SourceSpec,
        documents: tuple[str, ...],
        evaluation: tuple[Path | None, ...],
        evaluation_sets: tuple[str, ...] = (),
        settings: str,
        code: tuple[Path, ...],
    ) -> None:
        self._home = home
        self._chat_logs = chat_logs
        self._feedback = feedback
        self._documents = documents
        self._evaluation = evaluation
        self._evaluation_sets = evaluation_sets
        self._settings = settings
        self._code = code

    def sources(self) -> str:
        """What a run would read. Take it before the run: a file that arrives meanwhile is news."""
        home = self._home
        return fingerprint(
            [
                self._settings,
                listing_fingerprint(*self._code),
                open_source(self._chat_logs, home.index("chat_logs")).fingerprint(),
                open_source(self._feedback, home.index("feedback")).fingerprint(),
                DocumentFolders(self._documents, home.index).inputs(),
                [
                    hash_bytes(p.read_bytes()) if p and p.is_file() else None
                    for p in self._evaluation
                ],
                EvaluationFiles(self._evaluation_sets, None, {}, home.index).inputs(),
                home.feedback.first_record_id("events"),
                home.feedback.last_sequence(),
                home.feedback.last_turn(),
            ]
        )

    def unchanged(self) -> dict[str, Any] | None:
        """The report of the last complete run when a run now would find what that one found and left."""
        try:
            last: dict[str, Any] = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        same = last["sources"] == self.sources() and last["outputs"] == self._outputs()
        return last.get("report") if same else None

    def record(self, sources: str, report: Mapping[str, Any]) -> None:
        """Remember a complete run that started from these sources, and what it had to report."""
        last = {"sources": sources, "outputs": self._outputs(), "report": report}
        write_atomically(self._path, orjson.dumps(last))

    @property
    def _path(self) -> Path:
        return self._home.root / "last_run.json"

    def _outputs(self) -> str:
        root = self._home.root
        if not (root / "verdicts.sqlite").is_file():
            return "the gate ledger is gone"
        return listing_fingerprint(root / "lake", root / "vectors", root / "versions")
