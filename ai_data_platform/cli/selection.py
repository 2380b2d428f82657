"""Which assets a selection names: Dagster's syntax, and bare names where it wants `key:"name"`."""

import re
from typing import Any

import dagster as dg

from ai_data_platform.core.errors import ConfigurationError

__all__ = ["resolve_selection"]

_BARE = re.compile(r'(?<![\w/":])([A-Za-z_][\w/]*)(?![\w/]*[:("])')
_WORDS = ("and", "or", "not")


def resolve_selection(text: str, graph: Any) -> set[dg.AssetKey]:
    """The keys that a selection names; `a+` is a and all that follows, `a,b` is both.

    Raises ConfigurationError for what selects nothing.
    """
    try:
        chosen = dg.AssetSelection.from_string(_spelt_out(text)).resolve(graph)
    except dg.DagsterError as error:
        raise ConfigurationError(f"{text!r} is no selection: {error}; {_hint(graph)}") from error
    if not chosen:
        raise ConfigurationError(f"{text!r} selects no asset; {_hint(graph)}")
    return set(chosen)


def _spelt_out(text: str) -> str:
    """`raw_documents+` as `key:"raw_documents"+`: without the key, Dagster takes one layer for all."""
    with_keys = _BARE.sub(lambda m: m[1] if m[1] in _WORDS else f'key:"{m[1]}"', text)
    return with_keys.replace(",", " or ")


def _hint(graph: Any) -> str:
    names = sorted(key.to_user_string() for key in graph.get_all_asset_keys())
    return f"the assets are {', '.join(names)}"
