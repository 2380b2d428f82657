"""What `explain` finds for each kind of id, on a platform of a few records."""

import orjson
import pyarrow as pa
import pytest

from ai_data_platform.core.errors import IdNotFound
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.provenance import Fate, Match
from ai_data_platform.stores.provenance import Explanation, Provenance, Sources
from ai_data_platform_tests.stores.provenance.platform import (
    DAY,
    FILE,
    Platform,
    exchange,
    rating,
)


def fates(found: Explanation, dataset: str) -> dict[str | None, tuple[str, str, str | None]]:
    """State, stage and reason of each record in the candidate of a dataset, by message id."""
    return {
        record.message_id: (fate.state, fate.stage, fate.reason)
        for record in found.records
        for fate in record.fates
        if fate.dataset == dataset
    }


def test_a_training_row_leads_to_its_raw_lines_and_each_line_to_its_row_or_reason(
    platform: Platform,
) -> None:
    platform.log(exchange("m0"), exchange("m1", turn=1), exchange("m2", turn=2))
    dropped = [platform.dropped("m2", "assemble", "branch_not_taken")]
    version = platform.version("sft", [platform.conversation("c1", "m0", "m1")], dropped)
    found = platform.provenance.explain("c1")
    assert found.kinds == ("conversation_id",)
    assert [(r.version, r.standing, r.split, r.id) for r in found.rows] == [
        (version, "candidate, published", "train", "c1")
    ]
    assert found.rows[0].record_ids == [platform.records["m0"], platform.records["m1"]]
    assert [str(record.place) for record in found.records] == [f"{FILE}:{n}" for n in (1, 2, 3)]
    assert fates(found, "sft") == {
        "m0": ("row", "split", None),
        "m1": ("row", "split", None),
        "m2": ("dropped", "assemble", "branch_not_taken"),
    }
    assert [fate.rows for record in found.records[:2] for fate in record.fates[:1]] == [("c1",)] * 2


def test_a_raw_line_shows_its_text_its_byte_and_whether_it_still_is_what_was_read(
    platform: Platform,
) -> None:
    platform.log(exchange("m0"), exchange("m1", turn=1))
    (line,) = platform.provenance.explain(f"{FILE}:2").raw.values()
    source = platform.sources / FILE
    first, second = source.read_text().splitlines()
    assert (line.text, line.offset, line.same) == (second, len(first) + 1, True)
    source.write_text(f"{first}\n{second.replace('This', 'That')}\n")
    (edited,) = platform.provenance.explain(f"{FILE}:2").raw.values()
    assert ("That about m1" in edited.text, edited.same) == (True, False)
    source.unlink()
    assert platform.provenance.explain(f"{FILE}:2").raw == {}
    platform.sources.rmdir()
    assert platform.provenance.explain(f"{FILE}:2").raw == {}


@pytest.mark.parametrize("named", ["record_id", "message_id", "place"])
def test_a_record_is_found_by_each_of_its_names(platform: Platform, named: str) -> None:
    platform.log(exchange("m0"), exchange("m1", "c2"))
    platform.version("sft", [platform.conversation(c, m) for c, m in (("c1", "m0"), ("c2", "m1"))])
    id = {"record_id": platform.records["m0"], "message_id": "m0", "place": f"{FILE}:1"}[named]
    found = platform.provenance.explain(id)
    assert found.kinds == (named,)
    assert [record.record_id for record in found.records] == [platform.records["m0"]]
    assert [row.id for row in found.rows] == ["c1"]


def test_a_line_that_breaches_the_contract_ends_in_quarantine_for_every_dataset(
    platform: Platform,
) -> None:
    platform.log(exchange("m0"))
    platform.set_aside(2, "not_json", "unexpected end")
    (record,) = platform.provenance.explain(f"{FILE}:2").records
    assert (record.record_id, record.day) == (None, DAY)
    assert record.fates == tuple(
        Fate(dataset, None, "quarantined", "raw_chat_logs", "not_json", "unexpected end")
        for dataset in ("sft", "preference", "unpaired_preference")
    )


def test_every_line_of_a_file_that_broke_off_has_the_reason_of_the_file(platform: Platform) -> None:
    platform.log(exchange("m0"))
    platform.home.lake.remove(f"raw_chat_logs/{DAY}")
    platform.set_aside(3, "truncated_gzip", "ends after line 2")
    for line in (1, 3):
        (record,) = platform.provenance.explain(f"{FILE}:{line}").records
        assert {fate.reason for fate in record.fates} == {"truncated_gzip"}


