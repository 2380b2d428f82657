"""Which preference rows stay, on which side, whatever comes later."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa

from ai_data_platform.core.datasets.funnel import DROPPED
from ai_data_platform.core.datasets.split import SPLITS, Shares, split_of
from ai_data_platform.core.preference.dataset import PreferenceDataset, build_preference
from ai_data_platform.core.preference.dataset_rows import PreferenceRows
from ai_data_platform.core.preference.kinds import PAIRS, UNPAIRED
from ai_data_platform_tests.preference_building import BEGAN, pair, says, single
from ai_data_platform_tests.sft_building import searching

SHARES = Shares(0.3, 0.3)
ASKED = "How do I open the small valve behind the white cover in the cellar?"


def built(
    rows: Sequence[Mapping[str, Any]], kind: Any = PAIRS, shares: Shares = SHARES
) -> PreferenceDataset:
    """The dataset, its rows read in batches of three."""
    table = pa.Table.from_pylist(list(rows), kind.schema)
    chunked = pa.Table.from_batches(table.to_batches(max_chunksize=3), kind.schema)
    search = searching(0.7)
    return build_preference(
        PreferenceRows(chunked, kind), DROPPED.empty_table(), shares, prompts=search, whole=search
    )


def sides(dataset: PreferenceDataset) -> dict[str, str | None]:
    names = dataset.rows.ids.to_pylist()
    found = dataset.sides.tolist()
    return {n: SPLITS[side] if side >= 0 else None for n, side in zip(names, found, strict=True)}


def reasons(dataset: PreferenceDataset) -> dict[str, tuple[str, str | None]]:
    rows = dataset.dropped.to_pylist()
    return {row["record_id"]: (row["drop_reason"], row["matched_id"]) for row in rows}


def alike(number: int, hours: int, **changes: Any) -> dict[str, Any]:
    """A pair about the same valve, with answers of its own."""
    made = pair(number, began=BEGAN + timedelta(hours=hours), **changes)
    made["prompt"] = says("user", f"{ASKED} Thanks{'!' * (number % 3)}")
    made["chosen"] = says("assistant", f"Answer {number}: {pair(number)['chosen'][0]['content']}")
    return made


def test_a_later_row_neither_moves_nor_drops_an_earlier_one() -> None:
    rows = [alike(n, n) for n in range(12)] + [pair(n) for n in range(20, 28)]
    rows.sort(key=lambda row: row["began"])
    whole = sides(built(rows))
    for upto in (4, 9, 15):
        assert sides(built(rows[:upto])) == {
            row["pair_id"]: whole[row["pair_id"]] for row in rows[:upto]
        }


def test_the_order_of_the_rows_does_not_count() -> None:
    rows = [alike(n, n) for n in range(8)]
    assert sides(built(rows[::-1])) == sides(built(rows))


def test_pairs_of_one_conversation_stand_together_and_name_the_conversation() -> None:
    rows = [pair(n, conversation_id="c", user_hash=None) for n in range(4)]
    assert set(sides(built(rows)).values()) == {split_of("c", 0.3, 0.3)}


def test_of_two_copies_the_one_with_the_wider_margin_stays() -> None:
    copies = [
        pair(0, user_hash="u", pair_id="narrow", chosen_rating=3.0),
        pair(0, user_hash="u", pair_id="wide", rating_record_ids=["r7"]),
    ]
    dataset = built(copies)
    assert sides(dataset)["narrow"] is None
    assert reasons(dataset) == dict.fromkeys(("r0a", "r0b"), ("exact_duplicate", "wide"))


def test_an_edit_counts_as_the_widest_margin() -> None:
    copies = [
        pair(0, user_hash="u", pair_id="rated", chosen_rating=4.5),
        pair(0, user_hash="u", pair_id="edit", chosen_rating=None, origin="edit"),
    ]
    assert [name for name, side in sides(built(copies)).items() if side] == ["edit"]


def test_labels_that_contradict_each_other_take_both_rows_along() -> None:
    liked = single(2)
    disliked = single(9, prompt=liked["prompt"], completion=liked["completion"], label=False)
    dataset = built([liked, disliked, single(4)], UNPAIRED)
    assert reasons(dataset) == {"q2": ("contradiction", "s9"), "q9": ("contradiction", "s2")}
    stages = {stage.stage: stage.rows_out for stage in dataset.funnel}
    assert (stages["pairs"], stages["contradictions"]) == (3, 1)


def test_the_rows_of_all_splits_are_those_that_stay_as_they_were() -> None:
    rows = [pair(n) for n in range(10)]
    dataset = built(rows)
    found = [
        row for split in SPLITS for batch in dataset.batches(split) for row in batch.to_pylist()
    ]
    wanted = {row["pair_id"]: row for row in pa.Table.from_pylist(rows, PAIRS.schema).to_pylist()}
    assert {row["pair_id"]: row for row in found} == wanted
    assert dataset.kept().num_rows == len(found)


def test_no_rows_make_no_splits() -> None:
    dataset = built([])
    assert [list(dataset.batches(split)) for split in SPLITS] == [[], [], []]
    assert dataset.drop_counts == {}
