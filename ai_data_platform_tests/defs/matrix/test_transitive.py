"""What an ancestor's gate held back reaches nobody, also when what lies between is green."""

import shutil

from ai_data_platform_tests.defs.matrix import MATRIX
from ai_data_platform_tests.defs.matrix.consumers import team_definitions
from ai_data_platform_tests.defs.matrix.days import add_exchange, edit, revoke, revoke_table
from ai_data_platform_tests.defs.matrix.indexes import add_page
from ai_data_platform_tests.defs.matrix.lanes import CANDIDATES, MENDED, MODELS, PUBLISHERS, on
from ai_data_platform_tests.defs.matrix.platform import Platform
from ai_data_platform_tests.world import World

pytestmark = MATRIX


def test_an_emptied_documents_folder_leaves_the_index_as_it_is(world: World) -> None:
    before, pages = world.published(), world.sources / "documents"
    shutil.move(pages, world.folder / "unmounted")
    pages.mkdir()
    with Platform(world, team_definitions(world)) as platform:
        assert not platform.click("raw_documents").good
        for name in ("document_chunks", "chunk_embeddings", "rag_eval_scores", "knowledge_base"):
            assert platform.click(name).good, name  # each by hand, and each of them green
        assert world.published() == before

        pages.rmdir()
        shutil.move(world.folder / "unmounted", pages)
        add_page(world)
        assert platform.job("refresh_knowledge_base").good
    assert world.published()["knowledge_base"] != before["knowledge_base"]
    assert "Xylophones" in world.home.chunks.read(["chunk_id", "title"])["title"].to_pylist()


def test_no_step_between_lets_a_raw_day_through_that_was_taken_back(world: World) -> None:
    before = world.published()
    add_page(world)
    revoke(world, "2025-03-05")
    mended = on(world, MENDED)
    behind = ["sft_dataset", "conversation_embeddings", "preference_pairs"]
    with Platform(mended, team_definitions(mended)) as platform:
        models = platform.click(*MODELS)
        refused = [platform.click(name) for name in behind]
        assert [models.good, *(ran.good for ran in refused)] == [False] * 4
        for ran in (models, *refused):
            assert "raw_chat_logs/2025-03-05" in ran.said
            assert "rows_taken_back is 1" in ran.said
        assert mended.published() == before

        assert platform.click("raw_chat_logs", day="2025-03-05").good
        assert platform.click(*MODELS, *CANDIDATES, *PUBLISHERS).good
    after = mended.published()
    assert {name for name in after if after[name] != before[name]} == set(before)


def test_what_was_made_of_a_table_that_was_taken_back_later_is_not_published(passed: World) -> None:
    before = passed.published()
    revoke_table(passed, "raw_documents")
    revoke_table(passed, "raw_chat_logs/2025-03-05")
    with Platform(passed, team_definitions(passed)) as platform:
        refused = [platform.click(name) for name in PUBLISHERS]
        assert not any(ran.good for ran in refused)
        assert all("was made from" in ran.said for ran in refused)
        assert passed.published() == before

        assert platform.click("raw_documents").good
        assert platform.click("raw_chat_logs", day="2025-03-05").good
        assert platform.click(*PUBLISHERS).good  # as they stood: their ancestors pass again
    after = passed.published()
    assert {name for name in after if after[name] != before[name]} == set(before)


def test_rows_edited_by_hand_do_not_reach_the_models_by_way_of_another_day(world: World) -> None:
    edit(world, "2025-03-05")
    edited = set(
        world.home.lake.read("raw_chat_logs/2025-03-05", ["assistant_message"])[0].to_pylist()
    )
    add_exchange(world, "2025-03-06")  # so that the models are built again
    with Platform(world, team_definitions(world)) as platform:
        assert platform.click("raw_chat_logs", day="2025-03-06").good
        models = platform.click(*MODELS)
        before = world.home.lake.read("stg_chat_logs", ["assistant_message"])[0]
        assert edited.isdisjoint(before.to_pylist())
        assert not models.good
        assert "raw_chat_logs/2025-03-05" in models.said

        assert platform.click("raw_chat_logs", day="2025-03-05").good
        assert platform.click(*MODELS).good
    after = world.home.lake.read("stg_chat_logs", ["assistant_message"])[0]
    assert edited.isdisjoint(after.to_pylist())
    assert len(after) == len(before) + 1
