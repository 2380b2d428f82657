"""Sources of rows: files on disk, objects in S3, a table in PostgreSQL, behind one contract.

A source consists of pieces, each of which is read as a whole or not at all: a file, an object, a day of a
table. What changed is known from the pieces' stamps, which are cheap; what a piece holds is judged by a
digest of its content, so one that was merely touched is not read into the lake again.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson

from ai_data_platform.core.columns import ColumnMap, SourceSpec
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.stores.files import DropFolder, SourceFile
from ai_data_platform.stores.readers import ReadRecord, read_records

__all__ = ["Fetched", "FilePiece", "Files", "Piece", "Source", "open_source"]

_SAVED_WITH_DATA = ("dataset_dict.json", "dataset_info.json", "state.json")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A piece at hand: the digest of its content, and its records in order, to be read once."""

    digest: str
    records: Iterator[ReadRecord]


class Piece(Protocol):
    """What is read as a whole. `name` stays the same; `stamp` changes whenever the content may have."""

    @property
    def name(self) -> str: ...

    @property
    def stamp(self) -> str: ...

    def fetched(self, scratch: Path) -> AbstractContextManager[Fetched]:
        """The content; `scratch` is a folder for temporary files.

        Raises FileNotFoundError when it went or changed since it was listed, SourceBrokeOff when the
        source does not answer or breaks off half-way.
        """


class Source(Protocol):
    """Where rows of one kind come from."""

    def pieces(self) -> Sequence[Piece]:
        """What is there now, by name.

        Raises ConfigurationError for a place that cannot be read, SourceBrokeOff when it does not answer.
        """

    def fingerprint(self) -> str:
        """Changes when a piece was added or removed, or may have other content."""


@dataclass(frozen=True, slots=True)
class FilePiece:
    """One file on disk."""

    file: SourceFile
    columns: ColumnMap

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def stamp(self) -> str:
        return self.columns.stamped(self.file.sha256)

    @contextmanager
    def fetched(self, scratch: Path) -> Iterator[Fetched]:
        records = read_records(self.file.path, self.file.name, self.columns)
        yield Fetched(self.stamp, records)


class Files:
    """A folder, a file or a glob pattern on disk; the hashes of the files are kept in `index`.

    A folder that `datasets.save_to_disk` wrote gives the files that its `state.json` names.
    """

    def __init__(self, spec: SourceSpec, index: Path) -> None:
        self._folder = DropFolder(spec.location, index)
        self._columns = spec.columns

    def pieces(self) -> list[FilePiece]:
        files = self._folder.files()
        return [FilePiece(file, self._columns) for file in files if not _beside_the_data(file.path)]

    def fingerprint(self) -> str:
        return fingerprint([[piece.name, piece.stamp] for piece in self.pieces()])


def open_source(spec: SourceSpec, index: Path) -> Source:
    """The source that the settings name; `index` keeps what is known of files on disk.

    Raises ConfigurationError when location, table and column map do not fit each other.
    """
    if spec.kind == "postgresql":
        from ai_data_platform.stores.sources_postgres import PostgresTable

        return PostgresTable(spec)
    if spec.table is not None:
        raise ConfigurationError(
            f"a table is named ({spec.table}), but {spec.without_password(str(spec.location))} is no "
            "database: name postgresql://user@host/database, or no table"
        )
    if "updated_at" in spec.columns.columns:
        raise ConfigurationError(
            "the column map names updated_at, which only tables of a database have use for: leave it out"
        )
    if spec.kind == "s3":
        from ai_data_platform.stores.sources_s3 import S3Objects

        return S3Objects(spec)
    return Files(spec, index)


def _beside_the_data(path: Path) -> bool:
    """Whether a file only describes a saved dataset, or was left over beside the data by `map`."""
    if path.name in _SAVED_WITH_DATA:
        return True
    if path.suffix != ".arrow":
        return False
    try:
        named = orjson.loads(path.with_name("state.json").read_bytes())["_data_files"]
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"{path.with_name('state.json')} does not name the data files beside it: save the dataset again"
        ) from error
    return path.name not in {entry["filename"] for entry in named}
