"""The pairs of the specification, in PostgreSQL: every liked with every disliked message of a conversation.

Answers to different questions are paired, the prompt holds the answers, and each pair is three queries.
"""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeAlias

import orjson
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform_tests.servers import Postgres, started_postgres
from benchmarks.measuring import Cost, cost_of

__all__ = ["SpecifiedPairs"]

Database: TypeAlias = psycopg.AsyncConnection[Any]

_TABLES = (
    "create index on messages (id)",
    "create index on messages (conversation_id)",
    "create index on feedback (conversation_id)",
    "analyze messages",
    "analyze feedback",
)
_JOIN = (
    "select liked.conversation_id, liked.message_id, disliked.message_id from feedback as liked "
    "join feedback as disliked using (conversation_id) where liked.rating >= 4 and disliked.rating <= 2"
)
_MESSAGE = "select content from messages where id = %s"
_CONTEXT = "select role, content from messages where conversation_id = %s order by turn"


class SpecifiedPairs:
    """A PostgreSQL of its own that holds messages and feedback."""

    def __init__(self, exchanges: pa.Table, ratings: pa.Table) -> None:
        self._messages, self._feedback = _messages(exchanges), _feedback(ratings)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._server: Postgres = self._open.enter_context(started_postgres())
        self._server.write("messages", self._messages)
        self._server.write("feedback", self._feedback)
        self._server.run(*_TABLES)
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def build(self, pairs: int) -> Cost:
        """What the build costs client and server; it must give so many pairs."""
        served: list[float] = []
        cost = cost_of(lambda: served.append(asyncio.run(self._build(pairs))))
        return Cost(cost.cpu + served[0], cost.wall)

    async def _build(self, wanted: int) -> float:
        """Seconds of the server's CPU."""
        async with await psycopg.AsyncConnection.connect(self._server.url, autocommit=True) as db:
            pairs = await (await db.execute(_JOIN)).fetchall()
            rows = [orjson.dumps(await _pair(db, *pair)) for pair in pairs]
            if len(rows) != wanted:
                raise SystemExit(f"the specification gave {len(rows):,} pairs, wanted {wanted:,}")
            return _cpu_seconds(db.info.backend_pid)


async def _pair(db: Database, conversation_id: str, liked: str, disliked: str) -> dict[str, str]:
    context = await (await db.execute(_CONTEXT, [conversation_id])).fetchall()
    return {
        "prompt": "\n".join(f"{role}: {content}" for role, content in context),
        "chosen": await _content(db, liked),
        "rejected": await _content(db, disliked),
    }


async def _content(db: Database, message_id: str) -> str:
    row = await (await db.execute(_MESSAGE, [message_id])).fetchone()
    if row is None:
        raise SystemExit(f"no message {message_id}")
    return str(row[0])


def _messages(exchanges: pa.Table) -> pa.Table:
    """One row a message; ids are unique, and an answer has the id that ratings name it by."""
    turns = exchanges["turn_index"].cast(pa.int32())
    sides = [
        pa.table(
            {
                "id": pc.binary_join_element_wise(exchanges["message_id"], suffix, ""),
                "conversation_id": exchanges["conversation_id"],
                "turn": pc.add(pc.multiply(turns, 2), place),
                "role": pa.repeat(pa.scalar(role), len(exchanges)),
                "content": exchanges[column],
            }
        )
        for place, (role, suffix, column) in enumerate(
            [("user", "?", "user_message"), ("assistant", "", "assistant_message")]
        )
    ]
    return pa.concat_tables(sides)


def _feedback(ratings: pa.Table) -> pa.Table:
    columns = ratings.select(["conversation_id", "message_id", "rating", "user_id", "created_at"])
    return columns.set_column(2, "rating", ratings["rating"].cast(pa.int32()))


def _cpu_seconds(process: int) -> float:
    """User and system time of another process so far, in hundredths of a second."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
