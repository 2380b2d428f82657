"""The lake: Parquet tables on disk, each of which passed its gate before it took its place.

A table carries its own manifest in the Parquet footer, so content and fingerprint never come apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ai_data_platform.core.errors import NotPublishedYet
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.stores.files import write_atomically

__all__ = ["Lake", "Manifest", "Stored", "parquet_bytes", "table_fingerprint"]

_KEY = b"aidp"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a table is: the fingerprint of its content, of what it was made from, and its counts.

    `dropped` counts rows that went in and did not come out, by reason.
    """

    fingerprint: str
    inputs: str
    rows: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows as they were read, with the fingerprint of just these rows."""

    rows: pa.Table
    fingerprint: str


class Lake:
    """Tables by name below one folder; a name is a relative path without suffix."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / f"{name}.parquet"

    def manifest(self, name: str) -> Manifest | None:
        """The manifest of the table in place, or None when there is no table."""
        path = self.path(name)
        if not path.is_file():
            return None
        metadata = pq.read_schema(path).metadata or {}
        return Manifest(**orjson.loads(metadata[_KEY])) if _KEY in metadata else None

    def intact(self, name: str) -> Manifest | None:
        """The manifest, when the rows in place are those that it was written for; else None."""
        manifest = self.manifest(name)
        if manifest is None or self.load(name).fingerprint != manifest.fingerprint:
            return None
        return manifest

    def read(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """The rows of the table in place. Raises NotPublishedYet when no gate has passed one."""
        return pq.read_table(self._existing(name), columns=columns).replace_schema_metadata(None)

    def load(self, name: str) -> Stored:
        """The rows of the table in place with the fingerprint of what was read. The same error.

        A table that dbt wrote carries no manifest: its fingerprint is the hash of its file.
        """
        data = self._existing(name).read_bytes()
        table = pq.read_table(pa.BufferReader(data))
        rows = table.replace_schema_metadata(None)
        if _KEY in (table.schema.metadata or {}):
            return Stored(rows, table_fingerprint(rows))
        return Stored(rows, hash_bytes(data))

    def recorded_fingerprint(self, name: str) -> str:
        """What `load` would give, from the footer where there is a manifest. The same error."""
        path = self._existing(name)
        manifest = self.manifest(name)
        return hash_bytes(path.read_bytes()) if manifest is None else manifest.fingerprint

    def row_count(self, name: str) -> int | None:
        """Rows of the table in place, from its footer; None when there is no table."""
        path = self.path(name)
        return int(pq.read_metadata(path).num_rows) if path.is_file() else None

    def read_if_any(self, name: str) -> pa.Table | None:
        """The rows of the table in place, or None when there is no table."""
        return self.read(name) if self.path(name).is_file() else None

    def names(self, folder: str) -> list[str]:
        """Names of the tables in a folder, in order."""
        paths = sorted((self.root / folder).glob("[!.]*.parquet"))
        return [f"{folder}/{path.stem}" for path in paths]

    def write(
        self,
        name: str,
        table: pa.Table,
        *,
        inputs: str,
        dropped: Mapping[str, int] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Manifest:
        """Put a table in place in one step; a file that holds the same bytes is left alone."""
        made = Manifest(
            fingerprint=table_fingerprint(table),
            inputs=inputs,
            rows=table.num_rows,
            dropped=dict(dropped or {}),
            extra=dict(extra or {}),
        )
        stamped = table.replace_schema_metadata({_KEY: _manifest_bytes(made)})
        write_atomically(self.path(name), parquet_bytes(stamped))
        return made

    def remove(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def _existing(self, name: str) -> Path:
        path = self.path(name)
        if not path.is_file():
            raise NotPublishedYet(f"the lake holds no table {name}: run `aidp run` first")
        return path


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as Parquet, zstd, byte for byte the same for the same rows."""
    sink = pa.BufferOutputStream()
    whole = table.combine_chunks()  # pages end where chunks end
    pq.write_table(
        whole,
        sink,
        compression="zstd",
        row_group_size=64 * 1024,
        use_compliant_nested_type=False,  # or list items come back under another name than they had
    )
    return bytes(sink.getvalue())


def table_fingerprint(table: pa.Table) -> str:
    """A hash of the rows in their order, whatever metadata or chunking the table carries."""
    return hash_bytes(parquet_bytes(table.replace_schema_metadata(None)))


def _manifest_bytes(manifest: Manifest) -> bytes:
    record = {
        "fingerprint": manifest.fingerprint,
        "inputs": manifest.inputs,
        "rows": manifest.rows,
        "dropped": dict(manifest.dropped),
        "extra": dict(manifest.extra),
    }
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
