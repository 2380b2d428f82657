"""Auditing an index and judging it: real LanceDB, few documents, an embedder without a model."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import orjson
import pyarrow as pa
import pytest

from ai_data_platform.core.documents import CHUNK, ChunkOptions, chunk_rows
from ai_data_platform.core.evaluation.faithfulness import Case, Evidence, Score, Scorer
from ai_data_platform.core.evaluation.index_evidence import GateThresholds, IndexScores
from ai_data_platform.core.evaluation.index_gate import MEASURES
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.retrieval import Embedder
from ai_data_platform.core.text import normalise, words
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.documents import DocumentFolders
from ai_data_platform.stores.evaluation_sets import NO_ANSWERS, AnswerSet, answers_for
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.index_audit import (
    AUDIT_VERSION,
    EVAL_SCORE,
    IndexAudit,
    QuestionSet,
    questions_for,
)
from ai_data_platform.stores.index_candidates import IndexCandidate, audit_candidate
from ai_data_platform.stores.score_records import read_scores, scores_file
from ai_data_platform.stores.score_tables import ANSWER_SCORE
from ai_data_platform_tests.embedders import WordHashEmbedder
from ai_data_platform_tests.stores.logs import jsonl, write

SUBJECTS = (
    "router antenna firmware",
    "invoice payment deadline",
    "garden watering schedule",
    "bicycle chain grease",
    "coffee grinder setting",
    "camera shutter speed",
    "violin string tuning",
    "oven baking temperature",
    "tent pole repair",
    "aquarium filter sponge",
    "piano pedal felt",
    "printer toner cartridge",
)
THRESHOLDS = GateThresholds(min_questions=10, min_documents=5, draws=200)


def page(subject: str) -> bytes:
    first, second, third = subject.split()
    return (
        f"# The {subject}\n\n"
        f"Check the {first} before you touch the {second}, because a loose {first} spoils every "
        f"{third}. The {second} of this {first} is marked in red on the {third} itself.\n\n"
        f"## Changing the {third}\n\n"
        f"Lift the {second}, take out the old {third} and press the new {third} in until the "
        f"{first} clicks. Keep the old {third} for the workshop, which counts every {first}.\n"
    ).encode()


class Base:
    """A knowledge base from documents to a judged index, as the assets build it."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "documents"
        self.root = root
        self.home = Home(root / "home", CHECKOUT / "dbt_project")
        self.embedder: Embedder = WordHashEmbedder(dimension=512)
        for subject in SUBJECTS:
            write(self.folder / f"{subject.split()[0]}.md", page(subject))

    def build(self) -> None:
        """Documents, chunks and vectors."""
        lake = self.home.lake
        scan = DocumentFolders([str(self.folder)], self.home.index).scan(None, None, print)
        lake.write("raw_documents", scan.documents, inputs="")
        rows = [
            row
            for document in scan.documents.to_pylist()
            for row in chunk_rows(document, ChunkOptions(target_words=40, max_words=60))
        ]
        self.put(pa.Table.from_pylist(rows, schema=CHUNK))
        self.sync()

    def put(self, chunks: pa.Table) -> None:
        """Chunks in their place, with their gate's pass."""
        rule = Rule("rows", ">=", 1, "something to find")
        home = self.home
        audited_write(
            home.lake,
            home.ledger,
            "document_chunks",
            chunks,
            [rule],
            inputs="",
            code_version="test",
        )

    def sync(self) -> None:
        chunks = self.home.lake.read("document_chunks").drop_columns(["content_hash"])
        self.home.chunks.sync(chunks, self.embedder, "embedding_text")

    def questions(self, team: Path | None = None) -> QuestionSet:
        return questions_for(self.home.lake.read("raw_documents"), team, 14)

    def audit(
        self,
        questions: QuestionSet | None = None,
        thresholds: GateThresholds = THRESHOLDS,
        *,
        answers: AnswerSet = NO_ANSWERS,
        scorer: Scorer | None = None,
    ) -> IndexCandidate:
        return audit_candidate(
            self.home,
            self.embedder,
            questions or self.questions(),
            thresholds,
            "test",
            answers=answers,
            scorer=scorer,
        )

    def publish(self, candidate: IndexCandidate) -> str:
        store = self.home.versions("knowledge_base")
        version = store.version_of(candidate.fingerprint)
        store.publish(version)
        return version

    def behind_its_back(self) -> Any:
        return lancedb.connect(self.home.root / "vectors").open_table("chunks")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("base")
    Base(root).build()
    return root


