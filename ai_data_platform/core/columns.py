"""Where rows of one kind come from: the location, and which column holds which field of the contract."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from ai_data_platform.core.fingerprints import fingerprint, hash_text
from ai_data_platform.core.records import Rejected

__all__ = ["CHAT_LOG_FIELDS", "FEEDBACK_FIELDS", "ColumnMap", "SourceSpec", "parse_column_map"]

CHAT_LOG_FIELDS = (
    "conversation_id",
    "message_id",
    "parent_message_id",
    "thread",
    "turn_index",
    "user_message",
    "assistant_message",
    "rating",
    "model",
    "user_id",
    "created_at",
)
FEEDBACK_FIELDS = (
    "event_id",
    "conversation_id",
    "message_id",
    "rating",
    "feedback_text",
    "user_id",
    "created_at",
    "kind",
    "edited_text",
    "shown_position",
)
_REQUIRED = frozenset(
    {"turn_index", "user_message", "assistant_message", "conversation_id", "created_at"}
)
_SHOWN_COLUMNS = 30
_PASSWORD = re.compile(r"(://[^/@\s:]*:)[^@\s]*(?=@)|((?:^|[?&\s])password=)[^&\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Field of the contract to column of the source; a field that is not named has its own name.

    A column that is named holds the fields that it is named for and no other, whatever it is called.
    """

    columns: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.columns)

    def stamped(self, content: str) -> str:
        """The identity of content that is read by this map: another map reads every file again."""
        return hash_text(content, fingerprint(dict(self.columns))) if self.columns else content

    def column(self, name: str) -> str:
        """The column that holds a field."""
        return self.columns.get(name, name)

    def header(self, columns: Sequence[str]) -> list[list[str]]:
        """The fields that each of these columns holds: none where the map gave its name to another one."""
        named: dict[str, list[str]] = {}
        for name, column in self.columns.items():
            named.setdefault(column, []).append(name)
        return [named.get(c, [] if c in self.columns else [c]) for c in columns]

    def record(self, record: Mapping[str, object]) -> dict[str, object]:
        """The record under the names of the contract. A column that is not there gives no field."""
        taken = {*self.columns, *self.columns.values()}
        kept = {key: value for key, value in record.items() if key not in taken}
        named = {f: record[column] for f, column in self.columns.items() if column in record}
        return kept | named

    def missing(self, source: str, columns: Iterable[str]) -> Rejected | None:
        """What to say of a source that lacks a column which the map names; None when it has them all."""
        present = list(dict.fromkeys(columns))
        lacking = {f: c for f, c in self.columns.items() if c not in present}
        if not lacking:
            return None
        missing, column = next(iter(lacking.items()))
        near = get_close_matches(column, present, n=1)
        listed = ", ".join(present[:_SHOWN_COLUMNS]) or "none"
        more = f" and {len(present) - _SHOWN_COLUMNS} more" if len(present) > _SHOWN_COLUMNS else ""
        detail = f"{source} has no column {column!r}, which is to hold {missing}; there are: {listed}{more}"
        return Rejected("column_missing", detail + (f"; is it {near[0]!r}?" if near else ""))


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as the settings name it. Without a location there are no rows.

    `table` is a table or a query of the database that the location names, `fields` what the contract of
    these rows knows. A password in the location is in no text that this object gives.
    """

    location: str | None
    columns: ColumnMap = field(default_factory=ColumnMap)
    table: str | None = None
    fields: tuple[str, ...] = CHAT_LOG_FIELDS

    def __repr__(self) -> str:
        return f"SourceSpec({self.without_password(str(self.location))})"

    @property
    def key(self) -> str:
        """The field that tells two rows of a day apart."""
        return "event_id" if "event_id" in self.fields else "message_id"

    @property
    def required(self) -> ColumnMap:
        """The column map with every field in it without which no row meets the contract."""
        needed = [
            name for name in self.fields if name in _REQUIRED or name == "message_id" == self.key
        ]
        rating = ["rating"] if "event_id" in self.fields else []
        named = {name: self.columns.column(name) for name in [*needed, *rating]}
        return ColumnMap({**named, **self.columns.columns})

    @property
    def kind(self) -> str:
        """`s3`, `postgresql`, or `files`."""
        scheme, named, _ = (self.location or "").partition("://")
        kinds = {"s3": "s3", "postgresql": "postgresql", "postgres": "postgresql"}
        return kinds.get(scheme, "files") if named else "files"

    @staticmethod
    def without_password(text: str) -> str:
        """The text with the password of each URL or connection string in it as `***`."""
        return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}***", text)


def parse_column_map(text: str, fields: Sequence[str]) -> dict[str, str]:
    """`field=column,field=column` as a mapping. Raises ValueError with what is wrong and what is wanted."""
    columns: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not (name and equals and column):
            raise ValueError(f"{pair!r} is no field=column")
        if name in columns:
            raise ValueError(f"{name} is named twice")
        if name not in fields:
            near = get_close_matches(name, fields, n=1)
            hint = f"; is it {near[0]}?" if near else f"; there are: {', '.join(fields)}"
            raise ValueError(f"there is no field {name!r}{hint}")
        columns[name] = column
    return columns
