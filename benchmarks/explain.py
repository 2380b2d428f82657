"""What `aidp explain` costs on a platform with a million exchanges: CPU seconds a question."""

import argparse
from contextlib import suppress
from pathlib import Path

import duckdb

from ai_data_platform.core.errors import IdNotFound
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.provenance import Provenance, Sources
from benchmarks.chat_rows import write_raw_days
from benchmarks.measuring import Cost, cost_of, show, temporary_folder

__all__ = ["main"]

_LOGS = "read_parquet('{home}/lake/raw_chat_logs/*.parquet')"
_REDACTED = """
    select * exclude (model, user_id, source_file, source_line), 0::integer as redactions,
        conversation_id as conversation_hash
    from {logs} order by conversation_id, turn_index, message_id"""
_FILTERED = """
    select record_id, conversation_id, message_id, 'unrated' as drop_reason,
        null::varchar as matched_record_id
    from {logs} where hash(record_id) % 2 = 0 order by record_id"""
_ROWS = """
    select conversation_id,
        flatten(list([{{'role': 'user', 'content': user_message}},
            {{'role': 'assistant', 'content': assistant_message}}] order by turn_index)) as messages,
        list(rating order by turn_index) as ratings,
        list(record_id order by turn_index) as record_ids
    from {logs} where hash(record_id) % 2 = 1 and hash(conversation_id) % 10 < 8
    group by conversation_id order by conversation_id"""
_DROPPED = """
    select record_id, 'duplicates' as stage, 'near_duplicate' as drop_reason,
        conversation_id as matched_id
    from {logs} where hash(record_id) % 2 = 1 and hash(conversation_id) % 10 >= 8 order by record_id"""


def main() -> None:
    """Target: at most about 1 CPU second a question at 1,000,000 rows, imports apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with temporary_folder() as folder:
        home = Home(folder, CHECKOUT / "dbt_project")
        _fill(home, rows)
        asked = _questions(home)
        costs = [(what, id, _ask(home, id)) for what, id in asked]
    columns = ["asked for", "CPU s", "wall s"]
    title = f"One explanation, {rows:,} exchanges on 30 days"
    show(title, columns, [[what, cost.cpu, cost.wall] for what, _, cost in costs])


def _fill(home: Home, rows: int) -> None:
    """Tables and one version as a run leaves them, by plain SQL: their gates are not what is measured."""
    write_raw_days(home.lake, rows)
    logs = _LOGS.format(home=home.root)
    for name, query in (("redacted_chat_logs", _REDACTED), ("dropped_conversations", _FILTERED)):
        _copy(query.format(logs=logs), home.lake.path(name))
    fingerprint = hash_text("benchmark")
    files = {"data/train.parquet": _ROWS, "dropped.parquet": _DROPPED}
    versions = home.versions("sft")
    always = Rule("rows", ">", 0, "always")
    home.ledger.record(judge("sft_dataset", fingerprint, {"rows": 1}, [always], code_version="1"))
    manifest = {"rows": 1, "dropped": {}, "upstream": {}, "inputs": ""}
    folder = versions.folder(versions.stage(fingerprint, {}, manifest))
    for name, query in files.items():
        _copy(query.format(logs=logs), folder / name)
    versions.publish(folder.name)


def _copy(query: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"copy ({query}) to '{path}' (format parquet, compression zstd)")


def _questions(home: Home) -> list[tuple[str, str]]:
    """An id or a place of each kind, from the middle of the tables."""
    raw = home.lake.read(home.lake.names("raw_chat_logs")[15])
    row = raw.slice(raw.num_rows // 2, 1).to_pylist()[0]
    files = f"{home.root}/versions/sft/*/data/*.parquet"
    kept = duckdb.sql(f"select conversation_id from '{files}' limit 1 offset 1000").fetchall()[0][0]
    return [
        ("a training row (conversation_id)", kept),
        ("a record_id", row["record_id"]),
        ("a message_id", row["message_id"]),
        ("FILE:LINE", f"{row['source_file']}:{row['source_line']}"),
        ("an id that nothing has", row["message_id"] + "-unknown"),
    ]


def _ask(home: Home, id: str) -> Cost:
    def ask() -> None:
        with suppress(IdNotFound):
            Provenance(Home(home.root, CHECKOUT), Sources()).explain(id)

    ask()  # what is imported and read into the file cache once
    return cost_of(ask)


if __name__ == "__main__":
    main()
