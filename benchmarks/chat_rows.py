"""Raw days of chat logs as the lake holds them, made without files to read: the input of `transform`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random

import pyarrow as pa

from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.records import CHAT_LOG
from ai_data_platform.core.samples.dialogues import TurnMaker
from ai_data_platform.core.samples.exchanges import Exchange, conversations
from ai_data_platform.core.samples.pages import pages
from ai_data_platform.core.samples.planting import Planter
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import log_files
from ai_data_platform.stores.lake import Lake

__all__ = ["chat_exchanges", "write_raw_days"]

_SEED = 7
_PAGES = 400
_DAYS = 30
_ROWS_A_CONVERSATION = 2.3  # a little less than there are, so that the rows asked for are reached


def write_raw_days(lake: Lake, rows: int) -> None:
    """Put this many exchanges of 30 days below `raw_chat_logs/`, planted defects among them."""
    days: dict[str, list[Exchange]] = {}
    for exchange in chat_exchanges(rows):
        day = datetime.fromtimestamp(exchange.second, tz=UTC).date().isoformat()
        days.setdefault(day, []).append(exchange)
    for day, found in days.items():
        lake.write(f"raw_chat_logs/{day}", _table(day, found), inputs="benchmark")


def chat_exchanges(rows: int) -> Iterator[Exchange]:
    """This many exchanges of 30 days, planted defects among them."""
    spec = SampleSpec(conversations=int(rows / _ROWS_A_CONVERSATION) + _DAYS, days=_DAYS)
    return islice(_exchanges(spec), rows)


def _exchanges(spec: SampleSpec) -> Iterator[Exchange]:
    books = [page.facts for page in pages(_SEED, _PAGES)]
    chance = Random(_SEED).random
    maker = TurnMaker(books, chance)
    planter = Planter(maker, Random(_SEED + 1).random)
    for file in log_files(spec):
        for conversation in conversations(file, maker, spec.conversations, chance):
            yield from planter.plant(conversation)


def _table(day: str, exchanges: list[Exchange]) -> pa.Table:
    name = f"{day}.jsonl"
    columns = {
        "record_id": [hash_text(name, exchange.message_id) for exchange in exchanges],
        "source_file": [name] * len(exchanges),
        "source_line": range(1, len(exchanges) + 1),
        "created_at": [exchange.second * 1_000_000 for exchange in exchanges],
    }
    names = [field for field in CHAT_LOG.names if field not in columns]
    columns |= {field: [getattr(exchange, field) for exchange in exchanges] for field in names}
    return pa.table(
        {field.name: pa.array(columns[field.name], field.type) for field in CHAT_LOG},
        schema=CHAT_LOG,
    )
