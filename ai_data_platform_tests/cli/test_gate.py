"""`aidp gate`: what a person and a script learn of a verdict."""

import json
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform_tests.cli.conftest import Aidp

NOT_EMPTY = Rule("rows", ">", 0, "an empty source would empty the whole index")
FEW = Rule("questions", ">=", 100, "too few to tell", "INSUFFICIENT_EVIDENCE")
FLOOR = Rule("hit_at_5_lower", ">=", 0.6, "floor for the 95% lower bound of the mean")
MARGIN = Rule("hit_at_5_difference_lower", ">", -0.03, "no worse than published by 0.03")


def verdict(
    asset: str, fingerprint: str, rows: int, partition: str | None = None, **inputs: str
) -> Verdict:
    return judge(
        asset,
        fingerprint,
        {"rows": rows},
        [NOT_EMPTY],
        code_version="0.1.0",
        partition=partition,
        inputs=inputs,
    )


def index_verdict(fingerprint: str, lower: float, difference_lower: float) -> Verdict:
    figures = {
        "questions": 120,
        "hit_at_5": 0.9,
        "hit_at_5_lower": lower,
        "hit_at_5_published": 0.95,
        "hit_at_5_difference": -0.05,
        "hit_at_5_difference_lower": difference_lower,
        "hit_at_5_detectable_drop": 0.04,
        "rows": 165,
    }
    rules = [FEW, FLOOR, MARGIN]
    return judge("chunk_embeddings", fingerprint, figures, rules, code_version="0.1.0")


def test_a_blocked_table_is_shown_whole_with_what_broke_first(
    ledger: GateLedger, aidp: Aidp
) -> None:
    ledger.record(verdict("raw_documents", "a" * 32, 40))
    ledger.record(verdict("raw_documents", "b" * 32, 0))
    shown = aidp("gate", "raw_documents")
    assert shown.exit_code == 1
    assert [line.rstrip() for line in shown.stdout.splitlines()] == [
        "BLOCKED  raw_documents: the candidate broke a rule; what was there before stays",
        "  judged      raw_documents at bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "  when        2025-03-09 12:01 UTC, by code version 0.1.0",
        "",
        "Rules broken  1 of 1",
        "  ✗ rows          0  wanted > 0      an empty source would empty the whole index",
        "",
        "Verdicts so far  the newest first",
        "judged (UTC)      candidate     outcome  first reason",
        "2025-03-09 12:01  bbbbbbbbbbbb  BLOCKED  rows is 0, wanted > 0 (an empty source…",
        "2025-03-09 12:00  aaaaaaaaaaaa  PASSED",
    ]


def test_in_a_narrow_terminal_the_reason_stands_below_its_rule(
    ledger: GateLedger, aidp: Aidp
) -> None:
    ledger.record(verdict("raw_documents", "a" * 32, 40))
    shown = aidp("gate", "raw_documents", width=60)
    below = "  ✓ rows         40  wanted > 0\n      an empty source would empty the whole index\n"
    assert below in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 60
    assert shown.exit_code == 0


def test_a_candidate_is_named_by_the_start_of_its_fingerprint(
    ledger: GateLedger, aidp: Aidp
) -> None:
    ledger.record(verdict("raw_documents", "a1" * 16, 40))
    ledger.record(verdict("raw_documents", "a2" * 16, 0))
    earlier = aidp("gate", "raw_documents", "--candidate", "a1")
    both = aidp("gate", "raw_documents", "--candidate", "a")
    none = aidp("gate", "raw_documents", "--candidate", "f")
    assert (earlier.exit_code, both.exit_code, none.exit_code) == (0, 1, 1)
    assert "PASSED  raw_documents" in earlier.stdout
    said = " ".join(both.stderr.split())
    assert "2 judged candidates of raw_documents start with 'a', wanted one" in said
    assert "there are: a2a2a2a2a2a2, a1a1a1a1a1a1" in " ".join(none.stderr.split())


