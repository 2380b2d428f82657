"""`aidp status`: one screen that says what readers see and why."""

import json
from typing import Any

import pyarrow as pa
import pytest

from ai_data_platform.cli.graph import StepOutcome
from ai_data_platform.cli.output import console
from ai_data_platform.cli.summary import show_summary
from ai_data_platform.core.gates import Rule, Verdict, judge
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.ledger import GateLedger
from ai_data_platform_tests.cli.conftest import Aidp

RULES = [
    Rule("rows", ">", 10, "an empty dataset trains nothing"),
    Rule("train_rows", ">", 10, "an empty train split trains nothing"),
    Rule("duplicate_rate", "<=", 0.05, "repeated rows are learnt by heart"),
]


def verdict(asset: str, fingerprint: str, rows: int = 225, **inputs: str) -> Verdict:
    figures = {"rows": rows, "train_rows": rows, "duplicate_rate": 1 / (rows + 1)}
    return judge(asset, fingerprint, figures, RULES, code_version="0.1.0", inputs=inputs)


def publish(home: Home, ledger: GateLedger, fingerprint: str, **inputs: str) -> str:
    """A version of `sft` with this content, judged and published."""
    ledger.record(verdict("sft_dataset", fingerprint, **inputs))
    versions = home.versions("sft")
    version = versions.stage(fingerprint, {}, {"rows": 225, "dropped": {}})
    versions.publish(version)
    return version


def lines(aidp: Aidp, *arguments: str, width: int = 80) -> list[str]:
    shown = aidp("status", *arguments, width=width)
    assert shown.exit_code == 0, shown.stderr
    found = [line.rstrip() for line in shown.stdout.splitlines()]
    assert max(map(len, found)) <= width
    return found


def state(found: list[str], name: str = "sft") -> str:
    return next(line for line in found if line.startswith(name)).split("  ")[-1]


def test_before_the_first_run_nothing_is_there_yet(aidp: Aidp) -> None:
    assert lines(aidp) == [
        "",
        "                     readers see  rows  since (UTC)  candidate",
        "sft                  nothing yet                     not judged yet",
        "preference           nothing yet                     not judged yet",
        "unpaired_preference  nothing yet                     not judged yet",
        "knowledge_base       nothing yet                     not judged yet",
        "",
        "Nothing was read so far: run `aidp run`",
    ]


