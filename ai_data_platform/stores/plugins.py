"""Code that a team brings along, named by a setting as `package.module:factory`."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from ai_data_platform.core.errors import ConfigurationError

__all__ = ["plugin", "portable_plugin"]


def plugin(setting: str, name: str | None, wanted: Sequence[str]) -> Any:
    """What the factory makes, without arguments; None where no name is given.

    Raises ConfigurationError for a name that cannot be imported, a factory that fails, and a thing that
    lacks one of the wanted attributes.
    """
    if name is None:
        return None
    module, separator, factory = name.partition(":")
    if not (module and separator and factory):
        raise ConfigurationError(f"{setting} is {name!r}; wanted `package.module:factory`")
    try:
        made = getattr(import_module(module), factory)()
    except Exception as error:  # whatever code of other people raises, the setting names it
        raise ConfigurationError(
            f"{setting} is {name!r}, which does not load: {type(error).__name__}: {error}. Install the "
            "package where the platform runs and name a function or class in it that takes no argument"
        ) from error
    lacking = [attribute for attribute in wanted if not hasattr(made, attribute)]
    if lacking:
        raise ConfigurationError(
            f"{setting} is {name!r}, which gives a {type(made).__name__} without {', '.join(lacking)}"
        )
    return made


def portable_plugin(setting: str, name: str | None, wanted: Sequence[str]) -> Any:
    """Like `plugin`, and goes to worker processes by its name: a model is loaded once in each."""
    return None if name is None else _Portable(setting, name, tuple(wanted))


class _Portable:
    """Stands for what the factory makes."""

    def __init__(self, setting: str, name: str, wanted: tuple[str, ...]) -> None:
        self._named = (setting, name, wanted)
        self._made = _made(*self._named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    def __reduce__(self) -> tuple[type["_Portable"], tuple[str, str, tuple[str, ...]]]:
        return _Portable, self._named


@cache
def _made(setting: str, name: str, wanted: tuple[str, ...]) -> Any:
    return plugin(setting, name, wanted)