def test_an_unknown_name_lists_what_was_judged_with_days_as_a_range(
    ledger: GateLedger, aidp: Aidp
) -> None:
    for day in ("2025-03-01", "2025-03-02", "2025-03-05"):
        ledger.record(verdict("raw_chat_logs", "c" * 32, 9, day))
    ledger.record(verdict("raw_documents", "a" * 32, 9))
    ledger.record(verdict("sft_dataset", "b" * 32, 9))
    for name in ("nothing", "raw_chat_logs", "preference"):
        shown = aidp("gate", name)
        assert shown.exit_code == 1
        assert " ".join(shown.stderr.split()) == (
            f"error: no gate has judged '{name}'; there are: sft, raw_documents, raw_chat_logs/2025-03-01 "
            "to 2025-03-05. `aidp run` runs every gate"
        )


def test_before_the_first_run_there_is_nothing_to_show(aidp: Aidp) -> None:
    shown = aidp("gate", "sft")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "there are: none yet" in " ".join(shown.stderr.split())


@pytest.mark.parametrize(
    ("name", "judged"),
    [
        ("sft", "sft_dataset"),
        ("sft_dataset", "sft_dataset"),
        ("datasets/sft", "sft_dataset"),
        ("knowledge_base", "chunk_embeddings"),
        ("training_data/clean_conversations", "clean_conversations"),
        ("raw_chat_logs/2025-03-01", "raw_chat_logs"),
    ],
)
def test_a_gate_answers_to_every_name_that_a_person_knows_it_by(
    ledger: GateLedger, aidp: Aidp, name: str, judged: str
) -> None:
    for asset in ("sft_dataset", "chunk_embeddings", "clean_conversations"):
        ledger.record(verdict(asset, "a" * 32, 9))
    ledger.record(verdict("raw_chat_logs", "a" * 32, 9, "2025-03-01"))
    assert json.loads(aidp("gate", name, "--json").stdout)["asset"] == judged


def test_a_pass_whose_source_was_blocked_since_is_held_back(ledger: GateLedger, aidp: Aidp) -> None:
    documents = verdict("raw_documents", "d" * 32, 40)
    ledger.record(documents)
    ledger.record(verdict("document_chunks", "c" * 32, 90, raw_documents="d" * 32))
    before = aidp("gate", "document_chunks")
    strict = [Rule("rows", ">", 50, "more is expected")]
    ledger.record(judge("raw_documents", "d" * 32, {"rows": 40}, strict, code_version="0.1.0"))
    after = aidp("gate", "document_chunks")
    found = json.loads(aidp("gate", "document_chunks", "--json").stdout)
    assert (before.exit_code, after.exit_code) == (0, 1)
    assert "held back   document_chunks was made from raw_documents" in after.stdout
    assert (found["outcome"], found["passes"]) == ("PASSED", False)
    assert "rows is 40, wanted > 50" in found["obstacle"]


def test_upstream_days_are_one_line(ledger: GateLedger, aidp: Aidp) -> None:
    days = {f"raw_chat_logs/2025-03-{day:02}": "f" * 32 for day in range(1, 8)}
    ledger.record(verdict("stg_chat_logs", "a" * 32, 9, raw_documents="d" * 32, **days))
    shown = aidp("gate", "stg_chat_logs").stdout
    assert "  made from   raw_chat_logs: 7 days from 2025-03-01 to 2025-03-07\n" in shown
    assert "              raw_documents\n" in shown


def test_measures_are_drawn_with_floor_and_margin(ledger: GateLedger, aidp: Aidp) -> None:
    ledger.record(index_verdict("a" * 32, 0.85, -0.08))
    shown = aidp("gate", "knowledge_base")
    lines = shown.stdout.splitlines()
    place = lines.index("Measures  ● mean, ├ its 95 % lower bound, ┃ floor")
    assert [line.rstrip() for line in lines[place + 1 : place + 7]] == [
        "           mean  lower  floor  0                              1",
        "hit_at_5  0.900  0.850    0.6  ···················┃······├━●···",
        "",
        "Candidate − published  ┃ margin -0.03",
        "          published  change   lower  visible  -0.08          +0.05",
        "hit_at_5      0.950  -0.050  -0.080    0.040  ├━━━●··┃············",
    ]
    assert "BLOCKED  knowledge_base" in lines[0]
    assert "visible: the smallest true drop" in shown.stdout


