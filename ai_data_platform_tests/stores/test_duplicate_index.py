import hashlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.datasets.near_duplicates import (
    Corpus,
    NearDuplicateOptions,
    NearDuplicates,
    Text,
    new_texts,
)
from ai_data_platform.core.datasets.near_duplicates.search import named
from ai_data_platform.core.errors import SourceUnreadable
from ai_data_platform.stores import duplicate_index
from ai_data_platform.stores.duplicate_index import DuplicateIndex, IndexChange
from ai_data_platform_tests.core.datasets.near_duplicates.oracle import (
    EVERY_PAIR,
    Ranked,
    found_in,
    ranks_of,
    texts_of,
)

TEXTS = texts_of(3, 40)
RANKS = ranks_of(TEXTS)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[!.]*")}


def _said(corpus: Corpus) -> NearDuplicates:
    return named(corpus, RANKS)


def _index(folder: Path) -> DuplicateIndex:
    return DuplicateIndex(folder, EVERY_PAIR)


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """The files of an index that was given all texts at once."""
    _index(tmp_path / "whole").sync(TEXTS)
    return _bytes(tmp_path / "whole")


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_partitions_order_and_detours_leave_no_trace(parts: int, random: Random) -> None:
    texts = list(TEXTS)
    random.shuffle(texts)
    gone = texts_of(random.randint(0, 99), 12)
    gone = [Ranked(f"gone-{text.id}", text.text, text.segment) for text in gone]
    with TemporaryDirectory() as folder:
        whole, stepwise = Path(folder) / "whole", Path(folder) / "stepwise"
        wanted = _said(_index(whole).sync(TEXTS).corpus)
        _index(stepwise).update(gone)
        for part in range(parts):
            change = _index(stepwise).update(texts[part::parts])
        assert change.added == len(texts[parts - 1 :: parts])
        change = _index(stepwise).update([], [text.id for text in gone])
        assert _said(change.corpus) == wanted == found_in(TEXTS, EVERY_PAIR)
        assert _bytes(stepwise) == _bytes(whole)


def test_an_index_answers_again_what_it_said_when_it_changed(tmp_path: Path) -> None:
    said = _said(_index(tmp_path).sync(TEXTS).corpus)
    assert _said(_index(tmp_path).corpus()) == said


def test_a_change_counts_what_it_did_and_names_the_ids_that_were_not_there(tmp_path: Path) -> None:
    index = _index(tmp_path)
    first = index.update(TEXTS[:30])
    assert (first.added, first.replaced, first.removed, first.not_held) == (30, 0, 0, ())
    later = index.update([Text(TEXTS[0].id, "another text"), *TEXTS[30:]], ["t001", "nobody"])
    counts = (later.added, later.replaced, later.removed, later.not_held, later.rebuilt)
    assert counts == (10, 1, 1, ("nobody",), None)
    assert len(later.corpus) == 39


def test_a_change_of_text_or_segment_gives_the_index_that_the_new_text_would_have_given(
    tmp_path: Path,
) -> None:
    other = Text(TEXTS[5].id, TEXTS[9].text, TEXTS[5].segment)
    moved = Text(TEXTS[7].id, TEXTS[7].text, "sunday")
    wanted = [*TEXTS[:5], other, TEXTS[6], moved, *TEXTS[8:]]
    _index(tmp_path / "changed").sync(TEXTS)
    change = _index(tmp_path / "changed").update([moved, other])
    fresh = _index(tmp_path / "fresh").sync(wanted)
    assert change.replaced == 2
    assert _said(change.corpus) == _said(fresh.corpus)
    assert _bytes(tmp_path / "changed") == _bytes(tmp_path / "fresh")


def test_a_new_day_leaves_the_files_of_other_days_alone(tmp_path: Path) -> None:
    index = _index(tmp_path)
    index.sync([text for text in TEXTS if text.segment])
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.arrow")}
    index.update([text for text in TEXTS if not text.segment])
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.arrow")}
    assert len(before) == 2
    assert before.items() <= after.items()
    assert len(after) == 3


@pytest.mark.parametrize("gone", ["a", "b", "c"])
def test_a_cluster_that_loses_a_text_holds_together_only_by_what_is_left(
    tmp_path: Path, gone: str
) -> None:
    chain = ["a b c d e f g h i j", "c d e f g h i j x y", "e f g h i j x y z w"]
    texts = [Text(name, text) for name, text in zip("abc", chain, strict=True)]
    whole = DuplicateIndex(tmp_path / "chain")
    assert len(set(_said(whole.sync(texts).corpus).clusters.values())) == 1
    after = whole.update([], [gone])
    fresh = DuplicateIndex(tmp_path / "fresh").sync([text for text in texts if text.id != gone])
    assert len(set(_said(after.corpus).clusters.values())) == (2 if gone == "b" else 1)
    assert _said(after.corpus) == _said(fresh.corpus)
    assert _bytes(tmp_path / "chain") == _bytes(tmp_path / "fresh")


