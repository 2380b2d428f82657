"""Where each table of the log lanes lies, and rows of them by id."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ai_data_platform.core.conversations import parse_exchange
from ai_data_platform.core.feedback.contract import parse_feedback
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.provenance import Match, Place, first_words
from ai_data_platform.stores.home import Home
from ai_data_platform.stores.landing import Landing
from ai_data_platform.stores.provenance.stored import STORED, stored_named, stored_rows
from ai_data_platform.stores.provenance.tables import Row, Tables
from ai_data_platform.stores.readers import UNFINISHED

__all__ = ["EXCHANGES", "RATINGS", "Lane", "Lookup", "exchange_text"]


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of raw record: its table, its key, and the columns that say what it is."""

    kind: Literal["exchange", "rating"]
    table: str
    key: str
    parse: Callable[[object, str, int], Any]
    columns: tuple[str, ...]


_COMMON = ("record_id", "conversation_id", "message_id", "created_at", "source_file", "source_line")
EXCHANGES = Lane(
    "exchange",
    "raw_chat_logs",
    "message_id",
    parse_exchange,
    (*_COMMON, "user_message", "assistant_message"),
)
RATINGS = Lane(
    "rating",
    "raw_feedback",
    "event_id",
    parse_feedback,
    (*_COMMON, "event_id", "rating", "feedback_text"),
)

_ASIDE = ("source_file", "source_line", "day", "reason", "detail", "raw")


class Lookup:
    """Rows of the raw, filtered and redacted tables, read without asking any gate."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.tables = Tables()

    def raw(self, lane: Lane, records: Collection[str]) -> list[Row]:
        """Raw rows of the lake by record id."""
        return self.tables.rows(self.lake(lane.table), lane.columns, "record_id", records)

    def named(self, lane: Lane, id: str) -> list[Row]:
        """Raw rows of the lake that an id names."""
        return self.tables.anywhere(self.lake(lane.table), lane.columns, _keys(lane), id)

    def landed(self, lane: Lane, id: str) -> list[Row]:
        """The same of rows that landed: their day was not built so far, or did not pass."""
        rows = self.tables.anywhere(self._landed(lane), lane.columns, _keys(lane), id)
        if self.home.has_feedback_store:
            rows += stored_named(self.home.feedback, STORED[lane.table], id)
        return rows

    def at(self, lane: Lane, places: Iterable[Place]) -> tuple[list[Row], list[Row]]:
        """(raw rows, quarantined records) at these places; a quarantined one is no raw row as well."""
        rows: list[Row] = []
        aside: list[Row] = []
        for file, lines in _by_file(places).items():
            also = {"source_file": file}
            here = self.tables.rows(self.lake(lane.table), lane.columns, "source_line", lines, also)
            out = self._aside(self.lake(f"{lane.table}_quarantine"), lines, also)
            rest = lines - {row["source_line"] for row in [*here, *out]}
            if rest:
                if file == STORED[lane.table] and self.home.has_feedback_store:
                    here += stored_rows(self.home.feedback, file, rest)
                elif rest != {0}:
                    landed = self._landed(lane, file)
                    here += self.tables.rows(landed, lane.columns, "source_line", rest, also)
                out += self._aside(self._landed_aside(lane), rest, also)
                out += self._aside_as_a_whole(lane, file, rest, [*here, *out])
            rows, aside = rows + here, aside + out
        return rows, aside

    def redacted(self, conversations: Collection[str]) -> dict[str, Row]:
        """Redacted exchanges of these conversations, by record id."""
        columns = ["record_id", "conversation_id", "user_message", "assistant_message"]
        rows = self.tables.rows(
            self.lake("redacted_chat_logs"), columns, "conversation_id", conversations
        )
        return {row["record_id"]: row for row in rows}

    def matches(self, ids: Collection[str]) -> dict[str, Match]:
        """What the ids of matched conversations, records and evaluation items stand for."""
        found: dict[str, Match] = {}
        logs = self.lake("redacted_chat_logs")
        for kind, key in (("conversation", "conversation_id"), ("record", "record_id")):
            columns = [key, "user_message", "assistant_message"]
            for row in self.tables.rows(logs, columns, key, set(ids) - found.keys()):
                found.setdefault(row[key], Match(row[key], kind, exchange_text(row)))
        columns = ["item_id", "set_name", "part", "text"]
        items = self.lake("evaluation_items")
        for row in self.tables.rows(items, columns, "item_id", set(ids) - found.keys()):
            text = f"{row['set_name']}, {row['part']}: {first_words(row['text'], 120)}"
            found[row["item_id"]] = Match(row["item_id"], "evaluation_item", text)
        return found

    def lake(self, name: str) -> list[Path]:
        """The files of a lake table: one, or one a day."""
        single = self.home.lake.path(name)
        return (
            [single]
            if single.is_file()
            else [self.home.lake.path(n) for n in self.home.lake.names(name)]
        )

    def _aside(
        self, files: Sequence[Path], lines: set[int], also: Mapping[str, object]
    ) -> list[Row]:
        return self.tables.rows(files, _ASIDE, "source_line", lines, also)

    def _aside_as_a_whole(
        self, lane: Lane, file: str, lines: set[int], found: Sequence[Row]
    ) -> list[Row]:
        """For lines of a file that could not be read to its end: the reason, which is that of every line."""
        rest = lines - {row["source_line"] for row in found}
        files = self.lake(f"{lane.table}_quarantine")
        whole = self.tables.rows(files, _ASIDE, "reason", UNFINISHED, {"source_file": file})
        return [{**row, "source_line": line} for row in whole[:1] for line in sorted(rest)]

    def _landing(self, lane: Lane) -> Landing:
        home = self.home
        return home.chat_log_landing if lane is EXCHANGES else home.feedback_landing

    def _landed(self, lane: Lane, file: str | None = None) -> list[Path]:
        days = self._landing(lane).days().values()
        paths = [part.path for parts in days for part in parts if part.rows]
        own = [path for path in paths if file and path.parent.name == hash_text(file)]
        return own or paths  # a landed file has a folder of its own

    def _landed_aside(self, lane: Lane) -> list[Path]:
        folder = "chat_logs" if lane is EXCHANGES else "feedback"
        return sorted((self.home.root / "landing" / folder).glob("[!.]*/quarantine.parquet"))


def _keys(lane: Lane) -> list[str]:
    """The columns whose values are ids of a raw record."""
    return [*dict.fromkeys(["record_id", "message_id", "conversation_id", lane.key])]


def exchange_text(row: Row) -> str:
    """The first words of question and answer."""
    return f"{first_words(row['user_message'], 70)} → {first_words(row['assistant_message'], 70)}"


def _by_file(places: Iterable[Place]) -> dict[str, set[int]]:
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for place in places:
        lines[place.source_file].add(place.source_line)
    return lines
