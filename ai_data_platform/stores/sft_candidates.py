"""The candidate of the SFT dataset: from verified tables to a staged version, streamed over Arrow batches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ai_data_platform.core.compute import Compute, conversation_batches
from ai_data_platform.core.datasets.assemble import ASSEMBLED, EXCHANGES, SFT_SCHEMA, assembled
from ai_data_platform.core.datasets.conversations import Conversations
from ai_data_platform.core.datasets.funnel import DROPPED, Stage, unaccounted
from ai_data_platform.core.datasets.leakage import (
    CertificateOptions,
    EvaluationItem,
    find_contamination,
)
from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.datasets.sft import SFT_VERSION, Semantic, SftDataset, build_sft
from ai_data_platform.core.datasets.sft_gate import SftMeasures, SftThresholds, sft_rules
from ai_data_platform.core.datasets.split import SPLITS, Shares
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.stores.candidates import (
    Audit,
    Candidate,
    DatasetKind,
    stage_dataset,
    staged_from,
)
from ai_data_platform.stores.certifying import CertificateAudit
from ai_data_platform.stores.conversation_vectors import CONVERSATION_VECTORS, conversation_vectors
from ai_data_platform.stores.evaluation_items import items_from
from ai_data_platform.stores.hashed_files import write_rows
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.quality import QualityAudit, QualityOptions, languages_by_record
from ai_data_platform.stores.workplace import workplace

__all__ = ["SFT", "SftOptions", "sft_candidate"]

SFT = DatasetKind(
    name="sft",
    title="Conversations for supervised fine-tuning",
    summary="Conversational `messages` from chat logs: rated answers that passed every filter. No user, no "
    "conversation and no two texts that resemble each other stand on two sides of the split; each row "
    "names the raw records it was made from.",
    schema=SFT_SCHEMA,
    task="text-generation",
)
_TABLES = (
    "redacted_chat_logs",
    "clean_conversations",
    "dropped_conversations",
    "screened_chat_logs",
    "evaluation_items",
)
_ROWS_AT_ONCE = 8_192
_CONVERSATIONS_AT_ONCE = 4_096
_DUPLICATES = ("exact_duplicate", "near_duplicate", "semantic_duplicate", "repeated_message_id")


@dataclass(frozen=True, slots=True)
class SftOptions:
    """What decides over an SFT dataset, beside the tables that it is made from."""

    shares: Shares = field(default_factory=Shares)
    duplicates: NearDuplicateOptions = field(default_factory=NearDuplicateOptions)
    semantic_similarity: float | None = None
    certificate: CertificateOptions = field(default_factory=CertificateOptions)
    thresholds: SftThresholds = field(default_factory=SftThresholds)
    quality: QualityOptions | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with every option."""
        values = [
            asdict(self.shares),
            self.duplicates.fingerprint,
            self.semantic_similarity,
            self.certificate.fingerprint,
            asdict(self.thresholds),
            self.quality and self.quality.fingerprint,
        ]
        return fingerprint([SFT_VERSION, values])


def sft_candidate(
    home: Home,
    options: SftOptions,
    compute: Compute,
    *,
    code_version: str,
    log: Callable[[str], None] = lambda line: None,
) -> Candidate:
    """The candidate for the tables as they are: the one that stands, or a new one, staged and judged.

    Raises GateBlocked or NotPublishedYet when one of the tables has no passing verdict.
    """
    upstream = home.verified.fingerprints(*_TABLES)
    if options.semantic_similarity is not None:
        upstream[CONVERSATION_VECTORS] = home.conversations.content_fingerprint()
        home.ledger.require(CONVERSATION_VECTORS, upstream[CONVERSATION_VECTORS])
    inputs = fingerprint([upstream, options.fingerprint])
    candidate = staged_from(home, SFT.name, inputs)
    if candidate is not None:
        return candidate
    with workplace(home.root / "versions" / SFT.name / ".assembling") as folder:
        return _Build(home, options, compute, upstream, log).stage(folder, inputs, code_version)


