"""Files: whole or not at all, one process at a time, and listed by what they hold."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.files import (
    DropFolder,
    SourceFile,
    exclusive,
    listing_fingerprint,
    replace_folder,
    write_atomically,
)
from ai_data_platform_tests.stores.logs import write

LONG_AGO = 1_700_000_000


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "state" / "files.json"


def drop(location: Path | str, index: Path, *suffixes: str) -> DropFolder:
    return DropFolder(str(location), index, suffixes)


def names(location: Path | str, index: Path, *suffixes: str) -> list[str]:
    return [file.name for file in drop(location, index, *suffixes).files()]


def settle(*paths: Path) -> None:
    """As if these files had been written long ago; their times of change were a moment ago."""
    for path in paths:
        os.utime(path, (LONG_AGO, LONG_AGO))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute from now: what was written before has settled."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60_000_000_000)


class Reads:
    """Counts how often each file is hashed, through the real function."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        digest = hashlib.file_digest

        def counted(file: object, name: str) -> object:
            self.names.append(Path(file.name).name)  # type: ignore[attr-defined]
            return digest(file, name)  # type: ignore[arg-type]

        monkeypatch.setattr(hashlib, "file_digest", counted)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


def test_a_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.json"
    assert write_atomically(path, b"one") is True
    assert (path.read_bytes(), oct(path.stat().st_mode)[-3:]) == (b"one", "644")


def test_a_file_that_holds_these_bytes_is_not_touched(tmp_path: Path) -> None:
    path = write(tmp_path / "file", b"one")
    settle(path)
    assert write_atomically(path, b"one") is False
    assert path.stat().st_mtime == LONG_AGO
    assert write_atomically(path, b"two") is True
    assert path.read_bytes() == b"two"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "file", b"one")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"two")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"file": b"one"}


def test_a_folder_takes_its_place_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "target"
    for content in (b"one", b"two"):
        with replace_folder(target) as folder:
            (folder / content.decode()).write_bytes(content)
            assert not (target / content.decode()).exists()
    assert {p.name: p.read_bytes() for p in target.iterdir()} == {"two": b"two"}
    assert [p.name for p in tmp_path.iterdir()] == ["target"]


def test_an_error_in_the_block_leaves_the_former_folder_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "target" / "one", b"one")

    def interrupted() -> None:
        with replace_folder(tmp_path / "target") as folder:
            (folder / "half").write_bytes(b"ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")] == ["target", "target/one"]


HOLDER = """
import sys
from pathlib import Path
from ai_data_platform.stores.files import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
    Path(sys.argv[2]).write_text("released")
"""


