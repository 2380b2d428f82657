"""What is measured on the rows of a preference dataset, paired or not, and what its gate asks."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa

from ai_data_platform.core.datasets.length_bias import LARGE_BIAS, LengthBias
from ai_data_platform.core.datasets.quality import duplicate_rate, label_imbalance, percentile
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference.dataset_rows import RowKind, said_in
from ai_data_platform.core.text import normalise, word_count

__all__ = [
    "PreferenceMeasures",
    "PreferenceThresholds",
    "RowFaults",
    "preference_rules",
    "unpaired_rules",
]

_FEWEST_SHOWN = 30  # pairs whose places are known, before their share says anything
_ROW_FAULTS: Mapping[str, str] = {
    "empty_sides": "an empty answer is no preference",
    "prompt_mismatches": "a prompt ends with the user, and each side is one answer to it",
}
_PAIR_FAULTS: Mapping[str, str] = {
    "equal_sides": "equal answers give no gradient",
    "near_equal_sides": "DPO lowers what both sides share, and here they share nearly all",
    "equal_after_truncation": "what differs is cut off at the trainer's limit",
    "inverted_ratings": "the chosen answer is the better rated one",
}
"""What a row may suffer from, each with the reason why no row of a dataset may."""

RowFaults = Callable[[pa.RecordBatch], Iterable[str]]
"""The faults of the rows of a batch, by figure, once for each row that has one."""


@dataclass(frozen=True, slots=True)
class PreferenceThresholds:
    """What a publishable preference dataset holds to."""

    max_duplicate_rate: float = 0.05
    max_label_imbalance: float = 10
    min_label_rows: int = 10
    """Of each label: with fewer a split by user leaves none to validate, and what is learnt is chance."""
    max_length_bias: float = LARGE_BIAS
    """Of pairs. Lengths of single answers differ by question, so they are shown and block nothing."""


class PreferenceMeasures:
    """Figures of rows of a kind that pass by, at about 100 bytes a row and the ids of records.

    `more` finds faults beside those that the rows show by themselves.
    """

    def __init__(self, kind: RowKind, more: Sequence[RowFaults] = ()) -> None:
        self.rows: Counter[str] = Counter()
        self.records: list[pa.Array] = []
        self._kind = kind
        self._pairs = len(kind.answers) == 2
        self._finders = (_row_faults(kind), *((_pair_faults,) if self._pairs else ()), *more)
        self._faults: Counter[str] = Counter()
        self._words = array("I")  # of what the model is to learn to say
        self._said: Counter[int] = Counter()
        self._opposites: set[int] = set()
        self._prompts: Counter[int] = Counter()
        self._users: Counter[str] = Counter()
        self._labels: Counter[bool] = Counter()
        self._bias = LengthBias()
        self._shown_first: Counter[bool] = Counter()

    def passing(self, split: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same batches, each counted as it goes by."""
        for batch in batches:
            self.rows[split] += len(batch)
            self.records.append(batch.column("rating_record_ids").flatten())
            self._measure(batch)
            yield batch

    def figures(self) -> dict[str, float | None]:
        """Faults by name, and what the rows are like together."""
        named = [*_ROW_FAULTS, *(_PAIR_FAULTS if self._pairs else ())]
        return {
            **{name: self._faults[name] for name in named},
            "contradictions": len(self._said.keys() & self._opposites),
            "response_words_p5": percentile(self._words, 0.05),
            "duplicate_rate": duplicate_rate(self._said.elements()),
            "length_bias_auc": self._bias.auc,
            **(self._figures_of_pairs() if self._pairs else self._figures_of_labels()),
        }

    def _figures_of_pairs(self) -> dict[str, float | None]:
        shown = self._shown_first.total()
        enough = shown >= _FEWEST_SHOWN
        return {"position_bias": max(self._shown_first.values()) / shown if enough else None}

    def _figures_of_labels(self) -> dict[str, float | None]:
        total = self.rows.total()
        return {
            "largest_user_share": max(self._users.values(), default=0) / total if total else None,
            "largest_prompt_share": max(self._prompts.values()) / total if total else None,
            "label_imbalance": label_imbalance(self._labels.elements()),
            "rows_of_the_rarer_label": min(self._labels[True], self._labels[False]),
        }

    def _measure(self, batch: pa.RecordBatch) -> None:
        for find in self._finders:
            self._faults.update(find(batch))
        for said, opposite in self._kind.said(batch):
            self._said[int(said[:16], 16)] += 1  # 64 bits: ten million share one with odds 3e-6
            self._opposites.add(int(opposite[:16], 16))
        (self._measure_pairs if self._pairs else self._measure_labels)(batch)

    def _measure_pairs(self, batch: pa.RecordBatch) -> None:
        for chosen, rejected in _of_both_sides(batch, _lengths):
            self._words.append(chosen)
            self._bias.add_pair(chosen, rejected)
        for chosen, rejected in _of_both_sides(batch, _values("position")):
            if chosen is not None and rejected is not None and chosen != rejected:
                self._shown_first[chosen < rejected] += 1

    def _measure_labels(self, batch: pa.RecordBatch) -> None:
        labels = batch.column("label").to_pylist()
        self._labels.update(labels)
        self._users.update(user for user in batch.column("user_hash").to_pylist() if user)
        prompts = (hash_text(normalise(said[-1])) for said in said_in(batch, "prompt") if said)
        self._prompts.update(int(prompt[:16], 16) for prompt in prompts)
        for length, liked in zip(_lengths(batch, "completion"), labels, strict=True):
            self._bias.add(length, liked=liked)
            if liked:
                self._words.append(length)


