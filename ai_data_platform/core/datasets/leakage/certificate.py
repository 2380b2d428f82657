"""A leakage certificate: what was compared with what, and that nothing crosses."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Literal, NamedTuple

import orjson

from ai_data_platform.core.datasets.exact_join import exact_pairs
from ai_data_platform.core.datasets.leakage.contamination import ContaminationIndex
from ai_data_platform.core.datasets.leakage.items import EvaluationItem, item_hashes, set_hashes
from ai_data_platform.core.datasets.leakage.options import CertificateOptions
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.gates import Rule

__all__ = [
    "METHOD",
    "NO_CONTAMINATION",
    "SHOWN_VIOLATIONS",
    "Certificate",
    "CertifiedRow",
    "Violation",
    "ViolationKind",
    "certificate_rules",
    "certify",
    "figures_of",
    "seal_of",
]

SHOWN_VIOLATIONS = 100
"""Violations that a certificate lists; it counts them all."""

METHOD = {
    "text": "a row's messages, joined by line ends",
    "words": "runs of letters and digits after NFKC and case folding; a character of an unspaced script "
    "is a word",
    "shingles": "the set of words and word pairs; a text too short has one, all its words",
    "leaked_pairs": "pairs of rows of two splits whose Jaccard index reaches the threshold: an exact join",
    "contaminated_rows": "rows with a message that equals, contains or resembles an evaluation item",
}
_PROMPTS = {
    "leaked_prompts": "the same of the prompts alone, which stand before the answers of a row"
}

NO_CONTAMINATION = Rule(
    "contaminated_rows", "==", 0, "who trained on an evaluation item is not measured by it"
)

ViolationKind = Literal[
    "shared_conversation", "shared_user", "leaked_pair", "leaked_prompt", "contaminated_row"
]


@dataclass(frozen=True, slots=True)
class CertifiedRow:
    """A training row: its id, the texts of its messages, and whose it is where that is known.

    Of a preference row the first `asked` messages are its prompt; a conversation has none of its own.
    """

    id: str
    texts: tuple[str, ...]
    user_hash: str | None
    conversation_id: str
    asked: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def prompt(self) -> str:
        return "\n".join(self.texts[: self.asked])


class Violation(NamedTuple):
    """What crosses: two ids (rows, or row and evaluation item), where each stands, and how near they are.

    Of a shared conversation or user both ids are its own, and the share is 1.
    """

    kind: ViolationKind
    left_place: str
    left: str
    right_place: str
    right: str
    share: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proved of these splits. `files` are the SHA-256 of the data files it is about."""

    options: CertificateOptions
    files: Mapping[str, str]
    rows: Mapping[str, int]
    rows_without_user: Mapping[str, int]
    evaluation_sets: Mapping[str, tuple[int, str]]
    evaluation_hash: str
    common_texts: int
    figures: Mapping[str, int]
    violations: tuple[Violation, ...]

    @property
    def holds(self) -> bool:
        """Nothing crosses the splits, and no row holds an evaluation item."""
        return not self.violations

    def to_json(self) -> bytes:
        """The certificate as a file: the same bytes for the same rows, items and options."""
        sealed = {**self.record(), "seal": seal_of(self.record())}
        return orjson.dumps(sealed, option=orjson.OPT_INDENT_2) + b"\n"

    def record(self) -> dict[str, Any]:
        """The certificate as JSON has it, without its seal."""
        shown = self.violations[:SHOWN_VIOLATIONS]
        return {
            "certificate": self.options.version,
            "holds": self.holds,
            "method": METHOD | (_PROMPTS if "leaked_prompts" in self.figures else {}),
            "thresholds": _thresholds(self.options),
            "files": dict(sorted(self.files.items())),
            "splits": {
                name: {"rows": rows, "rows_without_user": self.rows_without_user[name]}
                for name, rows in self.rows.items()
            },
            "evaluation": {
                "sha256": self.evaluation_hash,
                "common_texts": self.common_texts,
                "sets": {
                    name: {"items": items, "sha256": digest}
                    for name, (items, digest) in self.evaluation_sets.items()
                },
            },
            "compared": {
                "pairs_of_rows": {
                    f"{a} x {b}": self.rows[a] * self.rows[b] for a, b in combinations(self.rows, 2)
                },
                "rows_with_items": {
                    name: rows * self.figures["evaluation_items"]
                    for name, rows in self.rows.items()
                },
            },
            "figures": dict(self.figures),
            "violations": {
                "count": len(self.violations),
                "shown": [violation._asdict() for violation in shown],
            },
        }


