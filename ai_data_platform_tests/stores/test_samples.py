"""A sample on disk, read back with plain tools."""

import csv
import gzip
import shutil
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.samples import SampleReport, SampleSpec, write_sample

SHIPPED = Path(__file__).parents[2] / "examples" / "sample"
SMALL = SampleSpec(conversations=30, documents=9, feedback=60)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleReport]:
    folder = tmp_path_factory.mktemp("sample") / "default"
    return folder, write_sample(folder, SampleSpec())


def _tree(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _unpacked(name: str, folder: Path, data: bytes) -> object:
    """What a file says: how gz and Parquet lay out their bytes may differ between releases."""
    if name.endswith(".gz"):
        return zlib.decompressobj(31).decompress(data)
    return pq.read_table(folder / name).to_pylist() if name.endswith(".parquet") else data


def _jsonl(data: bytes) -> list[Row]:
    rows = []
    for line in data.splitlines():
        try:
            rows.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            rows.append({"not_json": True})
    return rows


def _chat_rows(folder: Path) -> list[Row]:
    rows: list[Row] = []
    for path in sorted((folder / "chat_logs").iterdir()):
        if path.name.endswith("-late.jsonl.gz"):
            continue  # cut off: no row of it counts
        if path.name.endswith(".jsonl"):
            rows += _jsonl(path.read_bytes())
        elif path.name.endswith(".gz"):
            rows += _jsonl(gzip.decompress(path.read_bytes()))
        elif path.suffix == ".parquet":
            rows += pq.read_table(path).to_pylist()
        else:
            with path.open(encoding="utf-8", newline="") as file:
                read = csv.DictReader(file)
                rows += [row | {"rating": int(row["rating"] or 0) or None} for row in read]
    return rows


def _good(rows: list[Row]) -> list[Row]:
    return [row for row in rows if _is_good(row)]


def _is_good(row: Row) -> bool:
    rating = row.get("rating")
    return (
        isinstance(row.get("user_message"), str)
        and row.get("message_id") is not None
        and (rating is None or (isinstance(rating, int) and rating <= 5))
        and not str(row["created_at"]).startswith("2025-13")
    )


def test_the_shipped_sample_is_what_the_function_writes(sample: tuple[Path, SampleReport]) -> None:
    folder, _ = sample
    made, shipped = _tree(folder), _tree(SHIPPED)
    assert list(made) == list(shipped)
    for name, data in made.items():
        assert _unpacked(name, folder, data) == _unpacked(name, SHIPPED, shipped[name]), name


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_sample(tmp_path / name, SMALL) for name in ("a", "b"))
    assert first == second
    assert _tree(tmp_path / "a") == _tree(tmp_path / "b")


def test_another_seed_writes_another_sample(tmp_path: Path) -> None:
    write_sample(tmp_path / "a", SMALL)
    write_sample(tmp_path / "b", SampleSpec(conversations=30, documents=9, feedback=60, seed=8))
    a, b = _tree(tmp_path / "a"), _tree(tmp_path / "b")
    assert a["chat_logs/2025-03-03.jsonl"] != b["chat_logs/2025-03-03.jsonl"]


def test_the_shipped_sample_stays_below_two_megabytes() -> None:
    assert sum(len(data) for data in _tree(SHIPPED).values()) < 2_000_000


def test_enough_rated_conversations_and_pairs_survive_the_usual_filters(
    sample: tuple[Path, SampleReport],
) -> None:
    rows = _good(_chat_rows(sample[0]))
    once = {(row["user_message"], row["assistant_message"]): row for row in reversed(rows)}
    clean = [
        row
        for row in once.values()
        if len(row["user_message"]) > 10
        and len(row["assistant_message"]) > 20
        and not row["user_id"].startswith("test-")
        and "test" not in row["user_message"].lower().split()
    ]
    rated = {row["conversation_id"] for row in clean if (row["rating"] or 0) >= 4}
    assert len(rated) >= 250
    scores: dict[str, list[int]] = defaultdict(list)
    for path in sorted((sample[0] / "feedback").iterdir()):
        data = path.read_bytes()
        for event in _jsonl(gzip.decompress(data) if path.suffix == ".gz" else data):
            scores[event["message_id"]].append(event["rating"])
    means: dict[str, list[float]] = defaultdict(list)
    for row in clean:
        given = scores[row["message_id"]]
        means[row["parent_message_id"]] += [sum(given) / len(given)] if given else []
    candidates = [m for m in means.values() if len(m) > 1 and max(m) >= 4 and min(m) < max(m)]
    assert len(candidates) >= 60


def test_the_counts_of_the_report_are_found_in_the_files(
    sample: tuple[Path, SampleReport],
) -> None:
    folder, report = sample
    rows = _chat_rows(folder)
    good = _good(rows)
    planted, totals = report.planted, report.totals
    broken = sum(count for name, count in planted.items() if name.startswith("broken_"))
    assert len(rows) == totals["chat_rows"] + broken
    assert len(good) == totals["chat_rows"] + planted["broken_repeated_id"]
    pairs = Counter((row["user_message"], row["assistant_message"]) for row in good)
    assert sum(count - 1 for count in pairs.values()) == planted["exact_duplicates"]
    ids = Counter(row["message_id"] for row in good)
    assert sum(count - 1 for count in ids.values()) == planted["broken_repeated_id"] == 1
    assert sum(not row["assistant_message"].strip() for row in good) == planted["empty_answers"]
    assert sum("@" in row["user_message"] for row in good) == planted["pii_email"]
    events = [
        event
        for path in (folder / "feedback").iterdir()
        for event in _jsonl(
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        )
    ]
    assert len(events) == totals["feedback_lines"] == 1_500
    repeated = len(events) - len({event["event_id"] for event in events})
    assert repeated == planted["feedback_retries"]


