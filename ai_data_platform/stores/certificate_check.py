"""A leakage certificate checked again, from the files that it is about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from ai_data_platform.core.datasets.leakage.certificate import (
    Certificate,
    CertifiedRow,
    Violation,
    ViolationKind,
    figures_of,
)
from ai_data_platform.core.datasets.leakage.items import EvaluationItem, item_hashes, set_hashes
from ai_data_platform.core.datasets.leakage.options import CertificateOptions, ContaminationOptions
from ai_data_platform.core.datasets.leakage.recheck import ItemBook, NearBook, text_set
from ai_data_platform.core.datasets.near_duplicates.options import NearDuplicateOptions
from ai_data_platform.core.errors import AidpError, SourceUnreadable
from ai_data_platform.stores.certified_files import certified_rows, changed_files, unsealed

__all__ = ["Verification", "verify_certificate"]

FindItems = Callable[[str], Sequence[EvaluationItem] | None]
_Part = Literal["text", "prompt"]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, and every point in which the certificate and the files differ.

    `claims` is what the certificate itself says: it may describe its files rightly and say that they leak.
    """

    certificate: Path
    claims: bool
    compared: Mapping[str, int]
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """The certificate says that nothing leaks, and all of it was found to be so."""
        return self.claims and not self.differences


def verify_certificate(
    path: Path, find_items: FindItems, log: Callable[[str], None] = lambda line: None
) -> Verification:
    """Work out everything that the certificate says anew, from the data files beside it.

    `find_items` gives the evaluation items that hash to what the certificate names, or None when they are
    nowhere. Raises SourceUnreadable when the file is no certificate.
    """
    record = _read(path)
    differences = [*unsealed(path, record), *changed_files(path.parent, record["files"], log)]
    items = find_items(record["evaluation"]["sha256"])
    if items is None:
        sha256 = record["evaluation"]["sha256"]
        differences.append(f"evaluation: no items with the hash {sha256} were found")
    compared: dict[str, int] = {"files": len(record["files"])}
    if not differences:
        again = _worked_out(path.parent, record, items or (), log)
        differences += _differing(record, again.record())
        compared |= {
            "rows": sum(again.rows.values()),
            "pairs_of_rows": sum(a * b for a, b in combinations(again.rows.values(), 2)),
            "evaluation_items": len(items or ()),
            "rows_with_items": sum(again.rows.values()) * len(items or ()),
        }
    return Verification(path, bool(record["holds"]), compared, tuple(differences))


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = orjson.loads(path.read_bytes())
        _ = record["files"], record["splits"], record["thresholds"], record["evaluation"]["sha256"]
        _ = record["holds"], record["seal"]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SourceUnreadable(
            "no_certificate", f"{path} cannot be read as a leakage certificate ({error!r})"
        ) from error
    return record


def _worked_out(
    folder: Path,
    record: Mapping[str, Any],
    items: Sequence[EvaluationItem],
    log: Callable[[str], None],
) -> Certificate:
    options = _options(record["thresholds"])
    splits = {name: _Split(name, folder / f"data/{name}.parquet") for name in record["splits"]}
    book = ItemBook(items, options.contamination)
    found: list[Violation] = []
    seen = {}
    for place, split in enumerate(splits.values()):
        others = [*splits.values()][place + 1 :]
        log(f"comparing the rows of {split.name} with the items and with {len(others)} splits")
        books = {other.name: other.near_book(options.duplicates, "text") for other in others}
        asked = {other.name: other.near_book(options.duplicates, "prompt") for other in others}
        seen[split.name] = _Seen()
        for row in split.rows():
            seen[split.name].add(row)
            found += _contaminated(split.name, row, book)
            found += _leaking(split.name, row, books, options.duplicates, "text")
            if row.asked:
                found += _leaking(split.name, row, asked, options.duplicates, "prompt")
    found += _shared(seen)
    return Certificate(
        options=options,
        files=record["files"],
        rows={name: one.rows for name, one in seen.items()},
        rows_without_user={name: one.without_user for name, one in seen.items()},
        evaluation_sets=set_hashes(items),
        evaluation_hash=item_hashes(items),
        common_texts=book.common_texts,
        figures=figures_of(found, len(items), prompts=any(one.prompts for one in seen.values())),
        violations=tuple(sorted(found)),
    )


class _Split(NamedTuple):
    """One split and where its rows are; a split without a file has none."""

    name: str
    path: Path

    def rows(self) -> Iterator[CertifiedRow]:
        if self.path.is_file():
            yield from certified_rows(self.path)

    def near_book(self, options: NearDuplicateOptions, what: _Part) -> NearBook:
        """The texts of the rows, or their prompts where they have one."""
        sets = {
            row.id: text_set(getattr(row, what), options.shingle, options.min_words)
            for row in self.rows()
            if what == "text" or row.asked
        }
        return NearBook(sets, options.threshold)


class _Seen:
    """What was met in a split."""

    def __init__(self) -> None:
        self.rows = self.without_user = self.prompts = 0
        self.conversations: set[str] = set()
        self.users: set[str] = set()

    def add(self, row: CertifiedRow) -> None:
        self.rows += 1
        self.prompts += row.asked > 0
        self.conversations.add(row.conversation_id)
        if row.user_hash is None:
            self.without_user += 1
        else:
            self.users.add(row.user_hash)


def _contaminated(split: str, row: CertifiedRow, book: ItemBook) -> Iterator[Violation]:
    match = book.strongest(row.texts)
    if match is not None:
        yield Violation(
            "contaminated_row", split, row.id, match.set_name, match.item_id, match.share
        )


def _leaking(
    split: str,
    row: CertifiedRow,
    books: Mapping[str, NearBook],
    options: NearDuplicateOptions,
    what: _Part,
) -> Iterator[Violation]:
    kind: ViolationKind = "leaked_pair" if what == "text" else "leaked_prompt"
    if books:
        mine = text_set(getattr(row, what), options.shingle, options.min_words)
        for other, book in books.items():
            for name, jaccard in book.near(mine):
                yield Violation(kind, split, row.id, other, name, jaccard)


def _shared(seen: Mapping[str, _Seen]) -> Iterator[Violation]:
    for (a, mine), (b, theirs) in combinations(seen.items(), 2):
        for name in mine.conversations & theirs.conversations:
            yield Violation("shared_conversation", a, name, b, name, 1.0)
        for user in mine.users & theirs.users:
            yield Violation("shared_user", a, user, b, user, 1.0)


def _options(thresholds: Mapping[str, Any]) -> CertificateOptions:
    try:
        duplicates = NearDuplicateOptions(
            threshold=thresholds["jaccard"],
            shingle=thresholds["shingle"],
            min_words=thresholds["min_words"],
        )
        return CertificateOptions(duplicates, ContaminationOptions(**thresholds["contamination"]))
    except (AidpError, KeyError, TypeError) as error:
        raise SourceUnreadable(
            "no_certificate", f"its thresholds cannot be used: {error}"
        ) from error


def _differing(said: Any, seen: Any, where: str = "") -> Iterator[str]:
    """Each value that is not the same on both sides; the seal has been looked at before."""
    if isinstance(said, Mapping) and isinstance(seen, Mapping):
        for name in dict.fromkeys([*said, *seen]):
            if where or name != "seal":
                yield from _differing(said.get(name), seen.get(name), f"{where}.{name}".lstrip("."))
    elif said != seen:
        yield f"{where}: the certificate says {_brief(said)}, worked out again it is {_brief(seen)}"


def _brief(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"
