"""Which rows repeat an earlier one, and which stand in two splits."""

from ai_data_platform.core.datasets.repeats import RowKeys


def keys(*rows: tuple[str, str | None]) -> RowKeys:
    found = RowKeys()
    for line, (text, split) in enumerate(rows, start=1):
        found.add([text], f"{split or 'file'}.jsonl", line, split)
    return found


def test_a_repeated_row_names_the_first_of_its_kind() -> None:
    found = keys(("a", None), ("b", None), ("a", None), ("a", None), ("b", None))
    assert found.repeat_rate == 3 / 5
    assert found.repeats(2) == [("file.jsonl:3", "file.jsonl:1"), ("file.jsonl:4", "file.jsonl:1")]
    assert found.in_two_splits == 0


def test_a_row_of_another_split_is_counted_by_itself() -> None:
    found = keys(("a", "train"), ("a", "train"), ("b", "train"), ("b", "test"))
    assert found.in_two_splits == 1
    assert found.repeats(5, across_splits=True) == [("test.jsonl:4", "train.jsonl:3")]


def test_no_rows_have_no_rate() -> None:
    assert keys().repeat_rate is None
    assert keys().repeats(5) == []
