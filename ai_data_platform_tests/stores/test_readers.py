"""Readers: every record of a file in order, and what cannot be read with reason, line and start."""

import gzip
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.records import Rejected
from ai_data_platform.core.timestamps import parse_timestamp
from ai_data_platform.stores.readers import LOG_SUFFIXES, MAX_LINE_BYTES, read_records, shown
from ai_data_platform_tests.stores.logs import jsonl, write

GOOD = {"id": "good", "text": "fine"}


def read(tmp_path: Path, name: str, data: bytes) -> list[tuple[int, object]]:
    """(line, record or reason) of every record."""
    path = write(tmp_path / name, data)
    return [(line, _brief(record)) for line, record, _ in read_records(path, name)]


def only(tmp_path: Path, name: str, data: bytes) -> tuple[int, Rejected, str]:
    """The one record that a file holds, which was rejected."""
    path = write(tmp_path / name, data)
    ((line, record, raw),) = read_records(path, name)
    assert isinstance(record, Rejected)
    return line, record, shown(raw)


def _brief(record: object) -> object:
    return record.reason if isinstance(record, Rejected) else record


def parquet(path: Path, rows: pa.Table, **options: Any) -> bytes:
    pq.write_table(rows, path, **options)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["a.jsonl", "A.NDJSON", "a.jsonl.gz", "b.Jsonl.GZ"])
def test_json_lines_are_read_plain_and_compressed(tmp_path: Path, name: str) -> None:
    data = b"\xef\xbb\xbf" + jsonl(GOOD, b"", b"  ", GOOD) + orjson.dumps(GOOD)
    packed = gzip.compress(data) if name.lower().endswith("gz") else data
    assert read(tmp_path, name, packed) == [(1, GOOD), (4, GOOD), (5, GOOD)]


def test_a_line_that_is_not_json_is_set_aside_with_its_line_and_start(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", jsonl(GOOD, b'{"id": "half', GOOD))

    first, bad, last = read_records(path, "a.jsonl")

    assert (first[:2], last[:2]) == ((1, GOOD), (3, GOOD))
    assert bad == (
        2,
        Rejected("not_json", "unexpected end of data at character 13"),
        b'{"id": "half\n',
    )
    assert shown(bad[2]) == '{"id": "half\n'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"[1]", [1]),
        (b"null", None),
        (b"NaN", "not_json"),
        (b'{"a": 1}{"b": 2}', "not_json"),
        (b'{"a": "\x00"}', "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": "\\u0000"}', {"a": "\x00"}),
        (b'{"a": "half \\ud83d"}', {"a": "half \ud83d"}),
        (b'{"a": "\\ude00 half"}', {"a": "\ude00 half"}),
        (b'{"a": "\\ud83d"', "not_json"),
        (b'{"a": "\\ud83d", "b": ' + b"[" * 100_000, "not_json"),
        ('{"a": "é"}'.encode("latin-1"), "not_utf8"),
        ('{"a": "é"}'.encode("utf-16"), "not_utf8"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_any_line_is_a_value_or_has_a_reason(tmp_path: Path, line: bytes, expected: object) -> None:
    assert read(tmp_path, "a.jsonl", jsonl(GOOD, line, GOOD)) == [
        (1, GOOD),
        (2, expected),
        (3, GOOD),
    ]


def test_latin_1_is_named_with_the_byte_and_what_to_do(tmp_path: Path) -> None:
    line, rejected, raw = only(tmp_path, "a.jsonl", '{"a": "é"}\n'.encode("latin-1"))
    assert (line, raw) == (1, '{"a": "\\xe9"}\n')
    assert rejected == Rejected("not_utf8", "byte 7 is not UTF-8; save the file as UTF-8")


def test_a_last_line_without_end_is_read_when_it_is_whole_and_else_set_aside(
    tmp_path: Path,
) -> None:
    whole = jsonl(GOOD) + orjson.dumps(GOOD)
    assert read(tmp_path, "a.jsonl", whole) == [(1, GOOD), (2, GOOD)]
    assert read(tmp_path, "b.jsonl", whole[:-4]) == [(1, GOOD), (2, "incomplete_last_line")]


def test_a_line_of_10_mb_is_set_aside_unread_and_the_next_one_is_read(tmp_path: Path) -> None:
    long = orjson.dumps({"text": "a" * 10_000_000})
    path = write(tmp_path / "a.jsonl", jsonl(GOOD, long, GOOD) + long)

    records = list(read_records(path, "a.jsonl"))

    assert [(line, _brief(record)) for line, record, _ in records] == [
        (1, GOOD),
        (2, "line_too_long"),
        (3, GOOD),
        (4, "line_too_long"),
    ]
    detail = f"the line has {len(long) + 1:,} bytes, wanted at most {MAX_LINE_BYTES:,}"
    assert records[1][1] == Rejected("line_too_long", detail)
    assert shown(records[1][2]) == '{"text":"' + "a" * 1_991


def test_a_line_of_5_mb_is_read(tmp_path: Path) -> None:
    record = {"text": "a" * 5_000_000}
    assert read(tmp_path, "a.jsonl", jsonl(record)) == [(1, record)]


def test_of_a_long_record_the_first_2000_characters_are_kept(tmp_path: Path) -> None:
    ((_, _, raw),) = read_records(
        write(tmp_path / "a.jsonl", jsonl({"text": "é" * 5_000})), "a.jsonl"
    )
    assert shown(raw) == '{"text":"' + "é" * 1_991


def test_a_truncated_gz_file_gives_what_stands_before_the_cut(tmp_path: Path) -> None:
    noise = random.Random(7)
    rows = [{"id": n, "text": noise.randbytes(40).hex()} for n in range(2_000)]
    data = gzip.compress(jsonl(*rows))

    records = read(tmp_path, "a.jsonl.gz", data[: len(data) // 2])

    good = len(records) - 1
    assert 900 < good < 1_100
    assert records[:-1] == [(n + 1, row) for n, row in enumerate(rows[:good])]
    assert records[-1] == (good + 1, "truncated_gzip")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz"])
def test_what_is_called_gz_and_is_none_is_set_aside(tmp_path: Path, name: str) -> None:
    line, rejected, _ = only(tmp_path, name, b"plain text\n")
    assert (line, rejected.reason) == (1, "broken_gzip")
    assert "Not a gzipped file" in rejected.detail


def test_a_gz_file_with_a_damaged_middle_is_set_aside_from_there_on(tmp_path: Path) -> None:
    noise = random.Random(7)
    data = bytearray(gzip.compress(jsonl(*({"t": noise.randbytes(40).hex()} for _ in range(999)))))
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    *_, last = read(tmp_path, "a.jsonl.gz", bytes(data))
    assert last[1] == "broken_gzip"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b""),
        ("a.csv", b""),
        ("a.parquet", b""),
        ("a.jsonl.gz", b""),
        ("a.jsonl", b"\n \n\n"),
        ("a.jsonl.gz", gzip.compress(b"", mtime=0)),
        ("a.csv.gz", gzip.compress(b"", mtime=0)),
        ("a.csv", b"id,text\n"),
        ("a.csv", b"\n\n"),
    ],
)
def test_a_file_without_a_record_is_no_quiet_success(
    tmp_path: Path, name: str, data: bytes
) -> None:
    line, rejected, raw = only(tmp_path, name, data)
    assert (line, rejected.reason, raw) == (0, "empty_file", "")


