"""A virtual environment for each peer, at a pinned version, made when it is first needed."""

import subprocess
import sys
from pathlib import Path

from ai_data_platform.settings import CHECKOUT

__all__ = ["OURS", "PINS", "python_of"]

OURS = "aidp"
PINS = {
    "datasketch": ["datasketch==2.0.0"],
    "text-dedup": ["text-dedup==0.4.0"],
    "datatrove": ["datatrove[processing,io]==0.10.1", "spacy==3.*"],  # spacy cuts English words
    "rensa": ["rensa==0.5.0"],
}
"""What is installed for each peer. They cannot share: text-dedup wants an urllib3 of before 2.0."""


def python_of(peer: str, folder: Path) -> Path:
    """The interpreter of a peer's environment below the folder; our own for `aidp`."""
    if peer == OURS:
        return Path(sys.executable)
    python = folder / peer / "bin" / "python"
    done = folder / peer / ".installed"
    if not done.is_file():
        print(f"installing {' '.join(PINS[peer])} into {folder / peer}", flush=True)
        _run("-m", "venv", "--without-pip", str(folder / peer))
        _run("-m", "pip", "--python", str(python), "install", "-q", *PINS[peer])
        done.touch()
    return python


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, cwd=CHECKOUT)
