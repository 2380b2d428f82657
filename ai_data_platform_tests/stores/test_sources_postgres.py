"""A PostgreSQL table as a source, on a real server: a piece a day, nothing partial, no password said."""

from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ai_data_platform.core.columns import FEEDBACK_FIELDS, ColumnMap, SourceSpec
from ai_data_platform.core.conversations import CONTRACT_VERSION, parse_exchange
from ai_data_platform.core.errors import ConfigurationError, SourceBrokeOff
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.intake import chat_log_days, feedback_days, pending_days
from ai_data_platform.stores.landing import Landing
from ai_data_platform.stores.sources import open_source
from ai_data_platform_tests.servers import Postgres

DAY, NEXT = "2024-03-01", "2024-03-02"
TABLE = """create table chat_logs (
    conversation_id text, message_id bigint, turn_index numeric, user_message text,
    assistant_message text, rating smallint, created_at timestamptz, note jsonb
)"""


def row(message_id: int, moment: str = f"{DAY} 12:00+00", **changes: Any) -> str:
    """SQL that inserts an exchange."""
    values = {
        "conversation_id": "c1",
        "turn_index": 0,
        "user_message": f"How do I set {message_id}?",
        "assistant_message": "Open the first page and choose it there.",
        "rating": 5,
        **changes,
        "message_id": message_id,
        "created_at": moment,
    }
    shown = [_literal(value) for value in values.values()]
    return f"insert into chat_logs ({', '.join(values)}) values ({', '.join(shown)})"


def _literal(value: object) -> str:
    if value is None or isinstance(value, int):
        return "null" if value is None else str(value)
    return "'" + str(value).replace("'", "''") + "'"


class Logs:
    """A table and what is published of it."""

    def __init__(self, database: Postgres, home: Home, **named: Any) -> None:
        self.database = database
        self.home = home
        self.spec = SourceSpec(database.url, table="chat_logs", **named)
        self.said: list[str] = []

    def stamps(self) -> dict[str, str]:
        """The stamp of each day's piece."""
        pieces = open_source(self.spec, self.home.index("chat_logs")).pieces()
        return {piece.name.rpartition("/")[2]: piece.stamp for piece in pieces}

    def publish(self) -> list[str]:
        """The days that were pending."""
        self.said.clear()
        source = chat_log_days(self.home, self.spec, self.said.append)
        pending = pending_days(self.home, source, "raw_chat_logs")
        for day in pending:
            source.table.publish(day, source.parts[day], lambda: source.quarantine)
        return pending

    def rows(self, day: str = DAY) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.home.lake.read(f"raw_chat_logs/{day}").to_pylist()
        return found

    def ids(self, day: str = DAY) -> list[str]:
        return [found["message_id"] for found in self.rows(day)]

    def aside(self, day: str = "undated") -> list[tuple[str, str]]:
        rows = self.home.lake.read(f"raw_chat_logs_quarantine/{day}").to_pylist()
        return [(found["source_file"], found["reason"]) for found in rows]


@pytest.fixture
def logs(postgres: Postgres, home: Home) -> Logs:
    postgres.run(TABLE, row(1), row(2), row(3, f"{NEXT} 00:00+00"))
    return Logs(postgres, home)


def test_each_utc_day_of_a_table_is_a_day_of_raw_rows(logs: Logs) -> None:
    logs.database.run(row(4, "2024-03-02 01:30+02", rating=None))

    assert logs.publish() == [DAY, NEXT]

    name = f"postgresql:{logs.database.database}/public.chat_logs"
    assert (logs.ids(), logs.ids(NEXT)) == (["1", "2", "4"], ["3"])
    assert logs.said == [
        f"read {name}/{DAY}: 3 rows on 1 days",
        f"read {name}/{NEXT}: 1 rows on 1 days",
    ]
    first = logs.rows()[0]
    assert {key: first[key] for key in ("turn_index", "rating", "source_file", "source_line")} == {
        "turn_index": 0,
        "rating": 5,
        "source_file": f"{name}/{DAY}",
        "source_line": 1,
    }
    assert logs.publish() == []
    assert logs.said == []


