"""The tokenizer of the model to be trained, from its tokenizer.json; the bundled one stands in for it."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import hash_bytes
from ai_data_platform.stores.models import BUNDLED_MODEL, bundled_folder

__all__ = ["FileTokenizer"]

_FILE = "tokenizer.json"


class FileTokenizer:
    """Token ids by a Hugging Face tokenizer.json; `location` is the file or a folder that holds it.

    Without a location it is the bundled embedding model's: other models cut text otherwise, so lengths
    are a stand-in and said to be. Raises ConfigurationError when no tokenizer can be read there.
    """

    def __init__(self, location: Path | None = None) -> None:
        self.stand_in = location is None
        place = bundled_folder() if location is None else location.expanduser()
        self._path = place / _FILE if place.is_dir() else place
        self.name = BUNDLED_MODEL if location is None else _name(self._path)
        if not self._path.is_file():
            raise ConfigurationError(
                f"no tokenizer at {self._path}: point AIDP_TOKENIZER at a tokenizer.json or at the folder "
                "of a model that holds one, or unset it"
            )

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the file."""
        return hash_bytes(self._path.read_bytes())

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text whole, without special tokens, whatever length the file would cut at."""
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return [one.ids for one in self._loaded.encode_batch_fast(clean, add_special_tokens=False)]

    @cached_property
    def _loaded(self) -> Any:
        from tokenizers import Tokenizer

        try:
            loaded = Tokenizer.from_file(str(self._path))
        except Exception as error:  # the library raises plain Exception
            raise ConfigurationError(
                f"{self._path} is no tokenizer ({error}): wanted a Hugging Face tokenizer.json"
            ) from error
        loaded.no_truncation()
        loaded.no_padding()
        return loaded


def _name(path: Path) -> str:
    return path.parent.name if path.name == _FILE and path.parent.name else path.stem
