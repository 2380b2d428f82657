"""Objects in S3 as a source, on a real server: read once, judged by content, nothing partial."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.columns import ColumnMap, SourceSpec
from ai_data_platform.core.errors import ConfigurationError, SourceBrokeOff
from ai_data_platform.stores import sources_s3 as module
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, pending_days
from ai_data_platform.stores.sources import open_source
from ai_data_platform_tests.servers import Bucket
from ai_data_platform_tests.stores.logs import chat, jsonl

DAY, NEXT = "2024-03-01", "2024-03-02"


class Logs:
    """A prefix of a bucket and what is published of it."""

    def __init__(self, bucket: Bucket, home: Home) -> None:
        self.bucket = bucket
        self.home = home
        self.spec = SourceSpec(f"{bucket.url}/logs")
        self.said: list[str] = []

    def names(self, path: str) -> list[str]:
        spec = SourceSpec(f"{self.bucket.url}{path}")
        return [piece.name for piece in open_source(spec, self.home.index("x")).pieces()]

    def fingerprint(self) -> str:
        return open_source(self.spec, self.home.index("x")).fingerprint()

    def publish(self) -> list[str]:
        self.said.clear()
        source = chat_log_days(self.home, self.spec, self.said.append)
        pending = pending_days(self.home, source, "raw_chat_logs")
        for day in pending:
            source.table.publish(day, source.parts[day], lambda: source.quarantine)
        return pending

    def ids(self, day: str = DAY) -> list[str]:
        rows = self.home.lake.read(f"raw_chat_logs/{day}", ["message_id"])
        found: list[str] = rows["message_id"].to_pylist()
        return found


@pytest.fixture
def logs(s3: Bucket, home: Home) -> Logs:
    s3.put("logs/2024-03/a.jsonl.gz", gzip.compress(jsonl(chat("m1"), chat("m2", NEXT))))
    s3.put("logs/b.csv", b"conversation_id,message_id\n")
    s3.put("logs/b.jsonl", jsonl(chat("m3")))
    return Logs(s3, home)


def test_objects_below_a_prefix_are_days_of_raw_rows(logs: Logs) -> None:
    assert logs.publish() == [DAY, NEXT]
    assert (logs.ids(), logs.ids(NEXT)) == (["m1", "m3"], ["m2"])
    places = logs.home.lake.read(f"raw_chat_logs/{DAY}")["source_file"].to_pylist()
    assert places == ["2024-03/a.jsonl.gz", "b.jsonl"]
    assert logs.publish() == []
    assert logs.said == []
    assert not list((logs.home.root / "landing" / "chat_logs").glob(".fetch*"))


def test_a_changed_object_makes_its_days_pending_and_a_deleted_one_keeps_its_rows(
    logs: Logs,
) -> None:
    logs.publish()
    before = logs.fingerprint()
    logs.bucket.put("logs/late.jsonl", jsonl(chat("late", NEXT)))
    logs.bucket.delete("logs/b.jsonl")
    assert logs.fingerprint() != before
    assert logs.publish() == [NEXT]
    assert (logs.ids(), logs.ids(NEXT)) == (["m1", "m3"], ["late", "m2"])


def test_an_object_written_again_with_the_same_content_is_no_news_to_the_lake(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.publish()
    monkeypatch.setattr(module, "read_records", lambda *_: iter(()))
    copy = {"Bucket": logs.bucket.name, "Key": "logs/b.jsonl"}
    logs.bucket.client.copy_object(
        **copy, CopySource=copy, MetadataDirective="REPLACE", Metadata={"again": "yes"}
    )
    assert (logs.publish(), logs.said) == ([], [])
    assert logs.ids() == ["m1", "m3"]


def test_a_pattern_names_objects_as_it_names_files(logs: Logs) -> None:
    for key in (
        "logs-old/x.jsonl",
        "logs/.hidden/x.jsonl",
        "logs/_SUCCESS",
        "logs/empty/",
        "top.jsonl",
    ):
        logs.bucket.put(key, b"")
    whole = ["2024-03/a.jsonl.gz", "b.csv", "b.jsonl"]
    assert {
        path: logs.names(path)
        for path in (
            "/logs",
            "/logs/",
            "/logs/*.jsonl",
            "/logs/**/*.gz",
            "/logs/2024-*/*",
            "/logs/b.jsonl",
            "/log*/x.jsonl",
            "/*.jsonl",
        )
    } == {
        "/logs": whole,
        "/logs/": whole,
        "/logs/*.jsonl": ["b.jsonl"],
        "/logs/**/*.gz": ["2024-03/a.jsonl.gz"],
        "/logs/2024-*/*": ["2024-03/a.jsonl.gz"],
        "/logs/b.jsonl": ["b.jsonl"],
        "/log*/x.jsonl": ["logs-old/x.jsonl"],
        "/*.jsonl": ["top.jsonl"],
    }


def test_more_objects_than_one_page_are_all_seen(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        logs.bucket.put(f"many/{n:02}.jsonl", jsonl(chat(f"m{n}")))
    client = module._client()
    lists = client.list_objects_v2
    monkeypatch.setattr(client, "list_objects_v2", lambda **asked: lists(**asked, MaxKeys=5))
    monkeypatch.setattr(module, "_client", lambda: client)
    assert logs.names("/many") == [f"{n:02}.jsonl" for n in range(12)]


def test_columns_are_renamed_in_objects_too(logs: Logs) -> None:
    record = chat("m9", NEXT)
    record["prompt"] = record.pop("user_message")
    logs.bucket.put("logs/b.jsonl", jsonl(record))
    logs.spec = SourceSpec(f"{logs.bucket.url}/logs/b.jsonl", ColumnMap({"user_message": "prompt"}))
    assert logs.publish() == [NEXT]
    assert logs.ids(NEXT) == ["m9"]


def test_an_object_cut_off_at_its_source_leaves_what_it_gave_before(logs: Logs) -> None:
    logs.publish()
    packed = gzip.compress(jsonl(*(chat(f"n{n}") for n in range(500))))
    logs.bucket.put("logs/2024-03/a.jsonl.gz", packed[: len(packed) // 2])
    assert logs.publish() == []
    assert logs.ids() == ["m1", "m3"]
    assert logs.said[0].startswith("2024-03/a.jsonl.gz is set aside: truncated_gzip")
    logs.bucket.put("logs/2024-03/a.jsonl.gz", packed)
    assert logs.publish() == [DAY]
    assert len(logs.ids()) == 501


class Body:
    """The body of an answer that breaks off."""

    def __init__(self, data: bytes, error: Exception | None) -> None:
        self.data = data
        self.error = error

    def iter_chunks(self, size: int) -> Any:
        yield self.data
        if self.error is not None:
            raise self.error


def _answers(monkeypatch: pytest.MonkeyPatch, *bodies: Any) -> None:
    """Let the next answers break off half-way; None is an answer as it comes."""
    client, left = module._client(), list(bodies)
    gets = client.get_object

    def get_object(**asked: str) -> Any:
        answer = gets(**asked)
        if left and asked["Key"].endswith("b.jsonl"):
            body = left.pop(0)
            answer["Body"] = body if body is not None else answer["Body"]
        return answer

    monkeypatch.setattr(client, "get_object", get_object)
    monkeypatch.setattr(module, "_client", lambda: client)


def test_a_body_that_breaks_off_is_asked_for_again(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import IncompleteReadError

    broken = IncompleteReadError(actual_bytes=10, expected_bytes=99)
    _answers(monkeypatch, Body(jsonl(chat("half")), broken), Body(b"", None))
    assert logs.publish() == [DAY, NEXT]
    assert logs.ids() == ["m1", "m3"]


def test_a_source_that_keeps_breaking_off_leaves_nothing_partial(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.exceptions import ReadTimeoutError

    broken = Body(jsonl(chat("half")), ReadTimeoutError(endpoint_url="the bucket"))
    with monkeypatch.context() as patch:
        _answers(patch, broken, broken, broken)
        with pytest.raises(SourceBrokeOff, match=r"s3://.*/logs/b\.jsonl broke off: Read timeout"):
            logs.publish()
    assert not logs.home.lake.names("raw_chat_logs")
    landed = {path.name for path in (logs.home.root / "landing").rglob(f"{DAY}.parquet")}
    assert landed == {f"{DAY}.parquet"}  # of a.jsonl.gz, which was whole, and is not read again
    assert logs.publish() == [DAY, NEXT]
    assert logs.said == ["read b.jsonl: 1 rows on 1 days"]


def test_an_object_that_changes_between_listing_and_reading_waits_for_the_next_time(
    logs: Logs,
) -> None:
    pieces = open_source(logs.spec, logs.home.index("x")).pieces()
    logs.bucket.put("logs/b.jsonl", jsonl(chat("newer")))
    logs.bucket.delete("logs/2024-03/a.jsonl.gz")
    logs.home.chat_log_landing.refresh(pieces, logs.said.append)
    assert sum("was moved away while it was read" in line for line in logs.said) == 2
    assert logs.publish() == [DAY]
    assert logs.ids() == ["newer"]


def test_what_cannot_be_read_says_what_to_do(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(location: str) -> str:
        with pytest.raises(ConfigurationError) as caught:
            open_source(SourceSpec(location), Path("x")).pieces()
        return str(caught.value)

    assert "no object is at s3://" in said(f"{logs.bucket.url}/nothing/here")
    assert "NoSuchBucket; there is no such bucket" in said("s3://no-such-bucket-here/logs")
    assert "names no bucket" in said("s3://")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    module._session.cache_clear()
    assert "no credentials for s3://" in said(f"{logs.bucket.url}/logs")
    module._session.cache_clear()


def test_a_large_object_is_streamed_to_the_disk_in_pieces(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CHUNK_BYTES", 1_000)
    logs.bucket.put("logs/b.jsonl", jsonl(*(chat(f"n{n:03}") for n in range(300))))
    logs.publish()
    assert len(logs.ids()) == 301
