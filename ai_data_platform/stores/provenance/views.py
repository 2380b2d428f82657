"""The versions of a dataset as `explain` looks at them: files, and whether the lake moved on since."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.stores.home import Home

__all__ = ["DATASETS", "EARLIER", "RATED", "View", "Views"]

DATASETS = ("sft", "preference", "unpaired_preference")
RATED = DATASETS[1:]
"""Those that ratings are made into."""
EARLIER = "published before"


@dataclass(frozen=True, slots=True)
class View:
    """One version of a dataset; `candidate` is the one staged last, `current` the one that readers see."""

    dataset: str
    version: str
    folder: Path
    manifest: Mapping[str, Any]
    candidate: bool
    current: bool

    @property
    def data(self) -> list[Path]:
        """The Parquet files of its rows; the stem of each is the split."""
        return sorted((self.folder / "data").glob("*.parquet"))

    @property
    def dropped(self) -> list[Path]:
        """The file of what its builder left out; none in versions that counted drops only."""
        path = self.folder / "dropped.parquet"
        return [path] if path.is_file() else []

    @property
    def standing(self) -> str:
        """What it is to its readers, in words."""
        names = ["candidate"] if self.candidate else []
        return ", ".join([*names, *(["published"] if self.current else [])]) or EARLIER


class Views:
    """The candidate and the published version of a dataset, and the versions published before."""

    def __init__(self, home: Home, dataset: str) -> None:
        self.dataset = dataset
        self._home = home
        store = home.versions(dataset)
        staged = store.last_staged()
        candidate = None if staged is None else str(staged["version"])
        try:
            current = store.current().version
        except NotPublishedYet:
            current = None
        manifests = {found.version: found.manifest for found in store.published()}
        if staged is not None:
            manifests = {str(candidate): staged, **manifests}
        self.every = [
            View(
                dataset,
                version,
                store.folder(version),
                manifest,
                candidate=version == candidate,
                current=version == current,
            )
            for version, manifest in manifests.items()
        ]
        self._moved_on: dict[str, bool] = {}

    @property
    def shown(self) -> list[View]:
        """The candidate, and the published version where it is another one."""
        return [view for view in self.every if view.candidate or view.current]

    @property
    def earlier(self) -> list[View]:
        """Published versions that are neither, the newest first."""
        return [view for view in self.every if not (view.candidate or view.current)]

    def made_from_the_lake(self, view: View) -> bool:
        """Whether the lake's tables are still those that the version was made from."""
        if view.version not in self._moved_on:
            upstream: Mapping[str, str] = view.manifest.get("upstream", {})
            self._moved_on[view.version] = any(
                self._fingerprint(name) != content for name, content in upstream.items()
            )
        return not self._moved_on[view.version]

    def _fingerprint(self, name: str) -> str | None:
        try:
            return self._home.lake.recorded_fingerprint(name)
        except NotPublishedYet:
            return None
