"""Everything that stands below AIDP_HOME, and how to open it."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.compute import Compute
from ai_data_platform.core.conversations import CONTRACT_VERSION as CHAT_LOG_CONTRACT
from ai_data_platform.core.conversations import parse_exchange
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.errors import ConfigurationError, VersionNotFound
from ai_data_platform.core.feedback.contract import CONTRACT_VERSION as FEEDBACK_CONTRACT
from ai_data_platform.core.feedback.contract import parse_feedback
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import CHAT_LOG, FEEDBACK
from ai_data_platform.stores.duplicate_index import DuplicateIndex
from ai_data_platform.stores.feedback import FeedbackStore, open_feedback
from ai_data_platform.stores.files import write_atomically
from ai_data_platform.stores.lake import Lake
from ai_data_platform.stores.landing import Landing
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.sql_engines import engine_of
from ai_data_platform.stores.tokens import TokenStore
from ai_data_platform.stores.vectors import TagPointer, VectorTable
from ai_data_platform.stores.verified import Verified
from ai_data_platform.stores.versions import VersionStore
from ai_data_platform.stores.warehouse import Warehouse

__all__ = ["PUBLICATIONS", "Home"]

PUBLICATIONS: Mapping[str, str] = {
    "sft": "sft_dataset",
    "preference": "preference_dataset",
    "unpaired_preference": "unpaired_preference_dataset",
    "knowledge_base": "chunk_embeddings",
}
"""What readers see, and the asset whose candidates its gate judges."""


_DAGSTER_YAML = """\
# Written once; edit it as you like. SQLite below this folder holds runs and events.
telemetry: {enabled: false}
nux: {enabled: false}
concurrency: {runs: {max_concurrent_runs: 2}}
run_monitoring: {enabled: true, free_slots_after_run_end_seconds: 60}
retention:
  schedule: {purge_after_days: 30}
  sensor: {purge_after_days: {skipped: 3, failure: 30, success: 30}}
"""


class Home:
    """The state of one platform in one folder: `lake/`, `vectors/`, `versions/`, `feedback.sqlite`, ..."""

    def __init__(
        self,
        root: Path,
        dbt_project: Path,
        warehouse: str = "duckdb",
        feedback_store: str | None = None,
    ) -> None:
        self.root = root.expanduser().absolute()
        self._dbt_project = dbt_project
        self._warehouse = warehouse
        self._feedback_store = feedback_store

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    def claim(self, *, sample: bool) -> None:
        """Keep this folder for the shipped sample or for a team's own sources, whichever comes first.

        Raw rows are never forgotten, so both in one folder would train on both. Raises ConfigurationError
        when the folder holds the other kind.
        """
        mark, kind = self.root / "sources", "sample" if sample else "own"
        if not mark.is_file():
            write_atomically(mark, kind.encode())
        elif mark.read_text() != kind:
            held = "the shipped sample" if sample is False else "your own sources"
            raise ConfigurationError(
                f"{self.root} holds the state of {held}, and rows of both would mix: "
                "set AIDP_HOME to another folder, or move this one away"
            )

    def prepare_dagster(self) -> Path:
        """Dagster's home with an instance configuration in it; one that a person edited stays."""
        configuration = self.dagster / "dagster.yaml"
        if not configuration.is_file():
            write_atomically(configuration, _DAGSTER_YAML.encode())
        return self.dagster

    @cached_property
    def lake(self) -> Lake:
        return Lake(self.root / "lake")

    @cached_property
    def warehouse(self) -> Warehouse:
        target, engine = self.root / "dbt", engine_of(self._warehouse)
        return Warehouse(self._dbt_project, self.root / "lake", target, self.ledger, engine)

    @cached_property
    def verified(self) -> Verified:
        return Verified(self.lake, self.ledger)

    @cached_property
    def ledger(self) -> GateLedger:
        return GateLedger(self.root / "verdicts.sqlite")

    @cached_property
    def chunks(self) -> VectorTable:
        return VectorTable(self.root / "vectors", "chunks", key="chunk_id", text="embedding_text")

    @cached_property
    def conversations(self) -> VectorTable:
        return VectorTable(
            self.root / "vectors", "conversations", key="record_id", text="embedding_text"
        )

    @cached_property
    def feedback(self) -> FeedbackStore:
        """Ratings and turns that the API took: a file of this home, or the database that was named."""
        return open_feedback(self._feedback_file, self._feedback_store)

    @property
    def has_feedback_store(self) -> bool:
        """Whether opening it would make nothing: what only reads asks first."""
        return self._feedback_store is not None or self._feedback_file.is_file()

    @property
    def _feedback_file(self) -> Path:
        return self.root / "feedback.sqlite"

    @cached_property
    def tokens(self) -> TokenStore:
        """Who may use the service."""
        return TokenStore(self.root / "tokens.json")

    @cached_property
    def chat_log_landing(self) -> Landing:
        return Landing(self._landing("chat_logs"), CHAT_LOG, parse_exchange, CHAT_LOG_CONTRACT)

    @cached_property
    def feedback_landing(self) -> Landing:
        return Landing(self._landing("feedback"), FEEDBACK, parse_feedback, FEEDBACK_CONTRACT)

    def index(self, name: str) -> Path:
        """Where the hashes of a drop folder's files are kept."""
        return self.root / "landing" / f"{name}.files.json"

    def lake_fingerprints(self, *names: str) -> dict[str, str | None]:
        """The content fingerprint of each of these lake tables; None where no table stands."""
        found = {name: self.lake.manifest(name) for name in names}
        return {name: made.fingerprint if made else None for name, made in found.items()}

    def conversation_rows(self) -> pa.Table:
        """Clean exchanges, redacted, with the text that is embedded (question and answer) and its hash."""
        names = ["record_id", "conversation_id", "message_id", "user_message", "assistant_message"]
        clean = self.verified.read("clean_conversations", ["record_id"])["record_id"]
        every = self.verified.read("redacted_chat_logs", names)
        rows = every.filter(pc.is_in(every["record_id"], clean.combine_chunks()))
        questions, answers = (rows[name].to_pylist() for name in names[3:])
        texts = [f"{q}\n\n{a}" for q, a in zip(questions, answers, strict=True)]
        hashes = pa.array([hash_text(text) for text in texts], pa.string())
        kept = rows.select(names[:3]).append_column("embedding_text", pa.array(texts, pa.string()))
        return kept.append_column("text_hash", hashes)

    def duplicates(
        self, name: str, options: NearDuplicateOptions, compute: Compute | None = None
    ) -> DuplicateIndex:
        """What is known of the texts of a dataset, to compare new ones with."""
        return DuplicateIndex(self.root / "duplicates" / name, options, compute)

    def versions(self, name: str) -> VersionStore:
        """The versions of a publication. Raises VersionNotFound for a name that is none."""
        if name not in PUBLICATIONS:
            known = ", ".join(PUBLICATIONS)
            raise VersionNotFound(
                f"nothing is published under the name {name!r}; there are: {known}"
            )
        root, asset = self.root / "versions", PUBLICATIONS[name]
        if name != "knowledge_base":
            return VersionStore(root, name, asset, self.ledger)
        pointer = TagPointer(self.chunks)
        return VersionStore(root, name, asset, self.ledger, pointer)

    @property
    def landing(self) -> Path:
        """Rows by source and day, as they were read."""
        return self.root / "landing"

    def _landing(self, name: str) -> Path:
        return self.landing / name
