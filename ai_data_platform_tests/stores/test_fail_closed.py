"""The fail-closed table: whatever goes wrong on the way, nothing is published and the reason is said."""

import math
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ai_data_platform.core.errors import AidpError
from ai_data_platform.core.evaluation.faithfulness import Case, Evidence, Score
from ai_data_platform.core.retrieval import Progress, Vectors
from ai_data_platform.stores.evaluation_sets import answers_for
from ai_data_platform.stores.judge import JudgeOptions, LlmJudge
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform_tests.embedders import WordHashEmbedder
from ai_data_platform_tests.judge_server import JudgeServer, after, good, judge_server, text
from ai_data_platform_tests.stores.logs import jsonl, write
from ai_data_platform_tests.stores.test_index_audit import SUBJECTS, Base, page, team_file

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base whose first version was published."""
    base = Base(tmp_path_factory.mktemp("published"))
    base.build()
    base.publish(base.audit())
    return base.root


@pytest.fixture
def base(published: Path, tmp_path: Path) -> Base:
    """A copy of it, with a page more: there is something new to judge."""
    shutil.copytree(published, tmp_path / "base")
    base = Base(tmp_path / "base")
    write(base.folder / "kettle.md", page("kettle lid hinge"))
    base.build()
    return base


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with judge_server() as running:
        yield running


def _try_to_publish(base: Base) -> str:
    """What is said when somebody publishes the head of the table, whatever became of its audit."""
    content = base.home.chunks.content_fingerprint()
    try:
        base.home.ledger.require("chunk_embeddings", content)
        store = base.home.versions("knowledge_base")
        store.publish(store.version_of(content))
    except AidpError as error:
        return str(error)
    return "published"


@dataclass
class Constant:
    """A scorer that gives everything the same value."""

    value: float | None
    version: str = "constant"

    @property
    def fingerprint(self) -> str:
        return f"{self.version} {self.value}"

    def score(self, question: str, answer: str, contexts: Sequence[str]) -> Score:
        return Score(self.value, Evidence())

    def score_all(self, cases: Sequence[Case]) -> list[Score]:
        return [Score(self.value, Evidence()) for _ in cases]


class OutOfReach(WordHashEmbedder):
    """An embedder whose model does not answer any more."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        raise TimeoutError("the model did not answer within 60 s")


def _judged_by(base: Base, server: JudgeServer, timeout: float = 5) -> None:
    options = JudgeOptions(
        server.url, "judge-1", None, repeats=1, timeout=timeout, retries=0, backoff=0.01
    )
    base.audit(scorer=LlmJudge(options, base.root / "judge.sqlite"))


def a_score_that_is_no_number(base: Base, server: JudgeServer) -> None:
    base.audit(scorer=Constant(math.nan))


def a_score_above_one(base: Base, server: JudgeServer) -> None:
    base.audit(scorer=Constant(1.5))


def an_answer_given_from_empty_contexts(base: Base, server: JudgeServer) -> None:
    _stored(base, {"contexts": [" "]})


def an_answer_without_a_word(base: Base, server: JudgeServer) -> None:
    _stored(base, {"answer": "?!"})


def an_answer_without_claims(base: Base, server: JudgeServer) -> None:
    server.otherwise = text('{"claims": []}')
    _judged_by(base, server)


def a_judge_that_answers_too_late(base: Base, server: JudgeServer) -> None:
    server.otherwise = after(0.6, good)
    _judged_by(base, server, timeout=0.2)


def an_audit_that_was_never_made(base: Base, server: JudgeServer) -> None:
    pass


def an_audit_that_broke_off(base: Base, server: JudgeServer) -> None:
    base.embedder = OutOfReach(dimension=512)
    with pytest.raises(TimeoutError):
        base.audit()


def vectors_that_changed_after_the_verdict(base: Base, server: JudgeServer) -> None:
    assert base.audit().verdict.passed
    table = base.behind_its_back()
    row = table.search().limit(1).to_arrow()
    turned = (-np.asarray(row["vector"].to_pylist()[0])).tolist()
    table.update(where=f"chunk_id = '{row['chunk_id'][0]}'", values={"vector": turned})


def too_few_questions(base: Base, server: JudgeServer) -> None:
    asked = base.questions()
    base.audit(replace(asked, questions=asked.questions[:4]))


def questions_that_come_twice(base: Base, server: JudgeServer) -> None:
    asked = base.questions()
    base.audit(replace(asked, questions=(*asked.questions, asked.questions[0])))


def questions_that_changed_when_the_published_index_cannot_be_asked_them(
    base: Base, server: JudgeServer
) -> None:
    number = base.home.versions("knowledge_base").current().manifest["table_version"]
    versions = base.home.root / "vectors" / "chunks.lance" / "_versions"
    (versions / f"{2**64 - 1 - number:020}.manifest").unlink()
    base.audit(base.questions(team_file(base)))


