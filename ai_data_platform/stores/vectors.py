"""Embedded rows in LanceDB: only what changed is embedded, one table version a refresh.

All state lives in the table, and every column of it is compared. A vector is reused when text hash and
embedder agree, wherever the row moved; a row that vanished or was edited behind the table's back differs
from what is wanted and so comes back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from ai_data_platform.core.errors import IndexMismatch, NotPublishedYet
from ai_data_platform.core.fingerprints import fingerprint, hash_bytes
from ai_data_platform.core.retrieval.embedder import Embedder, Progress, Vectors
from ai_data_platform.core.retrieval.rank import reciprocal_ranks
from ai_data_platform.stores.vector_changes import plan_changes, scan, vectors_of

__all__ = ["PUBLISHED", "SyncReport", "TagPointer", "VectorTable"]

PUBLISHED = "published"
"""The LanceDB tag that readers follow."""

_OWN_COLUMNS = {"embedder", "vector"}
_DEPTH = 4  # ranks of each list that are fused for one that is wanted
_KEPT_FOREVER = timedelta(days=36_500)
# Plain optimize() raises once a tagged version is 7 days old; old versions go by retention, not here.


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one refresh did. `version` is the LanceDB version that holds the result."""

    rows: int
    embedded: int
    reused: int
    moved: int
    deleted: int
    version: int