def test_every_kind_of_defect_is_in_the_default_sample(
    sample: tuple[Path, SampleReport],
) -> None:
    assert sorted(sample[1].planted) == [
        "boilerplate_answers",
        "broken_missing_column",
        "broken_not_json",
        "broken_null_id",
        "broken_rating_as_text",
        "broken_rating_fractional",
        "broken_rating_out_of_range",
        "broken_repeated_id",
        "broken_unreadable_timestamp",
        "broken_wrong_type",
        "document_empty",
        "document_not_a_pdf",
        "empty_answers",
        "eval_questions_answered",
        "exact_duplicates",
        "feedback_comparisons",
        "feedback_edits",
        "feedback_edits_with_personal_data",
        "feedback_rating_out_of_range",
        "feedback_retries",
        "feedback_second_looks",
        "feedback_unknown_message",
        "feedback_whole_conversation",
        "file_empty",
        "file_truncated_gzip",
        "near_duplicates_case",
        "near_duplicates_punctuation",
        "near_duplicates_word",
        "other_languages",
        "pii_card",
        "pii_email",
        "pii_iban",
        "pii_ip",
        "pii_phone",
        "refusals",
        "short_answers",
        "test_decoys",
        "test_traffic_message",
        "test_traffic_user",
    ]


def test_the_report_stands_in_the_folder_with_the_names_of_all_files(
    sample: tuple[Path, SampleReport],
) -> None:
    folder, report = sample
    expected = orjson.loads((folder / "expected.json").read_bytes())
    assert expected["totals"] == report.totals
    assert expected["planted"] == report.planted
    assert expected["spec"] == {
        "conversations": 450,
        "documents": 40,
        "feedback": 1500,
        "seed": 7,
        "days": 7,
    }
    assert sorted([*expected["files"], "expected.json"]) == list(_tree(folder))


def test_every_question_has_its_page_among_the_documents(
    sample: tuple[Path, SampleReport],
) -> None:
    folder, _ = sample
    questions = _jsonl((folder / "eval_questions.jsonl").read_bytes())
    gold = {uri for question in questions for uri in question["gold_uris"]}
    assert len(questions) == 120
    assert [uri for uri in gold if not (folder / "documents" / uri).is_file()] == []


def test_a_packed_file_carries_no_time_and_the_cut_one_ends_too_early(
    sample: tuple[Path, SampleReport],
) -> None:
    logs = sample[0] / "chat_logs"
    packed, cut = logs / "2025-03-07.jsonl.gz", logs / "2025-03-03-late.jsonl.gz"
    assert packed.read_bytes()[4:8] == b"\0\0\0\0"
    with pytest.raises(EOFError):
        gzip.decompress(cut.read_bytes())
    whole_lines = zlib.decompressobj(31).decompress(cut.read_bytes()).split(b"\n")[:-1]
    assert [orjson.loads(line)["message_id"] for line in whole_lines] == [
        f"late{number}-a0" for number in range(5)
    ]


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="not a sample: name an empty folder"):
        write_sample(tmp_path, SMALL)
    assert _tree(tmp_path) == {"thesis.txt": b"mine"}


def test_a_marker_that_cannot_be_read_makes_no_sample(tmp_path: Path) -> None:
    (tmp_path / "expected.json").write_text("[]")
    with pytest.raises(ConfigurationError, match=r"no readable expected\.json"):
        write_sample(tmp_path, SMALL)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sample").write_text("mine")
    with pytest.raises(ConfigurationError, match="is a file"):
        write_sample(tmp_path / "sample", SMALL)


def test_a_newer_sample_replaces_the_older_one_and_spares_what_others_put_there(
    tmp_path: Path,
) -> None:
    write_sample(tmp_path / "a", SampleSpec(conversations=60, documents=20, feedback=90))
    mine = tmp_path / "a" / "chat_logs" / "mine.jsonl"
    mine.write_text("{}\n")
    write_sample(tmp_path / "a", SMALL)
    write_sample(tmp_path / "b", SMALL)
    assert mine.read_text() == "{}\n"
    mine.unlink()
    assert _tree(tmp_path / "a") == _tree(tmp_path / "b")
    assert not (tmp_path / "a" / "documents" / "manuals" / "wren-11").exists()


def test_a_file_named_outside_the_folder_is_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    (tmp_path / "a").mkdir()
    marker = orjson.dumps({"files": ["../thesis.txt"]})
    (tmp_path / "a" / "expected.json").write_bytes(marker)
    write_sample(tmp_path / "a", SMALL)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_run_that_fails_leaves_the_older_sample_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sample(tmp_path, SMALL)
    before = _tree(tmp_path)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(pq, "write_table", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_sample(tmp_path, SampleSpec(conversations=40, documents=9, feedback=60))
    assert _tree(tmp_path) == before


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".partial").mkdir()
    (tmp_path / ".partial" / "half.jsonl").write_text("{")
    write_sample(tmp_path, SMALL)
    assert not (tmp_path / ".partial").exists()


def test_without_feedback_the_folder_for_it_is_empty(tmp_path: Path) -> None:
    report = write_sample(tmp_path, SampleSpec(conversations=1, documents=1, feedback=0))
    assert report.totals["feedback_lines"] == 0
    assert list((tmp_path / "feedback").iterdir()) == []


def test_more_days_spread_the_same_conversations_over_more_files(tmp_path: Path) -> None:
    write_sample(tmp_path, SampleSpec(conversations=40, documents=1, feedback=0, days=20))
    logs = {path.name[:10] for path in (tmp_path / "chat_logs").iterdir()}
    assert len(logs) == 20
    shutil.rmtree(tmp_path / "chat_logs")