def test_a_change_shows_in_the_stamp_of_its_own_day_alone(logs: Logs) -> None:
    changes = {
        row(9, "2024-03-02 23:59:59.999999+00"): {NEXT},
        "update chat_logs set rating = 1 where message_id = 1": {DAY},
        "delete from chat_logs where message_id = 2": {DAY},
        f"update chat_logs set created_at = '{NEXT} 10:00+00' where message_id = 1": {DAY, NEXT},
        "update chat_logs set user_message = user_message || ''": set(),
        "update chat_logs set note = '{}'": set(),
        row(10, "2031-01-01 00:00+00"): {"2031-01-01"},
    }
    for statement, days in changes.items():
        before = logs.stamps()
        logs.database.run(statement)
        after = logs.stamps()
        changed = {day for day in {*before, *after} if before.get(day) != after.get(day)}
        assert (statement, changed) == (statement, days)


def test_late_rows_make_exactly_their_own_day_pending_and_move_no_other_row(logs: Logs) -> None:
    logs.publish()
    before = {found["message_id"]: found["record_id"] for found in logs.rows()}

    logs.database.run(row(0), row(10))

    assert logs.publish() == [DAY]
    assert logs.ids() == ["0", "1", "10", "2"]
    after = {found["message_id"]: found["record_id"] for found in logs.rows()}
    assert before.items() < after.items()


def test_with_a_column_of_updates_the_latest_time_tells_what_changed(
    postgres: Postgres, home: Home
) -> None:
    postgres.run(TABLE, "alter table chat_logs add changed timestamptz default now()", row(1))
    postgres.run(row(2, f"{NEXT} 10:00+00"))
    logs = Logs(postgres, home, columns=ColumnMap({"updated_at": "changed"}))
    assert logs.publish() == [DAY, NEXT]
    before = logs.stamps()

    postgres.run(
        "update chat_logs set rating = 1, changed = clock_timestamp() where message_id = 1"
    )

    assert {day for day in before if before[day] != logs.stamps()[day]} == {DAY}
    assert logs.publish() == [DAY]
    postgres.run(
        "update chat_logs set changed = clock_timestamp()"
    )  # touched, with the same content
    assert logs.publish() == []


def test_what_was_deleted_of_a_whole_day_stays_as_a_file_moved_away_does(logs: Logs) -> None:
    logs.publish()
    logs.database.run(f"delete from chat_logs where created_at < '{NEXT}'")
    assert logs.publish() == []
    assert logs.ids() == ["1", "2"]


def test_ids_repeated_with_other_text_are_set_aside_in_an_order_of_their_content(
    logs: Logs,
) -> None:
    twice = row(7, user_message="Zebra?")
    logs.database.run(twice, row(7, user_message="Aardvark?"), twice)
    logs.publish()
    (kept,) = (found for found in logs.rows() if found["message_id"] == "7")
    assert (kept["user_message"], kept["source_line"]) == ("Aardvark?", 1)
    assert [reason for _, reason in logs.aside(DAY)] == ["repeated_message_id"] * 2


def test_rows_without_a_day_are_set_aside_and_not_lost(logs: Logs) -> None:
    logs.database.run(
        row(5, "infinity"),
        row(6, "1970-01-01 00:00+00"),
        row(7, "20240-01-01 00:00+00"),
        "insert into chat_logs select * from chat_logs where message_id = 1",
        "update chat_logs set created_at = null where ctid = (select max(ctid) from chat_logs)",
    )
    logs.publish()
    name = f"postgresql:{logs.database.database}/public.chat_logs/undated"
    assert sorted(logs.aside()) == [
        (name, "created_at_missing"),
        (name, "created_at_unreadable"),
        (name, "created_at_unreadable"),
        (name, "created_at_unreadable"),
    ]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("timestamp", "timestamp '2024-03-01 23:00'"),
        ("date", "date '2024-03-01'"),
        ("bigint", "1709294400"),
        ("float8", "1709294400.5"),
    ],
)
def test_a_time_may_be_of_any_type_that_has_an_order(
    postgres: Postgres, home: Home, kind: str, value: str
) -> None:
    table = TABLE.replace("timestamptz", kind)
    postgres.run(table, row(1, "2024-03-01").replace("'2024-03-01'", value))
    postgres.run("insert into chat_logs select * from chat_logs")
    postgres.run("update chat_logs set created_at = null, message_id = 2 where ctid = '(0,1)'")
    logs = Logs(postgres, home)
    assert (logs.publish(), logs.ids()) == ([DAY], ["1"])
    assert logs.aside()[0][1] == "created_at_missing"


