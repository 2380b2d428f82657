"""Writes reference.md: settings, commands, assets, checks and automation as the code has them.

.venv/bin/python docs/generate_reference.py
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import typer
from pydantic.fields import FieldInfo

from ai_data_platform.cli.app import app
from ai_data_platform.definitions import build_definitions
from ai_data_platform.settings import CHECKOUT, Settings

TARGET = Path(__file__).with_name("reference.md")
_HEAD = """\
# Reference

Generated from the code by `docs/generate_reference.py`; a test fails when it is out of date.
"""


def reference() -> str:
    """The whole page. Builds the definitions in a temporary folder, whatever the environment says."""
    with tempfile.TemporaryDirectory() as folder:
        # model_construct takes the defaults: the page must not depend on who generates it.
        definitions = build_definitions(Settings.model_construct(home=Path(folder)))
        parts = [*_settings(), *_commands(), *_assets(definitions), *_automation(definitions)]
    return "\n".join([_HEAD, *parts]) + "\n"


def _settings() -> Iterator[str]:
    yield "## Settings\n"
    yield "Environment variables, or lines of a file `.env` in the working directory.\n"
    fields = Settings.model_fields.items()
    rows = ([f"`AIDP_{n.upper()}`", _default(f), f.description or ""] for n, f in fields)
    yield _table(["variable", "default", "what it sets"], rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, Path):
        return f"`{value.relative_to(CHECKOUT)}` in the checkout"
    if value is None or value == ():
        return "–"
    return f"`{value}`"


def _commands() -> Iterator[str]:
    yield "\n## Commands\n"
    group: Any = typer.main.get_command(app)
    for name, command in _single("", group):
        yield f"### aidp {name}\n"
        yield f"{command.help}\n"
        rows = [_parameter(param) for param in command.params]
        yield _table(["argument", "what it does"], rows) + "\n" if rows else "No arguments.\n"


def _single(prefix: str, group: Any) -> Iterator[tuple[str, Any]]:
    """Each command with its whole name, those of a group one after the other."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _single(f"{prefix}{name} ", command)
        else:
            yield f"{prefix}{name}", command


def _parameter(param: Any) -> list[str]:
    if param.param_type_name == "argument":
        shown = param.name.upper() if param.required else f"[{param.name.upper()}]"
    else:
        shown = ", ".join(param.opts) + ("" if param.is_flag else f" {param.name.upper()}")
    told = [param.help or ""]
    if param.required:
        told.append("Required.")
    elif param.default is not None and not getattr(param, "is_flag", False):
        told.append(f"Default {param.default}.")
    return [f"`{shown}`", " ".join(filter(None, told))]


def _assets(definitions: dg.Definitions) -> Iterator[str]:
    graph = definitions.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.toposorted_asset_keys]
    yield "## Assets\n"
    yield "In the order in which they are made.\n"
    rows = (
        [
            f"`{node.key.to_user_string()}`",
            node.group_name,
            ", ".join(f"`{name}`" for name in sorted(k.to_user_string() for k in node.parent_keys)),
            "daily" if node.is_partitioned else "",
            _one_line(node.description),
        ]
        for node in nodes
    )
    yield _table(["asset", "group", "made from", "partitions", "what it is"], rows)
    yield "\n## Checks\n"
    yield "One that blocks stops what would read the asset in the same run; the others warn.\n"
    yield _table(["asset", "check", "blocks", "what it shows"], _checks(graph))


def _checks(graph: Any) -> Iterator[list[str]]:
    for key in sorted(graph.asset_check_keys, key=lambda key: (key.asset_key.path, key.name)):
        node = graph.get(key)
        shown = _one_line(node.description) or "dbt test"
        blocks = "yes" if node.blocking else "no"
        yield [f"`{key.asset_key.to_user_string()}`", f"`{key.name}`", blocks, shown]


def _automation(definitions: dg.Definitions) -> Iterator[str]:
    sensors = sorted(definitions.sensors or [], key=lambda sensor: sensor.name)
    schedules = [s for s in definitions.schedules or [] if isinstance(s, dg.ScheduleDefinition)]
    yield "\n## Sensors and schedules\n"
    rows = [[f"`{s.name}`", f"{s.minimum_interval_seconds} s", _sensor(s)] for s in sensors]
    rows += [[f"`{s.name}`", f"`{s.cron_schedule}`", f"Starts `{s.job_name}`."] for s in schedules]
    yield _table(["name", "looks every", "what it does"], rows)
    yield "\n## Jobs\n"
    jobs = sorted(definitions.jobs or [], key=lambda job: job.name)
    yield _table(["job", "what it does"], ([f"`{j.name}`", _one_line(j.description)] for j in jobs))


def _sensor(sensor: Any) -> str:
    if isinstance(sensor, dg.AutomationConditionSensorDefinition):
        return "Asks for each asset whose automation condition holds."
    return _one_line(sensor.__doc__)  # of the decorated function


def _one_line(text: str | None) -> str:
    """The description without the SQL that dagster-dbt appends, on one line."""
    return " ".join((text or "").partition("#### Raw SQL")[0].split())


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
