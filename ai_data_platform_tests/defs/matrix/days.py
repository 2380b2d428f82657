"""Days of raw chat logs that nobody may read, each in another way."""

import json
from collections.abc import Callable

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ai_data_platform.core.gates import Rule, judge
from ai_data_platform_tests.world import World

__all__ = ["BAD_DAYS", "BadDay", "add_exchange", "edit", "revoke", "revoke_table"]

BadDay = Callable[[World, str], None]


def revoke_table(world: World, name: str) -> None:
    """The table stands as it was, and the newest verdict on its content is a failure."""
    asset, _, day = name.partition("/")
    content = world.home.lake.recorded_fingerprint(name)
    rule = Rule("rows_taken_back", "==", 0, "the source took rows back")
    world.home.ledger.record(
        judge(
            asset,
            content,
            {"rows_taken_back": 1.0},
            [rule],
            code_version="test",
            partition=day or None,
        )
    )


def revoke(world: World, day: str) -> None:
    """Its rows stand as they were, and the newest verdict on them is a failure."""
    revoke_table(world, f"raw_chat_logs/{day}")


def edit(world: World, day: str) -> None:
    """Somebody rewrote the file, which kept the footer that names the old content."""
    path = world.home.lake.path(f"raw_chat_logs/{day}")
    rows = pq.read_table(path)
    changed = pc.utf8_upper(rows["assistant_message"])
    place = rows.schema.get_field_index("assistant_message")
    pq.write_table(rows.set_column(place, rows.schema.field(place), changed), path)


def replace(world: World, day: str) -> None:
    """A file of another origin stands in the place of the day."""
    path = world.home.lake.path(f"raw_chat_logs/{day}")
    rows = pq.read_table(path).slice(0, 3).replace_schema_metadata(None)
    pq.write_table(rows, path)


BAD_DAYS: dict[str, BadDay] = {"revoked": revoke, "edited": edit, "replaced": replace}
"""What can become of a day that stands in the lake; a day that never passed does not stand there."""


def add_exchange(world: World, day: str) -> None:
    """A log of one good exchange on this day arrives in the drop folder."""
    row = {
        "conversation_id": f"late-{day}",
        "message_id": f"late-{day}-a",
        "turn_index": 0,
        "user_message": "Which breaker does the inverter in the cellar need?",
        "assistant_message": "It needs a breaker of sixteen amperes, as the fitter noted on its door.",
        "rating": 5,
        "created_at": f"{day}T10:00:00Z",
    }
    (world.sources / "chat_logs" / f"late-{day}.jsonl").write_text(json.dumps(row) + "\n")