@pytest.fixture
def base(built: Path, tmp_path: Path) -> Base:
    """A built knowledge base of its own."""
    shutil.copytree(built, tmp_path / "base")
    return Base(tmp_path / "base")


def failed(candidate: IndexCandidate) -> set[str]:
    return {reason.split()[0] for reason in candidate.verdict.reasons}


def test_a_sound_index_passes_with_its_scores_by_question(base: Base) -> None:
    questions = base.questions()
    candidate = base.audit(questions)

    assert (candidate.verdict.passed, candidate.reused) == (True, False), candidate.verdict.summary
    assert candidate.rows == base.home.lake.read("document_chunks").num_rows
    assert candidate.fingerprint == base.home.chunks.content_fingerprint()
    assert candidate.scores.schema == EVAL_SCORE
    assert candidate.scores["question_id"].to_pylist() == [
        question.question_id for question in questions.questions
    ]
    assert base.home.lake.read("rag_eval_scores") == candidate.scores
    figures = candidate.verdict.figures
    assert (figures["hit_at_5"], figures["questions"]) == (1.0, len(questions.questions))
    assert {name: figures[name] for name in ("rows_surplus", "ids_missing", "not_finite")} == {
        "rows_surplus": 0.0,
        "ids_missing": 0,
        "not_finite": 0,
    }
    staged = base.home.versions("knowledge_base").last_staged()
    assert staged is not None
    assert (staged["fingerprint"], staged["rows"], staged["table_version"]) == (
        candidate.fingerprint,
        candidate.rows,
        base.home.chunks.head(),
    )


def test_the_verdict_is_taken_over_when_nothing_changed(base: Base) -> None:
    first = base.audit()
    base.embedder = embedder = WordHashEmbedder(dimension=512)
    again = base.audit()
    assert (again.reused, again.verdict) == (True, first.verdict)
    assert again.scores == first.scores

    base.publish(again)
    assert base.audit().reused
    assert embedder.texts == []


def test_it_is_judged_again_when_anything_it_rests_on_changed(base: Base) -> None:
    questions = base.questions()
    base.audit(questions)
    fewer = replace(questions, questions=questions.questions[1:])
    assert not base.audit(fewer).reused
    stricter = replace(THRESHOLDS, min_questions=1_000)
    candidate = base.audit(fewer, stricter)
    assert (candidate.reused, failed(candidate)) == (
        False,
        {"questions", "questions_with_reference"},
    )
    assert base.audit(fewer).verdict.passed


def _drop_a_fifth(base: Base) -> None:
    ids = sorted(base.home.chunks.read(["chunk_id"])["chunk_id"].to_pylist())
    gone = ", ".join(f"'{chunk_id}'" for chunk_id in ids[::5])
    base.behind_its_back().delete(f"chunk_id in ({gone})")


def _rewrite(
    base: Base, column: str, values: Callable[[list[Any]], list[Any]], bad: str = "error"
) -> None:
    """Replace a column of the index by what becomes of its values, in the order of the key."""
    table = base.behind_its_back()
    rows = table.search().limit(10_000).to_arrow().sort_by("chunk_id")
    place = rows.schema.get_field_index(column)
    made = pa.array(values(rows[column].to_pylist()), rows.schema.field(column).type)
    changed = rows.set_column(place, rows.schema.field(column), made)
    merge = table.merge_insert("chunk_id").when_matched_update_all().use_index(False)
    merge.execute(changed, on_bad_vectors=bad, fill_value=float("nan"))


