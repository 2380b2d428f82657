"""Training files of any origin, read line by line, and written again with rare labels repeated."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from ai_data_platform.core.datasets.checks import DatasetCheck, labels_of
from ai_data_platform.core.datasets.examples import (
    FORMATS,
    Fault,
    Format,
    detect_format,
    read_example,
)
from ai_data_platform.core.datasets.labels import Upsampling, copies_of, plan_upsampling
from ai_data_platform.core.errors import ConfigurationError, SourceUnreadable
from ai_data_platform.core.records import Rejected
from ai_data_platform.stores.readers import LOG_SUFFIXES, ReadRecord, read_records, shown

__all__ = ["DatasetFiles"]

_SUFFIXES = (*LOG_SUFFIXES, ".json")
_SPLITS = ("train", "validation", "test", "eval", "dev", "valid")
_LOOKED_AT = 1_000  # records before the format is given up


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    split: str | None


class DatasetFiles:
    """The rows of one file, or of a folder as a version has it: `data/*.parquet`, else `jsonl/*.jsonl`,
    else every training file in it.

    A file called `train.…`, `validation.…` or `test.…` is that split. Raises ConfigurationError when
    nothing is there.
    """

    def __init__(self, location: Path) -> None:
        self.location = location.expanduser()
        self._files = _files(self.location)

    def kind(self) -> Format:
        """The format of the first record that has one. Raises SourceUnreadable when none of 1,000 has."""
        strange: list[str] | None = None
        for file in self._files:
            for _, record, _ in islice(_records(file), _LOOKED_AT):
                if isinstance(record, Mapping):
                    if kind := detect_format(record):
                        return kind
                    strange = strange or sorted(map(str, record))
        if strange is None:
            return "messages"  # no record at all: the rules say so
        wanted = "; ".join(" + ".join(sorted(columns)) for columns in FORMATS.values())
        raise SourceUnreadable(
            "unknown_format",
            f"{self.location} has the columns {', '.join(strange)}, wanted one of: {wanted}",
        )

    def check(self, into: DatasetCheck) -> None:
        """Have every row checked, in order."""
        for file in self._files:
            for line, record, raw in _records(file):
                if isinstance(record, Rejected):
                    fault = Fault(record.reason, record.detail)
                    into.unreadable(file.name, line, fault, shown(raw))
                else:
                    into.add(file.name, line, record, split=file.split)

    def upsample(self, label: str, max_imbalance: float, to: Path) -> Upsampling:
        """Write the training rows as JSONL, those of rare labels repeatedly, in their order.

        Every copy is the row as it was, with the id that it had. Rows of a validation or test split, and
        those that cannot train, are left out. Raises ConfigurationError when `to` is what is read, or when
        a row has several labels.
        """
        if to.resolve() in {file.path.resolve() for file in self._files}:
            raise ConfigurationError(f"{to} is what is read: name another file to write")
        rows = Counter(value for value, _ in self._labelled(label) if value is not None)
        plan = plan_upsampling(rows, max_imbalance)
        seen: Counter[str | None] = Counter()
        half = to.with_name(f".{to.name}.part")
        with half.open("wb") as out:
            for value, record in self._labelled(label):
                out.write((orjson.dumps(record) + b"\n") * copies_of(plan, value, seen[value]))
                seen[value] += 1
        half.replace(to)
        return plan

    def _labelled(self, label: str) -> Iterator[tuple[str | None, Mapping[str, object]]]:
        """Every row that trains, with its label."""
        kind = self.kind()
        for file in self._files:
            if file.split not in (None, "train"):
                continue
            for line, record, _ in _records(file):
                if isinstance(read_example(record, kind), Fault) or not isinstance(record, Mapping):
                    continue
                labels = labels_of(record, label)
                if len(labels) > 1:
                    raise ConfigurationError(
                        f"{label} holds {len(labels)} labels in {file.name}:{line}, wanted one a row"
                    )
                yield (labels[0] if labels else None), record


def _files(location: Path) -> list[_File]:
    if location.is_file():
        return [_File(location, location.name, _split(location))]
    if not location.is_dir():
        raise ConfigurationError(f"nothing is at {location}: name a file or a folder of a dataset")
    for pattern in ("data/*.parquet", "jsonl/*.jsonl", "*"):
        found = sorted(p for p in location.glob(pattern) if p.name.lower().endswith(_SUFFIXES))
        found = [path for path in found if path.name not in _NOT_ROWS and path.name[0] != "."]
        if found:
            return [_File(p, p.relative_to(location).as_posix(), _split(p)) for p in found]
    raise ConfigurationError(f"{location} holds no training file: wanted {', '.join(_SUFFIXES)}")


_NOT_ROWS = {"dataset_info.json", "dropped.parquet", "manifest.json", "quality.json"}


def _split(path: Path) -> str | None:
    name = path.name.split(".")[0].split("-")[0].lower()
    return name if name in _SPLITS else None


def _records(file: _File) -> Iterator[ReadRecord]:
    """The records of a file; a `.json` file is one list of them, as LLaMA-Factory has it, or lines."""
    if not file.path.name.lower().endswith(".json"):
        yield from read_records(file.path, file.path.name)
        return
    try:
        whole = orjson.loads(file.path.read_bytes())
    except orjson.JSONDecodeError:
        whole = None
    if isinstance(whole, list):
        for item, record in enumerate(whole, start=1):
            yield item, record, record
    else:
        yield from read_records(file.path, f"{file.path.name}l")
