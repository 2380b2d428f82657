"""The candidates of the preference datasets, paired and not: from verified tables to staged versions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.compute import Compute
from ai_data_platform.core.datasets.funnel import DROPPED, Drop, unaccounted
from ai_data_platform.core.datasets.leakage import (
    CertificateOptions,
    EvaluationItem,
    find_contamination,
)
from ai_data_platform.core.datasets.near_duplicates import NearDuplicateOptions
from ai_data_platform.core.datasets.split import SPLITS, Shares, Split
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.core.preference import PairOptions, bias_figures
from ai_data_platform.core.preference.dataset import PreferenceDataset, Search, build_preference
from ai_data_platform.core.preference.dataset_rows import PreferenceRows
from ai_data_platform.core.preference.gate import (
    PreferenceMeasures,
    PreferenceThresholds,
    RowFaults,
)
from ai_data_platform.core.preference.kinds import PAIRS
from ai_data_platform.core.preference.row_faults import (
    equal_after_truncation,
    near_equal_sides,
)
from ai_data_platform.stores.agreement import AgreementAudit, AgreementOptions
from ai_data_platform.stores.candidates import (
    Audit,
    Beside,
    Candidate,
    stage_dataset,
    staged_from,
)
from ai_data_platform.stores.certifying import CertificateAudit
from ai_data_platform.stores.evaluation_items import items_from
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.preference_formats import PreferenceFormat
from ai_data_platform.stores.quality import QualityAudit, QualityOptions
from ai_data_platform.stores.sft_sides import SftSides, sft_sides

__all__ = ["PREFERENCE_DATASET_VERSION", "PreferenceOptions", "preference_candidate"]

PREFERENCE_DATASET_VERSION = "preference-3"
_DROPPED, _JUDGEMENTS = "dropped_ratings", "judgements"
_READ = (_DROPPED, _JUDGEMENTS, "evaluation_items")


@dataclass(frozen=True, slots=True)
class PreferenceOptions:
    """What decides over a preference dataset, beside the tables that it is made from."""

    shares: Shares = field(default_factory=Shares)
    duplicates: NearDuplicateOptions = field(default_factory=NearDuplicateOptions)
    certificate: CertificateOptions = field(default_factory=CertificateOptions)
    thresholds: PreferenceThresholds = field(default_factory=PreferenceThresholds)
    max_similarity: float = field(default_factory=lambda: PairOptions().max_similarity)
    agreement: AgreementOptions | None = None
    quality: QualityOptions | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with every option."""
        values = [
            asdict(self.shares),
            self.duplicates.fingerprint,
            self.certificate.fingerprint,
            asdict(self.thresholds),
            self.max_similarity,
            self.agreement and self.agreement.fingerprint,
            self.quality and self.quality.fingerprint,
        ]
        return fingerprint([PREFERENCE_DATASET_VERSION, values])


def preference_candidate(
    home: Home,
    what: PreferenceFormat,
    options: PreferenceOptions,
    compute: Compute,
    *,
    code_version: str,
    log: Callable[[str], None] = lambda line: None,
) -> Candidate:
    """The candidate for the tables as they are: the one that stands, or a new one, staged and judged.

    Raises GateBlocked or NotPublishedYet when one of the tables has no passing verdict.
    """
    upstream = home.verified.fingerprints(what.table, what.other, *_READ)
    rows = PreferenceRows(home.verified.read(what.table), what.rows)
    stood = _standing(home, rows, options.shares)
    inputs = fingerprint([what.dataset.name, upstream, options.fingerprint, sorted(stood.items())])
    candidate = staged_from(home, what.dataset.name, inputs)
    if candidate is not None:
        return candidate
    return _Build(home, what, options, compute, upstream, log).stage(
        rows, stood, inputs, code_version
    )


