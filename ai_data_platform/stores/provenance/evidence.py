"""What the versions of the datasets say of some records: rows that hold them, drops that name them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from ai_data_platform.core.provenance import Fate, decide
from ai_data_platform.stores.provenance.rows import DatasetRow, dropped_in, rows_of
from ai_data_platform.stores.provenance.tables import Tables
from ai_data_platform.stores.provenance.views import View, Views

__all__ = ["Evidence"]

_Key = tuple[str, str, str]
"""Dataset, version, record id."""


class Evidence:
    """Rows and drops of every version, for records of these conversations."""

    def __init__(
        self,
        tables: Tables,
        views: Mapping[str, Views],
        records: set[str],
        conversations: set[str],
        ratings_left_out: Mapping[str, Fate],
    ) -> None:
        self._views = views
        self._left_out = ratings_left_out
        self._rows: dict[_Key, list[DatasetRow]] = defaultdict(list)
        self._drops: dict[_Key, list[Fate]] = {}
        for one in views.values():
            for row in rows_of(tables, one.every, "conversation_id", conversations):
                for record in set(row.record_ids) & records:
                    self._rows[row.dataset, row.version, record].append(row)
            self._drops |= dropped_in(tables, one.shown, records)

    def fates(
        self,
        dataset: str,
        record: str,
        message: str | None,
        *,
        before: Sequence[Fate] = (),
        otherwise: Fate | None = None,
        arrived: bool,
    ) -> list[Fate]:
        """The fate of a record in the candidate and in the published version of a dataset.

        `before` is what the lake says of it, `otherwise` holds where nothing is said at all; `arrived` is
        whether the tables that the dataset is made from hold the record by now.
        """
        found = []
        shown: Sequence[View | None] = self._views[dataset].shown
        for view in shown or (None,):
            version = None if view is None else view.version
            own = [] if view is None else self._own(view, record, message)
            if not own and not before and arrived and otherwise is not None and view is not None:
                own = [otherwise]
            since = partial(self._built_since, view, arrived)
            found.append(decide(dataset, version, own, before, built_since=since))
        return found

    def used(self, dataset: str, record: str) -> bool:
        """Whether the candidate or the published version has a row with this record."""
        return any(self._rows.get((dataset, v.version, record)) for v in self._views[dataset].shown)

    def why_not(self, dataset: str, record: str) -> str | None:
        """Why the candidate or the published version left a record out; None where neither says so."""
        for view in self._views[dataset].shown:
            for fate in self._drops.get((dataset, view.version, record), []):
                return fate.reason
        left_out = self._left_out.get(record)
        return None if left_out is None else left_out.reason

    def elsewhere(self, record: str) -> tuple[str, ...]:
        """The versions published before that hold the record."""
        return tuple(
            f"{dataset} {view.version}"
            for dataset, views in self._views.items()
            for view in views.earlier
            if self._rows.get((dataset, view.version, record))
        )

    def _built_since(self, view: View | None, arrived: bool) -> bool:
        return view is not None and arrived and self._views[view.dataset].made_from_the_lake(view)

    def _own(self, view: View, record: str, message: str | None) -> list[Fate]:
        key = (view.dataset, view.version, record)
        drops = self._drops.get(key, [])
        if view.dataset == "preference" and not view.dropped and record in self._left_out:
            drops = [self._left_out[record]]  # a version of before its drops were kept with it
        rows = self._rows.get(key, [])
        return [*drops, *([_held(view, rows, message)] if rows else [])]


def _held(view: View, rows: Sequence[DatasetRow], message: str | None) -> Fate:
    roles = {_role(row, message) for row in rows} - {None}
    splits = {row.split for row in rows}
    return Fate(
        view.dataset,
        view.version,
        "row",
        "split",
        rows=tuple(sorted({row.id for row in rows})),
        split=", ".join(sorted(splits)),
        role=", ".join(sorted(role for role in roles if role)) or None,
    )


def _role(row: DatasetRow, message: str | None) -> str | None:
    """As what an answer stands in a preference row; None in a dataset of conversations."""
    values = row.values
    if row.dataset == "preference":
        sides = {values["chosen_message_id"]: "chosen", values["rejected_message_id"]: "rejected"}
        return sides.get(message, "history")
    if row.dataset == "unpaired_preference":
        liked = "liked" if values["label"] else "disliked"
        return liked if message == values["message_id"] else "history"
    return None