def chunks_that_were_lost(base: Base, server: JudgeServer) -> None:
    ids = sorted(base.home.chunks.read(["chunk_id"])["chunk_id"].to_pylist())
    base.behind_its_back().delete(f"chunk_id = '{ids[0]}'")
    base.audit()


def chunks_that_no_gate_passed(base: Base, server: JudgeServer) -> None:
    assert base.audit().verdict.passed
    found = base.home.ledger.latest("document_chunks")
    assert found is not None
    revoked = replace(found.verdict, passed=False, reasons=("rows were taken back",))
    base.home.ledger.record(revoked)


def a_ledger_that_is_damaged(base: Base, server: JudgeServer) -> None:
    assert base.audit().verdict.passed
    (base.home.root / "verdicts.sqlite").write_bytes(b"this is no database any more" * 200)


def a_ledger_that_is_gone(base: Base, server: JudgeServer) -> None:
    assert base.audit().verdict.passed
    (base.home.root / "verdicts.sqlite").unlink()


def a_verdict_that_somebody_removed(base: Base, server: JudgeServer) -> None:
    assert base.audit().verdict.passed
    with closing(sqlite3.connect(base.home.root / "verdicts.sqlite")) as ledger, ledger:
        ledger.execute("drop trigger verdicts_are_never_deleted")
        ledger.execute("delete from verdicts where id = 1")


def a_clock_that_went_back(base: Base, server: JudgeServer) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    base.home.ledger = GateLedger(base.home.root / "verdicts.sqlite", clock=lambda: yesterday)
    with pytest.raises(AidpError, match="the clock went back"):
        base.audit()


def a_file_that_changed_after_the_verdict(base: Base, server: JudgeServer) -> None:
    candidate = base.audit()
    folder = base.home.versions("knowledge_base").folder(candidate.fingerprint[:12])
    for path in folder.rglob("*.parquet"):
        path.write_bytes(b"other scores")


def _stored(base: Base, change: dict[str, object]) -> None:
    """An audit with stored answers, all of them changed so."""
    answers = [
        {
            "question": f"How do I change the {subject.split()[2]}?",
            "answer": f"Lift the {subject.split()[1]} and take out the old {subject.split()[2]}.",
            **change,
        }
        for subject in SUBJECTS
    ]
    base.audit(answers=answers_for(write(base.root / "answers.jsonl", jsonl(*answers))))


CASES: list[tuple[Callable[[Base, JudgeServer], None], str]] = [
    (a_score_that_is_no_number, "context_recall_unscored_share is 1"),
    (a_score_above_one, "context_recall_unscored_share is 1"),
    (an_answer_given_from_empty_contexts, "faithfulness_unscored_share is 1"),
    (an_answer_without_a_word, "faithfulness_unscored_share is 1"),
    (an_answer_without_claims, "faithfulness_unscored_share is 1"),
    (a_judge_that_answers_too_late, "faithfulness_unscored_share is 1"),
    (an_audit_that_was_never_made, "no gate has judged chunk_embeddings at fingerprint"),
    (an_audit_that_broke_off, "no gate has judged chunk_embeddings at fingerprint"),
    (vectors_that_changed_after_the_verdict, "no gate has judged chunk_embeddings at fingerprint"),
    (too_few_questions, "questions is 4, wanted >= 10"),
    (questions_that_come_twice, "questions_repeated is 1"),
    (
        questions_that_changed_when_the_published_index_cannot_be_asked_them,
        "comparable is 0, wanted == 1",
    ),
    (chunks_that_were_lost, "ids_missing is 1"),
    (
        chunks_that_no_gate_passed,
        "chunk_embeddings was made from document_chunks: the gate blocked",
    ),
    (a_ledger_that_is_damaged, "cannot be used (file is not a database)"),
    (a_ledger_that_is_gone, "no gate has judged chunk_embeddings at fingerprint"),
    (a_verdict_that_somebody_removed, "was changed after it was given, or removed"),
    (a_clock_that_went_back, "no gate has judged chunk_embeddings at fingerprint"),
    (a_file_that_changed_after_the_verdict, "changed after the gate had judged it"),
]


@pytest.mark.parametrize(("harm", "said"), CASES, ids=[harm.__name__ for harm, _ in CASES])
def test_nothing_is_published_and_the_reason_is_said(
    base: Base, server: JudgeServer, harm: Callable[[Base, JudgeServer], None], said: str
) -> None:
    before = base.home.versions("knowledge_base").current()
    harm(base, server)
    assert said in _try_to_publish(base)
    assert base.home.versions("knowledge_base").current() == before


def test_the_same_page_is_published_when_nothing_goes_wrong(
    base: Base, server: JudgeServer
) -> None:
    before = base.home.versions("knowledge_base").current()
    assert base.audit().verdict.passed
    assert _try_to_publish(base) == "published"
    assert base.home.versions("knowledge_base").current().version != before.version
