"""`aidp dev`: the Dagster UI over the same data."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ai_data_platform.cli.output import explained
from ai_data_platform.cli.places import open_home
from ai_data_platform.settings import read_settings

__all__ = ["dev"]


@explained
def dev(
    port: Annotated[int, typer.Option(help="Port of the Dagster UI.")] = 3000,
) -> None:
    """The Dagster UI, with sensors and schedule on, over the same data."""
    settings = read_settings()
    home = open_home(settings)
    home.claim(sample=settings.on_the_sample)
    os.environ["DAGSTER_HOME"] = str(home.prepare_dagster())
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "--port", str(port)]
    os.execv(command[0], [*command, "--module-name", "ai_data_platform.definitions"])