def test_a_dropped_record_names_what_it_matched_with_its_words(platform: Platform) -> None:
    platform.log(exchange("m0"), exchange("m1", "c2"), exchange("m2", "c3"), exchange("m3", "c4"))
    items = {
        "item_id": ["i" * 32],
        "set_name": ["exam"],
        "part": ["question"],
        "text": ["What is m3?"],
    }
    platform.table("evaluation_items", pa.table(items))
    platform.version(
        "sft",
        [platform.conversation("c1", "m0")],
        [
            platform.dropped("m1", "clean", "exact_duplicate", platform.records["m0"], "record"),
            platform.dropped("m2", "duplicates", "near_duplicate", "c1", "conversation"),
            platform.dropped("m3", "decontaminate", "overlaps", "i" * 32, "evaluation_item"),
        ],
    )
    matches = [
        platform.provenance.explain(message).records[0].fates[0].matched
        for message in ("m1", "m2", "m3")
    ]
    words = "What about m0? → This about m0."
    assert matches == [
        Match(platform.records["m0"], "record", words),
        Match("c1", "conversation", words),
        Match("i" * 32, "evaluation_item", "exam, question: What is m3?"),
    ]


def test_placeholders_of_redaction_are_counted_and_those_that_were_logged_are_not(
    platform: Platform,
) -> None:
    platform.log(exchange("m0", user_message="Is [EMAIL_1] the name of ann@acme.io? [CARD_1]"))
    redacted = {
        "record_id": [platform.records["m0"]],
        "conversation_id": ["c1"],
        "user_message": ["Is [EMAIL_1] the name of [EMAIL_2]? [CARD_1]"],
        "assistant_message": ["Call [PHONE_1]."],
    }
    platform.table("redacted_chat_logs", pa.table(redacted))
    (record,) = platform.provenance.explain("m0").records
    assert record.placeholders == {"EMAIL": 1, "PHONE": 1}


def test_a_rating_stands_behind_its_pair_or_says_why_not(platform: Platform) -> None:
    platform.log(exchange("m0"), exchange("m0b"), exchange("m1", turn=1))
    platform.log(
        rating("e1", "m0"), rating("e2", "m0b", 1), rating("e3", "m1"), table="raw_feedback"
    )
    drop = {
        "record_id": platform.records["e3"],
        "stage": "pairs",
        "drop_reason": "no_rated_sibling",
    }
    left_out = pa.Table.from_pylist([drop | {"detail": "message m1"}])
    platform.home.lake.write("dropped_ratings", left_out, inputs="")
    platform.version("preference", [platform.pair("m0", "m0b", "e1", "e2")])
    found = platform.provenance.explain("c1")
    by_place = {
        str(r.place): f for r in found.records for f in r.fates if f.dataset == "preference"
    }
    assert {place: (f.state, f.role, f.reason) for place, f in by_place.items()} == {
        "logs.jsonl:1": ("row", "chosen", None),
        "logs.jsonl:2": ("row", "rejected", None),
        "logs.jsonl:3": ("unused", None, "ratings_dropped"),
        "ratings.jsonl:1": ("row", "chosen", None),
        "ratings.jsonl:2": ("row", "rejected", None),
        "ratings.jsonl:3": ("dropped", None, "no_rated_sibling"),
    }
    assert platform.provenance.explain("e3").kinds == ("event_id",)
    pair = platform.provenance.explain("p" * 32)
    assert (pair.kinds, len(pair.records)) == (("pair_id",), 4)


def test_a_rating_is_in_the_format_that_took_it_and_named_by_the_other(platform: Platform) -> None:
    platform.log(exchange("m0"), exchange("m1", turn=1))
    platform.log(rating("e1", "m0"), rating("e2", "m1", 3), table="raw_feedback")
    drops = [
        {**platform.dropped("e1", "pairs", "stands_unpaired", "s" * 32, "row")},
        {**platform.dropped("e2", "pairs", "neutral_rating")},
    ]
    platform.version("preference", [platform.pair("m0", "m1")], drops)
    platform.version("unpaired_preference", [platform.single("m0", "e1")], drops[1:])
    found = platform.provenance.explain("c1")
    told = {
        (str(record.place), fate.dataset): (fate.state, fate.role, fate.reason)
        for record in found.records
        for fate in record.fates
        if fate.dataset != "sft"
    }
    assert told == {
        ("logs.jsonl:1", "preference"): ("row", "chosen", None),
        ("logs.jsonl:1", "unpaired_preference"): ("row", "liked", None),
        ("logs.jsonl:2", "preference"): ("row", "rejected", None),
        ("logs.jsonl:2", "unpaired_preference"): ("unused", None, "ratings_dropped"),
        ("ratings.jsonl:1", "preference"): ("dropped", None, "stands_unpaired"),
        ("ratings.jsonl:1", "unpaired_preference"): ("row", "liked", None),
        ("ratings.jsonl:2", "preference"): ("dropped", None, "neutral_rating"),
        ("ratings.jsonl:2", "unpaired_preference"): ("dropped", None, "neutral_rating"),
    }
    single = platform.provenance.explain("s" * 32)
    assert (single.kinds, len(single.records)) == (("row_id",), 2)