def certify(
    splits: Mapping[str, Iterable[CertifiedRow]],
    items: Sequence[EvaluationItem],
    options: CertificateOptions | None = None,
    *,
    files: Mapping[str, str] | None = None,
) -> Certificate:
    """Compare every two splits, and every split with the evaluation items.

    `files` maps the data files that hold these rows to their SHA-256. Without an evaluation item the
    certificate says so (`evaluation_items` is 0) and speaks of the splits alone. The rows of a split are
    gone through several times. Raises TypeError for an iterator, which would be empty the second time.
    """
    if any(iter(rows) is rows for rows in splits.values()):
        raise TypeError(
            "a split is an iterator: wanted what can be gone through again, such as a list"
        )
    options = options or CertificateOptions()
    counted = {name: _counted(rows) for name, rows in splits.items()}
    prompts = any(one.prompts for one in counted.values())
    crossing = [
        violation
        for left, right in combinations(splits, 2)
        for violation in (
            *_shared(left, counted[left], right, counted[right]),
            *_leaking(left, splits[left], right, splits[right], options.duplicates),
            *(
                _leaking(left, splits[left], right, splits[right], options.duplicates, "prompt")
                if prompts
                else ()
            ),
        )
    ]
    index = ContaminationIndex(items, options.contamination)
    found = sorted([*crossing, *_contaminated(splits, index)])
    return Certificate(
        options=options,
        files=dict(files or {}),
        rows={name: one.rows for name, one in counted.items()},
        rows_without_user={name: one.without_user for name, one in counted.items()},
        evaluation_sets=set_hashes(items),
        evaluation_hash=item_hashes(items),
        common_texts=index.common_texts,
        figures=figures_of(found, len(items), prompts=prompts),
        violations=tuple(found),
    )


def seal_of(record: Mapping[str, Any]) -> str:
    """64 hex digits that change with any value of a certificate's record, the seal itself left out."""
    unsealed = {name: value for name, value in record.items() if name != "seal"}
    return hashlib.sha256(orjson.dumps(unsealed, option=orjson.OPT_SORT_KEYS)).hexdigest()


def figures_of(
    violations: Iterable[Violation], items: int, *, prompts: bool = False
) -> dict[str, int]:
    """What the gate judges: violations by kind, and how many evaluation items there were.

    Prompts are counted where rows have one.
    """
    kinds = [violation.kind for violation in violations]
    return {
        "leaked_pairs": kinds.count("leaked_pair"),
        **({"leaked_prompts": kinds.count("leaked_prompt")} if prompts else {}),
        "contaminated_rows": kinds.count("contaminated_row"),
        "shared_users": kinds.count("shared_user"),
        "shared_conversations": kinds.count("shared_conversation"),
        "evaluation_items": items,
    }


def certificate_rules(*, prompts: bool = False) -> tuple[Rule, ...]:
    """What a dataset gate asks of the figures of a certificate; without one they were not measured.

    With `prompts`, of rows that have one.
    """
    asked = Rule("leaked_prompts", "==", 0, "who trained on a question is not tested by it")
    return (
        Rule(
            "leaked_pairs",
            "==",
            0,
            "a row that resembles one of another split was seen in training",
        ),
        *((asked,) if prompts else ()),
        NO_CONTAMINATION,
        Rule("shared_users", "==", 0, "a person known from training is no new person"),
        Rule("shared_conversations", "==", 0, "a conversation belongs to one split"),
    )


def _thresholds(options: CertificateOptions) -> dict[str, Any]:
    duplicates = options.duplicates
    return {
        "jaccard": duplicates.threshold,
        "shingle": duplicates.shingle,
        "min_words": duplicates.min_words,
        "contamination": asdict(options.contamination),
    }


class _Counted(NamedTuple):
    """What stands in a split, but for its texts."""

    rows: int
    without_user: int
    prompts: int
    conversations: frozenset[str]
    users: frozenset[str]


def _counted(rows: Iterable[CertifiedRow]) -> _Counted:
    count = without_user = prompts = 0
    conversations, users = set[str](), set[str]()
    for row in rows:
        count += 1
        prompts += row.asked > 0
        conversations.add(row.conversation_id)
        if row.user_hash is None:
            without_user += 1
        else:
            users.add(row.user_hash)
    return _Counted(count, without_user, prompts, frozenset(conversations), frozenset(users))


def _shared(left: str, mine: _Counted, right: str, theirs: _Counted) -> Iterator[Violation]:
    for name in mine.conversations & theirs.conversations:
        yield Violation("shared_conversation", left, name, right, name, 1.0)
    for user in mine.users & theirs.users:
        yield Violation("shared_user", left, user, right, user, 1.0)


def _leaking(
    left: str,
    mine: Iterable[CertifiedRow],
    right: str,
    theirs: Iterable[CertifiedRow],
    options: NearDuplicateOptions,
    what: Literal["text", "prompt"] = "text",
) -> Iterator[Violation]:
    near = exact_pairs(
        ((row.id, getattr(row, what)) for row in mine),
        ((row.id, getattr(row, what)) for row in theirs),
        options.threshold,
        shingle=options.shingle,
        min_words=options.min_words,
    )
    kind: ViolationKind = "leaked_pair" if what == "text" else "leaked_prompt"
    for pair in near:
        yield Violation(kind, left, pair.left, right, pair.right, pair.jaccard)


def _contaminated(
    splits: Mapping[str, Iterable[CertifiedRow]], index: ContaminationIndex
) -> list[Violation]:
    return [
        Violation("contaminated_row", split, name, match.set_name, match.item_id, match.share)
        for split, rows in splits.items()
        for name, match in index.find((row.id, row.texts) for row in rows).items()
    ]
