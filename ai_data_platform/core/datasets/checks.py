"""The rules of a training dataset, on rows that come one by one from any file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ai_data_platform.core.datasets.examples import Example, Fault, Format, read_example
from ai_data_platform.core.datasets.length_bias import LARGE_BIAS, LengthBias
from ai_data_platform.core.datasets.lengths import MAX_TOKENS, Tokenizer, measure_tokens
from ai_data_platform.core.datasets.profile import Profile, Profiler
from ai_data_platform.core.datasets.quality import label_imbalance
from ai_data_platform.core.datasets.repeats import RowKeys
from ai_data_platform.core.datasets.row_sample import RowSample
from ai_data_platform.core.datasets.sft_gate import SftThresholds
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.text import normalise

__all__ = ["MAX_UNTRAINABLE", "CheckedRows", "DatasetCheck", "Finding", "file_rules", "labels_of"]

MAX_UNTRAINABLE = 0.01
"""Share of rows that teach nothing once cut: more is a limit that does not fit the data."""

_OWN_RULE = {"equal_sides": "equal_sides", "prompts_differ": "prompts_that_differ"}
_LABELS = ("label", "ratings", "rating")  # tried in this order
_LEARNT = ("assistant", "chosen", "liked")  # roles of what the model is to learn to say
_FEWEST_COMPARED = 30  # pairs, before their lengths say anything
_SHOWN = 5  # findings of a rule
_MOST_LABELS = 1_000
_LONGEST_LABEL = 200  # characters
_SEEN = 120  # characters of a row that a finding shows


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that breaks a rule: where it stands, why, and how it begins."""

    place: str
    reason: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """What the rows of a file came to: figures for the rules, the first offenders by figure, and counts.

    `faults` counts rows that were left out of every figure, by reason; `labels` counts values of `label`.
    """

    kind: Format
    label: str | None
    profile: Profile
    figures: Mapping[str, float | None]
    findings: Mapping[str, tuple[Finding, ...]]
    faults: Mapping[str, int]
    labels: Mapping[str, int]

    def with_profile(self, profile: Profile) -> "CheckedRows":
        return replace(self, profile=profile)


def file_rules(rows: CheckedRows, thresholds: SftThresholds) -> tuple[Rule, ...]:
    """What is asked of these rows: rules on answers and pairs only where the format has them."""
    rules = [
        Rule("rows", ">", 0, "an empty dataset trains nothing"),
        Rule("unreadable_lines", "==", 0, "a loader stops or skips there"),
        Rule("malformed_rows", "==", 0, "trainers drop or misread them"),
    ]
    if rows.kind == "prompt/chosen/rejected":
        rules += [
            Rule("equal_sides", "==", 0, "equal answers give no gradient"),
            Rule("prompts_that_differ", "==", 0, "both sides answer one prompt"),
        ]
        if rows.profile.rows >= _FEWEST_COMPARED:
            why = "a model that counts words would do as well"
            rules.append(Rule("length_bias_auc", "<=", LARGE_BIAS, why))
    if rows.kind != "text,label":
        least = thresholds.min_response_words_p5
        rules += [
            Rule("response_words_p5", ">=", least, "short answers teach brevity"),
            Rule("untrainable_share", "<=", MAX_UNTRAINABLE, "nothing to learn is left once cut"),
        ]
    most = thresholds.max_duplicate_rate
    rules.append(Rule("duplicate_rate", "<=", most, "repeated rows are learnt by heart"))
    if len(rows.profile.categories.get("split", {})) > 1:
        rules.append(Rule("rows_in_two_splits", "==", 0, "what was trained on measures nothing"))
    if rows.label:
        allowed = thresholds.max_label_imbalance
        rules.append(Rule("label_imbalance", "<=", allowed, "a rare label is not learnt"))
    return tuple(rules)


