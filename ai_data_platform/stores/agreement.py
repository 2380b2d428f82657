"""The agreement of the people behind a dataset: an audit of its candidate, and labels read from files."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import pyarrow as pa

from ai_data_platform.core.agreement import (
    TASKS,
    Demand,
    Study,
    Task,
    agreement_figures,
    agreement_page,
    agreement_rules,
    studies_as_json,
    study_of,
    task_labels,
)
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.candidates import Findings, StagedDataset
from ai_data_platform.stores.home import Home

__all__ = ["AgreementAudit", "AgreementOptions", "home_studies"]

_VERSION = "agreement-1"
_HASH = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class AgreementOptions:
    """Which tasks are judged, what is asked of them, and which columns of the ratings name slices.

    `shown` are tasks that are measured beside those judged and block nothing.
    """

    demand: Demand = field(default_factory=Demand)
    judged: tuple[Task, ...] = ("preference",)
    shown: tuple[Task, ...] = ("rating", "thumbs")
    columns: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes with every option, and with how agreement is measured."""
        return fingerprint([_VERSION, asdict(self)])


@dataclass(slots=True, eq=False)
class AgreementAudit:
    """An audit of a dataset that is made from ratings (`core.agreement.RATINGS`); it publishes nothing.

    Called with the staged dataset it gives figures, rules and `agreement.json`; `files` is the page that
    lies beside the dataset. People are named by the first 8 digits of a hash: a published version holds no
    user id.
    """

    ratings: pa.Table
    options: AgreementOptions = field(default_factory=AgreementOptions)
    log: Callable[[str], None] = lambda line: None
    _studies: tuple[Study, ...] = ()

    def __call__(self, staged: StagedDataset) -> Findings:
        """Measure; blocked are too few items, and agreement that may lie at the floor or below it."""
        ratings, options = _hidden(self.ratings), self.options
        self.log(f"measuring how far people agree in {len(ratings):,} ratings")
        tasks = (*options.judged, *options.shown)
        self._studies = tuple(_study(ratings, task, options) for task in tasks)
        judged = [study for study in self._studies if study.task in options.judged]
        proof = {"agreement.json": studies_as_json(self._studies)}
        return Findings(agreement_figures(self._studies), agreement_rules(judged), proof)

    def files(self, staged: StagedDataset, verdict: Verdict) -> Mapping[str, bytes]:
        """The page with plots, once the audit was called."""
        title = f"{staged.kind.title}: agreement"
        return {"agreement.html": agreement_page(title, self._studies, self.options.judged)}


def home_studies(home: Home, demand: Demand, columns: tuple[str, ...] = ()) -> tuple[Study, ...]:
    """Every task in the ratings of a home, raters named as in a version.

    Raises GateBlocked or NotPublishedYet when the ratings have no passing verdict.
    """
    options = AgreementOptions(demand, judged=TASKS, shown=(), columns=columns)
    ratings = _hidden(home.verified.read("judgements"))
    return tuple(_study(ratings, task, options) for task in TASKS)


def _study(ratings: pa.Table, task: Task, options: AgreementOptions) -> Study:
    labels, table = task_labels(ratings, task, options.columns)
    return study_of(task, labels, table, _sliced(table, options.columns), options.demand)


def _sliced(table: pa.Table, columns: Sequence[str]) -> tuple[str, ...]:
    """Day and kind, then the columns that were named."""
    return ("day", "kind", *(name for name in columns if name not in ("day", "kind")))


def _hidden(ratings: pa.Table) -> pa.Table:
    """The ratings with raters named by the first 8 digits of a hash: their own where they are hashes."""
    place = ratings.column_names.index("rater")
    codes = ratings["rater"].cast(pa.string()).combine_chunks().dictionary_encode()
    names = [
        name if _HASH.fullmatch(name) else hash_text(name) for name in codes.dictionary.to_pylist()
    ]
    hidden = pa.array([name[:8] for name in names], pa.string()).take(codes.indices)
    return ratings.set_column(place, "rater", hidden)