def test_a_second_process_waits_for_the_lock(tmp_path: Path) -> None:
    lock, mark = tmp_path / "state" / ".lock", tmp_path / "mark"
    command = [sys.executable, "-c", HOLDER, str(lock), str(mark)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        holder.stdin.write("\n")
        holder.stdin.flush()
        with exclusive(lock):
            assert mark.read_text() == "released"


def test_a_folder_is_listed_by_name_with_size_and_hash(tmp_path: Path, index: Path) -> None:
    folder = tmp_path / "drop"
    second = write(folder / "b.jsonl", b"two")
    first = write(folder / "a" / "z.jsonl", b"three")

    found = drop(folder, index).files()

    assert found == [
        SourceFile(
            path=path,
            name=name,
            size=path.stat().st_size,
            mtime_ns=path.stat().st_mtime_ns,
            ctime_ns=path.stat().st_ctime_ns,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path, name in ((first, "a/z.jsonl"), (second, "b.jsonl"))
    ]


def test_hidden_files_and_links_out_of_the_folder_are_left_out(tmp_path: Path, index: Path) -> None:
    folder = tmp_path / "drop"
    outside = write(tmp_path / "private" / "secret.jsonl", b"secret")
    write(folder / "seen.jsonl", b"seen")
    write(folder / ".seen.jsonl.part", b"half")
    write(folder / ".trash" / "old.jsonl", b"old")
    (folder / "inside.jsonl").symlink_to(folder / "seen.jsonl")
    (folder / "outside.jsonl").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    (folder / "dangling.jsonl").symlink_to(folder / "gone.jsonl")

    assert names(folder, index) == ["inside.jsonl", "seen.jsonl"]
    assert names(f"{folder}/*/*.jsonl", index) == []


def test_a_glob_pattern_a_single_file_and_suffixes_choose_files(
    tmp_path: Path, index: Path
) -> None:
    folder = tmp_path / "drop"
    for name in ("2024-01/a.jsonl", "2024-01/b.csv", "2024-02/a.jsonl", "top.jsonl", "READ.ME"):
        write(folder / name, name.encode())

    assert names(f"{folder}/2024-*/*.jsonl", index) == ["2024-01/a.jsonl", "2024-02/a.jsonl"]
    assert names(f"{folder}/**/a.json?", index) == ["2024-01/a.jsonl", "2024-02/a.jsonl"]
    assert names(folder / "2024-01" / "b.csv", index) == ["b.csv"]
    assert names(folder, index, ".jsonl") == ["2024-01/a.jsonl", "2024-02/a.jsonl", "top.jsonl"]
    assert names(f"{folder}/nothing-*", index) == []


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(tmp_path: Path, index: Path) -> None:
    write(tmp_path / "logs [2024]" / "a.jsonl", b"a")
    write(tmp_path / "logs 2" / "b.jsonl", b"b")
    assert names(tmp_path / "logs [2024]", index) == ["a.jsonl"]
    assert names(tmp_path / "logs [2024]" / "a.jsonl", index) == ["a.jsonl"]
    assert names(f"{tmp_path}/logs [0-9]/*", index) == ["logs 2/b.jsonl"]


def test_without_a_location_there_are_no_files(index: Path) -> None:
    assert DropFolder(None, index).files() == []


def test_a_missing_folder_is_a_mistake_that_says_what_to_do(tmp_path: Path, index: Path) -> None:
    missing = tmp_path / "missing"
    for location in (missing, f"{missing}/*.jsonl", missing / "a.jsonl"):
        with pytest.raises(ConfigurationError, match=r"nothing is at .*missing.*: wanted a folder"):
            drop(location, index).files()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, index: Path) -> None:
    write(tmp_path / "drop" / "a.jsonl", b"a").chmod(0)
    with pytest.raises(ConfigurationError, match=r"a.jsonl cannot be read \(Permission denied\)"):
        drop(tmp_path / "drop", index).files()


def test_a_name_whose_bytes_are_not_utf_8_is_listed_with_those_bytes_as_escapes(
    tmp_path: Path, index: Path
) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jsonl")).write_bytes(b"a")
    assert names(folder, index) == ["caf\\udce9.jsonl"]


def test_a_file_that_is_moved_away_while_it_is_listed_is_not_there(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "drop"
    moved = write(folder / "a.jsonl", b"a")
    write(folder / "b.jsonl", b"b")
    digest = hashlib.file_digest

    def moving(file: object, name: str) -> object:
        moved.unlink(missing_ok=True)
        return digest(file, name)  # type: ignore[arg-type]

    folder_files = drop(f"{folder}/*.jsonl", index)
    (folder / "0.jsonl").write_bytes(b"0")  # is hashed first
    monkeypatch.setattr(hashlib, "file_digest", moving)
    assert [file.name for file in folder_files.files()] == ["0.jsonl", "b.jsonl"]


@pytest.mark.usefixtures("later")
def test_a_settled_file_is_hashed_once(tmp_path: Path, index: Path, reads: Reads) -> None:
    folder = tmp_path / "drop"
    settle(write(folder / "a.jsonl", b"a"), write(folder / "b.jsonl", b"b"))

    before = drop(folder, index).files()
    write(folder / "b.jsonl", b"changed")
    after = drop(folder, index).files()

    assert reads.names == ["a.jsonl", "b.jsonl", "b.jsonl"]
    assert before[0] == after[0]
    assert before[1].sha256 != after[1].sha256


def test_a_file_written_a_moment_ago_is_hashed_again(
    tmp_path: Path, index: Path, reads: Reads
) -> None:
    write(tmp_path / "drop" / "a.jsonl", b"a")
    drop(tmp_path / "drop", index).files()
    drop(tmp_path / "drop", index).files()
    assert reads.names == ["a.jsonl", "a.jsonl"]


@pytest.mark.usefixtures("later")
def test_a_copy_of_the_same_size_that_kept_its_time_is_noticed(tmp_path: Path, index: Path) -> None:
    path = write(tmp_path / "drop" / "a.jsonl", b"one")
    settle(path)
    before = drop(tmp_path / "drop", index).fingerprint()
    path.write_bytes(b"two")
    settle(path)
    assert drop(tmp_path / "drop", index).fingerprint() != before


def test_an_index_that_cannot_be_read_is_made_again(tmp_path: Path, index: Path) -> None:
    write(tmp_path / "drop" / "a.jsonl", b"a")
    before = drop(tmp_path / "drop", index).files()
    index.write_bytes(b"{half")
    assert drop(tmp_path / "drop", index).files() == before


def test_the_fingerprint_of_a_folder_changes_with_names_and_content_alone(
    tmp_path: Path, index: Path
) -> None:
    folder = tmp_path / "drop"
    path = write(folder / "a.jsonl", b"a")
    seen = [drop(folder, index).fingerprint()]
    settle(path)
    assert drop(folder, index).fingerprint() == seen[0]
    path.write_bytes(b"other")
    seen.append(drop(folder, index).fingerprint())
    path.rename(folder / "b.jsonl")
    seen.append(drop(folder, index).fingerprint())
    write(folder / "c.jsonl", b"c")
    seen.append(drop(folder, index).fingerprint())
    (folder / "c.jsonl").unlink()
    assert drop(folder, index).fingerprint() == seen[2]
    assert len(set(seen)) == 4


def test_a_listing_changes_when_any_file_does_and_not_for_hidden_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "lake" / "a.parquet", b"a")
    roots = (tmp_path / "lake", tmp_path / "missing")
    before = listing_fingerprint(*roots)
    write(tmp_path / "lake" / ".lock", b"")
    assert listing_fingerprint(*roots) == before
    settle(path)
    assert listing_fingerprint(*roots) != before
