"""A pass counts for the content that it was given on, and until a newer verdict says otherwise."""

import numpy as np
import pyarrow as pa
import pytest

from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.stores.home import PUBLICATIONS
from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import team_definitions
from ai_data_platform_tests.defs.matrix.indexes import add_page
from ai_data_platform_tests.defs.matrix.lanes import LANES, PUBLISHERS, Lane
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World

pytestmark = MATRIX

_DATASETS = [lane for lane in LANES if lane.name != "knowledge_base"]


def test_publishing_alone_past_an_index_that_nobody_judged_is_refused(world: World) -> None:
    before = world.published()
    add_page(world)
    with Platform(world, team_definitions(world)) as platform:
        assert platform.click("raw_documents", "document_chunks", "chunk_embeddings").good
        alone = platform.click("knowledge_base")
        assert (alone.good, world.published()) == (False, before)
        assert "no gate has judged chunk_embeddings" in alone.said
        assert platform.click("rag_eval_scores", "knowledge_base").good
    assert world.published()["knowledge_base"] != before["knowledge_base"]


def test_vectors_that_changed_behind_the_back_of_a_passed_index_are_not_published(
    passed: World,
) -> None:
    before = passed.published()
    judged = passed.home.chunks.head()
    table = passed.home.chunks._open()
    rows = table.search().limit(10_000).to_arrow()
    vectors = np.roll(np.stack(rows["vector"].to_numpy()), 1, axis=0)
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
    place = rows.schema.get_field_index("vector")
    table.add(rows.set_column(place, rows.schema.field(place), column), mode="overwrite")
    with Platform(passed, team_definitions(passed)) as platform:
        alone = platform.click("knowledge_base")
        assert (alone.good, passed.published()) == (False, before)
        assert "no gate has judged chunk_embeddings" in alone.said
        assert not platform.click("rag_eval_scores", "knowledge_base").good
        assert passed.published() == before
        passed.home.chunks._open().restore(judged)
        assert platform.click("knowledge_base").good
    assert passed.published()["knowledge_base"] != before["knowledge_base"]


@pytest.mark.parametrize("lane", _DATASETS, ids=lambda lane: lane.name)
def test_other_content_staged_after_the_verdict_is_not_published(passed: World, lane: Lane) -> None:
    before = passed.published()
    store = passed.home.versions(lane.name)
    judged = store.last_staged()
    assert judged is not None
    store.stage("0" * 32, {"data/train.parquet": b"other"}, {**judged, "rows": 1})
    with Platform(passed, team_definitions(passed)) as platform:
        alone = platform.click(lane.publisher)
        assert (alone.good, passed.published()) == (False, before)
        assert f"no gate has judged {PUBLICATIONS[lane.name]}" in alone.said
        assert platform.click(*lane.candidate, lane.publisher).good
    assert (
        passed.home.versions(lane.name).current().manifest["fingerprint"] == judged["fingerprint"]
    )


@pytest.mark.parametrize("lane", _DATASETS, ids=lambda lane: lane.name)
def test_files_that_changed_after_the_verdict_are_not_published(passed: World, lane: Lane) -> None:
    before = passed.published()
    store = passed.home.versions(lane.name)
    judged = store.last_staged()
    assert judged is not None
    file = store.folder(judged["version"]) / "data" / "train.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    with Platform(passed, team_definitions(passed)) as platform:
        alone = platform.click(lane.publisher)
        assert (alone.good, passed.published()) == (False, before)
        assert platform.click(*lane.candidate, lane.publisher).good
    assert passed.published()[lane.name] == judged["version"]
    assert file.read_bytes() == content


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.name)
def test_a_pass_that_a_newer_verdict_took_back_publishes_nothing_until_it_is_judged_again(
    passed: World, lane: Lane
) -> None:
    before = passed.published()
    asset = PUBLICATIONS[lane.name]
    candidate = passed.home.ledger.latest(asset)
    assert candidate is not None
    rule = Rule("complaints", "==", 0, "a person found what no figure shows")
    passed.home.ledger.record(
        judge(asset, candidate.verdict.fingerprint, {"complaints": 1}, [rule], code_version="test")
    )
    with Platform(passed, team_definitions(passed)) as platform:
        alone = platform.click(lane.publisher)
        assert (alone.good, passed.published()) == (False, before)
        assert "complaints is 1" in alone.said
        others = [name for name in PUBLISHERS if name != lane.publisher]
        assert platform.click(*others).good
    after = passed.published()
    assert {name for name in after if after[name] == before[name]} == {lane.name}
