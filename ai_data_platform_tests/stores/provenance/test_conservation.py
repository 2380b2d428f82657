"""Every raw line of the shipped sample has one fate in each dataset, every row leads to its lines."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pyarrow.parquet as pq
import pytest

from ai_data_platform.core.conversations import parse_exchange
from ai_data_platform.core.conversations.contract import ChatExchange
from ai_data_platform.core.conversations.mend import mend
from ai_data_platform.core.provenance import Place, RecordPath
from ai_data_platform.core.records import Rejected
from ai_data_platform.settings import SAMPLE
from ai_data_platform.stores.provenance.logs import LogProvenance
from ai_data_platform.stores.provenance.lookup import EXCHANGES, RATINGS, Lane
from ai_data_platform.stores.provenance.rows import DatasetRow, rows_of
from ai_data_platform.stores.readers import read_records
from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow

Read = dict[Place, object]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The shipped sample's logs and ratings, taken to published datasets."""
    folder = tmp_path_factory.mktemp("sample")
    (folder / "sources").symlink_to(SAMPLE)
    world = World(folder, {"rater_reliability": "none"})  # means are plain ones
    run = world.run("+datasets/sft,+datasets/preference,+datasets/unpaired_preference")
    assert run.good, run.failures
    return world


@pytest.fixture(scope="module")
def logs(sample: World) -> LogProvenance:
    return LogProvenance(sample.home)


def read(name: str) -> Read:
    """Every record of a folder of the sample, or the Rejected that it is, by place."""
    return {
        Place(path.name, line): record
        for path in sorted((SAMPLE / name).iterdir())
        for line, record, _ in read_records(path, path.name)
    }


def paths(logs: LogProvenance, lane: Lane, lines: Read) -> dict[Place, RecordPath]:
    found = logs.lines(lane, lines)
    assert Counter(path.place for path in found).most_common(1)[0][1] == 1  # no line has two paths
    return {path.place: path for path in found}


def rows(logs: LogProvenance, dataset: str, column: str) -> list[DatasetRow]:
    """Every row of the candidate, found by the ids in a column of its files."""
    (view,) = logs.views[dataset].shown
    ids = [
        id for file in view.data for id in pq.read_table(file, columns=[column])[column].to_pylist()
    ]
    return rows_of(logs.lookup.tables, [view], column, ids)


@pytest.mark.parametrize(
    ("folder", "lane", "datasets"),
    [
        ("chat_logs", EXCHANGES, ["sft", "preference", "unpaired_preference"]),
        ("feedback", RATINGS, ["preference", "unpaired_preference"]),
    ],
)
def test_every_raw_line_has_exactly_one_fate_in_each_dataset(
    logs: LogProvenance, folder: str, lane: Lane, datasets: list[str]
) -> None:
    lines = read(folder)
    found = paths(logs, lane, lines)
    assert found.keys() == lines.keys()
    assert {tuple(f.dataset for f in path.fates) for path in found.values()} == {tuple(datasets)}
    fates = [fate for path in found.values() for fate in path.fates]
    assert {fate.state for fate in fates} <= {"row", "dropped", "quarantined", "unused"}
    assert [fate for fate in fates if fate.state == "row" and not (fate.rows and fate.split)] == []
    assert [fate for fate in fates if fate.state != "row" and not fate.reason] == []


def test_the_fates_add_up_to_the_funnel_of_the_manifest(logs: LogProvenance) -> None:
    found = paths(logs, EXCHANGES, read("chat_logs"))
    sft = [fate for path in found.values() for fate in path.fates if fate.dataset == "sft"]
    manifest = logs.views["sft"].shown[0].manifest
    dropped = Counter((fate.stage, fate.reason) for fate in sft if fate.state == "dropped")
    rows = {(fate.split, row) for fate in sft for row in fate.rows}
    assert dropped == {
        (stage["stage"], reason): count
        for stage in manifest["funnel"]
        for reason, count in stage["dropped"].items()
    }
    assert Counter(split for split, _ in rows) == {
        split: count for split, count in manifest["splits"].items() if count
    }


def test_every_training_row_leads_to_raw_lines_whose_texts_are_its_messages(
    sample: World, logs: LogProvenance
) -> None:
    lines = read("chat_logs")
    texts = _as_trained(sample, logs, lines)
    found = rows(logs, "sft", "conversation_id")
    assert len(found) == logs.views["sft"].shown[0].manifest["rows"] > 50
    for row in found:
        said = [text for record in row.record_ids for text in texts[record]]
        assert [message["content"] for message in row.values["messages"]] == said


@pytest.mark.parametrize(
    ("dataset", "key"), [("preference", "pair_id"), ("unpaired_preference", "row_id")]
)
def test_every_preference_row_leads_to_the_ratings_and_answers_that_it_was_made_of(
    logs: LogProvenance, dataset: str, key: str
) -> None:
    exchanges, ratings = read("chat_logs"), read("feedback")
    by_record = {
        path.record_id: (lane, path)
        for lane, lines in ((EXCHANGES, exchanges), (RATINGS, ratings))
        for path in paths(logs, lane, lines).values()
        if path.record_id
    }
    found = rows(logs, dataset, key)
    assert len(found) == logs.views[dataset].shown[0].manifest["rows"] > 50
    for row in found:
        given: defaultdict[str | None, list[int]] = defaultdict(list)
        for lane, path in (by_record[record] for record in row.record_ids):
            fate = next(fate for fate in path.fates if fate.dataset == dataset)
            assert row.id in fate.rows
            if lane is RATINGS:
                raw: Any = ratings[path.place]
                given[path.message_id].append(raw["rating"])
        for message, rating in _rated(row):
            assert sum(given[message]) / len(given[message]) == pytest.approx(rating)


def _rated(row: DatasetRow) -> Iterator[tuple[str, float]]:
    """The answers of a row with their ratings; an edit has none."""
    values = row.values
    if row.dataset == "unpaired_preference":
        yield values["message_id"], values["rating"]
    elif values["chosen_rating"] is not None:
        for side in ("chosen", "rejected"):
            yield values[f"{side}_message_id"], values[f"{side}_rating"]


def _as_trained(sample: World, logs: LogProvenance, lines: Read) -> dict[str, list[str]]:
    """What a row must say for each record: question and answer of its raw line, mended and redacted."""
    from ai_data_platform.core.conversations.redact import Redactor

    redactor = Redactor(sample.settings.redact_options())
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for _, group in groupby(_logged(logs, lines), key=lambda exchange: exchange.conversation_id):
        exchanges = list(group)
        said = [
            t.strip(" \t\r\n") for e in exchanges for t in (e.user_message, e.assistant_message)
        ]
        redacted = iter(redactor.redact([mend(text) for text in said]).texts)
        for exchange in exchanges:
            texts[exchange.record_id] += [next(redacted), next(redacted)]
    return texts


def _logged(logs: LogProvenance, lines: Read) -> Iterator[ChatExchange]:
    """The raw lines that became records, in the order in which conversations are redacted."""
    kept = {path.place for path in paths(logs, EXCHANGES, lines).values() if path.record_id}
    made = (parse_exchange(lines[p], p.source_file, p.source_line) for p in kept)
    good = [exchange for exchange in made if not isinstance(exchange, Rejected)]
    order = lambda e: (e.conversation_id, e.turn_index, e.message_id, e.record_id)  # noqa: E731
    yield from sorted(good, key=order)
