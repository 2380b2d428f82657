"""Who rated: one id a person that names nobody."""

from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.fingerprints import hash_text

__all__ = ["rater_ids", "user_hashes"]

_hash = lru_cache(maxsize=2**18)(hash_text)  # the same few people rate in every part


def user_hashes(users: pa.Array) -> pa.Array:
    """Each user as REDACTED names them; null where the user is not known."""
    coded = users.dictionary_encode()
    hashes = [_hash(user) for user in coded.dictionary.to_pylist()]
    return pa.array(hashes, pa.string()).take(coded.indices)


def rater_ids(rows: pa.RecordBatch) -> pa.Array:
    """The user of each rating, or its event: a hidden rater cannot be told from another."""
    events = pc.binary_join_element_wise("event", rows.column("event_id"), " ")
    return pc.coalesce(user_hashes(rows.column("user_id")), events)
