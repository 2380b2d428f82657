"""The door to gated tables: exactly what passed is read, and nothing else."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.errors import GateBlocked, NotPublishedYet
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.stores.audit import audited_write, standing
from ai_data_platform.stores.home import Home

ROWS = Rule("rows", ">", 0, "an empty table trains nothing")
TABLE = pa.table({"id": ["a", "b"], "text": ["one", "two"]})


def put(home: Home, name: str, table: pa.Table = TABLE, **made_from: str) -> str:
    written = audited_write(
        home.lake,
        home.ledger,
        name,
        table,
        [ROWS],
        inputs="i",
        code_version="1",
        made_from=made_from,
    )
    return written.verdict.fingerprint


def revoke(home: Home, asset: str, content: str, partition: str | None = None) -> None:
    """A newer verdict on the same content, which fails."""
    home.ledger.record(
        judge(asset, content, {"rows": 0}, [ROWS], code_version="2", partition=partition)
    )


def day(home: Home, name: str, rows: int) -> None:
    """A daily table as it stands after its gate passed."""
    table = TABLE.slice(0, rows)
    made = home.lake.write(f"raw/{name}", table, inputs="i")
    verdict = judge(
        "raw", made.fingerprint, {"rows": rows}, [ROWS], code_version="1", partition=name
    )
    home.ledger.record(verdict)


def test_what_passed_is_read_whole_or_by_column(home: Home) -> None:
    content = put(home, "things")
    assert home.verified.read("things") == TABLE
    assert home.verified.read("things", ["id"]) == TABLE.select(["id"])
    assert home.verified.fingerprints("things") == {"things": content}


def test_a_table_that_nobody_made_yet_is_not_published_yet(home: Home) -> None:
    with pytest.raises(NotPublishedYet, match="the lake holds no table things"):
        home.verified.read("things")
    assert home.verified.read_if_passed("things") is None
    assert not home.verified.passes("things")


def test_rows_swapped_in_by_hand_are_not_read_even_under_the_old_manifest(home: Home) -> None:
    put(home, "things")
    path = home.lake.path("things")
    footer = pq.read_schema(path).metadata
    forged = pa.table({"id": ["a", "b"], "text": ["one", "not two"]})
    pq.write_table(forged.replace_schema_metadata(footer), path)

    with pytest.raises(GateBlocked, match="things is not read: no gate has judged things at"):
        home.verified.read("things")
    assert home.verified.read_if_passed("things") is None
    assert standing(home.lake, home.ledger, "things", "i") is None  # so the next run makes it again


def test_a_file_without_a_manifest_is_known_by_its_bytes(home: Home) -> None:
    home.lake.root.mkdir(parents=True)
    pq.write_table(TABLE, home.lake.path("model"))
    content = home.lake.load("model").fingerprint
    with pytest.raises(GateBlocked, match="no gate has judged model"):
        home.verified.read("model")

    home.ledger.record(judge("model", content, {"rows": 2}, [ROWS], code_version="1"))
    assert home.verified.read("model") == TABLE

    pq.write_table(TABLE.slice(0, 1), home.lake.path("model"))
    with pytest.raises(GateBlocked, match="no gate has judged model"):
        home.verified.read("model")


def test_a_verdict_that_was_revoked_closes_the_door_and_says_what_to_look_at(home: Home) -> None:
    revoke(home, "things", put(home, "things"))
    with pytest.raises(
        GateBlocked,
        match=r"the gate blocked things at .*: rows is 0, wanted > 0 \(.*\)\. `aidp gate things` shows",
    ):
        home.verified.read("things")


def test_what_was_made_from_something_revoked_is_not_read_however_far_down(home: Home) -> None:
    raw = put(home, "raw_documents")
    chunks = put(home, "chunks", raw_documents=raw)
    put(home, "scores", chunks=chunks)
    assert home.verified.passes("scores")

    revoke(home, "raw_documents", raw)

    with pytest.raises(
        GateBlocked,
        match="scores is not read: scores was made from chunks: chunks was made from raw_documents: "
        "the gate blocked raw_documents",
    ):
        home.verified.read("scores")
    put(home, "raw_documents")  # judged again, and good
    assert home.verified.passes("scores")


def test_a_table_repaired_in_the_middle_is_still_not_read_while_its_source_fails(
    home: Home,
) -> None:
    raw = put(home, "raw_documents")
    put(home, "chunks", raw_documents=raw)
    revoke(home, "raw_documents", raw)
    put(home, "chunks", raw_documents=raw)  # its own gate is green again
    with pytest.raises(GateBlocked, match="chunks was made from raw_documents"):
        home.verified.read("chunks")


def test_days_that_passed_are_listed_and_a_revoked_one_is_named(home: Home) -> None:
    day(home, "2025-03-01", 2)
    day(home, "2025-03-02", 1)
    assert home.verified.days("raw") == ["raw/2025-03-01", "raw/2025-03-02"]
    assert home.verified.read("raw/2025-03-02").num_rows == 1

    revoke(home, "raw", home.verified.fingerprint("raw/2025-03-02"), "2025-03-02")

    with pytest.raises(GateBlocked, match="raw/2025-03-02 is not read"):
        home.verified.days("raw")
    assert home.verified.passes("raw/2025-03-01")


def test_another_content_than_the_judged_one_has_no_verdict(home: Home) -> None:
    put(home, "things")
    home.lake.write("things", TABLE.slice(1), inputs="i")
    with pytest.raises(GateBlocked, match="no gate has judged things"):
        home.verified.read("things")


def test_without_its_ledger_nothing_is_read(home: Home) -> None:
    put(home, "things")
    (home.root / "verdicts.sqlite").unlink()
    with pytest.raises(GateBlocked, match="no gate has judged things"):
        home.verified.read("things")