class VectorTable:
    """One LanceDB table keyed by `key`, with `text_hash`, `embedder` and `vector` beside a row's own."""

    def __init__(self, folder: Path, name: str, *, key: str, text: str) -> None:
        self._folder = folder
        self._name = name
        self._key = key
        self._text = text

    @cached_property
    def _connection(self) -> Any:
        import lancedb

        self._folder.mkdir(parents=True, exist_ok=True)
        return lancedb.connect(self._folder)

    def exists(self) -> bool:
        return (self._folder / f"{self._name}.lance").is_dir()

    def sync(
        self,
        rows: pa.Table,
        embedder: Embedder,
        embedding_text: str,
        progress: Progress | None = None,
    ) -> SyncReport:
        """Make the table hold exactly these rows.

        `rows` has the key, `text_hash` and any other columns; `embedding_text` names the column that is
        embedded. Raises IndexMismatch when the table holds vectors of another dimension.
        """
        table = self._open_or_create(rows.schema, embedder)
        wanted = rows.append_column("embedder", pa.repeat(embedder.fingerprint, rows.num_rows))
        stored = scan(table, wanted.column_names)
        plan = plan_changes(wanted, stored, self._key)
        if not plan.upserts and not plan.deletes:
            if stored.num_rows and not _text_index(table):  # a crash came between rows and index
                self._index(table)
            return SyncReport(rows.num_rows, 0, rows.num_rows, 0, 0, table.version)
        changed = wanted.take(pa.array(plan.upserts, pa.int64()))
        vectors, embedded = vectors_of(table, changed, stored, embedder, embedding_text, progress)
        self._merge(table, changed, vectors, plan.deletes)
        self._index(table)
        moved = changed.num_rows - embedded
        reused = rows.num_rows - changed.num_rows + moved
        return SyncReport(rows.num_rows, embedded, reused, moved, len(plan.deletes), table.version)

    def columns(self) -> list[str]:
        """The columns of the table, in their order."""
        return list(self._open().schema.names)

    def head(self) -> int:
        """The newest version, published or not."""
        return int(self._open().version)

    def read(self, columns: Sequence[str], version: int | None = None) -> pa.Table:
        """Every row of a version (the newest by default), in the order of its key."""
        table = self._open()
        if version is not None:
            table.checkout(version)
        return scan(table, list(columns)).sort_by(self._key)

    def held(self, keys: Collection[str], version: int | str = PUBLISHED) -> set[str]:
        """Those of the keys that a version has a row for. Raises NotPublishedYet without the version."""
        if not keys:
            return set()
        listed = ", ".join(map(_quoted, sorted(keys)))
        query = self._at(version).search().where(f"{self._key} in ({listed})").select([self._key])
        return {row[self._key] for row in query.limit(len(keys)).to_list()}

    def content_fingerprint(self, version: int | None = None) -> str:
        """A hash of what a version holds, vectors included, whatever order it stores its rows in."""
        rows = self.read(sorted(self.columns()), version)
        vectors = rows["vector"].combine_chunks().flatten().to_numpy()
        columns = {
            name: hash_bytes(orjson.dumps(rows[name].to_pylist()))
            for name in rows.column_names
            if name != "vector"
        }
        return fingerprint([columns, hash_bytes(np.ascontiguousarray(vectors).tobytes())])

    def search(
        self,
        query: str,
        vector: Vectors | None,
        k: int,
        *,
        version: int | str = PUBLISHED,
        where: Mapping[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """The k best rows of a version by vector and words together (RRF), with `score`, best first.

        Without a vector words alone decide, without words the vector. `where` are columns and the value
        that each must have; `<column>_prefix` is what it must begin with. Equal scores go by key. Raises
        NotPublishedYet when the tag does not exist, IndexMismatch when the vector has another dimension or
        a column of `where` is not there.
        """
        table = self._at(version)
        condition = self._condition(table, where or {})
        depth = _DEPTH * k
        by_vector: list[dict[str, Any]] = []
        if vector is not None:
            self._check_dimension(table, len(vector))
            nearest = table.search(vector).distance_type("cosine").limit(depth)
            by_vector = (nearest.where(condition) if condition else nearest).to_list()
        ranked = reciprocal_ranks(
            by_vector, _text_search(table, query, depth, condition), self._key
        )
        hidden = {"vector", "_distance", "_score", "_relevance_score"}
        return [{n: v for n, v in row.items() if n not in hidden} for row in ranked[:k]]

    def tag(self, name: str, version: int) -> None:
        tags = self._open().tags
        (tags.update if name in tags.list() else tags.create)(name, version)

    def tagged(self, name: str) -> int | None:
        """The version that a tag points at; None when there is no such tag."""
        if not self.exists():
            return None
        tags = self._open().tags
        return int(tags.get_version(name)) if name in tags.list() else None

    def tags(self) -> dict[str, int]:
        """The version that each tag points at; empty before the table exists."""
        if not self.exists():
            return {}
        return {name: int(tag["version"]) for name, tag in self._open().tags.list().items()}

    def _open(self) -> Any:
        if not self.exists():
            raise NotPublishedYet(
                f"there is no table {self._name} in {self._folder}: run `aidp run` first"
            )
        return self._connection.open_table(self._name)

    def _at(self, version: int | str) -> Any:
        table = self._open()
        if isinstance(version, str) and version not in table.tags.list():
            raise NotPublishedYet(f"nothing in {self._name} is tagged {version!r}: run `aidp run`")
        table.checkout(version)
        return table

    def _open_or_create(self, schema: pa.Schema, embedder: Embedder) -> Any:
        if self.exists():
            table = self._connection.open_table(self._name)
            self._check_dimension(table, embedder.dimension)
            gone = {*table.schema.names} - _OWN_COLUMNS - {*schema.names}
            if gone:
                raise IndexMismatch(
                    f"the table {self._name} has {', '.join(sorted(gone))} and its rows do not: "
                    f"{self._start_again}"
                )
            new = [field for field in schema if field.name not in table.schema.names]
            if new:  # the rows that have them differ from those stored, and so are written
                table.add_columns(pa.schema([field.with_nullable(True) for field in new]))
            return table
        fields = [field.with_nullable(field.name != self._key) for field in schema]
        vector = pa.field("vector", pa.list_(pa.float32(), embedder.dimension))
        extra = [pa.field("embedder", pa.string()), vector]
        table = self._connection.create_table(self._name, schema=pa.schema([*fields, *extra]))
        table.set_unenforced_primary_key(self._key)  # or two writers insert the same row twice
        return table

    def _condition(self, table: Any, where: Mapping[str, str]) -> str | None:
        """The SQL of a filter."""
        missing = {name.removesuffix("_prefix") for name in where} - {*table.schema.names}
        if missing:
            raise IndexMismatch(
                f"this version of {self._name} has no {', '.join(sorted(missing))} to filter by: "
                "run `aidp run`, and search the version that it publishes"
            )
        tests = [
            f"starts_with({name.removesuffix('_prefix')}, {_quoted(value)})"
            if name.endswith("_prefix")
            else f"{name} = {_quoted(value)}"
            for name, value in sorted(where.items())
        ]
        return " and ".join(tests) or None

    def _check_dimension(self, table: Any, wanted: int) -> None:
        seen = table.schema.field("vector").type.list_size
        if seen != wanted:
            raise IndexMismatch(
                f"the table {self._name} has vectors of dimension {seen}, the embedder gives {wanted}: "
                f"{self._start_again}"
            )

    @property
    def _start_again(self) -> str:
        return f"set AIDP_HOME to a new folder, or remove {self._folder / self._name}.lance and run again"

    def _merge(self, table: Any, rows: pa.Table, vectors: Vectors, deletes: list[str]) -> None:
        flat = pa.array(np.ascontiguousarray(vectors).ravel(), pa.float32())
        column = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        source = rows.append_column(pa.field("vector", column.type), column)
        source = source.select(table.schema.names).cast(table.schema)
        merge = (
            table.merge_insert(self._key).when_matched_update_all().when_not_matched_insert_all()
        )
        if deletes:
            quoted = ", ".join(map(_quoted, deletes))
            merge = merge.when_not_matched_by_source_delete(f"{self._key} in ({quoted})")
        merge.use_index(False).execute(source)  # a scalar index on the key would let duplicates in

    def _index(self, table: Any) -> None:
        from lancedb.index import FTS

        if not _text_index(table):
            table.create_index(self._text, config=FTS(with_position=False))
        table.optimize(cleanup_older_than=_KEPT_FOREVER)


class TagPointer:
    """Publishes a version by moving the LanceDB tag `published`: one atomic step, nothing is copied.

    A manifest names the LanceDB version in `table_version`; every published version keeps a tag of its own,
    `v-<version>`, so that cleaning up never takes it away.
    """

    def __init__(self, table: VectorTable) -> None:
        self._table = table

    def get(self) -> str | None:
        # Tags are read one by one while another process moves them. A version has its own tag before it is
        # published, so the pointer is read first and its name is then surely there.
        number = self._table.tagged(PUBLISHED)
        own = {version: tag for tag, version in self._table.tags().items() if tag.startswith("v-")}
        tag = None if number is None else own.get(number)
        return None if tag is None else tag.removeprefix("v-")

    def holds(self, version: str) -> bool:
        return f"v-{version}" in self._table.tags()

    def move(self, version: str, manifest: Mapping[str, Any]) -> None:
        self._table.tag(f"v-{version}", int(manifest["table_version"]))
        self._table.tag(PUBLISHED, int(manifest["table_version"]))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _text_search(table: Any, query: str, k: int, condition: str | None) -> list[dict[str, Any]]:
    columns = _text_index(table)
    if not query.strip() or not columns:
        return []
    from lancedb.query import MatchQuery

    match = MatchQuery(query, columns[0])  # type: ignore[call-arg]  # the others have defaults
    best = table.search(match, query_type="fts").limit(k)
    return list((best.where(condition) if condition else best).to_list())


def _text_index(table: Any) -> list[str]:
    """The column of the full-text index; empty when the table has none, as one without rows."""
    return [index.columns[0] for index in table.list_indices() if index.index_type == "FTS"]
