"""The near-duplicate index on disk: what was compared once is not compared again.

    manifest.json          the version of the sketches, and the files with their hashes
    <hash>.arrow ...       the sketches of one segment (a day), an Arrow file that is mapped, not read
    <hash>.npy             the component of each row
    .stamps.json           sizes and times of the files that were hashed since they were written

Files are named by their content, and the manifest is written last: a crash leaves the index as it was.
A change writes the segments that it touches and the components. The bytes depend on the texts and options
alone, whatever the order in which they came and went.
"""

import hashlib
import io
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from ai_data_platform.core.compute import Compute
from ai_data_platform.core.datasets.near_duplicates import (
    Corpus,
    NearDuplicateOptions,
    Text,
    changed,
    nothing,
)
from ai_data_platform.core.datasets.near_duplicates.shelves import Lookup
from ai_data_platform.core.datasets.near_duplicates.sketches import (
    compact,
    sketch_schema,
    sketch_version,
)
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.core.fingerprints import fingerprint
from ai_data_platform.stores.files import exclusive, replace_file, write_atomically
from ai_data_platform.stores.hashed_files import HashedFile

__all__ = ["DuplicateIndex", "IndexChange"]

_FORMAT = "segments-2"
_STAMPS = ".stamps.json"
_RACY_NS = 2_000_000_000
"""A file written within 2 s of being hashed may change again with the same size and times."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What an index holds after a change, and how many texts are new, other than before, and gone.

    `not_held` are ids that were to be removed and were not there. `rebuilt` is the reason why what
    stood in the folder was not believed: `manifest_unreadable`, `file_unreadable`, `file_changed` or
    `other_version`.
    """

    corpus: Corpus
    added: int
    replaced: int
    removed: int
    not_held: tuple[str, ...] = ()
    rebuilt: str | None = None


