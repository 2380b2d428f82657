"""Indexes broken on purpose, behind the back of every step that made them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from ai_data_platform_tests.embedders import WordHashEmbedder
from ai_data_platform_tests.world import World

__all__ = ["BROKEN", "add_page", "answers", "mend_index", "rewrite_passage"]


def _documents_lost(world: World) -> None:
    uris = sorted(set(world.home.chunks.read(["chunk_id", "uri"])["uri"].to_pylist()))
    gone = ", ".join(f"'{uri}'" for uri in uris[::3])
    world.home.chunks._open().delete(f"uri in ({gone})")


def _vectors_shuffled(world: World) -> None:
    _rewrite(world, "vector", lambda rows: list(np.roll(_vectors(rows), 1, axis=0)))


def _chunks_cut(world: World) -> None:
    for column in ("text", "embedding_text"):
        _rewrite(world, column, lambda rows, c=column: [t[:40] for t in rows[c].to_pylist()])


def _another_model(world: World) -> None:
    other = WordHashEmbedder("word-hash-2")
    _rewrite(world, "vector", lambda rows: list(other.encode(rows["embedding_text"].to_pylist())))


BROKEN: dict[str, Callable[[World], None]] = {
    "documents lost": _documents_lost,
    "vectors shuffled": _vectors_shuffled,
    "chunks cut": _chunks_cut,
    "another model": _another_model,
}


def add_page(world: World) -> None:
    """A page that answers none of the questions, so that the index changes and is no worse."""
    text = "# Xylophones\n\nXylophones resonate behind orchard walls until the rehearsal ends.\n"
    (world.sources / "documents" / "xylophones.md").write_text(text)


def mend_index(world: World, version: int) -> None:
    """Put the chunk table back to how it stood in this LanceDB version."""
    world.home.chunks._open().restore(version)


def rewrite_passage(world: World, column: str, change: Callable[[Any], Any]) -> None:
    """Give one passage another value in this column; nothing else of the row says so."""

    def values(rows: pa.Table) -> list[Any]:
        first, *rest = rows[column].to_pylist()
        return [change(first), *rest]

    _rewrite(world, column, values)


def answers(world: World) -> tuple[str, str, list[list[dict[str, Any]]]]:
    """What readers are served: the version, its content, and the passages that its titles find."""
    current = world.home.versions("knowledge_base").current()
    number = int(current.manifest["table_version"])
    titles = world.home.chunks.read(["chunk_id", "title"], number)["title"].to_pylist()[::12]
    vectors = WordHashEmbedder().encode(titles)
    found = [
        world.home.chunks.search(title, vector, 5, version=number)
        for title, vector in zip(titles, vectors, strict=True)
    ]
    return current.version, world.home.chunks.content_fingerprint(number), found


def _rewrite(world: World, column: str, values: Callable[[pa.Table], list[Any]]) -> None:
    """Replace a column in every row; nothing else of the row says so."""
    table = world.home.chunks._open()
    rows = table.search().limit(10_000).to_arrow()
    field = rows.schema.field(column)
    place = rows.schema.get_field_index(column)
    changed = rows.set_column(place, field, pa.array(values(rows), field.type))
    merge = table.merge_insert("chunk_id").when_matched_update_all().use_index(False)
    merge.execute(changed)


def _vectors(rows: pa.Table) -> Any:
    return np.stack(rows["vector"].to_numpy())
