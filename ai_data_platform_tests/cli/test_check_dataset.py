"""`aidp check-dataset` as a person types it: rules, first offenders, exit code, page and upsampled file."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ai_data_platform.cli.app import app
from ai_data_platform.settings import Settings


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"AIDP_{name.upper()}", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check-dataset", *map(str, arguments)])


def chats(path: Path, rows: int = 30, **more: Any) -> Path:
    made = [
        {
            "messages": [
                {"role": "user", "content": f"How is part {n} reset?"},
                {"role": "assistant", "content": f"Hold button {n} until it blinks."},
            ],
            **more,
        }
        for n in range(rows)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def reviews(path: Path, bad: int) -> Path:
    made = [
        {"id": n, "text": f"text {n}", "label": "bad" if n < bad else "good"} for n in range(60)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def test_a_sound_file_is_said_to_pass_with_its_format_and_every_rule(tmp_path: Path) -> None:
    shown = run(chats(tmp_path / "chats.jsonl"))
    assert shown.exit_code == 0, shown.output
    assert "chats.jsonl  messages format, 30 of 30 rows can be used: passed" in shown.output
    for rule in ("rows", "malformed_rows", "response_words_p5", "duplicate_rate"):
        assert rule in shown.output
    assert "all-MiniLM-L6-v2, a stand-in" in shown.output


def test_a_broken_file_fails_with_the_first_lines_behind_each_rule(tmp_path: Path) -> None:
    path = chats(tmp_path / "chats.jsonl")
    path.write_text(path.read_text() + '{broken\n{"messages": []}\n')
    shown = run(path)
    assert shown.exit_code == 1
    assert "30 of 32 rows can be used: failed" in shown.output
    assert "chats.jsonl:31  not_json" in shown.output
    assert "chats.jsonl:32  no_messages" in shown.output


def test_json_has_scores_thresholds_and_findings_and_nothing_else_is_printed(
    tmp_path: Path,
) -> None:
    path = chats(tmp_path / "chats.jsonl")
    path.write_text(path.read_text() * 2)
    shown = run(path, "--json")
    found = json.loads(shown.output)
    assert shown.exit_code == 1
    assert (found["format"], found["passed"], found["left_out"]) == ("messages", False, {})
    assert next(rule for rule in found["rules"] if not rule["passed"]) == {
        "rule": "duplicate_rate",
        "score": 0.5,
        "comparison": "<=",
        "threshold": 0.05,
        "passed": False,
        "reason": "repeated rows are learnt by heart",
    }
    assert found["findings"]["duplicate_rate"][0] == {
        "place": "chats.jsonl:31",
        "reason": "repeats chats.jsonl:1",
        "seen": "",
    }
    assert found["tokenizer"] == {"name": "all-MiniLM-L6-v2", "stand_in": True}


def test_thresholds_are_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = chats(tmp_path / "chats.jsonl")
    path.write_text(path.read_text() * 2)
    monkeypatch.setenv("AIDP_MAX_DUPLICATE_RATE", "0.5")
    assert run(path).exit_code == 0
    assert run(path, "--max-tokens", 10).exit_code == 1


def test_the_page_is_written_where_asked_and_whether_it_passes_or_not(tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    assert run(chats(tmp_path / "chats.jsonl", rows=0), "--html", page).exit_code == 1
    assert "a rule is broken" in page.read_text()
    assert run(chats(tmp_path / "chats.jsonl"), "--html", page).exit_code == 0
    assert "What became of 30 lines" in page.read_text()


def test_a_rare_label_fails_and_an_upsampled_file_passes_the_rule(tmp_path: Path) -> None:
    path, more = reviews(tmp_path / "reviews.jsonl", bad=4), tmp_path / "more.jsonl"
    shown = run(path, "--upsample", more)
    assert shown.exit_code == 1
    assert "label_imbalance: rows by label" in shown.output
    assert "rows before  rows after" in shown.output
    rows = [json.loads(line) for line in more.read_text().splitlines()]
    assert Counter(row["label"] for row in rows) == {"bad": 6, "good": 56}
    assert Counter(row["id"] for row in rows if row["label"] == "bad") == {0: 2, 1: 2, 2: 1, 3: 1}
    again = json.loads(run(more, "--json").output)
    assert next(r for r in again["rules"] if r["rule"] == "label_imbalance")["passed"]


def test_upsampling_without_labels_says_what_to_name(tmp_path: Path) -> None:
    shown = run(chats(tmp_path / "chats.jsonl"), "--upsample", tmp_path / "more.jsonl")
    assert shown.exit_code == 2
    assert "name it with --label" in shown.stderr


def test_a_file_that_is_not_there_or_not_known_is_one_sentence(tmp_path: Path) -> None:
    assert run(tmp_path / "gone.jsonl").exit_code == 2
    (tmp_path / "odd.jsonl").write_text('{"question": "x"}\n')
    shown = run(tmp_path / "odd.jsonl")
    assert shown.exit_code == 1
    assert "unknown_format" in shown.stderr
