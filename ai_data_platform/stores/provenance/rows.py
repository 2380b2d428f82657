"""Rows of the datasets, and what their builders left out, by version."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai_data_platform.core.provenance import Fate, Match
from ai_data_platform.stores.provenance.tables import FILE, Row, Tables
from ai_data_platform.stores.provenance.views import View

__all__ = ["MADE_OF", "ROW_ID", "DatasetRow", "dropped_in", "rows_named", "rows_of"]

ROW_ID = {"sft": "conversation_id", "preference": "pair_id", "unpaired_preference": "row_id"}
"""The column that names a row of the dataset."""

MADE_OF = {
    "sft": ("record_ids",),
    "preference": ("exchange_record_ids", "rating_record_ids"),
    "unpaired_preference": ("exchange_record_ids", "rating_record_ids"),
}
"""The columns that name the raw records of a row, the exchanges first."""

_COLUMNS = {
    "sft": ("conversation_id", "messages", "ratings", "record_ids"),
    "preference": (
        "pair_id",
        "conversation_id",
        "prompt",
        "chosen",
        "rejected",
        "chosen_message_id",
        "rejected_message_id",
        "chosen_rating",
        "rejected_rating",
        "rating_record_ids",
        "exchange_record_ids",
    ),
    "unpaired_preference": (
        "row_id",
        "conversation_id",
        "prompt",
        "completion",
        "label",
        "message_id",
        "rating",
        "rating_record_ids",
        "exchange_record_ids",
    ),
}

_DROPPED = ("record_id", "stage", "drop_reason", "matched_id", "matched_kind", "detail")


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A row as it stands in one version; `values` are its columns."""

    dataset: str
    version: str
    standing: str
    split: str
    id: str
    values: Row

    @property
    def record_ids(self) -> list[str]:
        """The raw records that it was made of."""
        return [name for column in MADE_OF[self.dataset] for name in self.values[column]]


def rows_of(
    tables: Tables, views: Sequence[View], column: str, values: Collection[str]
) -> list[DatasetRow]:
    """The rows of these versions of one dataset that have one of the values in a column."""
    by_file = {str(path): view for view in views for path in view.data}
    files = [Path(name) for name in by_file]
    if not files:
        return []
    found = tables.rows(files, _COLUMNS[views[0].dataset], column, values)
    return [_row(by_file[row[FILE]], row) for row in found]


def rows_named(tables: Tables, views: Sequence[View], id: str) -> list[DatasetRow]:
    """The rows of these versions that an id names: a row's own, its conversation's, or a raw record's."""
    by_file = {str(path): view for view in views for path in view.data}
    files = [Path(name) for name in by_file]
    if not files:
        return []
    dataset = views[0].dataset
    keys = [*dict.fromkeys([ROW_ID[dataset], "conversation_id"]), *MADE_OF[dataset]]
    return [
        _row(by_file[row[FILE]], row) for row in tables.anywhere(files, _COLUMNS[dataset], keys, id)
    ]


def _row(view: View, row: Row) -> DatasetRow:
    split = Path(row.pop(FILE)).stem
    return DatasetRow(
        view.dataset, view.version, view.standing, split, row[ROW_ID[view.dataset]], row
    )


def dropped_in(
    tables: Tables, views: Sequence[View], records: Collection[str]
) -> dict[tuple[str, str, str], list[Fate]]:
    """What the builders of these versions left out of the records: by dataset, version and record id."""
    by_file = {str(path): view for view in views for path in view.dropped}
    columns = [*_DROPPED, "matched_conversation_id"]  # as older versions call a matched one
    found: defaultdict[tuple[str, str, str], list[Fate]] = defaultdict(list)
    for row in tables.rows([Path(name) for name in by_file], columns, "record_id", records):
        view = by_file[row[FILE]]
        matched = row["matched_id"] or row["matched_conversation_id"]
        fate = Fate(
            view.dataset,
            view.version,
            "dropped",
            row["stage"] or ("duplicates" if matched else "assemble"),
            row["drop_reason"],
            row["detail"],
            matched=Match(matched, row["matched_kind"] or "conversation", None)
            if matched
            else None,
        )
        found[view.dataset, view.version, row["record_id"]].append(fate)
    return found
