"""The whole graph on a small world: real dbt, real LanceDB, a real Dagster instance."""

import json
import re
from collections.abc import Callable

import pyarrow.parquet as pq
import pytest

from ai_data_platform.stores.home import PUBLICATIONS
from ai_data_platform.stores.provenance.views import DATASETS
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow

Snapshot = Callable[[World], dict[str, tuple[int, int]]]


def test_one_run_publishes_everything_and_accounts_for_every_row(built: World) -> None:
    home = built.home
    expected = json.loads((built.sources / "expected.json").read_text())
    raw = sum(home.lake.read(name).num_rows for name in home.lake.names("raw_chat_logs"))
    clean = home.lake.read("clean_conversations").num_rows
    dropped = home.lake.read("dropped_conversations").num_rows
    sft = home.versions("sft").current()
    assert set(built.published()) == set(PUBLICATIONS)
    assert raw == expected["totals"]["chat_rows"]
    assert raw == clean + dropped
    kept = sum(len(row["record_ids"]) for row in _rows(sft.folder))
    assert kept + sum(sft.manifest["dropped"].values()) == raw
    stages = {stage["stage"]: stage for stage in sft.manifest["funnel"]}
    assert stages["clean"]["rows_out"] == clean
    named = pq.read_table(sft.folder / "dropped.parquet")
    assert named.num_rows == sum(sft.manifest["dropped"].values())
    assert set(named["stage"].to_pylist()) <= set(stages)


def test_no_dataset_holds_the_personal_data_of_the_logs(built: World) -> None:
    planted = re.compile(r"@example\.(com|org|net)|555-?01\d\d|192\.0\.2\.\d")
    logged = "".join(map(str, built.home.lake.read("stg_chat_logs").to_pylist()))
    redacted = "".join(map(str, built.home.lake.read("redacted_chat_logs").to_pylist()))
    folders = [built.home.versions(name).current().folder for name in DATASETS]
    published = "".join(str(row) for folder in folders for row in _rows(folder))
    embedded = "".join(
        built.home.conversations.read(["record_id", "embedding_text"])["embedding_text"].to_pylist()
    )
    placed = built.home.lake.read("redacted_chat_logs")["redactions"].to_pylist()
    assert planted.findall(logged)
    assert "[EMAIL_1]" in redacted
    assert sum(placed) >= len(planted.findall(logged))
    assert [planted.findall(text) for text in (redacted, published, embedded)] == [[], [], []]


def test_a_second_run_with_nothing_changed_embeds_nothing_and_writes_no_file(
    world: World, snapshot: Snapshot
) -> None:
    before = snapshot(world)
    graph = world.run()
    assert (graph.good, graph.failures) == (True, [])
    assert world.embedder.texts == []
    assert snapshot(world) == before


def test_one_changed_document_embeds_only_its_changed_chunks(world: World) -> None:
    page = next(
        p for p in sorted((world.sources / "documents").rglob("*.md")) if p.stat().st_size > 1500
    )
    text = page.read_text()
    page.write_text(text.replace(".", ", as the fitter of your region confirmed in writing.", 1))
    world.run("raw_documents+")
    chunks = world.home.lake.read("document_chunks").num_rows
    embedded = {t for t in world.embedder.texts if "confirmed in writing" in t}
    assert 1 <= len(embedded) <= 2
    assert chunks > 20


def test_a_document_deleted_between_two_runs_leaves_the_published_index(world: World) -> None:
    page = sorted((world.sources / "documents").rglob("*.md"))[0]
    uri = page.relative_to(world.sources / "documents").as_posix()
    _drop_questions_on(world, uri)
    page.unlink()
    graph = world.run("raw_documents+")
    rows = world.home.chunks.read(["uri", "chunk_id"], _published_number(world))
    assert graph.good, graph.failures
    assert uri not in rows["uri"].to_pylist()
    assert rows.num_rows == world.home.lake.read("document_chunks").num_rows


