"""The quality of a dataset candidate: measured before it is judged, told in files beside its data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.card import card
from ai_data_platform.core.datasets.checks import MAX_UNTRAINABLE, CheckedRows, DatasetCheck
from ai_data_platform.core.datasets.examples import Format
from ai_data_platform.core.datasets.lengths import MAX_TOKENS, Tokenizer
from ai_data_platform.core.datasets.profile import Profile
from ai_data_platform.core.datasets.report import (
    QualityReport,
    Stage,
    certificate_remarks,
    quality_figures,
    quality_lines,
    quality_overview,
    quality_page,
    quality_rules,
)
from ai_data_platform.core.datasets.split import Split
from ai_data_platform.core.datasets.trainer_files import (
    preference_trainer_files,
    sft_trainer_files,
    unpaired_trainer_files,
)
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.candidates import Findings, StagedDataset
from ai_data_platform.stores.home import Home

__all__ = ["OVERVIEW", "PROFILE", "QualityAudit", "QualityOptions", "languages_by_record"]

PROFILE = "quality.json"
"""The file of a version that holds its profile, which later versions are compared with."""
OVERVIEW = "quality.svg"
"""The file of a version that shows its most telling plots."""

_VERSION = "quality-1"
_JSON = orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS

Languages = Callable[[StagedDataset], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class QualityOptions:
    """How tokens are counted, how many the trainer keeps, and the largest drift that may be published."""

    tokenizer: Tokenizer
    max_tokens: int = MAX_TOKENS
    max_drift: float | None = None

    @property
    def fingerprint(self) -> str:
        """Changes with every option, with the tokenizer's file, and with the report itself."""
        options = [self.tokenizer.fingerprint, self.max_tokens, self.max_drift]
        return fingerprint([_VERSION, options])


@dataclass(slots=True, eq=False)
class QualityAudit:
    """`measure` is an audit of a dataset, `files` what lies beside it once it was judged.

    `unit` is what its funnel counts, `languages` counts its messages by language.
    """

    options: QualityOptions
    kind: Format
    unit: str
    languages: Languages | None = None
    _checked: CheckedRows | None = None
    _published: Profile | None = None

    def measure(self, staged: StagedDataset) -> Findings:
        """Figures and rules on every row, and on the drift from the published version."""
        check = DatasetCheck(self.kind, short_answer=0)
        for split in staged.splits:
            for line, row in enumerate(_rows(staged, split), start=1):
                check.add(f"data/{split}.parquet", line, row, split=str(split))
        checked = check.result(self.options.tokenizer, self.options.max_tokens)
        if self.languages is not None:
            profile = checked.profile.with_category("language", self.languages(staged))
            checked = checked.with_profile(profile)
        self._checked, self._published = checked, _published(staged.published)
        malformed = {"malformed_rows": sum(checked.faults.values())}
        figures = malformed | quality_figures(checked.profile, self._published)
        rules = quality_rules(MAX_UNTRAINABLE, self.options.max_drift, self._published)
        return Findings(figures, rules)

    def files(self, staged: StagedDataset, verdict: Verdict) -> Mapping[str, bytes]:
        """The page, the picture, the profile, the card, and the files of trainers. `measure` comes first."""
        if self._checked is None:
            raise RuntimeError("the quality was not measured before it was to be told")
        report = QualityReport(
            title=staged.kind.title,
            summary=staged.kind.summary,
            verdict=verdict,
            profile=self._checked.profile,
            funnel=[
                Stage(one.stage, one.rows_in, one.dropped, one.rows_out) for one in staged.funnel
            ],
            dropped=staged.dropped,
            unit=self.unit,
            published=self._published,
            published_version=staged.published.name if staged.published else None,
            findings=self._checked.findings,
            remarks=certificate_remarks(verdict.figures),
        )
        splits = {str(split): rows for split, rows in staged.splits.items()}
        told = card(
            staged.kind.title,
            staged.kind.summary,
            splits,
            staged.dropped,
            verdict,
            staged.kind.task,
            quality_lines(report),
        )
        return {
            "quality.html": quality_page(report),
            OVERVIEW: quality_overview(report),
            PROFILE: orjson.dumps(self._checked.profile.as_json(), option=_JSON),
            "README.md": told,
            **_trainer_files(self.kind, staged, self.options.max_tokens),
        }


def _trainer_files(kind: Format, staged: StagedDataset, max_tokens: int) -> Mapping[str, bytes]:
    filled = [split for split, rows in staged.splits.items() if rows]
    if kind == "prompt/chosen/rejected":
        return preference_trainer_files({s: _rows(staged, s) for s in filled}, max_tokens)
    if kind == "prompt/completion/label":
        return unpaired_trainer_files({s: _rows(staged, s) for s in filled}, max_tokens)
    return sft_trainer_files(filled, max_tokens)


def _rows(staged: StagedDataset, split: Split) -> Iterator[dict[str, Any]]:
    for batch in staged.batches(split):
        yield from batch.to_pylist()


def languages_by_record(home: Home, column: str) -> Languages:
    """Counts the records named in this column of a dataset by their language in `screened_chat_logs`."""

    def count(staged: StagedDataset) -> Mapping[str, int]:
        screened = home.verified.read("screened_chat_logs", ["record_id", "language"])
        known = pa.concat_arrays(screened["record_id"].chunks or [pa.array([], pa.string())])
        languages = screened["language"]
        counts: dict[str, int] = {}
        for ids in _flat(staged, column):
            found = languages.take(pc.index_in(ids, value_set=known))
            for one in pc.value_counts(found).to_pylist():
                if one["values"] is not None:
                    counts[one["values"]] = counts.get(one["values"], 0) + one["counts"]
        return counts

    return count


def _flat(staged: StagedDataset, column: str) -> Iterator[pa.Array]:
    for split in staged.splits:
        for batch in staged.batches(split, [column]):
            yield batch.column(column).flatten()


def _published(folder: Path | None) -> Profile | None:
    """The profile of the published version; None where it has none, or one that was changed since."""
    if folder is None or not (folder / PROFILE).is_file():
        return None
    data = (folder / PROFILE).read_bytes()
    manifest: dict[str, Any] = orjson.loads((folder / "manifest.json").read_bytes())
    if manifest["files"].get(PROFILE) != hash_bytes(data):
        return None
    return Profile.from_json(orjson.loads(data))
