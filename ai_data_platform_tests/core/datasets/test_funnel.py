import pyarrow as pa
import pytest

from ai_data_platform.core.datasets.funnel import DROPPED, STAGES, funnel, unaccounted


def dropped(*rows: tuple[str, str, str]) -> pa.Table:
    names = ("record_id", "stage", "drop_reason")
    lines = [dict(zip(names, row, strict=True)) | {"conversation_id": "c"} for row in rows]
    return pa.Table.from_pylist(lines, schema=DROPPED)


def test_what_goes_into_a_stage_is_what_the_one_before_let_through() -> None:
    table = dropped(("r1", "clean", "unrated"), ("r2", "clean", "unrated"), ("r3", "split", "x"))
    stages = funnel(10, table)
    assert [one.stage for one in stages] == list(STAGES)
    counts = [(one.rows_in, dict(one.dropped), one.rows_out) for one in stages]
    assert counts == [(10, {"unrated": 2}, 8), *[(8, {}, 8)] * 5, (8, {"x": 1}, 7)]


def test_nothing_in_is_nothing_anywhere() -> None:
    assert {(one.rows_in, one.rows_out) for one in funnel(0, dropped())} == {(0, 0)}


@pytest.mark.parametrize(
    ("logged", "kept", "left_out", "wanted"),
    [
        (["a", "b", "c"], ["a"], ["b", "c"], 0),
        (["a", "b", "c"], ["a"], ["b"], 1),
        (["a", "b"], ["a", "b"], ["b"], 1),
        (["a", "b"], ["a", "b", "b"], [], 1),
        (["a"], ["a"], ["x"], 1),
        (["a", "b"], ["a", "x"], [], 2),
        ([], [], [], 0),
    ],
    ids=["whole", "lost", "kept and dropped", "twice", "from nowhere", "swapped", "empty"],
)
def test_each_record_is_kept_or_dropped_once(
    logged: list[str], kept: list[str], left_out: list[str], wanted: int
) -> None:
    columns = (pa.chunked_array([pa.array(ids, pa.string())]) for ids in (logged, kept, left_out))
    assert unaccounted(*columns) == wanted
