"""The registered evaluation sets as one table of texts that no training row may hold."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from ai_data_platform.core.datasets.leakage.items import EvaluationItem
from ai_data_platform.core.datasets.leakage.records import LeftOut, evaluation_texts
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.records import QUARANTINE, Rejected
from ai_data_platform.core.text import normalise, words
from ai_data_platform.stores.files import DropFolder, SourceFile
from ai_data_platform.stores.readers import LOG_SUFFIXES, read_records, shown

__all__ = [
    "EVALUATION_ITEMS",
    "EVALUATION_RULES",
    "EvaluationFiles",
    "EvaluationScan",
    "items_from",
]

_VERSION = "evaluation-items-1"

EVALUATION_ITEMS = pa.schema(
    [
        pa.field("item_id", pa.string(), nullable=False),  # hash of text, part and source position
        pa.field("set_name", pa.string(), nullable=False),  # name of the file without its suffix
        pa.field("part", pa.string(), nullable=False),  # question, answer, messages.2, ...
        pa.field("text", pa.string(), nullable=False),
        pa.field("text_hash", pa.string(), nullable=False),  # of its words: what is compared
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),
    ]
)
"""One text of an evaluation set."""

EVALUATION_RULES = (
    Rule("sets_without_items", "==", 0, "a registered set that gives no text protects nothing"),
)
"""No set at all is no fault: the figure `evaluation_sets` says that nothing is compared."""


@dataclass(frozen=True, slots=True)
class EvaluationScan:
    """The items, the records that were set aside, and the parts that are left out, by reason."""

    items: pa.Table
    quarantine: pa.Table
    dropped: Mapping[str, int]
    figures: Mapping[str, float | None]


class EvaluationFiles:
    """The files that the settings name: sets of any kind, and the questions of the index gate.

    `index` is where the hashes of a location's files are kept.
    """

    def __init__(
        self,
        sets: Sequence[str],
        questions: Path | None,
        columns: Mapping[str, str],
        index: Callable[[str], Path],
    ) -> None:
        self._locations = [*sets, *([str(questions)] if questions else [])]
        self._columns = columns
        self._index = index

    def inputs(self) -> str:
        """Changes with the content and the names of the files, and with how they are read."""
        files = [[file.name, file.sha256] for file in self._files()]
        return fingerprint([_VERSION, dict(self._columns), files])

    def scan(self, log: Callable[[str], None]) -> EvaluationScan:
        """Every text of every file. Raises ConfigurationError when a location names no file."""
        rows: list[dict[str, object]] = []
        aside: list[dict[str, object]] = []
        dropped: Counter[str] = Counter()
        empty = 0
        files = self._files()
        for file in files:
            found, rejected, left_out = self._read(file)
            rows += found
            aside += rejected
            dropped.update(left_out)
            dropped.update(str(row["reason"]) for row in rejected)
            empty += not found
            log(f"{file.name}: {len(found):,} texts, {len(rejected):,} records set aside")
        rows.sort(
            key=lambda row: (row["set_name"], row["source_file"], row["source_line"], row["part"])
        )
        return EvaluationScan(
            items=pa.Table.from_pylist(rows, schema=EVALUATION_ITEMS),
            quarantine=pa.Table.from_pylist(aside, schema=QUARANTINE),
            dropped=dict(sorted(dropped.items())),
            figures={"evaluation_sets": len(files), "sets_without_items": empty},
        )

    def _files(self) -> list[SourceFile]:
        """Each file once, by name; two locations may name the same one."""
        found: dict[Path, SourceFile] = {}
        for location in self._locations:
            files = DropFolder(location, self._index(_index_name(location)), LOG_SUFFIXES).files()
            if not files:
                raise ConfigurationError(
                    f"no file of an evaluation set is at {location}: wanted one that ends in "
                    f"{', '.join(LOG_SUFFIXES)}"
                )
            found |= {file.path.resolve(): file for file in files}
        return sorted(found.values(), key=lambda file: (file.name, file.sha256))

    def _read(
        self, file: SourceFile
    ) -> tuple[list[dict[str, object]], list[dict[str, object]], list[str]]:
        """Rows, quarantined records and the reasons of what is left out."""
        rows: list[dict[str, object]] = []
        aside: list[dict[str, object]] = []
        left_out: list[str] = []
        for line, record, raw in read_records(file.path, file.name):
            texts = (
                record if isinstance(record, Rejected) else evaluation_texts(record, self._columns)
            )
            place = {"source_file": file.name, "source_line": line}
            if isinstance(texts, Rejected):
                aside.append({**place, "day": None, "raw": shown(raw), **asdict(texts)})
                continue
            left_out += [part.reason for part in texts if isinstance(part, LeftOut)]
            rows += [
                {
                    "item_id": hash_text(file.name, str(line), part.part, part.text),
                    "set_name": _set_name(file.name),
                    "part": part.part,
                    "text": part.text,
                    "text_hash": hash_text(" ".join(words(normalise(part.text)))),
                    **place,
                }
                for part in texts
                if not isinstance(part, LeftOut)
            ]
        return rows, aside, left_out


def items_from(table: pa.Table) -> list[EvaluationItem]:
    """The rows of the table as what training rows are compared with."""
    columns = table.select(["item_id", "set_name", "text"]).to_pydict()
    return list(map(EvaluationItem, *columns.values()))


def _set_name(name: str) -> str:
    """The name of a file without folders and suffixes."""
    stem = Path(name).name
    suffix = next((end for end in LOG_SUFFIXES if stem.lower().endswith(end)), "")
    return stem[: len(stem) - len(suffix)] if suffix else stem


def _index_name(location: str) -> str:
    return f"evaluation-{hash_text(location)[:12]}"
