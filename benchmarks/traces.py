"""What a run left behind: texts embedded, by Dagster's events, and files written, by size and time."""

from pathlib import Path

import dagster as dg

from ai_data_platform.cli.graph import dagster_instance
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home

__all__ = ["embedded", "files_of", "rewritten"]

_OUTPUTS = ("lake", "vectors", "versions")
_EMBEDDING = ("chunk_embeddings", "conversation_embeddings")

Files = dict[str, tuple[int, int]]


def embedded(home: Path) -> dict[str, int]:
    """Texts that every run so far embedded, by asset."""
    with dagster_instance(Home(home, CHECKOUT / "dbt_project")) as instance:
        return {name: _embedded_by(instance, name) for name in _EMBEDDING}


def files_of(home: Path) -> Files:
    """Size and time of writing of every file below the lake, the vectors and the versions."""
    paths = [path for name in _OUTPUTS for path in (home / name).rglob("*") if path.is_file()]
    stats = {str(path.relative_to(home)): path.stat() for path in paths}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}


def rewritten(before: Files, after: Files) -> int:
    """Files that are new, gone or were written again."""
    return len({name for name, _ in before.items() ^ after.items()})


def _embedded_by(instance: dg.DagsterInstance, name: str) -> int:
    found = instance.fetch_materializations(dg.AssetKey(name), limit=1000).records
    made = [record.asset_materialization for record in found]
    return sum(int(str(event.metadata["embedded"].value)) for event in made if event is not None)