def test_an_index_that_lost_a_fifth_of_its_chunks_is_not_published_and_says_why(
    world: World,
) -> None:
    before = world.published()
    table = world.home.chunks._open()
    ids = world.home.chunks.read(["chunk_id"])["chunk_id"].to_pylist()
    lost = ids[::5]
    table.delete("chunk_id in ({})".format(", ".join(f"'{i}'" for i in lost)))

    audited = world.run("rag_eval_scores+")
    alone = world.run("knowledge_base")

    assert (audited.good, alone.good) == (False, False)
    assert world.published() == before
    assert any(f"ids_missing is {len(lost)}" in f.message for f in audited.failures)
    assert any("ids_missing" in f.message for f in alone.failures)
    assert world.run().good  # the next whole run brings the lost rows back
    assert world.home.chunks.read(["chunk_id"]).num_rows == len(ids)


def test_a_dataset_below_a_threshold_stays_a_candidate_whatever_is_run(world: World) -> None:
    before = world.published()
    world.overrides = {"min_response_words_p5": 10_000}
    whole = world.run()
    alone = world.run("datasets/sft")
    assert (whole.good, alone.good) == (False, False)
    assert world.published() == before
    assert any("response_words_p5" in failure.message for failure in whole.failures)
    assert any("response_words_p5" in failure.message for failure in alone.failures)


def test_a_rolled_back_version_is_not_published_again_by_the_next_run(world: World) -> None:
    first = world.published()["sft"]
    world.overrides = {"validation_share": 0.3}
    world.run()
    second = world.published()["sft"]
    world.home.versions("sft").rollback(first)
    graph = world.run()
    assert first != second
    assert graph.good, graph.failures
    assert world.published()["sft"] == first


def test_late_rows_touch_their_own_day_alone(world: World) -> None:
    late = {
        "conversation_id": "late-1",
        "message_id": "late-1-a",
        "turn_index": 0,
        "user_message": "Which fuse belongs to the wallbox in the garage?",
        "assistant_message": "The wallbox in the garage has a fuse of its own with sixteen amperes.",
        "rating": 5,
        "created_at": "2025-03-04T23:59:59Z",
    }
    (world.sources / "chat_logs" / "late.jsonl").write_text(json.dumps(late) + "\n")
    days = world.home.lake.root / "raw_chat_logs"
    before = {p.name: p.stat().st_mtime_ns for p in days.iterdir()}
    graph = world.run()
    after = {p.name: p.stat().st_mtime_ns for p in days.iterdir()}
    assert graph.good, graph.failures
    assert [name for name in after if after[name] != before[name]] == ["2025-03-04.parquet"]
    assert "late-1" in world.home.lake.read("clean_conversations")["conversation_id"].to_pylist()


def test_two_runs_from_scratch_give_the_same_bytes(
    built: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("again"))
    import shutil

    shutil.copytree(built.sources, other.sources)
    graph = other.run()
    assert graph.good, graph.failures
    assert other.published() == built.published()
    for name in (
        "clean_conversations",
        "dropped_conversations",
        "stg_chat_logs",
        "redacted_chat_logs",
        "screened_chat_logs",
        "preference_pairs",
        "unpaired_answers",
        "dropped_ratings",
        "judgements",
    ):
        path = f"home/lake/{name}.parquet"
        assert (other.folder / path).read_bytes() == (built.folder / path).read_bytes(), name


def _rows(folder: object) -> list[dict[str, object]]:
    data = sorted((folder / "data").glob("*.parquet"))
    return [row for path in data for row in pq.read_table(path).to_pylist()]


def _published_number(world: World) -> int:
    return int(world.home.versions("knowledge_base").current().manifest["table_version"])


def _drop_questions_on(world: World, uri: str) -> None:
    path = world.sources / "eval_questions.jsonl"
    kept = [
        line for line in path.read_text().splitlines() if uri not in json.loads(line)["gold_uris"]
    ]
    path.write_text("\n".join(kept) + "\n")