def _swap_vectors(base: Base) -> None:
    _rewrite(base, "vector", lambda vectors: [*vectors[1:], vectors[0]])


def _stretch_vectors(base: Base) -> None:
    _rewrite(base, "vector", lambda vectors: [[2 * x for x in vector] for vector in vectors])


def _lose_a_vector(base: Base) -> None:
    _rewrite(base, "vector", lambda vectors: [None, *vectors[1:]], bad="null")


def _break_a_vector(base: Base) -> None:
    _rewrite(base, "vector", lambda vectors: [[float("nan")] * 512, *vectors[1:]], bad="fill")


def _mix_models(base: Base) -> None:
    _rewrite(base, "embedder", lambda names: ["another model", *names[1:]])


def _change_texts(base: Base) -> None:
    _rewrite(base, "embedding_text", lambda texts: ["other words", *texts[1:]])


def _change_a_title(base: Base) -> None:
    _rewrite(base, "title", lambda titles: ["Another title", *titles[1:]])


def _change_headings(base: Base) -> None:
    _rewrite(base, "heading_path", lambda paths: [["Elsewhere"], *paths[1:]])


def _add_a_stranger(base: Base) -> None:
    table = base.behind_its_back()
    row = table.search().limit(1).to_arrow()
    place = row.schema.get_field_index("chunk_id")
    table.add(row.set_column(place, row.schema.field("chunk_id"), pa.array(["stranger"])))