def test_too_little_evidence_is_called_by_its_name(ledger: GateLedger, aidp: Aidp) -> None:
    few = judge("chunk_embeddings", "a" * 32, {"questions": 12}, [FEW], code_version="0.1.0")
    ledger.record(few)
    shown = aidp("gate", "knowledge_base")
    assert shown.exit_code == 1
    assert shown.stdout.startswith("INSUFFICIENT_EVIDENCE  knowledge_base: too little was measured")


SCORES: list[dict[str, Any]] = [
    {
        "question_id": str(number),
        "question": f"Question {number} of the fitters?",
        "hit_at_5": float(number > 1),
        "mrr_at_10": number / 20,
        "context_recall": 0.5,
        "hit_at_5_published": 1.0,
        "mrr_at_10_published": number / 20,
        "context_recall_published": 0.5,
        "unsupported": "12 Nm" if number == 0 else None,
    }
    for number in range(12)
]


def test_the_worst_questions_are_those_of_the_candidate_judged_last(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    ledger.record(index_verdict("a" * 32, 0.85, -0.01))
    ledger.record(index_verdict("b" * 32, 0.85, -0.08))
    scores = pa.Table.from_pylist(SCORES)
    home.lake.write("rag_eval_scores", scores, inputs="i", extra={"candidate": "b" * 32})
    newest = json.loads(aidp("gate", "knowledge_base", "--json").stdout)
    earlier = json.loads(aidp("gate", "knowledge_base", "--candidate", "a", "--json").stdout)
    shown = aidp("gate", "knowledge_base").stdout.splitlines()
    place = shown.index("Worst questions  most lost against the published index first")
    assert [q["question_id"] for q in newest["worst_questions"]][:3] == ["0", "1", "2"]
    assert len(newest["worst_questions"]) == 10
    assert earlier["worst_questions"] == []
    assert shown[place + 2].rstrip().split("  ") == [
        "1.00 → 0.00",
        "0.00 → 0.00",
        "0.50 → 0.50",
        "Question 0 of the fitters?",
    ]
    assert shown[place + 3].strip() == "lacked: 12 Nm"


def test_json_holds_every_figure_and_every_rule(ledger: GateLedger, aidp: Aidp) -> None:
    ledger.record(index_verdict("a" * 32, 0.85, -0.08))
    shown = aidp("gate", "knowledge_base", "--json")
    found = json.loads(shown.stdout)
    assert shown.exit_code == 1
    assert {
        key: found[key] for key in ("name", "asset", "partition", "fingerprint", "outcome")
    } == {
        "name": "knowledge_base",
        "asset": "chunk_embeddings",
        "partition": None,
        "fingerprint": "a" * 32,
        "outcome": "BLOCKED",
    }
    assert found["rules"][2] == {
        "figure": "hit_at_5_difference_lower",
        "comparison": ">",
        "threshold": -0.03,
        "reason": "no worse than published by 0.03",
        "breach": "BLOCKED",
        "seen": -0.08,
        "holds": False,
    }
    assert found["measures"] == [
        {
            "measure": "hit_at_5",
            "mean": 0.9,
            "lower": 0.85,
            "floor": 0.6,
            "published": 0.95,
            "difference": -0.05,
            "difference_lower": -0.08,
            "margin": -0.03,
            "detectable_drop": 0.04,
        }
    ]
    assert found["history"] == [
        {
            "judged_at": "2025-03-09T12:00:00+00:00",
            "fingerprint": "a" * 32,
            "outcome": "BLOCKED",
            "reasons": [
                "hit_at_5_difference_lower is -0.08, wanted > -0.03 (no worse than published by 0.03)"
            ],
        }
    ]


def test_only_the_last_ten_verdicts_are_listed(ledger: GateLedger, aidp: Aidp) -> None:
    for number in range(12):
        ledger.record(verdict("raw_documents", f"{number:032}", number + 1))
    found = json.loads(aidp("gate", "raw_documents", "--json").stdout)
    assert [past["fingerprint"] for past in found["history"]] == [
        f"{number:032}" for number in range(11, 1, -1)
    ]
