"""What assets and checks show of a verdict in the UI."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest
from PIL import Image

from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.defs.checks import verdict_checks
from ai_data_platform.defs.reporting import (
    blocked,
    gate_command,
    gate_metadata,
    interval_plot,
    verdict_table,
    worst_questions,
)
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home

FIGURES = {"questions": 120, "hit_at_5": 0.9, "hit_at_5_lower": 0.55, "ids_missing": 0}
RULES = (
    Rule("questions", ">=", 100, "fewer tell nothing", "INSUFFICIENT_EVIDENCE"),
    Rule("hit_at_5_lower", ">=", 0.6, "the floor"),
    Rule("ids_missing", "==", 0, "every chunk has its row"),
)


def verdict(**figures: float | None) -> Verdict:
    measured: Mapping[str, float | None] = {**FIGURES, **figures}
    return judge("chunk_embeddings", "f" * 32, measured, RULES, code_version="v1")


def test_the_rules_that_broke_come_first_in_the_table() -> None:
    records = [record.data for record in verdict_table(verdict()).records]
    assert records == [
        {
            "figure": "hit_at_5_lower",
            "seen": "0.55",
            "wanted": ">=\N{NO-BREAK SPACE}0.6",
            "holds": False,
            "why": "the floor",
        },
        {
            "figure": "questions",
            "seen": "120",
            "wanted": ">=\N{NO-BREAK SPACE}100",
            "holds": True,
            "why": "fewer tell nothing",
        },
        {
            "figure": "ids_missing",
            "seen": "0",
            "wanted": "==\N{NO-BREAK SPACE}0",
            "holds": True,
            "why": "every chunk has its row",
        },
    ]


@pytest.mark.parametrize(
    ("figures", "advice"),
    [
        ({}, "mend the source or take the change back, then `aidp run`"),
        ({"questions": 12}, "bring more evidence, then `aidp run`"),
    ],
)
def test_a_blocked_step_says_what_was_seen_what_was_wanted_and_what_to_do(
    figures: dict[str, float], advice: str
) -> None:
    found = verdict(**figures)
    failure = blocked(found.summary, found)
    assert failure.description == (
        f"{found.summary}. `aidp gate knowledge_base --candidate ffffffffffff` shows more; {advice}"
    )
    assert "hit_at_5_lower is 0.55, wanted >= 0.6 (the floor)" in failure.description
    assert failure.metadata["gate_outcome"].value == found.outcome
    assert failure.allow_retries is False


def test_a_message_that_names_the_command_already_stays_as_it_is() -> None:
    said = "the gate blocked sft_dataset. `aidp gate sft_dataset` shows more"
    assert blocked(said, verdict()).description == said


def test_the_command_names_publication_table_or_day() -> None:
    day = judge("raw_chat_logs", "a" * 32, {}, (), code_version="v1", partition="2025-03-01")
    assert gate_command(verdict()) == "aidp gate knowledge_base --candidate ffffffffffff"
    assert gate_command(day) == "aidp gate raw_chat_logs/2025-03-01 --candidate aaaaaaaaaaaa"


def test_the_picture_is_a_png_inside_markdown_and_only_for_an_index() -> None:
    shown = interval_plot(verdict())
    assert shown is not None
    head, _, data = str(shown.value).removesuffix(")").partition("base64,")
    assert head == "![Measures with their lower bounds](data:image/png;"
    assert Image.open(io.BytesIO(base64.b64decode(data))).format == "PNG"
    rows = judge("raw_documents", "a" * 32, {"rows": 3}, (), code_version="v1")
    assert interval_plot(rows) is None
    assert set(gate_metadata(rows)) == {"gate_outcome", "gate", "gate_report"}
    assert set(gate_metadata(verdict())) == {"gate_outcome", "gate", "gate_report", "measures"}


def test_the_ten_worst_questions_show_scores_of_before_and_what_lacked_support() -> None:
    rows = [
        {
            "question_id": str(number),
            "question": f"Question {number}?",
            "hit_at_5": number / 12,
            "mrr_at_10": number / 12,
            "context_recall": None,
            "hit_at_5_published": 1.0,
            "mrr_at_10_published": None,
            "context_recall_published": None,
            "unsupported": "12 Nm",
        }
        for number in range(12)
    ]
    table = worst_questions(pa.Table.from_pylist(rows))
    assert [record.data["question"] for record in table.records] == [
        f"Question {number}?" for number in range(10)
    ]
    assert table.records[1].data == {
        "question": "Question 1?",
        "hit@5": "0.08",
        "MRR@10": "0.08",
        "context recall": "–",
        "published": "1.00 / – / –",
        "unsupported": "12 Nm",
    }
    assert [column.name for column in table.schema.columns] == list(table.records[1].data)


CHECKS = {"questions": "enough_questions", "hit_at_5_lower": "hit_at_5", "ids_missing": "whole"}


def evaluations(home: Home) -> dict[str, dg.AssetCheckEvaluation]:
    """What each check says of an asset whose verdict stands in the ledger."""

    @dg.asset
    def scores() -> None: ...

    checks = verdict_checks("scores", CHECKS, judged="chunk_embeddings")
    ran = dg.materialize([scores, checks], resources={"home": home}, raise_on_error=False)
    return {found.check_name: found for found in ran.get_asset_check_evaluations()}


def test_every_check_of_a_figure_has_score_and_threshold_as_numbers(tmp_path: Path) -> None:
    home = Home(tmp_path, CHECKOUT / "dbt_project")
    home.ledger.record(verdict())
    shown = {
        check: {
            name: value.value
            for name, value in found.metadata.items()
            if isinstance(value, dg.FloatMetadataValue | dg.IntMetadataValue)
        }
        for check, found in evaluations(home).items()
    }
    assert shown == {
        "enough_questions": {"score": 120.0, "threshold": 100.0},
        "hit_at_5": {"score": 0.55, "threshold": 0.6, "mean": 0.9},
        "whole": {"score": 0.0, "threshold": 0.0},
        "gate": {"score": 1, "threshold": 0, "rules": 3},
    }


def test_a_figure_that_was_not_measured_fails_without_a_score(tmp_path: Path) -> None:
    home = Home(tmp_path, CHECKOUT / "dbt_project")
    home.ledger.record(verdict(ids_missing=None))
    found = evaluations(home)["whole"]
    assert not found.passed
    assert "score" not in found.metadata
    assert found.description == (
        "ids_missing was not measured, wanted == 0 (every chunk has its row)"
    )


def test_without_a_verdict_every_check_fails(tmp_path: Path) -> None:
    found = evaluations(Home(tmp_path, CHECKOUT / "dbt_project"))
    assert {check: (e.passed, e.description) for check, e in found.items()} == {
        "enough_questions": (False, "no verdict holds questions"),
        "hit_at_5": (False, "no verdict holds hit_at_5_lower"),
        "whole": (False, "no verdict holds ids_missing"),
        "gate": (False, "no gate has judged this"),
    }
