"""The audit of agreement on a preference dataset's candidate."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from ai_data_platform.core.agreement import RATINGS, Demand
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.agreement import AgreementAudit, AgreementOptions, home_studies
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.candidates import Candidate, DatasetKind, stage_dataset
from ai_data_platform.stores.home import Home
from ai_data_platform_tests.core.agreement.simulated import simulated

SCHEMA = pa.schema([pa.field("pair_id", pa.string())])
KIND = DatasetKind("preference", "Preference pairs", "Pairs.", SCHEMA, "text-generation")
START = datetime(2025, 3, 3, tzinfo=UTC)


def _ratings(prompts: int, skill: Sequence[float]) -> pa.Table:
    """People compare two answers to each prompt; their choices are those of `simulated`."""
    rows = []
    for row in simulated(prompts, skill).to_pylist():
        worth = (5, 1) if row["label"] == "0" else (1, 5)
        day = START + timedelta(days=int(row["item_id"][1:]) % 3)
        for message, rating in zip("ab", worth, strict=True):
            rows.append(
                {
                    "prompt_id": row["item_id"],
                    "message_id": f"{row['item_id']}-{message}",
                    "rater": f"{row['rater']}@example.com",
                    "rating": rating,
                    "kind": "comparison",
                    "created_at": day,
                }
            )
    return pa.Table.from_pylist(rows, schema=RATINGS)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", CHECKOUT / "dbt_project")


def _staged(home: Home, audit: AgreementAudit) -> Candidate:
    rows = pa.RecordBatch.from_pylist([{"pair_id": "p1"}], schema=SCHEMA)
    return stage_dataset(
        home,
        KIND,
        {"train": [rows]},
        inputs="i1",
        figures=lambda: {"rows": 1},
        rules=[Rule("rows", ">", 0, "an empty dataset trains nothing")],
        dropped={},
        audits=[audit],
        beside=audit.files,
        upstream={},
        code_version="1",
    )


def _file(home: Home, candidate: Candidate, name: str) -> str:
    return (home.versions("preference").folder(candidate.version) / name).read_text("utf-8")


def test_people_who_agree_pass_and_the_version_holds_the_report(home: Home) -> None:
    candidate = _staged(home, AgreementAudit(_ratings(200, (0.95, 0.95, 0.95))))
    assert candidate.verdict.passed
    assert candidate.verdict.figures["preference_agreement_items"] == 200
    found = orjson.loads(_file(home, candidate, "agreement.json"))["tasks"]
    assert list(found) == ["preference", "rating", "thumbs"]
    assert found["preference"]["labels_by_value"].keys() == {"first", "second", "tie"}
    page = _file(home, candidate, "agreement.html")
    assert "<title>Preference pairs: agreement</title>" in page
    assert "Nobody judged the same item of: rating, thumbs." in page


def test_people_who_disagree_block_the_candidate(home: Home) -> None:
    candidate = _staged(home, AgreementAudit(_ratings(200, (0.9, 0.9, 0.1))))
    assert candidate.verdict.outcome == "BLOCKED"
    named = hash_text("r2@example.com")[:8]
    assert f"pulled down by rater {named} (" in candidate.verdict.reasons[0]


def test_ratings_that_nobody_shares_block_for_want_of_evidence(home: Home) -> None:
    candidate = _staged(home, AgreementAudit(_ratings(200, (0.9,))))
    assert candidate.verdict.outcome == "INSUFFICIENT_EVIDENCE"
    assert "200 were judged by one person only" in candidate.verdict.reasons[0]
    empty = _staged(home, AgreementAudit(RATINGS.empty_table()))
    assert empty.verdict.outcome == "INSUFFICIENT_EVIDENCE"


def test_no_file_of_the_version_holds_a_user_id(home: Home) -> None:
    candidate = _staged(home, AgreementAudit(_ratings(200, (0.9, 0.9, 0.1))))
    folder = home.versions("preference").folder(candidate.version)
    held = [path.name for path in folder.rglob("*") if path.is_file()]
    assert {"agreement.json", "agreement.html", "README.md"} <= set(held)
    said = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"@example.com" not in said


def test_the_card_shows_the_floor_that_was_in_force(home: Home) -> None:
    ratings = _ratings(200, (0.85, 0.85, 0.85))
    own = _staged(home, AgreementAudit(ratings, AgreementOptions(Demand(floor=0.5))))
    card = _file(home, own, "README.md")
    assert (
        "| > 0.5 | people who judge the same must agree, beyond chance; the team's own floor"
        in card
    )
    off = _staged(home, AgreementAudit(ratings, AgreementOptions(Demand(floor=None))))
    assert off.verdict.passed
    assert "shown only: the floor of agreement is switched off" in _file(home, off, "README.md")


def test_the_order_of_the_ratings_changes_nothing(home: Home) -> None:
    ratings = _ratings(60, (0.9, 0.9))
    turned = ratings.take(pa.array(range(len(ratings) - 1, -1, -1)))
    first = _staged(home, AgreementAudit(ratings))
    assert _staged(home, AgreementAudit(turned)).fingerprint == first.fingerprint


def test_every_option_changes_the_fingerprint() -> None:
    options = [
        AgreementOptions(),
        AgreementOptions(Demand(floor=0.6)),
        AgreementOptions(Demand(min_items=31)),
        AgreementOptions(columns=("language",)),
        AgreementOptions(judged=("preference", "rating"), shown=("thumbs",)),
    ]
    assert len({one.fingerprint for one in options}) == len(options)


def test_the_ratings_of_a_home_name_raters_as_a_version_does(home: Home) -> None:
    table = _ratings(50, (0.9, 0.9))
    rule = Rule("rows", ">", 0, "none")
    audited_write(
        home.lake,
        home.ledger,
        "judgements",
        table,
        [rule],
        inputs="i",
        code_version="1",
        made_from={},
        figures={},
        dropped={},
    )
    studies = home_studies(home, Demand())
    assert [study.task for study in studies] == ["preference", "rating", "thumbs"]
    names = {hash_text(f"r{n}@example.com")[:8] for n in range(2)}
    assert {one.rater for one in studies[0].raters} == names
    place = table.column_names.index("rater")
    hashed = pa.array([hash_text(name) for name in table["rater"].to_pylist()])
    again = AgreementAudit(table.set_column(place, "rater", hashed))
    found = orjson.loads(again(None).files["agreement.json"])  # type: ignore[arg-type]
    assert {one["rater"] for one in found["tasks"]["preference"]["raters"]} == names
