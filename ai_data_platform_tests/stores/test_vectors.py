"""Vector tables: real LanceDB, a small embedder that counts what it embeds."""

from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
import pytest

from ai_data_platform.core.errors import IndexMismatch, NotPublishedYet
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.vectors import PUBLISHED, SyncReport, TagPointer, VectorTable
from ai_data_platform.stores.versions import VersionStore
from ai_data_platform_tests.embedders import WordHashEmbedder

TEXTS = {
    "a": "reset the router with the small button",
    "b": "pay the invoice by bank transfer",
    "c": "water the plants every second morning",
}


def rows(texts: dict[str, str], **more: list[Any]) -> pa.Table:
    return pa.table(
        {
            "id": pa.array(texts, pa.string()),
            "text": pa.array(texts.values(), pa.string()),
            "text_hash": pa.array([hash_text(text) for text in texts.values()], pa.string()),
            **{name: pa.array(values) for name, values in more.items()},
        }
    )


class Index:
    """A table of texts, and the embedder that it is kept with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = VectorTable(folder, "texts", key="id", text="text")
        self.embedder = WordHashEmbedder()

    def sync(self, texts: dict[str, str], **more: list[Any]) -> SyncReport:
        self.embedder.texts.clear()
        return self.table.sync(rows(texts, **more), self.embedder, "text")

    def held(self) -> dict[str, str]:
        found = self.table.read(["id", "text"])
        return dict(zip(found["id"].to_pylist(), found["text"].to_pylist(), strict=True))

    def found(self, query: str, version: int | str, k: int = 1) -> list[str]:
        (vector,) = WordHashEmbedder().encode([query])
        return [hit["id"] for hit in self.table.search(query, vector, k, version=version)]

    def behind_its_back(self) -> Any:
        return lancedb.connect(self.folder).open_table("texts")


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "vectors")


def test_every_row_is_embedded_once_and_comes_back_with_its_unit_vector(index: Index) -> None:
    report = index.sync(TEXTS)

    assert report == SyncReport(3, 3, 0, 0, 0, index.table.head())
    assert sorted(index.embedder.texts) == sorted(TEXTS.values())
    held = index.table.read(["id", "text", "embedder", "vector"])
    assert held["id"].to_pylist() == ["a", "b", "c"]
    assert set(held["embedder"].to_pylist()) == {"word-hash-1"}
    vectors = np.stack(held["vector"].to_numpy())
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, WordHashEmbedder().encode(list(TEXTS.values())))


def test_nothing_changed_is_no_new_version_and_no_embedding(index: Index) -> None:
    first = index.sync(TEXTS)
    again = index.sync(dict(reversed(TEXTS.items())))
    assert again == SyncReport(3, 0, 3, 0, 0, first.version)
    assert index.embedder.texts == []
    assert index.behind_its_back().version == first.version


def test_only_what_changed_is_embedded_and_what_vanished_is_deleted(index: Index) -> None:
    index.sync(TEXTS)
    report = index.sync({"a": TEXTS["a"], "b": "pay by card", "d": "feed the cat"})
    assert (report.embedded, report.reused, report.moved, report.deleted) == (2, 1, 0, 1)
    assert sorted(index.embedder.texts) == ["feed the cat", "pay by card"]
    assert index.held() == {"a": TEXTS["a"], "b": "pay by card", "d": "feed the cat"}


def test_a_row_that_moved_takes_its_vector_along(index: Index) -> None:
    index.sync(TEXTS)
    report = index.sync({"new home": TEXTS["a"], "b": TEXTS["b"], "c": TEXTS["c"]})
    assert (report.embedded, report.reused, report.moved, report.deleted) == (0, 3, 1, 1)
    assert index.embedder.texts == []
    held = index.table.read(["id", "vector"])
    np.testing.assert_array_equal(
        held["vector"].to_pylist()[2], WordHashEmbedder().encode([TEXTS["a"]])[0]
    )


def test_a_column_that_changed_is_written_without_embedding(index: Index) -> None:
    index.sync(TEXTS, page=[1, 2, 3])
    report = index.sync(TEXTS, page=[1, 2, 4])
    assert (report.embedded, report.moved, report.deleted) == (0, 1, 0)
    assert index.table.read(["id", "page"])["page"].to_pylist() == [1, 2, 4]


def test_equal_texts_are_embedded_once(index: Index) -> None:
    report = index.sync({"a": "same words", "b": "same words"})
    assert (report.rows, report.embedded, index.embedder.texts) == (2, 1, ["same words"])


def test_rows_deleted_behind_its_back_come_back(index: Index) -> None:
    index.sync(TEXTS)
    index.behind_its_back().delete("id in ('a', 'b')")
    report = index.sync(TEXTS)
    assert (report.embedded, report.reused) == (2, 1)
    assert index.held() == TEXTS


def test_a_value_edited_behind_its_back_is_other_content_and_comes_back(index: Index) -> None:
    first = index.sync(TEXTS, page=[1, 2, None])
    before = index.table.content_fingerprint()
    index.behind_its_back().update(where="id = 'b'", values={"page": 7})
    assert index.table.content_fingerprint() != before
    report = index.sync(TEXTS, page=[1, 2, None])
    assert (report.embedded, report.moved, report.version > first.version) == (0, 1, True)
    assert index.table.content_fingerprint() == before


def test_rows_added_behind_its_back_are_deleted(index: Index) -> None:
    index.sync(TEXTS)
    table = index.behind_its_back()
    stranger = table.search().limit(1).to_arrow().drop_columns("id")
    table.add(stranger.append_column("id", pa.array(["stranger"])).select(table.schema.names))
    report = index.sync(TEXTS)
    assert (report.embedded, report.deleted) == (0, 1)
    assert index.held() == TEXTS


def test_another_model_embeds_everything_again(index: Index) -> None:
    index.sync(TEXTS)
    index.embedder = WordHashEmbedder("word-hash-2")
    report = index.sync(TEXTS)
    assert (report.embedded, report.reused) == (3, 0)
    assert set(index.table.read(["id", "embedder"])["embedder"].to_pylist()) == {"word-hash-2"}


def test_another_dimension_is_refused_and_says_what_to_do(index: Index) -> None:
    index.sync(TEXTS)
    index.embedder = WordHashEmbedder("wide", 300)
    with pytest.raises(
        IndexMismatch,
        match=r"vectors of dimension 256, the embedder gives 300: set AIDP_HOME .* or remove",
    ):
        index.sync(TEXTS)
    with pytest.raises(IndexMismatch, match="dimension 256, the embedder gives 3"):
        index.table.search("x", np.ones(3, np.float32), 1, version=index.table.head())


def test_a_column_that_is_gone_is_refused_and_named(index: Index) -> None:
    index.sync(TEXTS, page=[1, 2, 3])
    with pytest.raises(IndexMismatch, match="texts has page and its rows do not: set AIDP_HOME"):
        index.sync(TEXTS, line=[1, 2, 3])


def test_a_new_column_is_filled_in_without_embedding_anything(index: Index) -> None:
    index.sync(TEXTS)
    report = index.sync(TEXTS, page=[1, 2, 3])

    assert (report.embedded, report.moved) == (0, 3)
    assert index.table.read(["id", "page"]).to_pydict() == {
        "id": ["a", "b", "c"],
        "page": [1, 2, 3],
    }
    assert index.found("router", index.table.head()) == ["a"]


def test_repeated_keys_are_refused_before_anything_is_written(index: Index) -> None:
    index.sync(TEXTS)
    head = index.table.head()
    twice = pa.concat_tables([rows(TEXTS), rows({"a": "other"})])
    with pytest.raises(IndexMismatch, match="the key id repeats among 4 rows"):
        index.table.sync(twice, index.embedder, "text")
    assert index.table.head() == head


def test_quotes_and_odd_characters_in_keys_do_no_harm(index: Index) -> None:
    odd = {"it's": "one text", 'say "hi"': "two texts", "x'); --": "three texts", "ä\\n%_": "four"}
    index.sync(odd)
    kept = {"it's": "one text"}
    report = index.sync(kept)
    assert (report.deleted, index.held()) == (3, kept)


def test_the_last_rows_can_go(index: Index) -> None:
    index.sync(TEXTS)
    report = index.sync({})
    assert (report.rows, report.deleted, index.held()) == (0, 3, {})
    assert index.found("router", report.version) == []


def test_an_empty_table_is_searched_without_a_hit(index: Index) -> None:
    report = index.sync({})
    assert index.found("router", report.version) == []


def test_a_crash_before_the_text_index_is_put_right_by_the_next_refresh(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(table: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(index.table, "_index", stop)
        with pytest.raises(KeyboardInterrupt):
            index.sync(TEXTS)
    assert index.behind_its_back().list_indices() == []

    report = index.sync(TEXTS)

    assert (report.embedded, index.embedder.texts) == (0, [])
    assert len(index.behind_its_back().list_indices()) == 1
    assert index.found("invoice", report.version) == ["b"]


def test_the_content_fingerprint_is_of_rows_and_vectors_and_not_of_their_order(
    index: Index, tmp_path: Path
) -> None:
    first = index.sync(TEXTS)
    content = index.table.content_fingerprint()
    other = Index(tmp_path / "other")
    for names in ("c", "ca", "bca"):
        other.sync({name: TEXTS[name] for name in names})
    assert other.table.content_fingerprint() == content

    changed = index.sync({**TEXTS, "a": "other words"})
    assert index.table.content_fingerprint(changed.version) != content
    assert index.table.content_fingerprint(first.version) == content

    table = other.behind_its_back()
    vector = WordHashEmbedder().encode(["swapped"])[0].tolist()
    table.update(where="id = 'a'", values={"vector": vector})
    assert other.table.content_fingerprint() != content


def test_a_search_finds_by_vector_and_by_words_and_hides_the_vector(index: Index) -> None:
    report = index.sync(TEXTS, page=[1, 2, 3])
    (vector,) = index.embedder.encode(["bank invoice"])

    hits = index.table.search("bank invoice", vector, 2, version=report.version)

    assert hits[0] == {
        "id": "b",
        "text": TEXTS["b"],
        "text_hash": hash_text(TEXTS["b"]),
        "page": 2,
        "embedder": "word-hash-1",
        "score": round(2 / 61, 6),
    }
    assert len(hits) == 2
    assert index.found("", report.version) != []
    assert index.found("a-b 'c' OR \"d\" +e (f", report.version, k=9) != []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"folder": "home"}, ["a", "c"]),
        ({"folder": "it's"}, ["b"]),
        ({"folder_prefix": "ho"}, ["a", "c"]),
        ({"folder_prefix": "home", "id": "c"}, ["c"]),
        ({"folder": "' or 1=1 --"}, []),
        ({"folder_prefix": "%"}, []),
    ],
    ids=str,
)
def test_a_filter_holds_for_what_vector_and_words_find(
    index: Index, where: dict[str, str], expected: list[str]
) -> None:
    index.sync(TEXTS, folder=["home", "it's", "home"])
    head = index.table.head()
    (vector,) = WordHashEmbedder().encode(["the"])
    for query, by in (("the router by bank morning", None), ("", vector), ("the", vector)):
        hits = index.table.search(query, by, 3, version=head, where=where)
        assert sorted(hit["id"] for hit in hits) == expected


def test_words_alone_find_what_holds_them_and_nothing_else(index: Index) -> None:
    index.sync(TEXTS)
    hits = index.table.search("plants", None, 3, version=index.table.head())
    assert [hit["id"] for hit in hits] == ["c"]


def test_a_filter_on_a_column_that_a_version_lacks_says_so(index: Index) -> None:
    index.sync(TEXTS)
    with pytest.raises(IndexMismatch, match="has no language to filter by: run `aidp run`"):
        index.table.search("x", None, 1, version=index.table.head(), where={"language": "en"})


def test_a_search_on_published_stays_where_the_tag_points_while_the_head_moves(
    index: Index,
) -> None:
    first = index.sync(TEXTS)
    index.table.tag(PUBLISHED, first.version)
    second = index.sync({"d": "reset the router by app"})

    assert index.found("reset the router", PUBLISHED) == ["a"]
    assert index.found("reset the router", second.version) == ["d"]
    assert index.table.head() == second.version

    index.table.tag(PUBLISHED, second.version)
    assert index.found("reset the router", PUBLISHED) == ["d"]
    assert index.table.tags() == {PUBLISHED: second.version}


def test_a_missing_tag_or_table_says_what_to_run(index: Index) -> None:
    assert index.table.tags() == {}
    with pytest.raises(
        NotPublishedYet, match=r"there is no table texts in .*: run `aidp run` first"
    ):
        index.found("x", PUBLISHED)
    index.sync(TEXTS)
    with pytest.raises(NotPublishedYet, match="nothing in texts is tagged 'published'"):
        index.found("x", PUBLISHED)


def test_a_tagged_version_outlives_many_refreshes(index: Index) -> None:
    first = index.sync(TEXTS)
    index.table.tag(PUBLISHED, first.version)
    for number in range(8):
        index.sync({**TEXTS, "n": f"number {number}"})
    assert index.found("invoice", PUBLISHED) == ["b"]
    assert index.table.read(["id"], first.version).num_rows == 3


class Published:
    """Versions of an index, published by moving tags."""

    def __init__(self, root: Path) -> None:
        self.index = Index(root / "vectors")
        self.ledger = GateLedger(root / "verdicts.sqlite")
        self.pointer = TagPointer(self.index.table)
        self.store = VersionStore(
            root / "versions", "knowledge_base", "embeddings", self.ledger, self.pointer
        )

    def publish(self, texts: dict[str, str]) -> str:
        report = self.index.sync(texts)
        content = self.index.table.content_fingerprint(report.version)
        rules = (Rule("rows", ">", 0, "not empty"),)
        self.ledger.record(judge("embeddings", content, {"rows": 1}, rules, code_version="1"))
        version = self.store.stage(
            content, {}, {"rows": report.rows, "table_version": report.version}
        )
        self.store.publish(version)
        return version


def test_the_tag_names_the_version_that_is_published(tmp_path: Path) -> None:
    base = Published(tmp_path)
    assert base.pointer.get() is None

    one = base.publish(TEXTS)
    assert (base.pointer.get(), base.store.current().version) == (one, one)
    two = base.publish({"d": "reset the router by app"})
    assert base.pointer.get() == two
    tags = base.index.table.tags()
    assert set(tags) == {PUBLISHED, f"v-{one}", f"v-{two}"}
    assert tags[PUBLISHED] == tags[f"v-{two}"]

    base.store.rollback()
    assert base.pointer.get() == one
    assert base.index.found("reset the router", PUBLISHED) == ["a"]


def test_content_that_comes_back_is_published_under_the_table_version_that_was_kept(
    tmp_path: Path,
) -> None:
    base = Published(tmp_path)
    one = base.publish(TEXTS)
    kept = base.index.table.tags()[f"v-{one}"]
    base.publish({"d": "reset the router by app"})

    assert base.publish(TEXTS) == one

    assert base.index.table.tags()[PUBLISHED] == kept
    assert base.store.current().manifest["table_version"] == kept
    assert base.index.found("reset the router", PUBLISHED) == ["a"]


def test_a_table_that_was_lost_and_built_again_is_published_where_it_stands_now(
    tmp_path: Path,
) -> None:
    base = Published(tmp_path)
    base.publish({"x": "something else"})
    one = base.publish(TEXTS)
    for path in sorted((tmp_path / "vectors").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    again = Published(tmp_path)
    assert again.pointer.get() is None

    assert again.publish(TEXTS) == one

    assert again.store.current().manifest["table_version"] == again.index.table.head()
    assert again.index.found("reset the router", PUBLISHED) == ["a"]
