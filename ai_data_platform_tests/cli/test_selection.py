"""Selections as people type them."""

import dagster as dg
import pytest

from ai_data_platform.cli.selection import resolve_selection
from ai_data_platform.core.errors import ConfigurationError


@dg.asset
def raw() -> None: ...


@dg.asset(deps=[raw], group_name="middle")
def clean() -> None: ...


@dg.asset(key=["datasets", "sft"], deps=[clean])
def sft() -> None: ...


@pytest.fixture
def graph() -> object:
    return dg.Definitions([raw, clean, sft]).resolve_asset_graph()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("*", {"raw", "clean", "datasets/sft"}),
        ("raw", {"raw"}),
        ("raw+", {"raw", "clean", "datasets/sft"}),
        ("+datasets/sft", {"raw", "clean", "datasets/sft"}),
        ("raw, datasets/sft", {"raw", "datasets/sft"}),
        ("group:middle", {"clean"}),
        ('key:"raw"+ and not clean', {"raw", "datasets/sft"}),
    ],
)
def test_a_selection_names_what_a_person_means_by_it(
    graph: object, text: str, wanted: set[str]
) -> None:
    assert {key.to_user_string() for key in resolve_selection(text, graph)} == wanted


@pytest.mark.parametrize("text", ["nothing_of_the_kind", "group:empty", "((", ""])
def test_what_selects_nothing_is_refused_with_the_names_there_are(graph: object, text: str) -> None:
    with pytest.raises(ConfigurationError, match="clean, datasets/sft, raw"):
        resolve_selection(text, graph)
