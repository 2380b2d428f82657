"""Which ids look most like one that nothing has."""

from ai_data_platform.stores.home import Home
from ai_data_platform.stores.provenance.logs import LogProvenance
from ai_data_platform.stores.provenance.lookup import EXCHANGES, RATINGS
from ai_data_platform.stores.provenance.views import RATED

__all__ = ["nearest_ids"]

_MOST = 3


def nearest_ids(home: Home, logs: LogProvenance, asked: str) -> list[tuple[str, str]]:
    """(id, kind) of at most three ids: those that start so first, then those with the fewest edits."""
    lookup = logs.lookup
    chats, ratings = lookup.lake(EXCHANGES.table), lookup.lake(RATINGS.table)
    pairs, single = (
        [path for view in logs.views[dataset].every for path in view.data] for dataset in RATED
    )
    places = [
        (chats, "conversation_id", "conversation_id"),
        (chats, "message_id", "message_id"),
        (chats, "record_id", "record_id"),
        (chats, "source_file", "file"),
        (ratings, "event_id", "event_id"),
        (ratings, "record_id", "record_id"),
        (ratings, "source_file", "file"),
        (pairs, "pair_id", "pair_id"),
        (single, "row_id", "row_id"),
        (lookup.lake("document_chunks"), "chunk_id", "chunk_id"),
        (lookup.lake("raw_documents"), "uri", "uri of a document"),
    ]
    found = [
        (edits, id, kind)
        for files, column, kind in places
        for id, edits in lookup.tables.nearest(files, column, asked, _MOST)
    ]
    return [(id, kind) for _, id, kind in sorted(set(found))[:_MOST]]
