"""Batch functions for tests: workers import them, so they stand in a module of their own."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.fingerprints import hash_bytes

__all__ = ["Dying", "Failing", "Upper", "Watched", "numbered"]

_TEXT = pa.schema([("text", pa.string())])


def numbered(batches: int, rows: int = 3) -> list[pa.RecordBatch]:
    """Batches of a column `text`, no two rows alike."""
    return [
        pa.RecordBatch.from_pydict(
            {"text": [f"text {batch} {row} é" for row in range(rows)]}, _TEXT
        )
        for batch in range(batches)
    ]


@dataclass(frozen=True, slots=True)
class Upper:
    """The texts in upper case."""

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_pydict({"text": pc.utf8_upper(batch["text"])}, _TEXT)


@dataclass(frozen=True, slots=True)
class Watched:
    """Upper case, slowly; a file for each start and each end of a batch, named by batch and process."""

    folder: Path
    seconds: float = 0.2

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        name = f"{hash_bytes(str(batch.to_pydict()).encode())[:8]}-{os.getpid()}"
        (self.folder / f"{name}.started").touch()
        time.sleep(self.seconds)
        (self.folder / f"{name}.ended").touch()
        return Upper()(batch)


@dataclass(frozen=True, slots=True)
class Dying:
    """Takes its process along, every time."""

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        os._exit(3)


@dataclass(frozen=True, slots=True)
class Failing:
    """Raises what a function may raise."""

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        raise ValueError(f"cannot read {batch['text'][0].as_py()!r}")
