"""One SQL for all targets: the same rows in, the same rows out, on each of them."""

import shutil
from pathlib import Path

import duckdb
import pytest

from ai_data_platform.stores.home import Home
from ai_data_platform_tests.dbt_project.conftest import Dbt, build
from ai_data_platform_tests.dbt_project.rows import SPACES, nasty, pairs_of_copies
from ai_data_platform_tests.servers import Postgres

pytestmark = pytest.mark.slow

MODELS = ["clean_conversations", "dropped_conversations", "int_chat_logs_judged", "stg_chat_logs"]


def test_texts_come_out_as_they_went_in_or_trimmed(on_duckdb: Home) -> None:
    staged = {row["record_id"]: row for row in on_duckdb.lake.read("stg_chat_logs").to_pylist()}
    space = "".join(SPACES)
    for given in [*nasty(), *pairs_of_copies()]:
        found = staged.pop(given["record_id"])
        texts = {name: given[name].strip(space) for name in ("user_message", "assistant_message")}
        assert found == given | texts
    assert staged == {}


def test_of_every_pair_of_copies_one_is_dropped(on_duckdb: Home) -> None:
    dropped = on_duckdb.lake.read("dropped_conversations").to_pylist()
    found = {row["record_id"]: (row["drop_reason"], row["matched_record_id"]) for row in dropped}
    firsts = [row["record_id"] for row in pairs_of_copies()[::2]]
    assert found == {
        **{f"{first.removesuffix('a')}b": ("exact_duplicate", first) for first in firsts},
        "r-blank": ("empty_user_message", None),
        "r-unrated": ("unrated", None),
        "r-wide": ("user_message_too_short", None),
    }


def test_postgres_gives_the_same_bytes_and_verdicts(
    on_duckdb: Home, tmp_path: Path, postgres: Postgres
) -> None:
    home, record = build(tmp_path, postgres.url)

    assert record["blocked"] == []
    for name in MODELS:
        assert home.lake.path(name).read_bytes() == on_duckdb.lake.path(name).read_bytes()
        ours, theirs = home.ledger.latest(name), on_duckdb.ledger.latest(name)
        assert ours is not None
        assert theirs is not None
        assert ours.verdict == theirs.verdict


def test_spark_gives_the_same_rows(on_duckdb: Home, tmp_path: Path, dbt: Dbt) -> None:
    pytest.importorskip("pyspark", reason="needs the extra `spark`")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or later: no `java` on PATH")

    done = dbt("run", "--target", "spark")

    assert done.returncode == 0, done.stdout
    tables = tmp_path / "spark-warehouse" / "training_data.db"
    with duckdb.connect() as database:
        for name in MODELS:
            here, there = on_duckdb.lake.path(name), tables / name / "*.parquet"
            ours, theirs = (
                database.sql(f"select * from read_parquet('{path}')") for path in (here, there)
            )
            assert (ours.columns, ours.types) == (theirs.columns, theirs.types)
            assert ours.except_(theirs).fetchall() == []
            assert ours.shape == theirs.shape