def test_a_parquet_file_without_a_row_is_an_empty_file(tmp_path: Path) -> None:
    data = parquet(tmp_path / "b", pa.table({"id": pa.array([], pa.string())}))
    assert only(tmp_path, "a.parquet", data)[:2] == (
        0,
        Rejected("empty_file", "the file has no records, wanted at least one"),
    )


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.jsonl.bz2", "a.parquet.bak", "jsonl"])
def test_another_kind_of_file_is_named_and_not_read(tmp_path: Path, name: str) -> None:
    line, rejected, _ = only(tmp_path, name, b"data")
    assert (line, rejected.reason) == (0, "unsupported_file")
    assert rejected.detail == f"saw {Path(name).suffix!r}, wanted one of {', '.join(LOG_SUFFIXES)}"


def test_csv_cells_hold_quotes_commas_and_line_ends(tmp_path: Path) -> None:
    data = (
        b"\xef\xbb\xbfid,user_message,rating,turn_index,created_at\r\n"
        b'm1,"a ""quoted"",\r\nsecond line",5,0,2024-03-01\r\n'
        b"\r\n"
        b"m2,,4.0,,1709294400\r\n"
        b"m3,x,four,-1,1709294400.5"
    )
    assert read(tmp_path, "a.csv", data) == [
        (
            2,
            {
                "id": "m1",
                "user_message": 'a "quoted",\r\nsecond line',
                "rating": 5,
                "turn_index": 0,
                "created_at": "2024-03-01",
            },
        ),
        (
            5,
            {
                "id": "m2",
                "user_message": "",
                "rating": 4,
                "turn_index": None,
                "created_at": 1709294400.0,
            },
        ),
        (
            6,
            {
                "id": "m3",
                "user_message": "x",
                "rating": "four",
                "turn_index": -1,
                "created_at": 1709294400.5,
            },
        ),
    ]


@pytest.mark.parametrize(
    ("cell", "day"),
    [("20240301", "2024-03-01"), ("1709294400", "2024-03-01"), ("2024-03-01 12:00", "2024-03-01")],
)
def test_a_csv_time_is_a_date_or_epoch_seconds_by_its_digits(
    tmp_path: Path, cell: str, day: str
) -> None:
    ((_, record),) = read(tmp_path, "a.csv", f"created_at,x\n{cell},1\n".encode())
    assert isinstance(record, dict)
    moment = parse_timestamp(record["created_at"])
    assert moment is not None
    assert moment.date().isoformat() == day