def test_a_record_that_arrived_after_the_version_waits_and_an_old_row_is_still_told(
    platform: Platform,
) -> None:
    platform.log(exchange("m0"))
    old = platform.version("sft", [platform.conversation("c1", "m0")])
    platform.log(exchange("m0"), exchange("m9", "c9"))
    found = platform.provenance
    assert fates(found.explain("m9"), "sft") == {"m9": ("waiting", "build", "not_built_since")}
    newer = platform.version("sft", [platform.conversation("c9", "m9")], publish=False)
    (record,) = found.explain("m0").records  # it is looked up anew: what was read stays as it was
    again = platform.provenance.explain("m0").records[0].fates
    assert [(f.version, f.state) for f in record.fates if f.dataset == "sft"] == [(old, "row")]
    assert [(f.version, f.state) for f in again if f.dataset == "sft"] == [
        (newer, "unaccounted"),
        (old, "row"),
    ]


def test_a_row_of_an_earlier_published_version_is_found_too(platform: Platform) -> None:
    platform.log(exchange("m0"), exchange("m1", "c2"))
    first = platform.version("sft", [platform.conversation("c1", "m0")])
    platform.version("sft", [platform.conversation("c2", "m1")])
    found = platform.provenance.explain("c1")
    assert [(row.version, row.standing) for row in found.rows] == [(first, "published before")]
    assert found.records[0].elsewhere == (f"sft {first}",)


def test_rows_that_landed_and_whose_day_was_not_built_wait(platform: Platform) -> None:
    platform.log(exchange("m0"))
    landing = platform.home.root / "landing" / "chat_logs" / hash_text(FILE)
    landing.mkdir(parents=True)
    source = platform.home.lake.path(f"raw_chat_logs/{DAY}")
    source.rename(landing / f"{DAY}.parquet")
    metadata = {"name": FILE, "identity": "x", "days": {DAY: 1}, "rejected": {}}
    (landing / "file.json").write_bytes(orjson.dumps(metadata))
    platform.home.lake.remove("redacted_chat_logs")
    for id in ("m0", "c1", platform.records["m0"], f"{FILE}:1"):
        (record,) = platform.provenance.explain(id).records
        assert {fate.state for fate in record.fates} == {"waiting"}


def test_a_row_whose_raw_record_is_gone_says_so(platform: Platform) -> None:
    platform.log(exchange("m0"))
    platform.version("sft", [platform.conversation("c1", "m0")])
    gone = platform.records["m0"]
    platform.log(exchange("m0", user_message="What about something else?"))
    for id in ("c1", gone):
        assert [row.id for row in platform.provenance.explain(id).rows] == ["c1"]
    assert platform.provenance.explain("c1").notes == (
        f"no raw table holds {gone} any more: the file was replaced after the version was made",
    )


def test_the_verdicts_lead_from_the_raw_day_to_the_dataset(platform: Platform) -> None:
    platform.log(exchange("m0"))
    day = platform.home.lake.recorded_fingerprint(f"raw_chat_logs/{DAY}")
    inputs = {f"raw_chat_logs/{DAY}": day, "raw_chat_logs/2025-03-04": "f" * 32}
    content = platform.home.lake.recorded_fingerprint("redacted_chat_logs")
    platform.verdict("raw_chat_logs", "f" * 32, "2025-03-04")
    platform.verdict("redacted_chat_logs", content, None, **inputs)
    platform.version("sft", [platform.conversation("c1", "m0")])
    verdicts = platform.provenance.explain("m0").verdicts
    assert [(one.table, one.outcome) for one in verdicts] == [
        (f"raw_chat_logs/{DAY}", "PASSED"),
        ("redacted_chat_logs", "PASSED"),
        ("sft_dataset", "PASSED"),
    ]
    assert all(one.judged_at for one in verdicts)


