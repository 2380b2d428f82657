"""The near-duplicate index on disk: what was compared once is not compared again.

    manifest.json              the version of the sketches, and the files with their hashes
    rows-<hash>.parquet        id, rank, hash of the text and key of its sketch, one row a text
    shingles-<hash>.npy ...    the arrays of the sketches, and the component of each

Files are named by their content, and the manifest is written last: a crash leaves the index as it was.
The bytes depend on the texts and options alone, whatever the order in which they came and went.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.datasets.near_duplicates import (
    NearDuplicateOptions,
    NearDuplicates,
    Text,
)
from ai_data_platform.core.datasets.near_duplicates.corpus import (
    Corpus,
    Row,
    changed,
    nothing,
    outcome,
)
from ai_data_platform.core.datasets.near_duplicates.sketches import Sketches, sketch_version
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.stores.files import exclusive, write_atomically
from ai_data_platform.stores.lake import parquet_bytes

__all__ = ["DuplicateIndex", "IndexChange"]

_ROWS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("rank", pa.string(), nullable=False),  # JSON
        pa.field("content", pa.string(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
    ]
)
_LABELS = "labels"


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What an index holds after a change, and how many texts are new, other than before, and gone.

    `not_held` are ids that were to be removed and were not there. `rebuilt` is the reason why what
    stood in the folder was not believed: `manifest_unreadable`, `file_unreadable`, `file_changed` or
    `other_version`.
    """

    duplicates: NearDuplicates
    added: int
    replaced: int
    removed: int
    not_held: tuple[str, ...] = ()
    rebuilt: str | None = None


class DuplicateIndex:
    """The texts of one folder, each sketched once. Two processes that change it wait for each other."""

    def __init__(self, folder: Path, options: NearDuplicateOptions | None = None) -> None:
        self.folder = folder
        self.options = options or NearDuplicateOptions()

    def sync(self, texts: Iterable[Text]) -> IndexChange:
        """Make the index hold exactly these texts; only new and changed ones are compared.

        An index that is damaged or of another version is rebuilt from the texts.
        """
        wanted = list(texts)
        with exclusive(self.folder / ".lock"):
            try:
                corpus, fault = self._load(), None
            except SourceUnreadable as error:
                corpus, fault = nothing(self.options), error.reason
            removed = corpus.rows.keys() - {text.id for text in wanted}
            return self._change(corpus, wanted, removed, rebuilt=fault)

    def update(self, added: Iterable[Text], removed: Iterable[str] = ()) -> IndexChange:
        """Add texts, or replace those of the same id, and remove ids.

        Raises SourceUnreadable when the index is damaged or of another version: what it held is lost,
        and only `sync` with every text builds it again.
        """
        with exclusive(self.folder / ".lock"):
            return self._change(self._load(), list(added), set(removed))

    def duplicates(self) -> NearDuplicates:
        """What becomes of each text that the index holds. Raises SourceUnreadable like `update`."""
        with exclusive(self.folder / ".lock"):
            return outcome(self._load(), self.options)

    def _change(
        self, corpus: Corpus, texts: list[Text], removed: set[str], rebuilt: str | None = None
    ) -> IndexChange:
        after = changed(corpus, texts, removed, self.options)
        self._save(after)
        before, now = corpus.rows, after.rows
        return IndexChange(
            outcome(after, self.options),
            added=len(now.keys() - before.keys()),
            replaced=sum(name in now and now[name] != row for name, row in before.items()),
            removed=len(before.keys() - now.keys()),
            not_held=tuple(sorted(removed - corpus.rows.keys())),
            rebuilt=rebuilt,
        )

    def _load(self) -> Corpus:
        path = self.folder / "manifest.json"
        if not path.is_file():
            if any(self.folder.glob("[!.]*")):
                raise SourceUnreadable("manifest_unreadable", f"{path} is missing")
            return nothing(self.options)
        files = self._believed(path)
        arrays = {name: self._array(file) for name, file in files.items() if name != "rows"}
        labels = arrays.pop(_LABELS)
        return Corpus(self._rows(files["rows"]), Sketches(**arrays), labels)

    def _believed(self, path: Path) -> dict[str, str]:
        """The file of each part. Raises SourceUnreadable when the manifest says another version."""
        try:
            manifest = orjson.loads(path.read_bytes())
            version, files = manifest["version"], manifest["files"]
            sealed = manifest["seal"] == fingerprint([version, files])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise SourceUnreadable("manifest_unreadable", f"{path}: {error}") from error
        if not sealed:
            raise SourceUnreadable("manifest_unreadable", f"{path} is not as it was written")
        if version != self._version:
            raise SourceUnreadable("other_version", f"{path} has {version}, wanted {self._version}")
        return dict(files)

    @property
    def _version(self) -> str:
        return sketch_version(self.options)

    def _array(self, name: str) -> npt.NDArray[Any]:
        try:
            array: npt.NDArray[Any] = np.load(self.folder / name, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise SourceUnreadable("file_unreadable", f"{self.folder / name}: {error}") from error
        self._check(name, _hash_array(array))
        return array

    def _rows(self, name: str) -> dict[str, Row]:
        try:
            data = (self.folder / name).read_bytes()
        except OSError as error:
            raise SourceUnreadable("file_unreadable", f"{self.folder / name}: {error}") from error
        self._check(name, hashlib.sha256(data).hexdigest())
        columns = pq.read_table(pa.BufferReader(data)).to_pydict()
        ranks = (tuple(orjson.loads(rank)) for rank in columns["rank"])
        keys = (key.encode() for key in columns["key"])
        rows = map(Row, ranks, columns["content"], keys)
        return dict(zip(columns["id"], rows, strict=True))

    def _check(self, name: str, digest: str) -> None:
        if digest not in name:
            raise SourceUnreadable(
                "file_changed", f"{self.folder / name} now has the hash {digest}"
            )

    def _save(self, corpus: Corpus) -> None:
        rows = parquet_bytes(_row_table(corpus.rows))
        files = {"rows": f"rows-{hashlib.sha256(rows).hexdigest()}.parquet"}
        write_atomically(self.folder / files["rows"], rows)
        for name, array in {**corpus.sketches.arrays, _LABELS: corpus.labels}.items():
            files[name] = f"{name}-{_hash_array(array)}.npy"
            _write_array(self.folder / files[name], array)
        manifest = {
            "version": self._version,
            "files": files,
            "seal": fingerprint([self._version, files]),
        }
        written = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        write_atomically(self.folder / "manifest.json", written)
        for path in self.folder.glob("[!.]*"):
            if path.name not in {"manifest.json", *files.values()}:
                path.unlink()


def _row_table(rows: Mapping[str, Row]) -> pa.Table:
    columns = {
        "id": list(rows),
        "rank": [orjson.dumps(row.rank).decode() for row in rows.values()],
        "content": [row.content for row in rows.values()],
        "key": [row.key.decode() for row in rows.values()],
    }
    return pa.table(columns, schema=_ROWS)


def _hash_array(array: npt.NDArray[Any]) -> str:
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Like `write_atomically`, without a copy of the array in memory."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