class DatasetCheck:
    """Takes rows in, whatever they hold; memory grows by 24 bytes a row."""

    def __init__(
        self,
        kind: Format,
        *,
        label: str | None = None,
        short_answer: float = 5,
        sample: int = 20_000,
    ) -> None:
        self.kind = kind
        self._label = label
        self._short = short_answer
        self._profiler = Profiler()
        self._keys = RowKeys()
        self._bias = LengthBias()
        self._sample: RowSample[tuple[str, Example]] = RowSample(sample)
        self._faults: Counter[str] = Counter()
        self._counted: Counter[str] = Counter()  # of offenders by figure
        self._labels: Counter[str] = Counter()
        self._findings: dict[str, list[Finding]] = {}

    def unreadable(self, source: str, line: int, fault: Fault, seen: str = "") -> None:
        """Count a line that no record could be read from."""
        self._faults[fault.reason] += 1
        self._note("unreadable_lines", source, line, fault, seen)

    def add(self, source: str, line: int, record: object, *, split: str | None = None) -> None:
        """Check one record. Raises ConfigurationError when the label column has no labels in it."""
        example = read_example(record, self.kind)
        if isinstance(example, Fault):
            self._faults[example.reason] += 1
            figure = _OWN_RULE.get(example.reason, "malformed_rows")
            self._note(figure, source, line, example, str(record))
            return
        assert isinstance(record, Mapping)  # an example was read from it
        texts = [normalise(text) for text in example.texts]
        key = self._keys.add(texts, source, line, split)
        size = sum(map(len, texts))
        self._sample.offer(key, (f"{source}:{line}", example), size)
        self._count_labels(record)
        lengths = self._profiler.add(
            example,
            {
                "split": [split],
                "language": [_text_or_none(record.get("language"))],
                "shown_first": [_shown_first(record)],
            },
        )
        _add_lengths(self._bias, lengths)
        fewest = min((n for role, n in lengths if role in _LEARNT), default=None)
        if fewest is not None and fewest < self._short:
            fault = Fault("short_answer", f"{fewest} words, fewer than {self._short:g}")
            self._note("response_words_p5", source, line, fault, min(example.answers, key=len))

    def result(self, tokenizer: Tokenizer, max_tokens: int = MAX_TOKENS) -> CheckedRows:
        """Figures and findings of all rows so far; tokens are counted in a sample of them."""
        tokens = measure_tokens(self._sample.rows, tokenizer, max_tokens)
        profile = self._profiler.profile().with_tokens(tokens)
        if self._labels:
            profile = profile.with_category(self._label or "label", self._labels)
        lost = f"no token to learn from within {max_tokens:,}"
        findings = {name: tuple(found) for name, found in self._findings.items()}
        findings["untrainable_share"] = tuple(
            Finding(place, lost) for place in tokens.untrainable_lines
        )
        findings["duplicate_rate"] = tuple(
            Finding(place, f"repeats {first}") for place, first in self._keys.repeats(_SHOWN)
        )
        findings["rows_in_two_splits"] = tuple(
            Finding(place, f"stands in another split too: {first}")
            for place, first in self._keys.repeats(_SHOWN, across_splits=True)
        )
        return CheckedRows(
            kind=self.kind,
            label=self._label if self._labels else None,
            profile=profile,
            figures=self._figures(profile),
            findings={name: found for name, found in sorted(findings.items()) if found},
            faults=dict(sorted(self._faults.items())),
            labels=dict(sorted(self._labels.items())),
        )

    def _figures(self, profile: Profile) -> dict[str, float | None]:
        return {
            "rows": profile.rows,
            "lines": profile.rows + sum(self._faults.values()),
            "unreadable_lines": self._counted["unreadable_lines"],
            "malformed_rows": self._counted["malformed_rows"],
            "equal_sides": self._counted["equal_sides"],
            "prompts_that_differ": self._counted["prompts_that_differ"],
            "duplicate_rate": self._keys.repeat_rate,
            "rows_in_two_splits": self._keys.in_two_splits,
            "label_imbalance": label_imbalance(self._labels.elements()),
            "length_bias_auc": self._bias.auc,
            **profile.figures(),
        }

    def _note(self, figure: str, source: str, line: int, fault: Fault, seen: str) -> None:
        self._counted[figure] += 1
        kept = self._findings.setdefault(figure, [])
        if len(kept) < _SHOWN:
            said = f"{fault.reason}: {fault.detail}"
            kept.append(
                Finding(f"{source}:{line}", said, " ".join(seen[: 2 * _SEEN].split())[:_SEEN])
            )

    def _count_labels(self, record: Mapping[str, object]) -> None:
        if self._label is None:
            self._label = next((name for name in _LABELS if name in record), None)
        self._labels.update(labels_of(record, self._label))
        if len(self._labels) > _MOST_LABELS:
            raise ConfigurationError(
                f"{self._label} holds more than {_MOST_LABELS:,} different values, so it is no label: "
                "name the right column with --label"
            )


def _add_lengths(bias: LengthBias, lengths: Sequence[tuple[str, int]]) -> None:
    """The lengths of the answers that people compared or labelled."""
    of = dict(lengths)
    if "chosen" in of and "rejected" in of:
        bias.add_pair(of["chosen"], of["rejected"])
    elif lengths[-1][0] in ("liked", "disliked"):
        bias.add(lengths[-1][1], liked=lengths[-1][0] == "liked")


def labels_of(record: Mapping[str, object], column: str | None) -> list[str]:
    """The labels of a row as texts: one, several where the column holds a list, none where it is empty."""
    value = record.get(column) if column else None
    values = value if isinstance(value, list | tuple) else [value]
    return [str(one)[:_LONGEST_LABEL] for one in values if one is not None and one != ""]


def _shown_first(record: Mapping[str, object]) -> str | None:
    """Which side of a pair stood before the other, where the row says so."""
    chosen, rejected = record.get("chosen_position"), record.get("rejected_position")
    if not isinstance(chosen, int | float) or not isinstance(rejected, int | float):
        return None
    return None if chosen == rejected else "chosen" if chosen < rejected else "rejected"


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
