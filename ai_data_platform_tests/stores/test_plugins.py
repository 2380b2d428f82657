"""Code that a team brings along, and every way in which its name can be wrong."""

import pickle
import sys
from pathlib import Path

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.plugins import plugin, portable_plugin

CODE = """
class Scorer:
    fingerprint = "mine"

    def score(self, texts):
        return [0.5 for _ in texts]

def fails():
    raise RuntimeError("no model at /models/tox")

VALUE = 3
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "team_scorers.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "team_scorers", raising=False)


def test_a_factory_is_imported_and_called() -> None:
    made = plugin("AIDP_TOXICITY", "team_scorers:Scorer", ["fingerprint", "score"])
    assert made.score(["a", "b"]) == [0.5, 0.5]
    assert plugin("AIDP_TOXICITY", None, ["score"]) is None


def test_a_plugin_goes_to_worker_processes_by_name_and_is_made_once_in_each() -> None:
    here = portable_plugin("AIDP_TOXICITY", "team_scorers:Scorer", ["fingerprint", "score"])
    there = pickle.loads(pickle.dumps(here))
    assert (there.fingerprint, there.score(["a"])) == ("mine", [0.5])
    assert there._made is here._made
    assert portable_plugin("AIDP_TOXICITY", None, ["score"]) is None


def test_the_built_in_word_list_can_be_named() -> None:
    name = "ai_data_platform.core.conversations.toxicity:LexiconScorer"
    assert plugin("AIDP_TOXICITY", name, ["fingerprint", "score"]).score(["hello"]) == [0.0]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("team_scorers", "wanted `package.module:factory`"),
        ("team_scorrers:Scorer", "ModuleNotFoundError: No module named 'team_scorrers'"),
        ("team_scorers:Skorer", "has no attribute 'Skorer'"),
        ("team_scorers:fails", "RuntimeError: no model at /models/tox"),
        ("team_scorers:VALUE", "TypeError: 'int' object is not callable"),
        ("collections:OrderedDict", "gives a OrderedDict without fingerprint, score"),
    ],
)
def test_a_name_that_does_not_lead_to_a_scorer_says_which_setting_and_why(
    name: str, said: str
) -> None:
    with pytest.raises(ConfigurationError, match="AIDP_TOXICITY") as error:
        plugin("AIDP_TOXICITY", name, ["fingerprint", "score"])
    assert said in str(error.value)