def test_sync_removes_what_it_is_not_given_and_sketches_only_what_is_new(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    index = _index(tmp_path / "index")
    index.sync([*TEXTS[:35], Text("extra", "that one goes away again")])
    sketched: list[str] = []
    sketch = new_texts.sketch

    def noted(ids: list[str], texts: list[str], options: NearDuplicateOptions) -> Any:
        sketched.extend(texts)
        return sketch(ids, texts, options)

    monkeypatch.setattr(new_texts, "sketch", noted)
    change = index.sync(TEXTS)
    assert (change.added, change.replaced, change.removed) == (5, 0, 1)
    assert sketched == [text.text for text in TEXTS[35:]]
    assert _bytes(tmp_path / "index") == whole


def test_sketches_that_wait_on_disk_give_the_same_bytes_and_leave_no_file(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicate_index._Shelf, "room", 1)
    monkeypatch.setattr(new_texts, "MAX_TEXTS", 3)
    change = _index(tmp_path / "index").sync(reversed(TEXTS))
    assert _bytes(tmp_path / "index") == whole
    assert _said(change.corpus) == found_in(TEXTS, EVERY_PAIR)
    hidden = {path.name for path in (tmp_path / "index").glob(".*")}
    assert hidden == {".lock", ".stamps.json"}


@pytest.mark.parametrize("harm", ["a byte", "cut short", "missing"])
def test_a_damaged_file_is_noticed_and_the_index_rebuilt(
    tmp_path: Path, whole: dict[str, bytes], harm: str
) -> None:
    folder = tmp_path / "index"
    for name in whole:
        _index(folder).sync(TEXTS)
        data = (folder / name).read_bytes()
        place = len(data) * 2 // 3
        if harm == "missing":
            (folder / name).unlink()
        elif harm == "cut short":
            (folder / name).write_bytes(data[:place])
        else:
            changed = bytes([data[place] ^ 1])
            (folder / name).write_bytes(data[:place] + changed + data[place + 1 :])
        with pytest.raises(SourceUnreadable):
            _index(folder).update([])
        with pytest.raises(SourceUnreadable):
            _index(folder).corpus()
        change = _index(folder).sync(TEXTS)
        assert change.rebuilt in {"manifest_unreadable", "file_unreadable", "file_changed"}
        assert _bytes(folder) == whole


def test_a_file_is_hashed_again_only_when_its_size_or_times_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index(tmp_path).sync(TEXTS)
    monkeypatch.setattr(duplicate_index, "_RACY_NS", -1)  # as if it were written long ago
    _index(tmp_path).update([])  # hashes them and remembers it
    hashed: list[str] = []
    digest = hashlib.file_digest

    def noted(file: Any, name: str) -> Any:
        hashed.append(Path(file.name).name)
        return digest(file, name)

    monkeypatch.setattr(duplicate_index.hashlib, "file_digest", noted)
    _index(tmp_path).corpus()
    assert hashed == []
    first = min(tmp_path.glob("*.arrow"))
    os.utime(first, (1, 1))
    _index(tmp_path).corpus()
    assert hashed == [first.name]


def test_an_index_of_other_options_is_rebuilt_and_not_believed(tmp_path: Path) -> None:
    _index(tmp_path).sync(TEXTS)
    other = DuplicateIndex(tmp_path, NearDuplicateOptions())
    with pytest.raises(SourceUnreadable, match="other_version"):
        other.update(TEXTS[:1])
    assert other.sync(TEXTS).rebuilt == "other_version"
    assert other.sync(TEXTS).rebuilt is None


def test_a_crash_before_the_manifest_leaves_the_index_as_it_was(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    before = _said(_index(folder).update(TEXTS[:20]).corpus)
    write = duplicate_index.write_atomically

    def crashing(path: Path, data: bytes) -> bool:
        if path.name == "manifest.json":
            raise KeyboardInterrupt
        return write(path, data)

    monkeypatch.setattr(duplicate_index, "write_atomically", crashing)
    with pytest.raises(KeyboardInterrupt):
        _index(folder).update(TEXTS[20:])
    monkeypatch.undo()
    assert _said(_index(folder).corpus()) == before
    _index(folder).update(TEXTS[20:])
    assert _bytes(folder) == whole


def test_a_crash_while_an_array_is_written_leaves_the_index_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _said(_index(tmp_path).update(TEXTS[:20]).corpus)
    files = _bytes(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(duplicate_index.np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="no space left"):
        _index(tmp_path).update(TEXTS[20:])
    monkeypatch.undo()
    assert _said(_index(tmp_path).corpus()) == before
    assert files.items() <= _bytes(tmp_path).items()


def test_another_process_with_another_hash_seed_writes_the_same_bytes(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from ai_data_platform_tests.stores.test_duplicate_index import TEXTS, _index;"
        "_index(Path(sys.argv[1])).sync(reversed(TEXTS))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    command = [sys.executable, "-c", program, str(tmp_path / "other")]
    subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[2])
    assert _bytes(tmp_path / "other") == whole


def test_an_empty_index_has_nothing_to_say(tmp_path: Path) -> None:
    assert len(_index(tmp_path).corpus()) == 0
    change = _index(tmp_path).sync([])
    assert change == IndexChange(change.corpus, added=0, replaced=0, removed=0)
    assert len(change.corpus) == 0
    assert _index(tmp_path).update([]).rebuilt is None
