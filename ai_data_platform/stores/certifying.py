"""The audit that proves that nothing leaks: out of a dataset's splits, or out of an evaluation set."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_data_platform.core.datasets.leakage import (
    CertificateOptions,
    CertifiedRow,
    EvaluationItem,
    certificate_rules,
    certify,
)
from ai_data_platform.stores.candidates import Findings, StagedDataset
from ai_data_platform.stores.certified_files import certified_rows

__all__ = ["CertificateAudit"]


@dataclass(frozen=True, slots=True, eq=False)
class CertificateAudit:
    """Lays `certificate.json` beside the data, and has the gate ask of its figures.

    With `prompts` the prompts of preference rows are compared across the splits, too.
    """

    items: Sequence[EvaluationItem]
    options: CertificateOptions
    log: Callable[[str], None]
    prompts: bool = False

    def __call__(self, staged: StagedDataset) -> Findings:
        files = {n: digest for n, digest in staged.sha256.items() if n.startswith("data/")}
        splits = {str(split): _Rows(staged.path(split)) for split in staged.splits}
        self.log("comparing the splits with each other and with the evaluation items")
        certificate = certify(splits, self.items, self.options, files=files)
        proof = {"certificate.json": certificate.to_json()}
        return Findings(dict(certificate.figures), certificate_rules(prompts=self.prompts), proof)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a data file, read anew each time; none where there is no file."""

    path: Path

    def __iter__(self) -> Iterator[CertifiedRow]:
        return certified_rows(self.path) if self.path.is_file() else iter(())