@dataclass(slots=True, eq=False)
class _Build:
    """One candidate on its way."""

    home: Home
    options: SftOptions
    compute: Compute
    upstream: Mapping[str, str]
    log: Callable[[str], None]

    def stage(self, folder: Path, inputs: str, code_version: str) -> Candidate:
        logged, filtered = self._assemble(folder / "conversations.parquet")
        conversations = Conversations(partial(_batches, folder / "conversations.parquet"))
        self.log(f"assembled {len(conversations.ids):,} conversations of {len(logged):,} exchanges")
        items = items_from(self.home.verified.read("evaluation_items"))
        dataset = self._decided(conversations, filtered, items)
        measures = SftMeasures()
        splits = {split: measures.passing(split, dataset.batches(split)) for split in SPLITS}
        audits: list[Audit] = [CertificateAudit(items, self.options.certificate, self.log)]
        quality = self._quality()
        if quality:
            audits.append(quality.measure)
        return stage_dataset(
            self.home,
            SFT,
            splits,
            inputs=inputs,
            figures=lambda: _figures(dataset, measures, logged),
            rules=sft_rules(self.options.thresholds),
            dropped=dataset.drop_counts,
            dropped_rows=dataset.dropped,
            funnel=dataset.funnel,
            audits=audits,
            beside=quality.files if quality else None,
            upstream=self.upstream,
            code_version=code_version,
        )

    def _quality(self) -> QualityAudit | None:
        options = self.options.quality
        if options is None:
            return None
        languages = languages_by_record(self.home, "record_ids")
        return QualityAudit(options, "messages", "exchanges", languages)

    def _assemble(self, path: Path) -> tuple[pa.ChunkedArray, pa.Table]:
        """Write every logged conversation; the logged records, and those that filters took (DROPPED)."""
        read = self.home.verified.read
        logged = read("redacted_chat_logs", list(EXCHANGES))
        clean = read("clean_conversations", ["record_id"])["record_id"]
        screened = read("screened_chat_logs", ["record_id", "drop_reason", "language"])
        screened = screened.filter(
            pc.and_(
                pc.is_valid(screened["drop_reason"]),
                pc.is_in(screened["record_id"], value_set=_whole(clean)),
            )
        )
        trains = pc.and_not(
            pc.is_in(logged["record_id"], value_set=_whole(clean)),
            pc.is_in(logged["record_id"], value_set=_whole(screened["record_id"])),
        )
        batches = logged.append_column("trains", trains).to_batches(max_chunksize=_ROWS_AT_ONCE)
        made = self.compute.map(assembled, conversation_batches(batches))
        write_rows(made, ASSEMBLED, path)
        filtered = [_cleaned(read("dropped_conversations")), _screened(screened, logged)]
        return logged["record_id"], pa.concat_tables(filtered)

    def _decided(
        self, conversations: Conversations, filtered: pa.Table, items: Sequence[EvaluationItem]
    ) -> SftDataset:
        index = self.home.duplicates("sft", self.options.duplicates, self.compute)
        similarity = self.options.semantic_similarity
        semantic = None
        if similarity is not None:
            stands = self.upstream[CONVERSATION_VECTORS]
            semantic = Semantic(similarity, partial(conversation_vectors, self.home, stands))
        contamination = self.options.certificate.contamination
        dataset = build_sft(
            conversations,
            filtered,
            self.options.shares,
            search=lambda texts: index.sync(texts).corpus,
            semantic=semantic,
            contaminated=lambda texts: find_contamination(texts, items, contamination),
        )
        for stage in dataset.funnel:
            self.log(f"{stage.stage}: {stage.rows_in:,} exchanges, {stage.rows_out:,} went on")
        return dataset


def _figures(
    dataset: SftDataset, measures: SftMeasures, logged: pa.ChunkedArray
) -> dict[str, float | None]:
    """What the gate judges of the rows as they were written."""
    sizes = {f"{split}_rows": measures.rows[split] for split in SPLITS}
    kept = pa.chunked_array(measures.records, pa.string())
    repeated = sum(dataset.drop_counts.get(reason, 0) for reason in _DUPLICATES)
    return {
        "rows": sum(sizes.values()),
        **sizes,
        "exchanges_in": len(logged),
        "exchanges_unaccounted": unaccounted(logged, kept, dataset.dropped["record_id"]),
        **measures.figures(),
        "raw_duplicate_rate": repeated / len(logged) if len(logged) else None,
        "number_variants": dataset.variants,
    }


def _cleaned(dropped: pa.Table) -> pa.Table:
    kinds = pc.if_else(pc.is_valid(dropped["matched_record_id"]), "record", None)
    names = ("record_id", "conversation_id", "drop_reason", "matched_record_id")
    columns = [dropped[name] for name in names]
    return _dropped("clean", [*columns, kinds])


def _screened(screened: pa.Table, logged: pa.Table) -> pa.Table:
    places = pc.index_in(screened["record_id"], value_set=_whole(logged["record_id"]))
    conversations = logged["conversation_id"].take(places)
    nothing = pa.nulls(len(screened), pa.string())
    columns = [screened["record_id"], conversations, screened["drop_reason"], nothing, nothing]
    return _dropped("screen", [*columns, screened["language"]])


def _dropped(stage: Stage, columns: Sequence[pa.ChunkedArray | pa.Array]) -> pa.Table:
    """Record, conversation, reason, and what is known beside them, as DROPPED."""
    rows = len(columns[0])
    found = [*columns[:2], pa.repeat(pa.scalar(stage), rows), *columns[2:]]
    found += [pa.nulls(rows, pa.string())] * (len(DROPPED) - len(found))
    return pa.Table.from_arrays(found, schema=DROPPED)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=_CONVERSATIONS_AT_ONCE, columns=list(columns))