def test_types_of_all_sorts_are_read_as_the_contract_reads_them(
    postgres: Postgres, home: Home
) -> None:
    postgres.run(
        "create type engine as enum ('fast', 'good')",
        """create table chat_logs (conversation_id uuid, message_id numeric(30), thread bigint[],
        turn_index int, user_message varchar(200), assistant_message char(30), rating numeric,
        model engine, user_id inet, created_at timestamptz)""",
        f"""insert into chat_logs values ('6f9619ff-8b86-d011-b42d-00cf4fc964ff',
        123456789012345678901234567890, array[1, 2], 3, 'What is it?', 'This is the answer.', 4.0,
        'good', '10.0.0.7', '{DAY}')""",
    )
    logs = Logs(postgres, home)
    logs.publish()
    ((found),) = logs.rows()
    wanted = {
        "conversation_id": "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "message_id": "123456789012345678901234567890",
        "thread": ["1", "2"],
        "turn_index": 3,
        "assistant_message": "This is the answer.           ",
        "rating": 4,
        "model": "good",
        "user_id": "10.0.0.7/32",
    }
    assert {key: found[key] for key in wanted} == wanted


def test_names_with_quotes_spaces_and_capitals_are_names(postgres: Postgres, home: Home) -> None:
    table = '"Chat; drop table x"'
    postgres.run(
        f"create table {table} (thread text, message_id int, turn_index int, "
        '"user\'s ""text" text, "Answer %s" text, created_at timestamptz)',
        f"insert into {table} values ('c1', 1, 0, 'Robert''); --', '$(rm -rf /)', '{DAY}')",
    )
    columns = {
        "conversation_id": "thread",
        "user_message": "user's \"text",
        "assistant_message": "Answer %s",
    }
    spec = SourceSpec(postgres.url, ColumnMap(columns), table)
    (piece,) = open_source(spec, home.index("x")).pieces()
    with piece.fetched(home.root) as found:
        ((line, record, _),) = found.records
    assert isinstance(record, dict)
    moment = record.pop("created_at")
    assert (line, moment.date().isoformat(), record) == (
        1,
        DAY,
        {
            "conversation_id": "c1",
            "message_id": 1,
            "turn_index": 0,
            "user_message": "Robert'); --",
            "assistant_message": "$(rm -rf /)",
        },
    )


def test_a_query_is_read_like_a_table_under_one_name(logs: Logs) -> None:
    query = "select * from chat_logs where message_id < 3 -- the first ones;"
    logs.spec = SourceSpec(logs.database.url, table=query)
    assert logs.publish() == [DAY]
    logs.spec = SourceSpec(logs.database.url, table=query.replace("< 3", "= 1"))
    assert logs.publish() == [DAY]
    assert logs.ids() == ["1"]
    assert logs.rows()[0]["source_file"] == f"postgresql:{logs.database.database}/query/{DAY}"


def test_ratings_come_from_a_table_too(postgres: Postgres, home: Home) -> None:
    postgres.run(
        "create table ratings (chat text, stars int, at timestamptz)",
        f"insert into ratings values ('c1', 5, '{DAY}'), ('c1', 5, '{DAY}'), ('c2', 9, '{DAY}')",
    )
    columns = ColumnMap({"conversation_id": "chat", "rating": "stars", "created_at": "at"})
    spec = SourceSpec(postgres.url, columns, "ratings", FEEDBACK_FIELDS)
    source = feedback_days(home, spec, lambda line: None)
    source.table.publish(DAY, source.parts[DAY], lambda: source.quarantine)
    rows = home.lake.read(f"raw_feedback/{DAY}").to_pylist()
    aside = home.lake.read(f"raw_feedback_quarantine/{DAY}").to_pylist()
    assert [(found["conversation_id"], found["rating"]) for found in rows] == [("c1", 5)]
    assert sorted(found["reason"] for found in aside) == ["rating_out_of_range", "repeated_record"]


@pytest.mark.parametrize(
    ("table", "columns", "said"),
    [
        ("chat_log", {}, "has no table chat_log; is it public.chat_logs?"),
        ("zzz", {}, "has no table zzz; there are: public.chat_logs"),
        ("select * from nope", {}, 'relation "nope" does not exist'),
        ("select 1 from chat_logs", {}, "query has no column 'conversation_id', which is to hold"),
        (
            "chat_logs",
            {"user_message": "user_mesage"},
            "has no column 'user_mesage', which is to hold user_message; there are: conversation_id, "
            "message_id, turn_index, user_message, assistant_message, rating, created_at, note; "
            "is it 'user_message'?; name the column in the column map",
        ),
        (
            "chat_logs",
            {"created_at": "user_message"},
            "user_message is of type text, wanted a time",
        ),
        ("delete from chat_logs returning *", {}, "has no table delete from chat_logs"),
    ],
)
def test_a_table_that_does_not_fit_says_what_is_there(
    logs: Logs, table: str, columns: dict[str, str], said: str
) -> None:
    spec = SourceSpec(logs.database.url, ColumnMap(columns), table)
    with pytest.raises(ConfigurationError) as caught:
        open_source(spec, logs.home.index("x")).pieces()
    assert said in str(caught.value)


