"""Sensors over documents and evaluation sets: a changed content is asked for once, in whichever direction."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from ai_data_platform.defs.automation.content import changed_documents, changed_evaluation_sets
from ai_data_platform.settings import CHECKOUT, Settings
from ai_data_platform.stores.home import Home


@pytest.mark.parametrize(
    ("sensor", "setting", "name"),
    [
        (changed_documents, "documents", "page.md"),
        (changed_evaluation_sets, "eval_sets", "set.jsonl"),
    ],
)
def test_a_change_is_asked_for_once_and_again_when_it_is_taken_back(
    tmp_path: Path, sensor: dg.SensorDefinition, setting: str, name: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    named: dict[str, Any] = {setting: (str(source),)}
    settings = Settings(_env_file=None, home=tmp_path / "home", **named)
    resources = {"settings": settings, "home": Home(tmp_path / "home", CHECKOUT / "dbt_project")}
    cursor, asked, keys = None, [], set()
    with dg.DagsterInstance.ephemeral() as instance:
        for text in ("one", "one", "two", "one"):
            (source / name).write_text(f'{{"text": "{text}"}}')
            context = dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources)
            result: Any = sensor(context)
            new = [] if isinstance(result, dg.SkipReason) else result.run_requests
            cursor = cursor if isinstance(result, dg.SkipReason) else result.cursor
            asked.append(len(new))
            keys |= {request.run_key for request in new}
    assert asked == [1, 0, 1, 1]
    assert keys == {None}  # a key is good for one run in the life of an instance
