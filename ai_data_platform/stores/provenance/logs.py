"""What became of raw exchanges and ratings: bulk lookups, one decision a record and dataset version."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ai_data_platform.core.provenance import (
    Fate,
    Match,
    Place,
    RecordKind,
    RecordPath,
    first_words,
    placeholders,
)
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.provenance.evidence import Evidence
from ai_data_platform.stores.provenance.lookup import (
    EXCHANGES,
    RATINGS,
    Lane,
    Lookup,
    exchange_text,
)
from ai_data_platform.stores.provenance.tables import Row
from ai_data_platform.stores.provenance.views import DATASETS, RATED, Views

__all__ = ["LogProvenance"]

_CLEAN = "clean"  # the dbt models between the raw days and `clean_conversations`


class LogProvenance:
    """The paths of raw chat logs and ratings through the tables of one platform."""

    def __init__(self, home: Home) -> None:
        self.lookup = Lookup(home)
        self._home = home

    @cached_property
    def views(self) -> dict[str, Views]:
        """The versions of each dataset."""
        return {dataset: Views(self._home, dataset) for dataset in DATASETS}

    def lines(self, lane: Lane, places: Iterable[Place]) -> list[RecordPath]:
        """The path of every record at these places, in the order of places."""
        rows, aside = self.lookup.at(lane, places)
        paths = [*self.paths(lane, rows), *(self._set_aside(lane, row) for row in aside)]
        return sorted(paths, key=lambda path: path.place)

    def paths(self, lane: Lane, rows: Sequence[Row]) -> list[RecordPath]:
        """The path of every raw row, in their order."""
        if not rows:
            return []
        found = self._exchanges(rows) if lane is EXCHANGES else self._ratings(rows)
        matches = self.lookup.matches(
            {fate.matched.id for path in found for fate in path.fates if fate.matched}
        )
        return [
            replace(path, fates=tuple(_with_match(fate, matches) for fate in path.fates))
            for path in found
        ]

    def _set_aside(self, lane: Lane, row: Row) -> RecordPath:
        """The path of a record that breached its contract: it ends there for every dataset."""
        fates = []
        for dataset in DATASETS if lane is EXCHANGES else RATED:
            views = self.views[dataset].shown
            version = views[0].version if views else None
            why = (row["reason"], row["detail"])
            fates.append(Fate(dataset, version, "quarantined", lane.table, *why))
        place = Place(row["source_file"], row["source_line"])
        kind: RecordKind = "file" if place.source_line == 0 else lane.kind
        return RecordPath(kind, place, day=row["day"], text=row["raw"], fates=tuple(fates))

    def _exchanges(self, rows: Sequence[Row]) -> list[RecordPath]:
        conversations = {row["conversation_id"] for row in rows}
        ratings = self._ratings_of(conversations)
        records = {row["record_id"] for row in [*rows, *(r for rs in ratings.values() for r in rs)]}
        left_out = self._left_out(records)
        evidence = self._evidence(records, conversations, left_out)
        redacted = self.lookup.redacted(conversations)
        filtered = self._filtered({row["record_id"] for row in rows})
        paths = []
        for row in rows:
            record, message = row["record_id"], row["message_id"]
            clean = redacted.get(record)
            arrived = clean is not None
            fates = evidence.fates("sft", record, message, before=filtered[record], arrived=arrived)
            for dataset in RATED:
                unused = _unused(evidence, dataset, ratings[message])
                fates += evidence.fates(dataset, record, message, otherwise=unused, arrived=arrived)
            replaced = None if clean is None else _replaced(row, clean)
            text = exchange_text(clean or row)
            paths.append(_path(EXCHANGES, row, text, replaced, fates, evidence))
        return paths

    def _ratings(self, rows: Sequence[Row]) -> list[RecordPath]:
        records = {row["record_id"] for row in rows}
        conversations = {row["conversation_id"] for row in rows}
        evidence = self._evidence(records, conversations, self._left_out(records))
        paths = []
        for row in rows:
            text = f"{row['rating']} of 5 {first_words(row['feedback_text'] or '', 120)}".strip()
            fates = [
                fate
                for dataset in RATED
                for fate in evidence.fates(
                    dataset, row["record_id"], row["message_id"], arrived=True
                )
            ]
            paths.append(_path(RATINGS, row, text, None, fates, evidence))
        return paths

    def _evidence(
        self, records: set[str], conversations: set[str], left_out: Mapping[str, Fate]
    ) -> Evidence:
        return Evidence(self.lookup.tables, self.views, records, conversations, left_out)

    def _ratings_of(self, conversations: set[str]) -> defaultdict[str | None, list[Row]]:
        """The ratings of the answers of some conversations, by message id."""
        files = self.lookup.lake(RATINGS.table)
        columns = ["record_id", "message_id"]
        found: defaultdict[str | None, list[Row]] = defaultdict(list)
        for row in self.lookup.tables.rows(files, columns, "conversation_id", conversations):
            found[row["message_id"]].append(row)
        return found

    def _left_out(self, records: set[str]) -> dict[str, Fate]:
        """Ratings that stand behind no pair of `preference_pairs` as it is now."""
        rows = self.lookup.tables.rows(
            self.lookup.lake("dropped_ratings"),
            ["record_id", "stage", "drop_reason", "detail"],
            "record_id",
            records,
        )
        return {
            row["record_id"]: Fate(
                "preference", None, "dropped", row["stage"], row["drop_reason"], row["detail"]
            )
            for row in rows
        }

    def _filtered(self, records: set[str]) -> defaultdict[str, list[Fate]]:
        """What dbt's filters left out of these records."""
        rows = self.lookup.tables.rows(
            self.lookup.lake("dropped_conversations"),
            ["record_id", "drop_reason", "matched_record_id"],
            "record_id",
            records,
        )
        found: defaultdict[str, list[Fate]] = defaultdict(list)
        for row in rows:
            name = row["matched_record_id"]
            matched = Match(name, "record", None) if name else None
            fate = Fate("sft", None, "dropped", _CLEAN, row["drop_reason"], matched=matched)
            found[row["record_id"]].append(fate)
        return found


