"""From an id or a place to everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ai_data_platform.core.columns import SourceSpec
from ai_data_platform.core.errors import ConfigurationError, GateBlocked, IdNotFound
from ai_data_platform.core.provenance import Place, RecordPath, place_of
from ai_data_platform.stores.files import DropFolder
from ai_data_platform.stores.home import PUBLICATIONS, Home
from ai_data_platform.stores.provenance.documents import DocumentPath, documents_named
from ai_data_platform.stores.provenance.lineage import TableVerdict, latest, lineage
from ai_data_platform.stores.provenance.logs import LogProvenance
from ai_data_platform.stores.provenance.lookup import EXCHANGES, RATINGS
from ai_data_platform.stores.provenance.nearest import nearest_ids
from ai_data_platform.stores.provenance.raw_lines import RawLine, raw_line
from ai_data_platform.stores.provenance.rows import DatasetRow, rows_named, rows_of
from ai_data_platform.stores.provenance.stored import STORED, stored_line
from ai_data_platform.stores.provenance.tables import Row
from ai_data_platform.stores.provenance.views import EARLIER

__all__ = ["ID_KINDS", "Explanation", "Provenance", "Sources"]

ID_KINDS = (
    "FILE:LINE",
    "record_id",
    "message_id",
    "conversation_id",
    "event_id",
    "pair_id",
    "row_id",
    "chunk_id",
    "doc_id",
    "uri of a document",
)
_LANES = (EXCHANGES, RATINGS)
_LISTED = 5
_NOT_BUILT = ("quarantined", "waiting")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the raw files lie, to show a line as it stands there; nothing is read from them otherwise."""

    chat_logs: SourceSpec = field(default_factory=lambda: SourceSpec(None))
    feedback: SourceSpec = field(default_factory=lambda: SourceSpec(None))
    documents: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an id or a place is, and what is known of it.

    `kinds` are the names of what was asked (`conversation_id`), `records` the raw records that it names
    with their fates, `rows` the dataset rows, `raw` the lines as their files hold them now (of the first
    records), `verdicts` what the gates said of the tables between, the earliest first.
    """

    asked: str
    kinds: tuple[str, ...]
    records: tuple[RecordPath, ...] = ()
    rows: tuple[DatasetRow, ...] = ()
    raw: Mapping[Place, RawLine] = field(default_factory=dict)
    documents: tuple[DocumentPath, ...] = ()
    verdicts: tuple[TableVerdict, ...] = ()
    notes: tuple[str, ...] = ()


class Provenance:
    """Explains rows and raw records of one platform. Reads only, and reads what no gate has passed too."""

    def __init__(self, home: Home, sources: Sources) -> None:
        self._home = home
        self._sources = sources
        self.logs = LogProvenance(home)

    def explain(self, asked: str, *, raw_lines: int | None = 20) -> Explanation:
        """Everything on an id or on `FILE:LINE`, with the text of so many raw lines of each kind.

        Raises IdNotFound for an id that nothing has, with the nearest ones.
        """
        place = place_of(asked)
        if records := self._at(place or Place(asked, 0)):
            return self._explained(asked, ["place"], records, self._rows(records), raw_lines)
        lookup = self.logs.lookup
        raw: dict[str, list[Row]] = {lane.kind: lookup.named(lane, asked) for lane in _LANES}
        rows = [] if any(raw.values()) else self._rows_named(asked)
        made_of = {name for row in rows if row.id == asked for name in row.record_ids}
        for lane in _LANES:
            raw[lane.kind] += lookup.raw(lane, made_of)
            raw[lane.kind] += [] if rows or any(raw.values()) else lookup.landed(lane, asked)
        records = [path for lane in _LANES for path in self.logs.paths(lane, raw[lane.kind])]
        rows = rows or self._rows(records, asked)
        documents = documents_named(self._home, lookup.tables, self._sources.documents, asked)
        kinds = _kinds(asked, raw, rows, documents)
        if not kinds:
            raise IdNotFound(self._unknown(asked, place))
        return self._explained(asked, kinds, records, rows, raw_lines, documents)

    def _explained(
        self,
        asked: str,
        kinds: Sequence[str],
        records: Sequence[RecordPath],
        rows: Sequence[DatasetRow],
        raw_lines: int | None,
        documents: Sequence[DocumentPath] = (),
    ) -> Explanation:
        notes = _lost(asked, records, rows)
        try:
            verdicts = self._verdicts(records, rows, documents)
        except GateBlocked as error:
            verdicts, notes = [], [*notes, str(error)]
        return Explanation(
            asked,
            tuple(kinds),
            tuple(records),
            tuple(rows),
            self._raw_lines(records, raw_lines),
            tuple(documents),
            tuple(verdicts),
            tuple(notes),
        )

    def _at(self, place: Place) -> list[RecordPath]:
        return [path for lane in _LANES for path in self.logs.lines(lane, [place])]

    def _rows_named(self, asked: str) -> list[DatasetRow]:
        """Rows of any version by their id, or by a raw record that no table holds any more."""
        tables, views = self.logs.lookup.tables, self.logs.views.values()
        return [row for one in views for row in rows_named(tables, one.every, asked)]

    def _rows(self, records: Sequence[RecordPath], asked: str = "") -> list[DatasetRow]:
        """Rows of any version that were made of these records, or of the conversation that was asked for."""
        tables, views = self.logs.lookup.tables, self.logs.views.values()
        conversations = {path.conversation_id for path in records if path.conversation_id}
        ids = {path.record_id for path in records}
        found = [
            row
            for one in views
            for row in rows_of(tables, one.every, "conversation_id", conversations)
        ]
        return [
            row
            for row in found
            if row.values["conversation_id"] == asked or not ids.isdisjoint(row.record_ids)
        ]

    def _raw_lines(self, records: Sequence[RecordPath], most: int | None) -> dict[Place, RawLine]:
        shown = [
            path
            for kind in {path.kind: None for path in records}
            for path in [path for path in records if path.kind == kind][:most]
        ]
        return {path.place: line for path in shown if (line := self._raw(path)) is not None}

    def _raw(self, path: RecordPath) -> RawLine | None:
        """The line as its file holds it; None where the file is gone or not on this machine."""
        if path.place.source_file in STORED.values() and self._home.has_feedback_store:
            return stored_line(self._home.feedback, path.place, path.record_id)
        lane = RATINGS if path.kind == "rating" else EXCHANGES
        spec = self._sources.feedback if lane is RATINGS else self._sources.chat_logs
        if spec.location is None or spec.kind != "files":
            return None
        try:
            file = DropFolder(spec.location, Path()).find(path.place.source_file)
        except ConfigurationError:
            return None  # the whole folder is gone
        if file is None:
            return None
        return raw_line(file, path.place, path.record_id, lane.parse, spec.columns)

    def _verdicts(
        self,
        records: Sequence[RecordPath],
        rows: Sequence[DatasetRow],
        documents: Sequence[DocumentPath],
    ) -> list[TableVerdict]:
        days = {path.day for path in records if path.day}
        versions = {
            (fate.dataset, fate.version)
            for path in records
            for fate in path.fates
            if fate.state not in _NOT_BUILT
        }
        versions |= {
            (row.dataset, row.version) for row in rows if not versions or row.standing != EARLIER
        }
        judged = [
            (PUBLICATIONS[dataset], str(view.manifest["fingerprint"]))
            for dataset, views in self.logs.views.items()
            for view in views.every
            if (dataset, view.version) in versions
        ]
        if documents and (found := self._home.ledger.latest(PUBLICATIONS["knowledge_base"])):
            judged.append((found.verdict.asset, found.verdict.fingerprint))
        every = self._own_days(records)
        every += [
            one for asset, fp in judged for one in lineage(self._home.ledger, asset, fp, days)
        ]
        return list({(one.table, one.fingerprint): one for one in every}.values())

    def _own_days(self, records: Sequence[RecordPath]) -> list[TableVerdict]:
        """What was said last of the days of records that no dataset was built with."""
        lanes = {lane.kind: lane.table for lane in _LANES}
        days = {
            (lanes[path.kind], path.day)
            for path in records
            if path.kind != "file" and path.day and path.fates[0].state in _NOT_BUILT
        }
        return [latest(self._home.ledger, table, day) for table, day in sorted(days)]

    def _unknown(self, asked: str, place: Place | None) -> str:
        near = nearest_ids(self._home, self.logs, asked if place is None else place.source_file)
        wanted = (
            f"nothing has the id {asked!r}, wanted a {', '.join(ID_KINDS[:-1])} or {ID_KINDS[-1]}"
        )
        close = ", ".join(f"{id} ({kind})" for id, kind in near)
        return f"{wanted}; the nearest are {close}" if near else f"{wanted}: none looks like it"


def _kinds(
    asked: str,
    named: Mapping[str, Sequence[Row]],
    rows: Sequence[DatasetRow],
    documents: Sequence[DocumentPath],
) -> list[str]:
    """The names of what an id is, in the order of ID_KINDS."""
    found = {
        key for raw in named.values() for row in raw for key in ID_KINDS if row.get(key) == asked
    }
    for row in rows:
        names = ("pair_id", "row_id", "conversation_id")
        found |= {name for name in names if row.values.get(name) == asked}
        found |= {"record_id"} if asked in row.record_ids else set()
    for document in documents:
        chunks = {chunk.chunk_id for chunk in document.chunks}
        found |= {"uri of a document"} if document.uri == asked else set()
        found |= {"doc_id"} if document.doc_id == asked else set()
        found |= {"chunk_id"} if asked in chunks else set()
    return [kind for kind in ID_KINDS if kind in found]


def _lost(asked: str, records: Sequence[RecordPath], rows: Sequence[DatasetRow]) -> list[str]:
    """What the row that was asked for was made of, and no raw table holds any more."""
    here = {path.record_id for path in records}
    gone = sorted({n for row in rows if row.id == asked for n in row.record_ids} - here)
    if not gone:
        return []
    listed = ", ".join(gone[:_LISTED]) + (
        f" and {len(gone) - _LISTED} more" if gone[_LISTED:] else ""
    )
    return [
        f"no raw table holds {listed} any more: the file was replaced after the version was made"
    ]