def test_nothing_that_a_query_names_can_write(logs: Logs) -> None:
    logs.database.run(
        "create function wipe() returns setof chat_logs language sql as "
        "'delete from chat_logs returning *'"
    )
    spec = SourceSpec(logs.database.url, table="select * from wipe()")
    with pytest.raises(
        ConfigurationError, match="cannot execute DELETE in a read-only transaction"
    ):
        open_source(spec, logs.home.index("x")).pieces()


def test_a_database_without_a_table_and_a_table_without_a_database_are_refused(home: Home) -> None:
    with pytest.raises(ConfigurationError, match=r"me:\*\*\*@h/d names a database but no table"):
        open_source(SourceSpec("postgresql://me:secret@h/d"), home.index("x"))
    with pytest.raises(ConfigurationError, match="is no database"):
        open_source(SourceSpec("/data/logs", table="chat_logs"), home.index("x"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@127.0.0.1:1/db",
        "postgresql://me:secret@127.0.0.1:99999/db",
        "postgresql://me:secret@127.0.0.1/db?port=x&password=secret",
    ],
)
def test_a_server_that_does_not_answer_is_said_without_the_password(home: Home, url: str) -> None:
    with pytest.raises(SourceBrokeOff) as caught:
        open_source(SourceSpec(url, table="t"), home.index("x")).pieces()
    chain: BaseException | None = caught.value
    while chain is not None:
        assert "secret" not in str(chain)
        chain = chain.__cause__


@pytest.fixture
def grown(logs: Logs) -> Logs:
    """A day that was published, and then got 60 rows of a megabyte: four batches of the driver."""
    logs.publish()
    logs.database.run(
        "insert into chat_logs select 'c', n, 0, repeat('How? ', 100000), repeat('So. ', 125000), 3, "
        f"timestamptz '{DAY} 00:00+00' + n * interval '1 second' from generate_series(10, 69) n"
    )
    return logs


@pytest.mark.slow
def test_a_connection_lost_in_the_middle_of_a_copy_leaves_nothing_partial(grown: Logs) -> None:
    read = count(1)

    def parse(record: object, name: str, line: int) -> Any:
        if next(read) == 3:
            grown.database.run(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = "
                "current_database() and pid <> pg_backend_pid()"
            )
        return parse_exchange(record, name, line)

    root = grown.home.root / "landing" / "chat_logs"
    before = sorted(path.name for path in root.rglob("*"))
    pieces = open_source(grown.spec, grown.home.index("x")).pieces()

    with pytest.raises(SourceBrokeOff, match="the database broke off"):
        Landing(root, CHAT_LOG, parse, CONTRACT_VERSION).refresh(pieces, print)

    assert 3 < next(read) < 60
    assert sorted(path.name for path in root.rglob("*")) == before
    assert grown.publish() == [DAY]
    assert len(grown.ids()) == 62


def test_rows_and_digest_are_of_one_moment(logs: Logs) -> None:
    """A row that is committed between digest and rows belongs to the next reading."""
    (piece, *_) = open_source(logs.spec, logs.home.index("x")).pieces()
    with piece.fetched(Path()) as found:
        logs.database.run(row(99_999))
        assert sum(1 for _ in found.records) == 2
    logs.publish()
    assert logs.ids() == ["1", "2", "99999"]


def test_a_year_of_days_is_listed_in_order(postgres: Postgres, home: Home) -> None:
    postgres.run(
        TABLE,
        "insert into chat_logs select 'c', n, 0, 'q', 'a', null, "
        "timestamptz '2024-01-01 12:00+00' + n * interval '1 day' from generate_series(0, 365) n",
    )
    days = list(Logs(postgres, home).stamps())
    assert (len(days), days == sorted(days)) == (366, True)
    assert date.fromisoformat(days[-1]) == date(2024, 12, 31)
