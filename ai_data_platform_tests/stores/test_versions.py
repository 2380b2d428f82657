"""Versions: immutable, published only with a passing verdict, and one pointer that moves both ways."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from ai_data_platform.core.errors import GateBlocked, NotPublishedYet, VersionNotFound
from ai_data_platform.core.fingerprints import hash_bytes, hash_text
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform.stores.versions import FilePointer, VersionStore

RULES = (Rule("rows", ">", 0, "an empty dataset trains nothing"),)


class Publication:
    """A version store with a ledger, and short names for what is done with them."""

    def __init__(self, root: Path) -> None:
        self.root = root / "versions" / "sft"
        self.ledger = GateLedger(root / "verdicts.sqlite")
        self.pointer = FilePointer(self.root / "published.json")
        self.store = VersionStore(
            root / "versions", "sft", "sft_dataset", self.ledger, self.pointer
        )

    def judge(self, fingerprint: str, rows: int = 3) -> None:
        verdict = judge("sft_dataset", fingerprint, {"rows": rows}, RULES, code_version="1")
        self.ledger.record(verdict)

    def stage(self, name: str, **manifest: Any) -> str:
        fingerprint = hash_text(name)
        files = {"data/train.parquet": name.encode(), "README.md": b"# Card"}
        return self.store.stage(fingerprint, files, {"rows": 3, "dropped": {}, **manifest})

    def publish(self, name: str) -> str:
        self.judge(hash_text(name))
        version = self.stage(name)
        self.store.publish(version)
        return version

    def listed(self) -> list[tuple[str, bool]]:
        return [(found.version, found.current) for found in self.store.published()]


@pytest.fixture
def sft(tmp_path: Path) -> Publication:
    return Publication(tmp_path)


def test_a_staged_version_is_named_by_its_content_and_lies_whole_in_its_folder(
    sft: Publication,
) -> None:
    version = sft.stage("one", inputs="i1")

    assert version == hash_text("one")[:12]
    folder = sft.store.folder(version)
    assert (folder / "data" / "train.parquet").read_bytes() == b"one"
    assert sft.store.last_staged() == {
        "rows": 3,
        "dropped": {},
        "inputs": "i1",
        "name": "sft",
        "version": version,
        "fingerprint": hash_text("one"),
        "files": {
            "README.md": hash_bytes(b"# Card"),
            "data/train.parquet": hash_bytes(b"one"),
        },
    }
    assert sft.store.last_fingerprint() == hash_text("one")
    assert sft.store.version_of(hash_text("one")) == version
    with pytest.raises(VersionNotFound):
        sft.store.version_of(hash_text("two"))


def test_before_anything_happened_everything_says_so(sft: Publication) -> None:
    assert (sft.store.last_staged(), sft.store.published(), sft.store.withdrawn()) == (
        None,
        [],
        set(),
    )
    with pytest.raises(NotPublishedYet, match="no version of sft was published yet"):
        sft.store.current()
    with pytest.raises(NotPublishedYet, match="no candidate of sft was built yet"):
        sft.store.last_fingerprint()
    with pytest.raises(VersionNotFound, match="no earlier published version"):
        sft.store.rollback()
    with pytest.raises(VersionNotFound, match="sft has no version abc"):
        sft.store.publish("abc")


def test_staging_twice_is_one_version_and_touches_nothing(sft: Publication) -> None:
    version = sft.stage("one")
    stat = (sft.store.folder(version) / "manifest.json").stat()
    assert sft.stage("one") == version
    assert (sft.store.folder(version) / "manifest.json").stat() == stat
    assert [path.name for path in sft.root.iterdir() if path.is_dir()] == [version]


def test_other_content_that_starts_alike_is_not_taken_for_the_version(sft: Publication) -> None:
    version = sft.stage("one")
    twin = hash_text("one")[:12] + "0" * 20
    with pytest.raises(VersionNotFound, match=f"sft {version} holds other content than {twin}"):
        sft.store.version_of(twin)


def test_nothing_is_published_without_a_passing_verdict_on_exactly_this_content(
    sft: Publication,
) -> None:
    version = sft.stage("one")
    with pytest.raises(GateBlocked, match="no gate has judged sft_dataset"):
        sft.store.publish(version)
    sft.judge(hash_text("two"))
    with pytest.raises(GateBlocked, match="no gate has judged sft_dataset"):
        sft.store.publish(version)
    sft.judge(hash_text("one"), rows=0)
    with pytest.raises(GateBlocked, match="rows is 0"):
        sft.store.publish(version)
    assert (sft.store.published(), sft.pointer.get()) == ([], None)

    sft.judge(hash_text("one"))
    assert sft.store.publish(version) == "published"
    assert sft.store.publish(version) == "unchanged"
    current = sft.store.current()
    assert (current.version, current.rows, current.current) == (version, 3, True)
    assert current.published_at is not None


def test_a_published_version_is_never_laid_down_again(sft: Publication) -> None:
    version = sft.publish("one")
    folder = sft.store.folder(version)
    before = {path: path.stat() for path in folder.rglob("*")}

    sft.stage("one", inputs="made from something else")

    assert {path: path.stat() for path in folder.rglob("*")} == before
    staged = sft.store.last_staged()
    assert staged is not None
    assert staged["inputs"] == "made from something else"
    assert "inputs" not in sft.store.current().manifest


def test_a_candidate_that_nobody_saw_takes_its_new_manifest(sft: Publication) -> None:
    version = sft.stage("one", inputs="i1")
    sft.stage("one", inputs="i2")
    staged = sft.store.last_staged()
    assert staged is not None
    assert staged["inputs"] == "i2"
    assert b'"i2"' in (sft.store.folder(version) / "manifest.json").read_bytes()


def test_a_candidate_whose_folder_is_gone_is_none(sft: Publication) -> None:
    version = sft.stage("one")
    sft.store.folder(version).rename(sft.root.parent / "elsewhere")
    assert sft.store.last_staged() is None


def test_versions_are_listed_with_the_last_publication_first(sft: Publication) -> None:
    one, two, three = (sft.publish(name) for name in ("one", "two", "three"))
    sft.stage("never published")
    assert sft.listed() == [(three, True), (two, False), (one, False)]


def test_rolling_back_goes_to_the_version_before_and_further_back(sft: Publication) -> None:
    one, two, three = (sft.publish(name) for name in ("one", "two", "three"))
    assert sft.store.rollback().version == two
    assert sft.store.rollback().version == one
    with pytest.raises(VersionNotFound, match="no earlier published version"):
        sft.store.rollback()
    assert sft.listed() == [(three, False), (two, False), (one, True)]
    assert sft.store.withdrawn() == {two, three}


def test_rolling_back_to_a_prefix_needs_exactly_one_published_version(sft: Publication) -> None:
    names = {hash_text(f"n{number}")[0]: f"n{number}" for number in range(30)}
    first, second = sorted(names)[:2]
    one, two = sft.publish(names[first]), sft.publish(names[second])
    sft.stage(names[sorted(names)[2]])  # not published, so no prefix finds it

    assert sft.store.rollback(first).version == one
    assert sft.store.rollback(two).version == two
    unknown = sorted(names)[2]
    with pytest.raises(VersionNotFound) as none:
        sft.store.rollback(unknown)
    assert str(none.value) == (
        f"0 published versions of sft start with {unknown!r}, wanted one; there are: {one}, {two}"
    )


def test_an_ambiguous_prefix_is_refused(sft: Publication) -> None:
    by_first: dict[str, list[str]] = {}
    for number in range(40):
        by_first.setdefault(hash_text(f"n{number}")[0], []).append(f"n{number}")
    prefix, names = next((p, n) for p, n in by_first.items() if len(n) > 1)
    for name in names[:2]:
        sft.publish(name)
    with pytest.raises(VersionNotFound, match=f"2 published versions of sft start with '{prefix}'"):
        sft.store.rollback(prefix)


def test_a_rolled_back_version_stays_withdrawn_until_it_is_named(sft: Publication) -> None:
    one, two = sft.publish("one"), sft.publish("two")
    sft.store.rollback()

    assert sft.store.publish(two) == "withdrawn"
    assert sft.store.current().version == one
    three = sft.publish("three")
    assert sft.store.publish(two) == "withdrawn"
    assert sft.store.current().version == three

    assert sft.store.rollback(two).version == two
    assert sft.store.withdrawn() == {three}  # newer than two: moved back from
    assert sft.store.publish(two) == "unchanged"


def test_bringing_a_version_back_does_not_withdraw_the_older_one(sft: Publication) -> None:
    one, two = sft.publish("one"), sft.publish("two")
    sft.store.rollback()
    sft.store.rollback(two)
    assert sft.store.withdrawn() == set()
    assert sft.store.rollback().version == one


def test_content_that_comes_back_is_published_again_and_the_one_before_is_the_way_back(
    sft: Publication,
) -> None:
    one, two = sft.publish("one"), sft.publish("two")
    assert sft.publish("one") == one
    assert sft.listed() == [(one, True), (two, False)]
    assert sft.store.rollback().version == two
    assert sft.store.withdrawn() == {one}


def test_rolling_back_needs_a_verdict_that_still_passes(sft: Publication) -> None:
    one, two = sft.publish("one"), sft.publish("two")
    sft.judge(hash_text("one"), rows=0)
    with pytest.raises(GateBlocked):
        sft.store.rollback(one)
    assert sft.store.current().version == two


class _Stopping(FilePointer):
    def move(self, version: str, manifest: Mapping[str, Any]) -> None:
        raise KeyboardInterrupt


def test_a_crash_between_history_and_pointer_serves_the_old_and_is_put_right_by_publishing(
    sft: Publication,
) -> None:
    one = sft.publish("one")
    sft.judge(hash_text("two"))
    two = sft.stage("two")
    stopping = VersionStore(
        sft.root.parent, "sft", "sft_dataset", sft.ledger, _Stopping(sft.root / "published.json")
    )
    with pytest.raises(KeyboardInterrupt):
        stopping.publish(two)
    assert sft.store.current().version == one

    assert sft.store.publish(two) == "published"
    assert sft.store.current().version == two
    assert sft.listed() == [(two, True), (one, False)]
    assert sft.store.rollback().version == one


def test_the_history_tells_every_move_in_order(sft: Publication) -> None:
    one, two = sft.publish("one"), sft.publish("two")
    sft.store.rollback()
    sft.store.rollback(one)  # is there already: no move
    lines = (sft.root / "history.jsonl").read_bytes().splitlines()
    events = [orjson.loads(line) for line in lines]
    assert [(event["event"], event["version"], event["from"]) for event in events] == [
        ("publish", one, None),
        ("publish", two, one),
        ("rollback", one, two),
    ]


def test_a_file_that_changed_after_it_was_judged_is_not_published_and_is_laid_down_again(
    sft: Publication,
) -> None:
    first = sft.publish("one")
    sft.judge(hash_text("two"))
    second = sft.stage("two")
    (sft.store.folder(second) / "data" / "train.parquet").write_bytes(b"tow")

    with pytest.raises(
        GateBlocked, match=r"data/train\.parquet of sft .* changed after the gate had"
    ):
        sft.store.publish(second)
    assert sft.listed() == [(first, True)]

    sft.stage("two")
    assert sft.store.publish(second) == "published"


def test_rollback_refuses_a_version_whose_file_is_gone(sft: Publication) -> None:
    first, second = sft.publish("one"), sft.publish("two")
    (sft.store.folder(first) / "data" / "train.parquet").unlink()
    with pytest.raises(GateBlocked, match="changed after the gate had judged it"):
        sft.store.rollback()
    assert sft.listed() == [(second, True), (first, False)]