def test_a_row_with_a_wrong_number_of_cells_is_set_aside(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"id,text\n1,a\n2,b,c\n3\n4,d\n")
    records = [(line, record) for line, record, _ in read_records(path, "a.csv")]
    assert records == [
        (2, {"id": "1", "text": "a"}),
        (3, Rejected("wrong_number_of_cells", "saw 3 cells, wanted 2 as in the header")),
        (4, Rejected("wrong_number_of_cells", "saw 1 cells, wanted 2 as in the header")),
        (5, {"id": "4", "text": "d"}),
    ]


def test_a_stray_quote_spoils_its_own_row_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b'id,text\n1,"he said "hi" to me"\n2,fine\n')
    (_, bad, raw), good = read_records(path, "a.csv")
    assert good[:2] == (3, {"id": "2", "text": "fine"})
    assert (bad, raw) == (
        Rejected("not_csv", "',' expected after '\"'; double every quote inside a quoted cell"),
        "",
    )


def test_a_quote_that_is_never_closed_says_which_lines_it_swallowed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b'id,text\n1,fine\n2,"open\n3,lost\n4,lost\n')
    good, (line, bad, _) = read_records(path, "a.csv")
    assert good[:2] == (2, {"id": "1", "text": "fine"})
    assert (line, bad) == (
        3,
        Rejected(
            "not_csv",
            "unexpected end of data; lines 3 to 5 were read as one record; "
            "double every quote inside a quoted cell",
        ),
    )


def test_a_csv_cell_of_10_mb_is_set_aside_and_the_next_row_is_read(tmp_path: Path) -> None:
    data = b"id,text\n1," + b"a" * 10_000_000 + b"\n2,fine\n"
    assert read(tmp_path, "a.csv", data) == [(2, "not_csv"), (3, {"id": "2", "text": "fine"})]


def test_a_csv_whose_header_cannot_be_read_is_not_read_with_another_one(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", b'id,"te"xt\n1,a\n2,b\n') == [(1, "not_csv")]


def test_latin_1_in_a_csv_cell_spoils_its_row_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text\n1,é\n2,fine\n".encode("latin-1"))
    (line, bad, raw), good = read_records(path, "a.csv")
    assert (line, _brief(bad), shown(raw)) == (2, "not_utf8", "1,\\udce9")
    assert good[:2] == (3, {"id": "2", "text": "fine"})


def test_parquet_rows_come_with_their_types(tmp_path: Path) -> None:
    moment = datetime(2024, 3, 1, 12, tzinfo=UTC)
    rows = pa.table(
        {
            "id": ["a", "b"],
            "rating": pa.array([4, None], pa.int8()),
            "thread": [["p", "a"], None],
            "created_at": pa.array([moment, moment], pa.timestamp("ms", tz="UTC")),
        }
    )
    data = parquet(tmp_path / "x", rows, row_group_size=1)
    assert read(tmp_path, "a.parquet", data) == [
        (n, row) for n, row in enumerate(rows.to_pylist(), start=1)
    ]


@pytest.mark.parametrize("zone", ["UTC", None])
def test_times_in_nanoseconds_are_read_without_pandas(tmp_path: Path, zone: str | None) -> None:
    column = pa.array([1_709_294_400_123_456_789], pa.timestamp("ns", tz=zone))
    data = parquet(tmp_path / "x", pa.table({"created_at": column}))
    ((_, record),) = read(tmp_path, "a.parquet", data)
    assert isinstance(record, dict)
    assert type(record["created_at"]) is datetime  # pandas has a class of its own
    assert parse_timestamp(record["created_at"]) == datetime(
        2024, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC
    )


def test_a_parquet_file_that_is_none_is_set_aside(tmp_path: Path) -> None:
    line, rejected, _ = only(tmp_path, "a.parquet", b"PAR1 and nothing else")
    assert (line, rejected.reason) == (0, "broken_parquet")
    assert "Parquet magic bytes not found in footer" in rejected.detail


def test_a_parquet_file_cut_short_is_set_aside(tmp_path: Path) -> None:
    data = parquet(tmp_path / "x", pa.table({"id": ["a"] * 1_000}))
    assert only(tmp_path, "a.parquet", data[: len(data) // 2])[1].reason == "broken_parquet"


def test_a_damaged_page_gives_the_rows_before_it(tmp_path: Path) -> None:
    rows = pa.table({"id": [f"{n:06}" for n in range(20_000)]})
    data = bytearray(
        parquet(
            tmp_path / "x", rows, row_group_size=10_000, compression="zstd", use_dictionary=False
        )
    )
    second = pq.ParquetFile(tmp_path / "x").metadata.row_group(1).column(0).data_page_offset
    data[second + 40 : second + 400] = bytes(360)

    records = read(tmp_path, "a.parquet", bytes(data))

    assert records[:-1] == [(n + 1, row) for n, row in enumerate(rows.to_pylist()[:10_000])]
    assert records[-1] == (10_000, "broken_parquet")


def test_text_in_parquet_that_is_not_utf_8_is_set_aside(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xe9")]
    )
    data = parquet(tmp_path / "x", pa.table({"id": broken}))
    assert only(tmp_path, "a.parquet", data)[1].reason == "broken_parquet"