@pytest.mark.parametrize(
    ("harm", "figures"),
    [
        (_drop_a_fifth, {"ids_missing", "rows_surplus"}),
        (_swap_vectors, {"sampled_below_cosine"}),
        (_stretch_vectors, {"not_unit_norm"}),
        (_lose_a_vector, {"not_finite", "sampled_below_cosine"}),
        (_break_a_vector, {"not_finite", "sampled_below_cosine"}),
        (_mix_models, {"model_mismatches"}),
        (_change_texts, {"text_hash_mismatches", "row_mismatches", "sampled_below_cosine"}),
        (_change_a_title, {"row_mismatches"}),
        (_change_headings, {"row_mismatches"}),
        (_add_a_stranger, {"ids_unexpected", "rows_surplus"}),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_an_index_that_was_harmed_is_blocked_by_name(
    base: Base, harm: Callable[[Base], None], figures: set[str]
) -> None:
    harm(base)
    candidate = base.audit()
    assert not candidate.verdict.passed
    assert figures <= failed(candidate)


def test_a_changed_knowledge_base_is_compared_with_the_published_one(base: Base) -> None:
    base.publish(base.audit())
    write(base.folder / "new.md", page("kettle lid hinge"))
    base.build()

    candidate = base.audit()

    assert candidate.verdict.passed, candidate.verdict.summary
    assert candidate.verdict.figures["comparable"] == 1.0
    differences = [candidate.verdict.figures[f"{name}_difference"] for name in MEASURES]
    assert all(difference is not None and difference >= 0 for difference in differences)


def test_losing_documents_that_questions_ask_for_blocks_against_the_published_index(
    base: Base,
) -> None:
    team = team_file(base)
    base.publish(base.audit(base.questions(team)))
    for subject in SUBJECTS[:3]:
        (base.folder / f"{subject.split()[0]}.md").unlink()
    base.build()

    candidate = base.audit(base.questions(team))

    assert not candidate.verdict.passed
    assert "hit_at_5_difference_lower" in failed(candidate)
    assert base.home.versions("knowledge_base").current().rows > candidate.rows


def team_file(base: Base, *more: object) -> Path:
    records = [
        {
            "question_id": f"q{n}",
            "question": f"How do I change the {subject.split()[2]} of the {subject.split()[0]}?",
            "gold_uri": f"{subject.split()[0]}.md",
            "answer": f"Lift the {subject.split()[1]}, take out the old {subject.split()[2]}.",
        }
        for n, subject in enumerate(SUBJECTS)
    ]
    return write(base.root / "questions.jsonl", jsonl(*records, *more))


def test_the_teams_questions_name_gold_documents_by_uri_and_bad_ones_are_counted(
    base: Base,
) -> None:
    team = team_file(
        base,
        {"question": "No gold?"},
        {"gold_uri": "router.md"},
        b"{half",
        {"question": 1.5, "gold_uri": "router.md"},
        {"question_id": "gone", "question": "Where did it go?", "gold_uri": "deleted.md"},
    )

    questions = base.questions(team)

    assert questions.rejected == {
        "field_not_text": 1,
        "gold_missing": 1,
        "not_json": 1,
        "question_missing": 1,
    }
    assert len(questions.questions) == 13
    assert questions.questions[0] == Question(
        question_id="q0",
        question="How do I change the firmware of the router?",
        gold_doc_ids=(hash_text("router.md"),),
        gold_text=None,
        reference_answer="Lift the antenna, take out the old firmware.",
        origin="team",
    )
    assert questions.questions[-1].gold_doc_ids == (hash_text("deleted.md"),)

    candidate = base.audit(questions, replace(THRESHOLDS, hit_at_5_floor=0.5))
    scores = {row["question_id"]: row["hit_at_5"] for row in candidate.scores.to_pylist()}
    assert scores == {**{f"q{n}": 1.0 for n in range(12)}, "gone": 0.0}
    staged = base.home.versions("knowledge_base").last_staged()
    assert staged is not None
    assert staged["questions_set_aside"] == questions.rejected


def test_a_repeated_question_blocks(base: Base) -> None:
    again = {"question_id": "q0", "question": "Again?", "gold_uri": "router.md"}
    candidate = base.audit(base.questions(team_file(base, again)))
    assert "questions_repeated" in failed(candidate)


def test_a_question_file_without_a_question_blocks(base: Base) -> None:
    empty = write(base.root / "empty.jsonl", b"")
    questions = base.questions(empty)
    assert (questions.questions, questions.rejected) == ((), {"empty_file": 1})
    candidate = base.audit(questions)
    assert {"questions", "source_documents"} <= failed(candidate)


def test_without_a_team_file_questions_are_made_and_what_gave_none_is_counted(base: Base) -> None:
    questions = base.questions()
    assert {question.origin for question in questions.questions} == {"generated"}
    assert questions == base.questions()
    ids = set(base.home.lake.read("raw_documents")["doc_id"].to_pylist())
    assert {doc for question in questions.questions for doc in question.gold_doc_ids} <= ids
    few = questions_for(base.home.lake.read("raw_documents"), None, 5)
    assert few.questions == questions.questions[:5]
    assert few.rejected["over_limit"] == questions.rejected["over_limit"] + 14 - 5


def test_the_same_index_is_judged_alike_on_another_machine(base: Base, tmp_path: Path) -> None:
    first = base.audit()
    other = Base(tmp_path / "elsewhere")
    other.build()
    second = other.audit()
    assert second.fingerprint == first.fingerprint
    assert fingerprint(dict(second.verdict.figures)) == fingerprint(dict(first.verdict.figures))
    assert orjson.dumps(second.scores.to_pylist()) == orjson.dumps(first.scores.to_pylist())


class OverlapJudge:
    """A scorer with a spread: the share of an answer's words that the contexts hold, give or take 0.1."""

    version = "overlap-1"
    fingerprint = "overlap-1"
    repeats = 4

    def __init__(self) -> None:
        self.calls: list[list[Case]] = []

    def score(self, question: str, answer: str, contexts: Sequence[str]) -> Score:
        return self.score_all([Case(question, answer, tuple(contexts))])[0]

    def score_all(self, cases: Sequence[Case]) -> list[Score]:
        self.calls.append(list(cases))
        return [self._one(case) for case in cases]

    @staticmethod
    def _one(case: Case) -> Score:
        if not case.answer or not any(case.contexts):
            return Score(None, Evidence(unscored="nothing_to_judge"))
        asked = words(normalise(case.answer))
        held = set(words(normalise(" ".join(case.contexts))))
        missing = tuple(word for word in asked if word not in held)
        value = 1 - len(missing) / len(asked)
        return Score(value, Evidence(unsupported_claims=missing), 0.1)


def staged(base: Base) -> dict[str, Any]:
    manifest = base.home.versions("knowledge_base").last_staged()
    assert manifest is not None
    return dict(manifest)


def add_a_page(base: Base) -> None:
    write(base.folder / "new.md", page("kettle lid hinge"))
    base.build()


def test_a_judge_takes_the_offline_scorers_place_and_is_asked_once_a_measure(base: Base) -> None:
    judge_ = OverlapJudge()
    candidate = base.audit(scorer=judge_)

    assert candidate.verdict.passed, candidate.verdict.summary
    assert [len(calls) for calls in judge_.calls] == [14, 14]
    figures = candidate.verdict.figures
    recall, lower = figures["context_recall"], figures["context_recall_lower"]
    assert recall is not None
    assert lower is not None
    assert recall - lower >= 1.6448 * 0.1 / 2 / 14**0.5
    assert staged(base)["scorer"] == "overlap-1"
    assert base.audit(scorer=judge_).reused
    chunks = base.home.lake.read("document_chunks")
    audit = IndexAudit(base.home.chunks, base.embedder, base.questions(), chunks, scorer=judge_)
    assert audit.cases(base.home.chunks.head()) == [*judge_.calls[0], *judge_.calls[1]]


def test_a_case_that_both_indexes_give_is_judged_once_and_adds_no_doubt(base: Base) -> None:
    judge_ = OverlapJudge()
    questions = base.questions(team_file(base))
    base.publish(base.audit(questions, scorer=judge_))
    before = sum(map(len, judge_.calls))
    write(base.folder / "new.md", b"# Zebra\n\nZebras graze elsewhere, far from machines.\n")
    base.build()

    candidate = base.audit(questions, scorer=judge_)

    assert candidate.verdict.figures["faithfulness_difference_lower"] == 0.0
    assert staged(base)["published_scores"] == "kept"
    assert sum(map(len, judge_.calls)) == 2 * before


def test_questions_are_embedded_once_however_often_the_index_changes(base: Base) -> None:
    questions = base.questions(team_file(base))
    base.audit(questions)
    add_a_page(base)
    base.embedder = embedder = WordHashEmbedder(dimension=512)
    base.audit(questions)
    asked = {question.question for question in questions.questions}
    assert asked.isdisjoint(embedder.texts)
    first = questions.questions[0]
    more = replace(questions, questions=(*questions.questions, replace(first, question="New?")))
    base.audit(more)
    assert asked & set(embedder.texts) == set()
    assert "New?" in embedder.texts


def published_scores(base: Base, key: str) -> IndexScores | None:
    current = base.home.versions("knowledge_base").current()
    return read_scores(current.folder, current.manifest["scores"], key, AUDIT_VERSION)


def test_scores_kept_with_the_published_version_are_those_that_would_be_made_again(
    base: Base,
) -> None:
    questions = base.questions(team_file(base))
    base.publish(base.audit(questions, scorer=OverlapJudge()))
    add_a_page(base)
    chunks = base.home.lake.read("document_chunks")
    audit = IndexAudit(base.home.chunks, base.embedder, questions, chunks, scorer=OverlapJudge())
    version = base.home.versions("knowledge_base").current().manifest["table_version"]

    kept, again = published_scores(base, audit.key), audit.scores(int(version))[0]

    assert kept == again
    assert scores_file(kept) == scores_file(again)
    with_kept = base.audit(questions, scorer=OverlapJudge()).verdict
    assert staged(base)["published_scores"] == "kept"
    (base.home.versions("knowledge_base").current().folder / "scores.parquet").unlink()
    base.home.lake.remove("rag_eval_scores")
    computed = base.audit(questions, scorer=OverlapJudge()).verdict
    assert staged(base)["published_scores"] == "computed"
    assert computed.figures == with_kept.figures


def test_a_new_question_set_scores_the_published_index_again_first(base: Base) -> None:
    questions = base.questions(team_file(base))
    judge_ = OverlapJudge()
    base.publish(base.audit(questions, scorer=judge_))
    add_a_page(base)
    same = base.audit(questions, scorer=judge_)
    assert same.verdict.figures["rebaselined"] == 0.0

    fewer = replace(questions, questions=questions.questions[1:])
    other = base.audit(fewer, scorer=judge_)

    figures = other.verdict.figures
    assert (figures["rebaselined"], figures["comparable"]) == (1.0, 1.0)
    assert staged(base)["published_scores"] == "computed"


def test_a_published_index_that_cannot_be_scored_asks_for_a_new_baseline(base: Base) -> None:
    base.publish(base.audit())
    add_a_page(base)
    current = base.home.versions("knowledge_base").current().folder / "manifest.json"
    lost = current.read_bytes().replace(b'"table_version": ', b'"table_version": 99')
    current.write_bytes(lost)

    candidate = base.audit()

    assert candidate.verdict.outcome == "REBASELINE_REQUIRED"
    assert "comparable" in failed(candidate)
    assert staged(base)["published_scores"] == "failed"
    assert staged(base)["published_error"]


def test_the_verdict_names_the_chunks_that_the_index_was_made_from(base: Base) -> None:
    candidate = base.audit()
    chunks = base.home.lake.manifest("document_chunks")
    assert chunks is not None
    assert candidate.verdict.inputs == {"document_chunks": chunks.fingerprint}
    rows = base.home.lake.read("document_chunks")
    place = rows.schema.get_field_index("content_hash")
    renamed = pa.array(["other bytes"] * rows.num_rows, pa.string())
    field = rows.schema.field("content_hash")
    base.put(rows.set_column(place, field, renamed))
    again = base.audit()
    assert (again.fingerprint, again.reused) == (candidate.fingerprint, False)
    assert again.verdict.inputs != candidate.verdict.inputs


def test_each_question_shows_both_indexes_and_what_the_reference_lacks(base: Base) -> None:
    team = team_file(base)
    questions = base.questions(team)
    first = base.audit(questions)
    assert first.scores["hit_at_5_published"].null_count == first.scores.num_rows
    base.publish(first)
    (base.folder / "router.md").unlink()
    base.build()

    rows = {row["question_id"]: row for row in base.audit(questions).scores.to_pylist()}

    assert (rows["q0"]["hit_at_5"], rows["q0"]["hit_at_5_published"]) == (0.0, 1.0)
    assert rows["q0"]["context_recall"] < rows["q0"]["context_recall_published"] == 1.0
    assert set(rows["q0"]["unsupported"].split(", ")) <= {"antenna", "firmware"}
    assert rows["q1"]["unsupported"] == ""
    assert rows["q1"]["faithfulness"] == rows["q1"]["faithfulness_published"] == 1.0


def answers_file(base: Base, *more: object, contexts: bool = True) -> Path:
    records = [
        {
            "question": f"How do I change the {subject.split()[2]} of the {subject.split()[0]}?",
            "answer": f"Lift the {subject.split()[1]} and take out the old {subject.split()[2]}.",
            "generator": "product-7",
            **({"contexts": [page(subject).decode()], "faithfulness": 1} if contexts else {}),
        }
        for subject in SUBJECTS
    ]
    return write(base.root / "answers.jsonl", jsonl(*records, *more))


def test_stored_answers_are_scored_on_what_they_were_given_from_and_on_what_is_found(
    base: Base,
) -> None:
    questions = base.questions(team_file(base))
    unknown = {"question": "Who fed the zebra?", "answer": "Nobody.", "contexts": ["Nobody did."]}
    answers = answers_for(answers_file(base, unknown))
    base.publish(base.audit(questions, answers=answers))
    for subject in SUBJECTS[:3]:
        (base.folder / f"{subject.split()[0]}.md").unlink()
    base.build()

    candidate = base.audit(questions, answers=answers)

    figures = candidate.verdict.figures
    assert (figures["faithfulness"], figures["answers"]) == (1.0, 13)
    assert (figures["human_labels"], figures["human_labels_used"]) == (12, 0)
    assert "retrieved_faithfulness_difference_lower" in failed(candidate)
    assert {"faithfulness_lower", "answers"}.isdisjoint(failed(candidate))
    assert candidate.answers is not None
    assert candidate.answers.schema == ANSWER_SCORE
    rows = candidate.answers.to_pylist()
    assert [row["question_id"] for row in rows] == [*(f"q{n}" for n in range(12)), None]
    assert rows[0]["retrieved_faithfulness"] < rows[0]["retrieved_faithfulness_published"] == 1.0
    assert (rows[0]["faithfulness"], rows[0]["human_faithfulness"]) == (1.0, 1.0)
    shown = candidate.scores.to_pylist()[0]
    assert shown["answer"] == "Lift the antenna and take out the old firmware."
    assert shown["faithfulness"] == rows[0]["retrieved_faithfulness"]
    again = base.audit(questions, answers=answers)
    assert (again.reused, again.answers) == (True, candidate.answers)
    assert staged(base)["generators"] == ["product-7"]


def test_answers_without_contexts_are_held_to_the_floor_on_what_is_found(base: Base) -> None:
    questions = base.questions(team_file(base))
    candidate = base.audit(questions, answers=answers_for(answers_file(base, contexts=False)))
    figures = candidate.verdict.figures
    assert candidate.verdict.passed
    assert figures["faithfulness"] == figures["retrieved_faithfulness"] == 1.0


def test_other_answers_and_another_generator_are_another_comparison(base: Base) -> None:
    chunks = base.home.lake.read("document_chunks")
    answers = answers_for(answers_file(base))
    other = replace(
        answers, answers=tuple(replace(own, generator="product-8") for own in answers.answers)
    )
    fewer = replace(answers, answers=answers.answers[1:])
    keys = {
        IndexAudit(base.home.chunks, base.embedder, base.questions(), chunks, answers=own).key
        for own in (NO_ANSWERS, answers, other, fewer)
    }
    assert len(keys) == 4


def test_answers_that_are_none_are_counted_and_repetitions_are_kept_once(base: Base) -> None:
    first = {"question": "Who?", "answer": "Nobody.", "faithfulness": 1}
    path = answers_file(
        base,
        first,
        {**first, "faithfulness": 0},
        {"question": "Who?"},
        b"{half",
        {**first, "faithfulness": 4},
    )
    answers = answers_for(path)
    assert len(answers.answers) == 13
    assert answers.rejected == {
        "answer_missing": 1,
        "label_out_of_range": 1,
        "not_json": 1,
        "repeated_answer": 1,
    }
    assert answers_for(None) == NO_ANSWERS


def test_fewer_answers_than_asked_for_are_too_little_evidence(base: Base) -> None:
    answers = answers_for(write(base.root / "answers.jsonl", b""))
    assert answers.rejected == {"empty_file": 1}
    few = answers_for(answers_file(base))
    few = replace(few, answers=few.answers[:9])
    candidate = base.audit(base.questions(team_file(base)), answers=few)
    assert candidate.verdict.outcome == "INSUFFICIENT_EVIDENCE"
    assert failed(candidate) == {"answers"}


def test_the_embedder_of_these_tests_gives_unit_vectors() -> None:
    vectors = WordHashEmbedder(dimension=512).encode(
        [page(subject).decode() for subject in SUBJECTS]
    )
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
