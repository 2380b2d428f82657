"""Files on the local disk: written whole or not at all, listed with the hash of what they hold."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint

__all__ = [
    "DropFolder",
    "SourceFile",
    "exclusive",
    "listing_fingerprint",
    "replace_file",
    "replace_folder",
    "write_atomically",
]

_RACY_NS = 2_000_000_000
"""A file written within 2 s of being hashed may change again with the same size and time stamp."""


def write_atomically(path: Path, data: bytes) -> bool:
    """Put these bytes at the path in one step; False, and nothing touched, when they stand there already."""
    if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return False
    with replace_file(path) as file:
        file.write(data)
    return True


@contextmanager
def replace_file(target: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes the target's place, durably, when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """An empty folder to fill, which takes the target's place when the block ends without an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield staged
        staged.chmod(0o755)
        if target.exists():
            old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old."))
            target.rename(old / target.name)
            staged.rename(target)
            shutil.rmtree(old)
        else:
            staged.rename(target)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold a lock file: a second process that wants it waits."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def listing_fingerprint(*roots: Path) -> str:
    """A hash of names, sizes and times of all files below the roots: cheap, and enough to see a change.

    Hidden files do not count, nor what Python and Numba compile as they go (`__pycache__`).
    """
    rows = []
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else []:
            if path.is_file() and not any(
                part.startswith(".") or part == "__pycache__"
                for part in path.relative_to(root).parts
            ):
                stat = path.stat()
                rows.append([str(path.relative_to(root.parent)), stat.st_size, stat.st_mtime_ns])
    return fingerprint(rows)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a drop folder; `name` is its path below the folder, with forward slashes."""

    path: Path
    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    sha256: str

    @property
    def stamp(self) -> list[int]:
        """Changes with every write: a copy that keeps size and time of writing has its own ctime."""
        return [self.size, self.mtime_ns, self.ctime_ns]


class DropFolder:
    """The files that a folder, a file or a glob pattern names, each with the hash of its content.

    Without a location there are none.

    Hashes are kept in `index` by (name, size, times), so an unchanged file is not read twice.
    """

    def __init__(self, location: str | None, index: Path, suffixes: tuple[str, ...] = ()) -> None:
        self.location = location
        self._index = index
        self._suffixes = suffixes

    def files(self) -> list[SourceFile]:
        """Every file in the order of its name. Hidden files and links out of the folder are left out.

        Raises ConfigurationError when the location does not exist or a file may not be read.
        """
        known = self._known()
        described = [self._describe(path, name, known) for path, name in self._paths()]
        found = [file for file in described if file is not None]
        entries = {f.name: [*f.stamp, f.sha256] for f in found if self._settled(f)}
        write_atomically(self._index, orjson.dumps(entries, option=orjson.OPT_SORT_KEYS))
        return found

    def find(self, name: str) -> Path | None:
        """Where the file of this name lies; None when it is gone. Nothing is hashed or written."""
        return next((path for path, found in self._paths() if found == name), None)

    def fingerprint(self) -> str:
        """Changes when a file is added, removed, renamed or has other content."""
        return fingerprint([[file.name, file.sha256] for file in self.files()])

    def _known(self) -> dict[str, list[object]]:
        try:
            known: dict[str, list[object]] = orjson.loads(self._index.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return known

    def _paths(self) -> list[tuple[Path, str]]:
        if self.location is None:
            return []
        base, pattern = _base_and_pattern(self.location)
        inside = base.resolve()
        paths = [base] if base.is_file() else sorted(base.glob(pattern))
        root = base.parent if base.is_file() else base
        return [
            (path, _printable(path.relative_to(root).as_posix()))
            for path in paths
            if path.is_file()
            and not any(part.startswith(".") for part in path.relative_to(root).parts)
            and (not self._suffixes or path.name.lower().endswith(self._suffixes))
            and (base.is_file() or path.resolve().is_relative_to(inside))
        ]

    @staticmethod
    def _describe(path: Path, name: str, known: dict[str, list[object]]) -> SourceFile | None:
        try:
            stat = path.stat()
            stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
            *stood, digest = known.get(name, [""])
            if stood != list(stamp):
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return None  # moved away since it was listed, as a log rotation does
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be read ({error.strerror}): give this user the right to read it, or "
                "take it out of the folder"
            ) from error
        return SourceFile(path, name, *stamp, str(digest))

    @staticmethod
    def _settled(file: SourceFile) -> bool:
        return time.time_ns() - max(file.mtime_ns, file.ctime_ns) > _RACY_NS


def _printable(name: str) -> str:
    """The name of a file whose bytes are not UTF-8 with those bytes as escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _base_and_pattern(location: str) -> tuple[Path, str]:
    parts = Path(location).expanduser().parts
    if Path(*parts).exists():  # a folder may be called `logs [2024]`
        return Path(*parts), "**/*"
    plain = next((i for i, part in enumerate(parts) if any(c in part for c in "*?[")), len(parts))
    base = Path(*parts[:plain])
    if not base.exists():
        raise ConfigurationError(
            f"nothing is at {base}: wanted a folder, a file or a glob pattern; "
            "make the folder or point the setting elsewhere"
        )
    return base, "/".join(parts[plain:]) or "**/*"
