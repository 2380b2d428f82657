"""Immutable versions of a publication, and the one pointer that readers follow."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import orjson

from ai_data_platform.core.errors import GateBlocked, NotPublishedYet, VersionNotFound
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.core.gates import Verdict
from ai_data_platform.stores.files import exclusive, replace_folder, write_atomically
from ai_data_platform.stores.hashed_files import file_hash
from ai_data_platform.stores.ledger import GateLedger

__all__ = ["FilePointer", "Outcome", "Pointer", "Version", "VersionStore"]

_VERSION_LENGTH = 12  # hex digits: short enough to type, 48 bits apart
Outcome = Literal["published", "unchanged", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a publication. `published_at` is None for a candidate that no gate has passed."""

    name: str
    version: str
    rows: int
    current: bool
    published_at: datetime | None
    folder: Path
    manifest: Mapping[str, Any]


class Pointer(Protocol):
    """Where readers look up which version is published; `move` is one atomic step.

    `holds` says whether a version that was published can still be pointed at as it was laid down.
    """

    def get(self) -> str | None: ...

    def holds(self, version: str) -> bool: ...

    def move(self, version: str, manifest: Mapping[str, Any]) -> None: ...


class FilePointer:
    """A small file that is replaced in one step."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self) -> str | None:
        try:
            return str(orjson.loads(self._path.read_bytes())["version"])
        except FileNotFoundError:
            return None

    def holds(self, version: str) -> bool:
        return True  # its folder is all there is to it

    def move(self, version: str, manifest: Mapping[str, Any]) -> None:
        write_atomically(self._path, orjson.dumps({"version": version}))


class VersionStore:
    """The versions of one publication.

    A version's name is the start of its candidate's fingerprint, so the same content is the same version.
    `asset` is the name under which the gate judges candidates.
    """

    def __init__(
        self, root: Path, name: str, asset: str, ledger: GateLedger, pointer: Pointer | None = None
    ) -> None:
        self.name = name
        self._folder = root / name
        self._asset = asset
        self._ledger = ledger
        self._pointer = pointer or FilePointer(self._folder / "published.json")
        self._candidate = self._folder / "staged.json"

    def stage(
        self, fingerprint: str, files: Mapping[str, bytes | Path], manifest: Mapping[str, Any]
    ) -> str:
        """Lay down a candidate's files and manifest; returns its version. Twice is as once.

        A file is given as its bytes, or as a path on the same disk that is moved in.

        A version that was published keeps its folder as it was, whatever led to the same content again,
        unless a file of it was changed since.
        """
        version = fingerprint[:_VERSION_LENGTH]
        record = {
            **manifest,
            "name": self.name,
            "version": version,
            "fingerprint": fingerprint,
            "files": {name: _hash(content) for name, content in sorted(files.items())},
        }
        data = orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
        laid_down = self._manifest_bytes(version)
        kept = version in self._published_at() and self._pointer.holds(version)
        if laid_down is None or self.damaged(version) or (laid_down != data and not kept):
            with replace_folder(self.folder(version)) as staged:
                for name, content in files.items():
                    (staged / name).parent.mkdir(parents=True, exist_ok=True)
                    if isinstance(content, Path):
                        content.replace(staged / name)
                    else:
                        (staged / name).write_bytes(content)
                (staged / "manifest.json").write_bytes(data)
        write_atomically(self._candidate, data)
        return version

    def damaged(self, version: str) -> list[str]:
        """Files of a version that are not as they were laid down, in order."""
        files: dict[str, str] = self._existing(version)["files"]
        return [
            name for name, wanted in files.items() if _hash(self.folder(version) / name) != wanted
        ]

    def last_staged(self) -> Mapping[str, Any] | None:
        """The manifest that the last candidate was staged with, or None before the first."""
        try:
            manifest: dict[str, Any] = orjson.loads(self._candidate.read_bytes())
        except FileNotFoundError:
            return None
        return manifest if self._manifest(manifest["version"]) is not None else None

    def last_fingerprint(self) -> str:
        """The content of the candidate staged last. Raises NotPublishedYet before the first."""
        manifest = self.last_staged()
        if manifest is None:
            raise NotPublishedYet(f"no candidate of {self.name} was built yet: run `aidp run`")
        return str(manifest["fingerprint"])

    def version_of(self, fingerprint: str) -> str:
        """The staged version with this content. Raises VersionNotFound when there is none."""
        version = fingerprint[:_VERSION_LENGTH]
        if self._existing(version)["fingerprint"] != fingerprint:
            raise VersionNotFound(f"{self.name} {version} holds other content than {fingerprint}")
        return version

    def publish(self, version: str) -> Outcome:
        """Point readers at a candidate whose gate passed.

        A version that a person rolled back stays withdrawn until `rollback` names it again. Raises
        GateBlocked without a passing verdict on exactly this candidate, or when a file of it was changed
        after it was judged.
        """
        manifest = self._existing(version)
        verdict = self._ledger.require(self._asset, str(manifest["fingerprint"]))
        with exclusive(self._folder / ".lock"):
            if version in self.withdrawn():
                return "withdrawn"
            if self._pointer.get() == version:
                return "unchanged"
            self._move("publish", version, manifest, verdict)
        return "published"

    def rollback(self, version: str | None = None) -> Version:
        """Point readers at an earlier published version: the one named, or the one before the current."""
        with exclusive(self._folder / ".lock"):
            target = self._resolve(version) if version else self._previous()
            manifest = self._existing(target)
            verdict = self._ledger.require(self._asset, str(manifest["fingerprint"]))
            if target != self._pointer.get():
                self._move("rollback", target, manifest, verdict)
        return self.current()

    def current(self) -> Version:
        """The version that readers see. Raises NotPublishedYet before the first publication."""
        version = self._pointer.get()
        if version is None:
            raise NotPublishedYet(f"no version of {self.name} was published yet: run `aidp run`")
        return self._version(version, self._published_at())

    def named(self, version: str) -> Version:
        """A published version by its name or the start of it. Raises VersionNotFound."""
        return self._version(self._resolve(version), self._published_at())

    def current_folder(self) -> Path | None:
        """The folder of the version that readers see; None before the first publication."""
        version = self._pointer.get()
        return None if version is None else self.folder(version)

    def published(self) -> list[Version]:
        """Every version that was ever published, the one published last first."""
        times = self._published_at()
        return [self._version(version, times) for version in reversed(times)]

    def withdrawn(self) -> set[str]:
        """Versions that a rollback moved away from and that nobody brought back."""
        gone: set[str] = set()
        order: list[str] = []  # of publication, as in `published`
        for event in self._history():
            version, left = event["version"], event["from"]
            gone.discard(version)
            if event["event"] == "publish":
                order = [*(earlier for earlier in order if earlier != version), version]
            elif left in order and order.index(version) < order.index(left):
                gone.add(left)  # moved back, away from a newer one
        return gone

    def folder(self, version: str) -> Path:
        return self._folder / version

    def _move(
        self, event: str, version: str, manifest: Mapping[str, Any], verdict: Verdict
    ) -> None:
        if damaged := self.damaged(version):
            raise GateBlocked(
                f"{', '.join(damaged)} of {self.name} {version} changed after the gate had judged it: "
                "`aidp run` builds it again"
            )
        record = {
            "event": event,
            "version": version,
            "from": self._pointer.get(),
            "at": datetime.now(UTC).isoformat(),
            "fingerprint": manifest["fingerprint"],
            "verdict": asdict(verdict)["figures"],
        }
        # The history goes first: after a crash between the two it names a version that passed its gate
        # and is not served yet, never one that is served and unknown.
        history = b"".join(orjson.dumps(one) + b"\n" for one in [*self._history(), record])
        write_atomically(self._folder / "history.jsonl", history)
        self._pointer.move(version, manifest)

    def _history(self) -> list[dict[str, Any]]:
        try:
            lines = (self._folder / "history.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [orjson.loads(line) for line in lines if line.strip()]

    def _published_at(self) -> dict[str, datetime]:
        """When each version was published last, in the order of these publications."""
        times: dict[str, datetime] = {}
        for event in self._history():
            if event["event"] == "publish":
                times.pop(event["version"], None)
                times[event["version"]] = datetime.fromisoformat(event["at"])
        return times

    def _version(self, version: str, times: Mapping[str, datetime]) -> Version:
        manifest = self._existing(version)
        return Version(
            name=self.name,
            version=version,
            rows=int(manifest["rows"]),
            current=version == self._pointer.get(),
            published_at=times.get(version),
            folder=self.folder(version),
            manifest=manifest,
        )

    def _resolve(self, prefix: str) -> str:
        matches = [version for version in self._published_at() if version.startswith(prefix)]
        if len(matches) != 1:
            have = ", ".join(self._published_at()) or "none"
            raise VersionNotFound(
                f"{len(matches)} published versions of {self.name} start with {prefix!r}, wanted one; "
                f"there are: {have}"
            )
        return matches[0]

    def _previous(self) -> str:
        published, withdrawn = list(self._published_at()), self.withdrawn()
        current = self._pointer.get()
        before = published[: published.index(current)] if current in published else published
        earlier = [version for version in before if version not in withdrawn]
        if not earlier:
            raise VersionNotFound(f"{self.name} has no earlier published version to go back to")
        return earlier[-1]

    def _existing(self, version: str) -> dict[str, Any]:
        manifest = self._manifest(version)
        if manifest is None:
            raise VersionNotFound(
                f"{self.name} has no version {version}: `aidp versions {self.name}` lists them"
            )
        return manifest

    def _manifest(self, version: str) -> dict[str, Any] | None:
        data = self._manifest_bytes(version)
        manifest: dict[str, Any] | None = None if data is None else orjson.loads(data)
        return manifest

    def _manifest_bytes(self, version: str) -> bytes | None:
        try:
            return (self.folder(version) / "manifest.json").read_bytes()
        except FileNotFoundError:
            return None


def _hash(content: Path | bytes) -> str | None:
    """32 hex digits of what a file holds; None where there is none."""
    if isinstance(content, bytes):
        return hash_bytes(content)
    digest = file_hash(content)
    return None if digest is None else digest[:32]