class DuplicateIndex:
    """The texts of one folder, each sketched once. Two processes that change it wait for each other."""

    def __init__(
        self,
        folder: Path,
        options: NearDuplicateOptions | None = None,
        compute: Compute | None = None,
    ) -> None:
        self.folder = folder
        self.options = options or NearDuplicateOptions()
        self._compute = compute

    def sync(self, texts: Iterable[Text]) -> IndexChange:
        """Make the index hold exactly these texts, which are streamed; only new and changed ones are
        compared.

        An index that is damaged or of another version is rebuilt from the texts.
        """
        with exclusive(self.folder / ".lock"):
            try:
                corpus, fault = self._load(), None
            except SourceUnreadable as error:
                corpus, fault = nothing(self.options), error.reason
            return self._saved(corpus, texts, None, fault)

    def update(self, added: Iterable[Text], removed: Iterable[str] = ()) -> IndexChange:
        """Add texts, or replace those of the same id, and remove ids.

        Raises SourceUnreadable when the index is damaged or of another version: what it held is lost,
        and only `sync` with every text builds it again.
        """
        with exclusive(self.folder / ".lock"):
            return self._saved(self._load(), added, list(removed))

    def corpus(self) -> Corpus:
        """What the index holds. Raises SourceUnreadable like `update`."""
        with exclusive(self.folder / ".lock"):
            return self._load()

    def _saved(
        self,
        corpus: Corpus,
        texts: Iterable[Text],
        removed: list[str] | None,
        rebuilt: str | None = None,
    ) -> IndexChange:
        self.folder.mkdir(parents=True, exist_ok=True)
        held = {} if rebuilt else self._manifest()
        with _Shelf(self) as shelf:
            change = changed(corpus, texts, removed, self._compute, shelf)
        segments = {
            name: shelf.kept[name] if name in change.touched else held["segments"][name]
            for name in change.corpus.segments
        }
        labels = self._write_labels(change.corpus.labels, held.get("labels"))
        self._write_manifest(segments, labels)
        return IndexChange(
            change.corpus,
            added=change.added,
            replaced=change.replaced,
            removed=change.removed,
            not_held=change.not_held,
            rebuilt=rebuilt,
        )

    def _load(self) -> Corpus:
        manifest = self._manifest()
        if not manifest:
            return nothing(self.options)
        segments = {
            name: self._segment(file) for name, file in sorted(manifest["segments"].items())
        }
        corpus = Corpus(segments, self._labels(manifest["labels"]), self.options)
        if len(corpus) != sum(map(len, segments.values())):
            raise SourceUnreadable("file_changed", f"{self.folder}: rows and components differ")
        return corpus

    def _manifest(self) -> dict[str, Any]:
        """The files of the index; empty before there is one.

        Raises SourceUnreadable when it is not as it was written, or of another version.
        """
        path = self.folder / "manifest.json"
        if not path.is_file():
            if any(self.folder.glob("[!.]*")):
                raise SourceUnreadable("manifest_unreadable", f"{path} is missing")
            return {}
        try:
            manifest: dict[str, Any] = orjson.loads(path.read_bytes())
            version, sealed = manifest["version"], manifest.pop("seal") == fingerprint(manifest)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise SourceUnreadable("manifest_unreadable", f"{path}: {error}") from error
        if not sealed:
            raise SourceUnreadable("manifest_unreadable", f"{path} is not as it was written")
        if version != self._version:
            raise SourceUnreadable("other_version", f"{path} has {version}, wanted {self._version}")
        return manifest

    @property
    def _version(self) -> str:
        return f"{_FORMAT}-{sketch_version(self.options)}"

    def _segment(self, name: str) -> pa.RecordBatch:
        """The sketches of one file. Its pages are read where they are used."""
        self._check(name)
        try:
            batch = self._mapped(name)
        except (OSError, pa.ArrowInvalid) as error:
            raise SourceUnreadable("file_unreadable", f"{self.folder / name}: {error}") from error
        if batch.schema != sketch_schema(self.options):
            raise SourceUnreadable("file_changed", f"{self.folder / name} has other columns")
        return batch

    def _mapped(self, name: str) -> pa.RecordBatch:
        with pa.memory_map(str(self.folder / name)) as source:
            return pa.ipc.open_file(source).get_batch(0)

    def _labels(self, name: str) -> npt.NDArray[np.intp]:
        self._check(name)
        labels: npt.NDArray[np.intp] = np.load(self.folder / name, allow_pickle=False)
        return labels

    def _check(self, name: str) -> None:
        """Raises SourceUnreadable when a file is not what its name says.

        It is hashed when its size or its times are others than when it was hashed last.
        """
        path = self.folder / name
        try:
            stamp = self._stamp(path)
            if self._stamps.get(name) == stamp:
                return
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise SourceUnreadable("file_unreadable", f"{path}: {error}") from error
        if digest != path.stem:
            raise SourceUnreadable("file_changed", f"{path} now has the hash {digest}")
        if time.time_ns() - max(stamp[1:]) > _RACY_NS:
            self._stamps[name] = stamp

    @staticmethod
    def _stamp(path: Path) -> list[int]:
        found = path.stat()
        return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]

    @cached_property
    def _stamps(self) -> dict[str, list[int]]:
        """Size and times of the files that were hashed; no part of the index."""
        try:
            stamps: dict[str, list[int]] = orjson.loads((self.folder / _STAMPS).read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return stamps

    def write_segment(self, batch: pa.RecordBatch) -> tuple[str, pa.RecordBatch]:
        """The name of the file that now holds the sketches, and the same as they lie in it."""

        def write(file: HashedFile) -> None:
            with pa.ipc.new_file(pa.PythonFile(file, "w"), batch.schema) as writer:
                writer.write_batch(compact(batch))

        name = self._write("arrow", write)
        return name, self._mapped(name)

    def _write_labels(self, labels: npt.NDArray[np.intp], held: str | None) -> str:
        """The file of these labels, which is left alone where it stands."""

        def write(file: HashedFile) -> None:
            np.lib.format.write_array(file, labels)

        probe = HashedFile(io.BytesIO())
        write(probe)
        return held if held == f"{probe.sha256}.npy" else self._write("npy", write)

    def _write(self, suffix: str, write: Callable[[HashedFile], None]) -> str:
        """The name of the file that now holds what was written."""
        started = self.folder / ".written"
        with replace_file(started) as file:
            hashed = HashedFile(file)
            write(hashed)
        name = f"{hashed.sha256}.{suffix}"
        started.replace(self.folder / name)
        return name

    def _write_manifest(self, segments: dict[str, str], labels: str) -> None:
        manifest: dict[str, Any] = {
            "version": self._version,
            "segments": segments,
            "labels": labels,
        }
        sealed = {**manifest, "seal": fingerprint(manifest)}
        written = orjson.dumps(sealed, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        write_atomically(self.folder / "manifest.json", written)
        wanted = {"manifest.json", labels, *segments.values()}
        stamps = {name: stamp for name, stamp in self._stamps.items() if name in wanted}
        write_atomically(self.folder / _STAMPS, orjson.dumps(stamps))
        for path in self.folder.glob("[!.]*"):
            if path.name not in wanted:
                path.unlink()


class _Shelf(ExitStack):
    """Sketches wait in unnamed files; a finished segment is written where it stays."""

    room = 1 << 28

    def __init__(self, index: DuplicateIndex) -> None:
        super().__init__()
        self._index = index
        self.kept: dict[str, str] = {}

    def put(self, batches: Sequence[pa.RecordBatch]) -> Sequence[Lookup]:
        file = self.enter_context(TemporaryFile(dir=self._index.folder))  # noqa: SIM115  # it does
        with pa.ipc.new_file(pa.PythonFile(file, "w"), batches[0].schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        reader = pa.ipc.open_file(pa.PythonFile(file, "r"))
        return [partial(reader.get_batch, i) for i in range(len(batches))]

    def keep(self, segment: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        self.kept[segment], mapped = self._index.write_segment(batch)
        return mapped