def preference_rules(thresholds: PreferenceThresholds) -> tuple[Rule, ...]:
    """The rules on pairs; the certificate, the agreement and the report have their own."""
    faults = (Rule(name, "==", 0, reason) for name, reason in _PAIR_FAULTS.items())
    bias = "a model that counts words would do as well"
    return (
        *_common(thresholds),
        *faults,
        Rule("length_bias_auc", "<=", thresholds.max_length_bias, bias),
    )


def unpaired_rules(thresholds: PreferenceThresholds) -> tuple[Rule, ...]:
    """The rules on single answers with a label."""
    most, fewest = thresholds.max_label_imbalance, thresholds.min_label_rows
    return (
        *_common(thresholds),
        Rule("rows_of_the_rarer_label", ">=", fewest, "KTO learns from liked and disliked answers"),
        Rule("label_imbalance", "<=", most, "a rare label is not learnt"),
    )


def _common(thresholds: PreferenceThresholds) -> tuple[Rule, ...]:
    repeated = thresholds.max_duplicate_rate
    return (
        Rule("rows", ">", 0, "an empty dataset trains nothing"),
        Rule("train_rows", ">", 0, "an empty train split trains nothing"),
        Rule("ratings_unaccounted", "==", 0, "ratings in are ratings used plus ratings dropped"),
        *(Rule(name, "==", 0, reason) for name, reason in _ROW_FAULTS.items()),
        Rule("contradictions", "==", 0, "what is better here is worse there"),
        Rule("duplicate_rate", "<=", repeated, "repeated rows are learnt by heart"),
    )


def _row_faults(kind: RowKind) -> RowFaults:
    def find(batch: pa.RecordBatch) -> Iterator[str]:
        columns = [batch.column(name).to_pylist() for name in kind.texts]
        for prompt, *answers in zip(*columns, strict=True):
            if not all("".join(m["content"] for m in said).strip() for said in answers):
                yield "empty_sides"
            roles = [[message["role"] for message in said] for said in (prompt, *answers)]
            alternate = all((a == "user") != (b == "user") for a, b in pairwise(roles[0]))
            one_answer = all(said in (["assistant"], []) for said in roles[1:])
            if roles[0][-1:] != ["user"] or not alternate or not one_answer:
                yield "prompt_mismatches"

    return find


def _pair_faults(batch: pa.RecordBatch) -> Iterator[str]:
    for chosen, rejected in _of_both_sides(batch, said_in):
        if normalise("\n".join(chosen)) == normalise("\n".join(rejected)):
            yield "equal_sides"
    for chosen, rejected in _of_both_sides(batch, _values("rating")):
        if chosen is not None and chosen <= rejected:
            yield "inverted_ratings"


def _of_both_sides(
    batch: pa.RecordBatch, read: Callable[[pa.RecordBatch, str], Iterable[Any]]
) -> Iterator[tuple[Any, Any]]:
    return zip(read(batch, "chosen"), read(batch, "rejected"), strict=True)


def _values(what: str) -> Callable[[pa.RecordBatch, str], Iterable[Any]]:
    return lambda batch, side: batch.column(f"{side}_{what}").to_pylist()


def _lengths(batch: pa.RecordBatch, column: str) -> Iterator[int]:
    return (sum(map(word_count, said)) for said in said_in(batch, column))