def test_a_ledger_that_was_changed_is_told_and_the_rest_is_explained_all_the_same(
    platform: Platform,
) -> None:
    platform.log(exchange("m0"))
    platform.version("sft", [platform.conversation("c1", "m0")])
    (platform.home.root / "verdicts.sqlite").write_bytes(b"no database")
    found = platform.provenance.explain("m0")
    assert found.verdicts == ()
    assert "cannot be used" in found.notes[0]
    assert fates(found, "sft") == {"m0": ("row", "split", None)}


def test_a_document_leads_to_its_chunks_and_a_chunk_to_its_document(platform: Platform) -> None:
    (platform.sources / "guide.md").write_text("# Guide")
    document = {
        "doc_id": "d" * 32,
        "uri": "guide.md",
        "title": "Guide",
        "media_type": "text/markdown",
        "source": "sources",
        "content_hash": "h",
    }
    chunk = {
        "chunk_id": "k" * 32,
        "doc_id": "d" * 32,
        "uri": "guide.md",
        "heading_path": ["Guide"],
        "page": None,
        "position": 0,
        "words": 2,
        "text": "Turn left.",
    }
    platform.table("raw_documents", pa.Table.from_pylist([document]))
    platform.table("document_chunks", pa.Table.from_pylist([chunk]))
    aside = {"uri": "bad.pdf", "content_hash": "x", "reason": "not_a_pdf", "detail": "html"}
    platform.home.lake.write("raw_documents_quarantine", pa.Table.from_pylist([aside]), inputs="")
    explained = {id: platform.provenance.explain(id) for id in ("guide.md", "d" * 32, "k" * 32)}
    kinds = [found.kinds for found in explained.values()]
    assert kinds == [("uri of a document",), ("doc_id",), ("chunk_id",)]
    for found in explained.values():
        (path,) = found.documents
        assert (path.uri, path.path) == ("guide.md", platform.sources / "guide.md")
        assert [(c.chunk_id, c.text, c.published) for c in path.chunks] == [
            ("k" * 32, "Turn left.", None)
        ]
    (bad,) = platform.provenance.explain("bad.pdf").documents
    assert (bad.reason, bad.path, bad.chunks) == ("not_a_pdf", None, ())


def test_with_several_folders_the_file_is_looked_for_in_the_one_that_its_uri_names(
    platform: Platform,
) -> None:
    aside = {"uri": "b/guide.md", "content_hash": "x", "reason": "empty_file", "detail": ""}
    platform.home.lake.write("raw_documents_quarantine", pa.Table.from_pylist([aside]), inputs="")
    for name in ("a", "b"):
        (platform.sources / name).mkdir()
        (platform.sources / name / "guide.md").write_text("")
    folders = tuple(str(platform.sources / name) for name in ("a", "b"))
    (found,) = Provenance(platform.home, Sources(documents=folders)).explain("b/guide.md").documents
    assert found.path == platform.sources / "b" / "guide.md"


def test_an_unknown_id_is_told_with_the_kinds_of_ids_and_the_nearest_ones(
    platform: Platform,
) -> None:
    platform.log(exchange("message-17"), exchange("message-18", "c2"))
    with pytest.raises(IdNotFound) as caught:
        platform.provenance.explain("mesage-17")
    message = str(caught.value)
    assert "FILE:LINE, record_id, message_id, conversation_id" in message
    assert "the nearest are message-17 (message_id), message-18 (message_id)" in message
    with pytest.raises(IdNotFound, match=r"the nearest are logs\.jsonl \(file\)"):
        platform.provenance.explain("log.jsonl:1")
    with pytest.raises(IdNotFound, match="none looks like it"):
        platform.provenance.explain("something else altogether")


@pytest.mark.parametrize("id", ["'; drop table x; --", "\\", "a\x00b", "%", "' or 1=1", "🙂", ""])
def test_an_id_of_odd_characters_is_only_an_id(platform: Platform, id: str) -> None:
    platform.log(exchange("m0"))
    with pytest.raises(IdNotFound):
        platform.provenance.explain(id)


def test_nothing_is_written(platform: Platform) -> None:
    platform.log(exchange("m0"))
    platform.version("sft", [platform.conversation("c1", "m0")])
    files = [path for path in platform.home.root.rglob("*") if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files}
    platform.provenance.explain("c1")
    with pytest.raises(IdNotFound):
        platform.provenance.explain("nothing")
    after = {path for path in platform.home.root.rglob("*") if path.is_file()}
    assert {path: path.stat().st_mtime_ns for path in after} == before
