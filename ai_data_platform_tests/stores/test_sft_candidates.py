"""The SFT candidate from verified tables: every exchange accounted for, nothing unverified read."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.compute import InThisProcess
from ai_data_platform.core.conversations.redacted import REDACTED
from ai_data_platform.core.datasets.split import Shares
from ai_data_platform.core.errors import GateBlocked, NotPublishedYet
from ai_data_platform.core.gates import Rule
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.candidates import Candidate
from ai_data_platform.stores.conversation_vectors import judge_conversation_vectors
from ai_data_platform.stores.evaluation_items import EVALUATION_ITEMS
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.sft_candidates import SftOptions, sft_candidate
from ai_data_platform_tests.embedders import WordHashEmbedder

START = datetime(2024, 3, 1, tzinfo=UTC)
TOLD = {
    "valve": "Turn it clockwise until the hissing stops, then wait for the green light to come on.",
    "screw": "A drop of oil and half an hour of patience loosen what rust has glued together.",
    "knob": "Pull it towards you, count slowly up to seven, and let go when the display goes dark.",
    "lever": "Both springs have to click into their notches before anything moves at all, sorry.",
    "dial": "Settings survive a power cut, so unplugging the machine overnight will not help here.",
    "wheel": "Our workshop replaces worn bearings free of charge within two years after delivery.",
    "crank": "Please read page nineteen of your manual, where every picture shows one small step.",
    "handle": "Nobody should force this part: plastic breaks quickly and spare ones cost too much.",
}
"""What is answered about each part: texts that have next to nothing in common."""


def exchange(number: int, answer: str | None = None, **changes: Any) -> dict[str, Any]:
    """A conversation of one exchange."""
    part = list(TOLD)[number % len(TOLD)]
    return {
        "record_id": f"r{number}",
        "conversation_id": f"c{number}",
        "message_id": f"m{number}",
        "turn_index": 0,
        "user_message": f"How do I reset the {part}?",
        "assistant_message": answer or TOLD[part],
        "rating": 5,
        "created_at": START + timedelta(hours=number),
        "user_hash": f"u{number}",
        "redactions": 0,
        "conversation_hash": "h",
        **changes,
    }


def passed(home: Home, name: str, table: pa.Table) -> None:
    """Put a table in place whose gate says yes."""
    rules = [Rule("rows", ">=", 0, "any will do")]
    audited_write(home.lake, home.ledger, name, table, rules, inputs="t", code_version="1")


def filled(
    home: Home,
    logged: Sequence[dict[str, Any]],
    *,
    filters: Mapping[str, tuple[str, str | None]] | None = None,
    screened: Mapping[str, str] | None = None,
    items: Sequence[str] = (),
) -> None:
    """The tables that the candidate is made from; `filters` and `screened` give reasons by record."""
    filters, screened = filters or {}, screened or {}
    passed(home, "redacted_chat_logs", pa.Table.from_pylist(list(logged), schema=REDACTED))
    clean = [row["record_id"] for row in logged if row["record_id"] not in filters]
    passed(home, "clean_conversations", pa.table({"record_id": pa.array(clean, pa.string())}))
    conversations = {row["record_id"]: row["conversation_id"] for row in logged}
    columns = {
        "record_id": list(filters),
        "conversation_id": [conversations[name] for name in filters],
        "message_id": ["m"] * len(filters),
        "drop_reason": [reason for reason, _ in filters.values()],
        "matched_record_id": [matched for _, matched in filters.values()],
    }
    text = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    passed(home, "dropped_conversations", pa.table(text))
    looked_at = {
        "record_id": list(conversations),
        "language": ["en"] * len(conversations),
        "drop_reason": [screened.get(name) for name in conversations],
    }
    table = pa.table({n: pa.array(values, pa.string()) for n, values in looked_at.items()})
    passed(home, "screened_chat_logs", table)
    found = [
        {
            "item_id": f"i{n}",
            "set_name": "exam",
            "part": "question",
            "text": item,
            "text_hash": str(n),
            "source_file": "exam.jsonl",
            "source_line": n + 1,
        }
        for n, item in enumerate(items)
    ]
    passed(home, "evaluation_items", pa.Table.from_pylist(found, schema=EVALUATION_ITEMS))


def candidate(home: Home, **options: Any) -> Candidate:
    return sft_candidate(home, SftOptions(**options), InThisProcess(), code_version="1")


def folder_of(home: Home, made: Candidate) -> Path:
    return home.versions("sft").folder(made.version)


def dropped(home: Home, made: Candidate) -> dict[str, tuple[str, ...]]:
    table = pq.read_table(folder_of(home, made) / "dropped.parquet")
    return {row.pop("record_id"): tuple(row.values()) for row in table.to_pylist()}


def test_every_logged_exchange_is_in_a_row_or_named_with_its_stage_and_reason(home: Home) -> None:
    question = "How do I reset the crank?"
    filled(
        home,
        [*(exchange(n) for n in range(8)), exchange(8, user_hash="u0"), exchange(9), exchange(10)],
        filters={"r9": ("unrated", None), "r10": ("exact_duplicate", "r2")},
        screened={"r3": "refusal", "r9": "toxic"},
        items=[question],
    )
    made = candidate(home)

    assert dropped(home, made) == {
        "r10": ("c10", "clean", "exact_duplicate", "r2", "record", None),
        "r3": ("c3", "screen", "refusal", None, None, "en"),
        "r6": (
            "c6",
            "decontaminate",
            "contaminated_same_question",
            "i0",
            "evaluation_item",
            "exam 1.000",
        ),
        "r8": ("c8", "duplicates", "exact_duplicate", "c0", "conversation", "jaccard 1.000"),
        "r9": ("c9", "clean", "unrated", None, None, None),
    }
    rows = [
        row
        for path in folder_of(home, made).glob("data/*.parquet")
        for row in pq.read_table(path).to_pylist()
    ]
    assert sorted(row["record_ids"][0] for row in rows) == ["r0", "r1", "r2", "r4", "r5", "r7"]
    staged = home.versions("sft").last_staged()
    assert staged is not None
    assert [(one["stage"], one["rows_in"], one["rows_out"]) for one in staged["funnel"]] == [
        ("clean", 11, 9),
        ("screen", 9, 8),
        ("assemble", 8, 8),
        ("duplicates", 8, 7),
        ("semantic_duplicates", 7, 7),
        ("decontaminate", 7, 6),
        ("split", 6, 6),
    ]
    figures = made.verdict.figures
    assert (figures["exchanges_in"], figures["exchanges_unaccounted"]) == (11, 0)
    assert figures["raw_duplicate_rate"] == 2 / 11
    assert figures["duplicate_rate"] == 0


def test_an_exchange_that_no_filter_accounts_for_blocks(home: Home) -> None:
    filled(home, [exchange(n) for n in range(8)])
    passed(home, "clean_conversations", pa.table({"record_id": [f"r{n}" for n in range(7)]}))
    reasons = candidate(home).verdict.reasons
    assert (
        "exchanges_unaccounted is 1, wanted == 0 (rows in are rows kept plus rows dropped)"
        in reasons
    )


def test_the_version_holds_a_certificate_of_its_own_data_files(home: Home) -> None:
    filled(home, [exchange(n) for n in range(8)])
    made = candidate(home)
    record = orjson.loads((folder_of(home, made) / "certificate.json").read_bytes())
    data = {f"data/{path.name}" for path in folder_of(home, made).glob("data/*.parquet")}
    assert (record["holds"], set(record["files"])) == (True, data)
    assert made.verdict.figures["leaked_pairs"] == 0


def test_nothing_is_made_again_until_a_table_or_an_option_changes(home: Home) -> None:
    filled(home, [exchange(n) for n in range(8)])
    first = candidate(home)
    assert candidate(home).reused
    assert candidate(home).version == first.version
    assert not candidate(home, shares=Shares(0.2, 0.1)).reused
    filled(home, [exchange(n) for n in range(8)], items=["What is the capital of France?"])
    again = candidate(home)
    assert not again.reused
    assert again.version != first.version  # the certificate speaks of another set


def test_two_homes_with_the_same_tables_hold_the_same_bytes(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other", tmp_path)
    contents = []
    for one in (home, other):
        filled(one, [exchange(n) for n in range(8)], items=["What is the capital of France?"])
        folder = folder_of(one, candidate(one))
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        contents.append({path.relative_to(folder): path.read_bytes() for path in files})
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    "table", ["screened_chat_logs", "evaluation_items", "dropped_conversations"]
)
def test_a_table_that_no_gate_passed_is_not_read(home: Home, table: str) -> None:
    filled(home, [exchange(n) for n in range(8)])
    held = home.lake.read(table)
    rule = Rule("rows", ">", 10**9, "never")
    judged = {"inputs": "t", "code_version": "1"}
    audited_write(home.lake, home.ledger, table, held, [rule], **judged)
    with pytest.raises(GateBlocked, match=f"{table} is not read"):
        candidate(home)


def vectors(home: Home) -> str:
    """Embed the clean exchanges; the fingerprint of what then stands."""
    rows = home.conversation_rows()
    report = home.conversations.sync(rows, WordHashEmbedder(), "embedding_text")
    return home.conversations.content_fingerprint(report.version)


def judged_vectors(home: Home) -> str:
    content = vectors(home)
    wanted = home.conversation_rows()["record_id"]
    assert judge_conversation_vectors(home, content, wanted, {}, "1").passed
    return content


def test_what_says_the_same_in_other_words_goes_by_the_vectors_that_were_judged(home: Home) -> None:
    reordered = " ".join(reversed(TOLD["valve"].split()))
    filled(home, [*(exchange(n) for n in range(8)), exchange(8, reordered, rating=4)])
    judged_vectors(home)
    made = candidate(home, semantic_similarity=0.97)
    assert dropped(home, made) == {
        "r8": (
            "c8",
            "semantic_duplicates",
            "semantic_duplicate",
            "c0",
            "conversation",
            "cosine 1.000",
        )
    }
    assert candidate(home).verdict.passed
    assert dropped(home, candidate(home)) == {}


def test_vectors_that_no_gate_judged_or_that_changed_since_are_not_read(home: Home) -> None:
    filled(home, [exchange(n) for n in range(8)])
    with pytest.raises(NotPublishedYet):
        candidate(home, semantic_similarity=0.97)
    vectors(home)
    with pytest.raises(GateBlocked, match="no gate has judged conversation_embeddings"):
        candidate(home, semantic_similarity=0.97)
    judged_vectors(home)
    home.conversations._open().delete("record_id = 'r0'")
    with pytest.raises(GateBlocked, match="no gate has judged conversation_embeddings"):
        candidate(home, semantic_similarity=0.97)


def test_vectors_that_lack_an_exchange_or_are_no_numbers_are_judged_unusable(home: Home) -> None:
    filled(home, [exchange(n) for n in range(4)])
    content = vectors(home)
    wanted = pa.chunked_array([[f"r{n}" for n in range(6)]])
    verdict = judge_conversation_vectors(home, content, wanted, {}, "1")
    assert verdict.reasons == ("rows_missing is 2, wanted == 0 (each clean exchange has a vector)",)


def test_without_semantic_duplicates_no_vector_library_is_loaded() -> None:
    program = (
        "import sys; import ai_data_platform.stores.sft_candidates;"
        "print([name for name in ('lancedb', 'torch', 'sentence_transformers') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
