"""What it costs to keep users and look-alikes on one side of a split: public logs, three sets of users."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa

from ai_data_platform.core.conversations import ChatExchange, parse_exchange
from ai_data_platform.core.datasets.assemble import EXCHANGES, assembled
from ai_data_platform.core.datasets.conversations import Conversations
from ai_data_platform.core.datasets.funnel import DROPPED
from ai_data_platform.core.datasets.near_duplicates import (
    Corpus,
    NearDuplicateOptions,
    Text,
    changed,
    nothing,
)
from ai_data_platform.core.datasets.near_duplicates.components import Components
from ai_data_platform.core.datasets.sft import build_sft
from ai_data_platform.core.datasets.split import Shares
from ai_data_platform.core.records import CHAT_LOG, Rejected
from benchmarks.measuring import show
from benchmarks.real_data import real_data

__all__ = ["main"]

User = Callable[[int, str | None], str | None]
_USERS: dict[str, User] = {
    "as logged": lambda number, user: user,
    "nobody's": lambda number, user: None,
    "five conversations a user": lambda number, user: f"user {number * 2654435761 % 2**32 % 1500}",
}


def main() -> None:
    """No target: what `crosses_split` leaves out is the price of a split that never leaks."""
    folder = real_data("chat_logs")
    if folder is None:
        print("\nSplits: skipped, for want of chat logs; set AIDP_TEST_DATA")
        return
    logged = _logged(folder / "chat_logs")
    rows = [
        [threshold, users, *_measured(logged, user, threshold)]
        for threshold in (0.7, 0.5)
        for users, user in _USERS.items()
    ]
    columns = [
        "threshold",
        "users",
        "conversations",
        "repeat another",
        "crosses_split",
        "share",
        "train, validation, test",
        "largest group of users and look-alikes together",
    ]
    show("Public chat logs, split 80, 10 and 10", columns, rows)


def _measured(logged: pa.Table, user: User, threshold: float) -> list[object]:
    numbered = {
        name: i for i, name in enumerate(dict.fromkeys(logged["conversation_id"].to_pylist()))
    }
    pairs = zip(*(logged[name].to_pylist() for name in ("conversation_id", "user_id")), strict=True)
    owners = pa.array([user(numbered[name], one) for name, one in pairs], pa.string())
    batch = pa.concat_batches(logged.append_column("user_hash", owners).to_batches())
    made = assembled(batch)
    kept: list[Corpus] = []

    def search(texts: Iterable[Text]) -> Corpus:
        options = NearDuplicateOptions(threshold=threshold)
        kept.append(changed(nothing(options), texts, None).corpus)
        return kept[0]

    def batches(columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        yield made.select(list(columns))

    dataset = build_sft(Conversations(batches), DROPPED.empty_table(), Shares(), search=search)
    reasons = Counter(reason for _, reason in dict.fromkeys(_conversations(dataset.dropped)))
    repeated = reasons["exact_duplicate"] + reasons["near_duplicate"]
    crossing = reasons["crosses_split"]
    left = len(kept[0]) - repeated
    sizes = np.bincount(dataset.sides[dataset.sides >= 0], minlength=3).tolist()
    names, users = (made.column(n).to_pylist() for n in ("conversation_id", "user_hash"))
    together = _largest(kept[0], dict(zip(names, users, strict=True)))
    return [
        len(kept[0]),
        repeated,
        crossing,
        f"{crossing / left:.2%}",
        ", ".join(f"{size:,}" for size in sizes),
        together,
    ]


def _conversations(dropped: pa.Table) -> Iterator[tuple[str, str]]:
    names = ("conversation_id", "drop_reason")
    return zip(*(dropped[name].to_pylist() for name in names), strict=True)


def _largest(corpus: Corpus, owners: dict[str, str | None]) -> int:
    """Conversations of the largest group when users and look-alikes are joined without an end."""
    components = Components(corpus.labels)
    first: dict[str, int] = {}
    left, right = [], []
    for place, name in enumerate(corpus.ids.to_pylist()):
        owner = owners[name]
        if owner is not None:
            left.append(first.setdefault(owner, place))
            right.append(place)
    components.join(np.array(left, dtype=np.intp), np.array(right, dtype=np.intp))
    return int(np.bincount(components.labels()).max())


def _logged(folder: Path) -> pa.Table:
    """Every exchange that meets the contract, all of which train, by conversation."""
    found = [one for path in sorted(folder.glob("*.turns.jsonl.gz")) for one in _exchanges(path)]
    found.sort(key=lambda one: (one.conversation_id, one.turn_index, one.message_id))
    names = [name for name in EXCHANGES if name != "user_hash"] + ["user_id"]
    columns = {
        name: pa.array([getattr(one, name) for one in found], CHAT_LOG.field(name).type)
        for name in names
    }
    return pa.table({**columns, "trains": pa.repeat(True, len(found))})


def _exchanges(path: Path) -> Iterator[ChatExchange]:
    with gzip.open(path) as file:
        for line, record in enumerate(file, start=1):
            one = parse_exchange(orjson.loads(record), path.name, line)
            if not isinstance(one, Rejected) and one.user_message and one.assistant_message:
                yield one


if __name__ == "__main__":
    main()
