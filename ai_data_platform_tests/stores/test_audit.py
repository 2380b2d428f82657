"""Stage, audit, publish for one table of the lake."""

from pathlib import Path

import pyarrow as pa
import pytest

from ai_data_platform.core.errors import GateBlocked
from ai_data_platform.core.gates import Rule
from ai_data_platform.stores.audit import Audited, audited_write, standing
from ai_data_platform.stores.lake import Lake, table_fingerprint
from ai_data_platform.stores.ledger import GateLedger

ROWS = pa.table({"id": ["a", "b"]})
RULES = (Rule("rows", ">", 0, "not empty"), Rule("lost", "<=", 1, "few are lost"))


class Room:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.lake = Lake(root / "lake")
        self.ledger = GateLedger(root / "verdicts.sqlite")

    def write(self, table: pa.Table, inputs: str, lost: float | None = 0) -> Audited:
        return audited_write(
            self.lake,
            self.ledger,
            "things",
            table,
            RULES,
            inputs=inputs,
            code_version="1",
            figures={"lost": lost},
            dropped={"short": 2},
            extra={"maker": "m1"},
        )

    def standing(self, inputs: str) -> Audited | None:
        return standing(self.lake, self.ledger, "things", inputs)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_a_table_that_passes_takes_its_place_with_its_verdict(room: Room) -> None:
    audited = room.write(ROWS, "i1")

    assert room.lake.read("things") == ROWS
    manifest = room.lake.manifest("things")
    assert manifest is not None
    assert (audited.manifest, audited.reused) == (manifest, False)
    assert (manifest.inputs, manifest.dropped, manifest.extra) == (
        "i1",
        {"short": 2},
        {"maker": "m1"},
    )
    assert room.ledger.require("things", table_fingerprint(ROWS)) == audited.verdict
    assert audited.verdict.figures == {"rows": 2, "lost": 0}
    assert room.standing("i1") == Audited(audited.verdict, manifest, reused=True)


@pytest.mark.parametrize("lost", [2.0, None])
def test_a_table_that_fails_leaves_the_one_in_place(room: Room, lost: float | None) -> None:
    before = room.write(ROWS, "i1").manifest
    audited = room.write(pa.table({"id": ["c"]}), "i2", lost)

    assert (audited.verdict.passed, audited.manifest) == (False, before)
    assert room.lake.read("things") == ROWS
    with pytest.raises(GateBlocked):
        room.ledger.require("things", table_fingerprint(pa.table({"id": ["c"]})))


def test_an_empty_table_never_takes_its_place(room: Room) -> None:
    audited = room.write(ROWS.slice(2), "i1")
    assert (audited.verdict.passed, audited.manifest) == (False, None)
    assert room.lake.read_if_any("things") is None


def test_a_table_is_not_taken_over_for_other_inputs_or_without_a_verdict(room: Room) -> None:
    assert room.standing("i1") is None
    room.write(ROWS, "i1")
    assert room.standing("i2") is None
    room.write(ROWS, "i1", lost=5)  # the newest verdict on this content
    assert room.standing("i1") is None
    room.write(ROWS, "i1")
    assert room.standing("i1") is not None
    (room.root / "verdicts.sqlite").unlink()
    assert room.standing("i1") is None
