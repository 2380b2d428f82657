"""A folder to build in: empty at the start, gone at the end, one process at a time."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ai_data_platform.stores.files import exclusive

__all__ = ["workplace"]


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """The empty folder. What a build that was interrupted left in it goes first."""
    with exclusive(folder.with_name(f"{folder.name}.lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
