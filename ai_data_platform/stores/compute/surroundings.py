"""What besides the batch decides a worker's bytes: the code and the libraries that it runs."""

import sys
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ai_data_platform import __version__, core
from ai_data_platform.core.fingerprints import hash_bytes, hash_text

__all__ = ["differences", "surroundings"]

_LIBRARIES = (
    "ftfy",
    "numba",
    "numpy",
    "phonenumbers",
    "py3langid",
    "pyarrow",
    "scipy",
)  # that batch functions call


@cache
def surroundings() -> Mapping[str, str]:
    """Versions by name, and the hash of the code of `core`."""
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "unicode": unicodedata.unidata_version,
        "ai_data_platform": f"{__version__} with code {_code()}",
        **{name: _version(name) for name in _LIBRARIES},
    }


def differences(wanted: Mapping[str, str]) -> list[str]:
    """What is other here than there, one line each."""
    here = surroundings()
    return [
        f"{name} is {here.get(name, 'not there')}, wanted {version}"
        for name, version in wanted.items()
        if here.get(name) != version
    ]


def _code() -> str:
    folder = Path(core.__file__).parent
    files = sorted(folder.rglob("*.py"))
    parts = (f"{path.relative_to(folder)} {hash_bytes(path.read_bytes())}" for path in files)
    return hash_text(*parts)[:12]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