def _path(
    lane: Lane,
    row: Row,
    text: str,
    replaced: Mapping[str, int] | None,
    fates: Sequence[Fate],
    evidence: Evidence,
) -> RecordPath:
    return RecordPath(
        lane.kind,
        Place(row["source_file"], row["source_line"]),
        row["record_id"],
        row["conversation_id"],
        row["message_id"],
        row["created_at"].date().isoformat(),
        text,
        replaced,
        tuple(fates),
        evidence.elsewhere(row["record_id"]),
    )


def _unused(evidence: Evidence, dataset: str, ratings: Sequence[Row]) -> Fate:
    """Why an answer is in no row: nobody rated it, or what became of its ratings."""
    used = [row for row in ratings if evidence.used(dataset, row["record_id"])]
    why = (evidence.why_not(dataset, row["record_id"]) for row in ratings)
    reasons = Counter(reason for reason in why if reason)
    if used:
        reason, detail = "stands_for_an_equal_answer", f"{len(used)} ratings count for its twin"
    elif reasons:
        ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        reason, detail = "ratings_dropped", ", ".join(f"{name} {n}" for name, n in ordered)
    else:
        reason, detail = "no_rating", "nobody rated this answer"
    return Fate(dataset, None, "unused", "pairs", reason, detail)


def _replaced(row: Row, clean: Row) -> dict[str, int]:
    """The placeholders that redaction put into an exchange, by kind."""
    logged, now = placeholders(*_texts(row)), placeholders(*_texts(clean))
    return {kind: n - logged.get(kind, 0) for kind, n in now.items() if n > logged.get(kind, 0)}


def _texts(row: Row) -> tuple[str, str]:
    return row["user_message"], row["assistant_message"]


def _with_match(fate: Fate, matches: Mapping[str, Match]) -> Fate:
    matched = fate.matched
    return fate if matched is None else replace(fate, matched=matches.get(matched.id, matched))
