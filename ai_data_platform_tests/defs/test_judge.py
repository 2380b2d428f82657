"""The graph with a language model as the judge of answers: asked once, obeyed, and never trusted blindly."""

from collections.abc import Iterator

import pytest

from ai_data_platform.stores.home import PUBLICATIONS
from ai_data_platform_tests.judge_server import JudgeServer, judge_server, status
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with judge_server() as running:
        yield running


@pytest.fixture
def judged(world: World, server: JudgeServer) -> World:
    """Questions made from the documents, whose references stand there word for word."""
    world.overrides = {
        "eval_questions": None,
        "generated_questions": 24,
        "judge_model": "judge-1",
        "judge_url": server.url,
        "judge_key": "sk-recognisable-2b7c",
        "judge_repeats": 2,
    }
    return world


def test_a_judge_is_asked_about_new_answers_only_and_its_verdict_is_recorded(
    judged: World, server: JudgeServer
) -> None:
    graph = judged.run("rag_eval_scores+")
    asked = len(server.requests)
    found = judged.home.ledger.latest(PUBLICATIONS["knowledge_base"])
    again = judged.run("rag_eval_scores+")

    assert (graph.good, again.good) == (True, True), graph.failures
    assert asked > 24 * 2 * 2 / 2  # claims and verdicts, twice; equal cases are asked once
    assert len(server.requests) == asked
    assert found is not None
    assert 0.8 < found.verdict.figures["faithfulness"] <= 1  # the judge here reads words
    assert found.verdict.figures["questions"] == 24
    state = b"".join(path.read_bytes() for path in judged.home.root.rglob("*") if path.is_file())
    assert b"sk-recognisable-2b7c" not in state


def test_a_judge_that_refuses_blocks_the_index_and_leaves_the_published_one(
    judged: World, server: JudgeServer
) -> None:
    before = judged.published()
    server.otherwise = status(401, {})
    graph = judged.run("rag_eval_scores+")
    found = judged.home.ledger.latest(PUBLICATIONS["knowledge_base"])
    assert not graph.good
    assert found is not None
    assert found.verdict.outcome == "INSUFFICIENT_EVIDENCE"
    assert any("faithfulness_unscored_share is 1" in reason for reason in found.verdict.reasons)
    assert len(server.requests) < 24
    assert judged.published() == before
