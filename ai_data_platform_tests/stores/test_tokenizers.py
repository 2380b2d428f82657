"""Tokens by a tokenizer.json: the bundled one as a stand-in, or a team's own."""

import json
import shutil
from pathlib import Path

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.stores.models import BUNDLED_MODEL, bundled_folder
from ai_data_platform.stores.tokenizers import FileTokenizer


def test_the_bundled_tokenizer_counts_whole_texts_as_a_stand_in() -> None:
    tokenizer = FileTokenizer()
    assert (tokenizer.name, tokenizer.stand_in) == (BUNDLED_MODEL, True)
    # Its own model cuts at 256 pieces and adds two marks; neither belongs into a length.
    assert [len(ids) for ids in tokenizer.encode(["hello world", "word " * 1_000, ""])] == [
        2,
        1_000,
        0,
    ]


def test_a_text_that_is_not_unicode_is_counted_all_the_same() -> None:
    assert len(FileTokenizer().encode(["half an emoji \ud83d"])[0]) >= 3


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_team_names_its_tokenizer_by_file_or_folder(tmp_path: Path, *, as_folder: bool) -> None:
    folder = tmp_path / "our-model"
    folder.mkdir()
    shutil.copy(bundled_folder() / "tokenizer.json", folder)
    tokenizer = FileTokenizer(folder if as_folder else folder / "tokenizer.json")
    assert (tokenizer.name, tokenizer.stand_in) == ("our-model", False)
    assert tokenizer.fingerprint == FileTokenizer().fingerprint
    assert tokenizer.encode(["hello"]) == FileTokenizer().encode(["hello"])


def test_the_fingerprint_changes_with_the_file(tmp_path: Path) -> None:
    made = json.loads((bundled_folder() / "tokenizer.json").read_text())
    (tmp_path / "tokenizer.json").write_text(json.dumps(made))
    assert FileTokenizer(tmp_path).fingerprint != FileTokenizer().fingerprint


def test_a_place_without_a_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"no tokenizer at .*tokenizer\.json: point AIDP_TOK"
    ):
        FileTokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="is no tokenizer"):
        FileTokenizer(tmp_path).encode(["x"])