def test_a_candidate_that_readers_see_is_said_to_be_published(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    version = publish(home, ledger, "a" * 32)
    found = lines(aidp)
    line = next(line for line in found if line.startswith("sft"))
    assert line.startswith(f"sft                  {version}   225  ")
    assert state(found) == "PASSED, published"
    report = json.loads(aidp("status", "--json").stdout)["publications"]["sft"]
    assert (report["candidate"], report["candidate_is_published"]) == ("a" * 12, True)


def test_a_blocked_candidate_says_why_on_two_lines_and_where_the_rest_is(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    publish(home, ledger, "a" * 32)
    ledger.record(verdict("sft_dataset", "b" * 32, rows=1))
    found = lines(aidp)
    place = found.index("✗ sft: bbbbbbbbbbbb is held back; readers stay on aaaaaaaaaaaa")
    assert state(found) == "BLOCKED"
    assert found[place + 1 : place + 4] == [
        "    rows is 1, wanted > 10 (an empty dataset trains nothing)",
        "    train_rows is 1, wanted > 10 (an empty train split trains nothing)",
        "    1 more: aidp gate sft",
    ]


def test_a_published_version_that_would_not_pass_now_is_said_to_be_read_still(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    publish(home, ledger, "a" * 32)
    ledger.record(verdict("sft_dataset", "a" * 32, rows=1))
    assert "✗ sft: aaaaaaaaaaaa is still read, though it would not pass now" in lines(aidp)


def test_a_version_that_was_rolled_back_is_shown_with_the_way_back(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    publish(home, ledger, "a" * 32)
    publish(home, ledger, "b" * 32)
    home.versions("sft").rollback()
    found = lines(aidp)
    place = found.index("↩ sft: bbbbbbbbbbbb was rolled back; readers stay on aaaaaaaaaaaa")
    assert found[place + 1] == "    back again: aidp rollback sft bbbbbbbbbbbb"
    assert state(found) == "PASSED, withdrawn"
    publish(home, ledger, "c" * 32)
    assert "rolled back" not in "\n".join(lines(aidp))


def test_a_pass_whose_source_was_blocked_since_is_held_back(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    ledger.record(verdict("clean_conversations", "c" * 32))
    publish(home, ledger, "a" * 32, clean_conversations="c" * 32)
    ledger.record(verdict("clean_conversations", "c" * 32, rows=1))
    found = lines(aidp)
    assert state(found) == "PASSED, held back"
    assert any(line.startswith("✗ clean_conversations: BLOCKED: rows is 1") for line in found)
    assert "    more: aidp gate clean_conversations" in found
    assert "    more: aidp gate sft" in found


def test_many_tables_that_did_not_pass_are_counted(ledger: GateLedger, aidp: Aidp) -> None:
    for number in range(5):
        ledger.record(verdict(f"table_{number}", "a" * 32, rows=1))
    found = lines(aidp)
    assert sum("aidp gate table_" in line for line in found) == 3
    assert "and 2 more tables: table_3, table_4" in found


@pytest.mark.parametrize("width", [80, 120])
def test_rows_and_the_commonest_drops_stand_on_one_line_each(
    home: Home, aidp: Aidp, width: int
) -> None:
    rows = pa.table({"text": ["x"] * 1165})
    reasons = {"not_a_pdf": 5, "empty_file": 12, "encrypted_pdf": 5, "no_text_in_the_whole_pdf": 2}
    home.lake.write("raw_documents", rows, inputs="i", dropped=reasons)
    line = next(line for line in lines(aidp, width=width) if line.startswith("raw_documents"))
    expected = {
        80: "raw_documents  1,165       24  empty_file 12, encrypted_pdf 5, not_a_pdf 5, no_…",
        120: "raw_documents  1,165       24  empty_file 12, encrypted_pdf 5, not_a_pdf 5, "
        "no_text_in_the_whole_pdf 2",
    }
    assert line == expected[width]


def test_a_dataset_has_one_line_and_with_all_its_stages_stand_before_it_in_their_order(
    home: Home, ledger: GateLedger, aidp: Aidp
) -> None:
    home.lake.write("redacted_chat_logs", pa.table({"text": ["x"] * 9}), inputs="i")
    ledger.record(verdict("sft_dataset", "a" * 32))
    funnel = [
        {"stage": "clean", "rows_in": 9, "dropped": {"unrated": 2}, "rows_out": 7},
        {"stage": "screen", "rows_in": 7, "dropped": {}, "rows_out": 7},
        {"stage": "duplicates", "rows_in": 7, "dropped": {"near_duplicate": 3}, "rows_out": 4},
    ]
    dropped = {"unrated": 2, "near_duplicate": 3}
    manifest = {"rows": 2, "dropped": dropped, "funnel": funnel}
    home.versions("sft").stage("a" * 32, {}, manifest)
    found = lines(aidp)
    assert found[found.index("", 2) + 1 :] == [
        "                    rows  dropped  mostly for",
        "redacted_chat_logs     9        0",
        "sft_dataset            2        3  near_duplicate 3",
    ]
    found = lines(aidp, "--all")
    last = found.index("sft_dataset: 2 conversations of 4 exchanges")
    assert found[last - 2 : last] == [
        "  duplicates: 4 rows",
        "  near_duplicate  3  ████████████████████████",
    ]


def test_every_reason_is_shown_when_all_is_asked_for(home: Home, aidp: Aidp) -> None:
    reasons = {"not_a_pdf": 1, "empty_file": 12}
    home.lake.write("raw_documents", pa.table({"text": ["x"]}), inputs="i", dropped=reasons)
    found = lines(aidp, "--all")
    place = found.index("raw_documents: 1 rows")
    assert found[place + 1 : place + 3] == [
        "  empty_file  12  ████████████████████████",
        "  not_a_pdf    1  ██",
    ]


def test_a_failure_that_stands_above_already_is_not_told_twice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", 80)
    blocked = {"outcome": "BLOCKED", "reasons": ["rows is 0"], "judged_at": "2025-03-09T12:00"}
    report: dict[str, Any] = {
        "home": "/home",
        "publications": {},
        "not_passed": {"raw_documents": blocked},
        "lanes": {},
    }
    failures = [
        StepOutcome("raw_documents (gate)", "rows is 0"),
        StepOutcome("dbt_models", "the disk is full"),
    ]
    show_summary(report, failures, None, on_the_sample=False, next_steps=False)
    shown = capsys.readouterr().out
    assert shown.count("rows is 0") == 1
    assert "✗ dbt_models: the disk is full" in shown
