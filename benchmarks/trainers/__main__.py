"""Rows of the sample's published versions that TRL, LLaMA-Factory and Axolotl load with their own code.

`python -m benchmarks.trainers` makes an environment for each trainer, which downloads some gigabytes the
first time (`--environments FOLDER` keeps them), publishes the shipped sample, has each trainer's loader
read the versions, and stops when one drops or cuts a row. Nothing is trained.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import aidp, show, temporary_folder
from benchmarks.trainers.environments import ENVIRONMENTS, Environment
from benchmarks.trainers.tokenizer_folder import write_tokenizer

_LOADERS = Path(__file__).parent


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--environments", type=Path, help="where they are made and kept")
    arguments.add_argument("--only", choices=sorted(ENVIRONMENTS), help="one trainer")
    arguments.add_argument("--home", type=Path, help="AIDP_HOME of your own published versions")
    asked = arguments.parse_args()
    with temporary_folder() as folder:
        versions = _versions(asked.home.resolve() if asked.home else _sample(folder / "home"))
        write_tokenizer(folder / "tokenizer")
        rows: list[dict[str, Any]] = []
        for name, environment in ENVIRONMENTS.items():
            if asked.only in (None, name):
                python = environment.made_in((asked.environments or folder / "environments") / name)
                rows += _loaded(python, environment, [*versions, folder / "tokenizer"], folder)
    columns = ["trainer", "dataset", "split", "rows_in", "rows_out", "longest", "cut"]
    heads = ["trainer", "dataset", "split", "rows in", "rows out", "longest (tokens)", "cut"]
    show("Rows loaded", heads, [[row[name] for name in columns] for row in rows])
    lost = [row for row in rows if row["rows_in"] != row["rows_out"] or row["cut"]]
    if lost or not rows:
        sys.exit(f"rows were dropped or cut: {lost}")


def _sample(home: Path) -> Path:
    """A home in which `aidp run` has published the sample."""
    aidp("run", settings={"AIDP_HOME": str(home)})
    return home


def _versions(home: Path) -> list[Path]:
    """The versions of the training datasets that readers of this home see."""
    names = ("sft", "preference", "unpaired_preference")
    folders = [home / "versions" / name for name in names]
    return [
        folder / json.loads((folder / "published.json").read_text())["version"]
        for folder in folders
    ]


def _loaded(
    python: Path, environment: Environment, arguments: Sequence[Path], folder: Path
) -> list[dict[str, Any]]:
    """What the trainer's loader printed."""
    quiet = {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "huggingface"),
        "TOKENIZERS_PARALLELISM": "false",
        "DO_NOT_TRACK": "1",
        "AXOLOTL_DO_NOT_TRACK": "1",
    }
    work = folder / f"work-{environment.loader}"
    work.mkdir()
    done = subprocess.run(
        [python, _LOADERS / f"{environment.loader}.py", *arguments],
        cwd=work,
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{environment.loader} failed:\n{done.stderr[-4000:]}")
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