@dataclass(slots=True, eq=False)
class _Build:
    """One candidate on its way."""

    home: Home
    what: PreferenceFormat
    options: PreferenceOptions
    compute: Compute
    upstream: Mapping[str, str]
    log: Callable[[str], None]

    def stage(
        self, rows: PreferenceRows, stood: Mapping[str, Split], inputs: str, code_version: str
    ) -> Candidate:
        items = items_from(self.home.verified.read("evaluation_items"))
        earlier = self._earlier()
        dataset = self._decided(rows, earlier, items, stood)
        measures = PreferenceMeasures(self.what.rows, self._second_look())
        reports = self._reports()
        audits: list[Audit] = [
            CertificateAudit(items, self.options.certificate, self.log, prompts=True),
            SftSides(self.home),
            *(audit for audit, _ in reports),
        ]
        came = pa.chunked_array([rows.records.flatten(), *earlier["record_id"].chunks], pa.string())
        return stage_dataset(
            self.home,
            self.what.dataset,
            {split: measures.passing(split, dataset.batches(split)) for split in SPLITS},
            inputs=inputs,
            figures=lambda: _figures(dataset, measures, came) | self._bias(dataset),
            rules=self.what.rules(self.options.thresholds),
            dropped=dataset.drop_counts,
            dropped_rows=dataset.dropped,
            funnel=dataset.funnel,
            audits=audits,
            beside=_together([files for _, files in reports]),
            upstream=self.upstream,
            code_version=code_version,
        )

    def _second_look(self) -> list[RowFaults]:
        """What is looked for in the pairs once more; without a tokenizer nothing is said of lengths."""
        if self.what.rows is not PAIRS:
            return []
        quality, near = self.options.quality, near_equal_sides(self.options.max_similarity)
        if quality is None:
            return [near]
        return [near, equal_after_truncation(quality.tokenizer, quality.max_tokens)]

    def _reports(self) -> list[tuple[Audit, Beside]]:
        """Audits that tell of what they measured in files beside the dataset."""
        found: list[tuple[Audit, Beside]] = []
        if self.options.agreement is not None:
            judgements = self.home.verified.read(_JUDGEMENTS)
            agreement = AgreementAudit(judgements, self.options.agreement, self.log)
            found.append((agreement, agreement.files))
        if self.options.quality is not None:
            quality = QualityAudit(self.options.quality, self.what.format, "ratings")
            found.append((quality.measure, quality.files))
        return found

    def _bias(self, dataset: PreferenceDataset) -> dict[str, float | None]:
        """What else than quality tells the sides of the pairs that stay."""
        return bias_figures(dataset.kept()) if self.what.rows is PAIRS else {}

    def _earlier(self) -> pa.Table:
        """The ratings that stand behind no row of this format (DROPPED)."""
        other = PreferenceRows(self.home.verified.read(self.what.other), self.what.opposite)
        names = other.ids.to_pylist()
        drops = [
            Drop(row, self.what.elsewhere, name, "row", f"in {self.what.other}")
            for row, name in enumerate(names)
        ]
        dropped = self.home.verified.read(_DROPPED, DROPPED.names)
        return pa.concat_tables([dropped, other.drops("pairs", drops)])

    def _decided(
        self,
        rows: PreferenceRows,
        earlier: pa.Table,
        items: Sequence[EvaluationItem],
        stood: Mapping[str, Split],
    ) -> PreferenceDataset:
        name, options = self.what.dataset.name, self.options
        dataset = build_preference(
            rows,
            earlier,
            options.shares,
            prompts=self._search(f"{name}_prompts"),
            whole=self._search(name),
            contaminated=lambda texts: find_contamination(
                texts, items, options.certificate.contamination
            ),
            standing=stood,
        )
        for stage in dataset.funnel:
            self.log(f"{stage.stage}: {stage.rows_in:,} ratings, {stage.rows_out:,} went on")
        return dataset

    def _search(self, name: str) -> Search:
        index = self.home.duplicates(name, self.options.duplicates, self.compute)
        return lambda texts: index.sync(texts).corpus


def _standing(home: Home, rows: PreferenceRows, shares: Shares) -> dict[str, Split]:
    """Where conversations stand in the published SFT dataset, where that is not where hashes put them.

    One without a user may have joined another that it resembles there. One with a user stands elsewhere
    only while the published dataset was split by other shares, which the figures then say.
    """
    stood = sft_sides(home, pc.unique(rows.conversations))
    own = rows.own_sides(shares)
    return {name: side for name, side in sorted(stood.items()) if own[name] != side}


def _together(parts: Sequence[Beside]) -> Beside:
    return lambda staged, verdict: {
        name: data for files in parts for name, data in files(staged, verdict).items()
    }


def _figures(
    dataset: PreferenceDataset, measures: PreferenceMeasures, came: pa.ChunkedArray
) -> dict[str, float | None]:
    """What the gate judges of the rows as they were written."""
    sizes = {f"{split}_rows": measures.rows[split] for split in SPLITS}
    kept = pa.chunked_array(measures.records, pa.string())
    return {
        "rows": sum(sizes.values()),
        **sizes,
        "ratings": len(came),
        "ratings_used": len(kept),
        "ratings_unaccounted": unaccounted(came, kept, dataset.dropped["record_id"]),
        **measures.figures(),
    }
