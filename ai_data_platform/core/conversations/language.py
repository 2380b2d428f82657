"""Which language a text is written in: py3langid's model, asked for thousands of texts at once."""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["LANGUAGE_VERSION", "UNKNOWN", "Language", "identify", "known_languages"]

LANGUAGE_VERSION = "language-1/py3langid-0.4"
"""Part of every fingerprint that a language enters: the model comes with the library."""

UNKNOWN = "und"
"""ISO 639-2 for a language that could not be told."""

_MIN_LETTERS = 20
"""UTF-8 bytes of letters: 20 Latin ones, 10 Cyrillic, 7 Chinese. "Goodbye!" is Luganda to the model."""

_MIN_SCORE = 0.3
"""Wrong answers on short English chats scored below this: bookings full of names 0.06 to 0.2. Right ones
fall to 0.4 between neighbours such as Spanish and Galician."""

_KEPT_AS = {
    "wuu": "zh", "yue": "zh", "pcm": "en", "ext": "es", "an": "es", "arz": "ar", "ary": "ar", "vec": "it",
    "lij": "it", "nn": "no", "zxx": UNKNOWN,
}  # fmt: skip
"""Spoken forms that are written like another language, and no language: their scores are added to that
one's. Of 3,316 Chinese exchanges the model calls 46 Wu or Cantonese, of 9,667 English bookings 16 Nigerian
Pidgin."""

_TEXTS_AT_ONCE = 2048

_LETTERS = np.zeros(256, dtype=bool)
_LETTERS[[*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1), *range(0x80, 0x100)]] = (
    True
)


class Language(NamedTuple):
    """ISO 639 code, or `und`, and how sure that is: 0 to 1, 0 for `und`."""

    code: str
    score: float


def identify(texts: Sequence[str]) -> list[Language]:
    """The language of each text; `und` with fewer than 20 letters or no language ahead of all others.

    The answer to a text does not depend on the texts beside it.
    """
    found: list[Language] = []
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        found += _identified([_encoded(text) for text in texts[start : start + _TEXTS_AT_ONCE]])
    return found


def known_languages() -> frozenset[str]:
    """Every code that `identify` can give."""
    return frozenset(_model().codes)


class _Model(NamedTuple):
    """Naive Bayes over byte n-grams, which an automaton finds while it reads a text once."""

    codes: list[str]
    following: npt.NDArray[np.int64]  # state * 256 + byte -> next state, rows shared
    row: npt.NDArray[np.int64]  # state -> where its row begins in `following`
    feature: npt.NDArray[np.int64]  # state -> n-gram that ends there, or -1
    weights: npt.NDArray[np.float32]  # n-gram x class
    prior: npt.NDArray[np.float32]
    code_of: npt.NDArray[np.int64]  # class -> place in `codes`


@cache
def _model() -> _Model:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 0.6 CPU s to unpack

    loaded = LanguageIdentifier.from_model_file(MODEL_FILE)
    named = [_KEPT_AS.get(name, name) for name in loaded.nb_classes]
    codes = sorted({*named})
    return _Model(
        codes=codes,
        following=np.asarray(loaded.tk_nextmove, dtype=np.int64),
        row=np.asarray(loaded.tk_row, dtype=np.int64) << 8,
        feature=np.asarray(loaded.tk_output, dtype=np.int64),
        weights=loaded.nb_ptc.astype(np.float32),
        prior=loaded.nb_pc.astype(np.float32),
        code_of=np.array([codes.index(name) for name in named]),
    )


def _encoded(text: str) -> bytes:
    """The bytes that the model was trained on: NFC, and no text all in capitals."""
    if text.isascii():
        return (text.lower() if text.isupper() else text).encode()
    lowered = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", lowered).encode("utf-8", "surrogatepass")


def _identified(texts: Sequence[bytes]) -> list[Language]:
    model = _model()
    sizes = np.array([len(text) for text in texts])
    order = np.argsort(-sizes, kind="stable")
    table = np.zeros((int(sizes.max(initial=0)), len(texts)), dtype=np.uint8)
    for place, index in enumerate(order):
        table[: sizes[index], place] = np.frombuffer(texts[index], dtype=np.uint8)
    scores = _scores(model, _features(model, table, sizes[order]), sizes[order])
    sure = scores.max(axis=1)
    known = (sure >= _MIN_SCORE) & (_LETTERS[table].sum(axis=0) >= _MIN_LETTERS)
    codes = [model.codes[best] for best in scores.argmax(axis=1)]
    found = [Language(UNKNOWN, 0.0)] * len(texts)
    for place, index in enumerate(order):
        if known[place] and codes[place] != UNKNOWN:
            found[index] = Language(codes[place], round(float(sure[place]), 3))
    return found


def _features(
    model: _Model, table: npt.NDArray[np.uint8], sizes: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Text and n-gram of each n-gram met, as `text * n-grams + n-gram`; texts are the table's columns.

    The longest text comes first, so that those still being read always stand at the front.
    """
    state = np.zeros(table.shape[1], dtype=np.int64)
    texts = np.arange(table.shape[1]) * len(model.weights)
    reading = np.searchsorted(-sizes, -np.arange(1, len(table) + 1), side="right")
    found = []
    for letters, count in zip(table, reading, strict=True):
        state = model.following[model.row[state[:count]] + letters[:count]]
        met = model.feature[state]
        seen = met >= 0
        found.append(texts[:count][seen] + met[seen])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _scores(
    model: _Model, met: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Probability of each language for each text, as py3langid's `norm_probs` gives it."""
    from scipy.sparse import csr_array  # 0.2 CPU s to import

    pairs, counts = np.unique(met, return_counts=True)
    texts, features = np.divmod(pairs, len(model.weights))
    met_by_text = np.bincount(texts, minlength=len(sizes))
    begins = np.concatenate([[0], np.cumsum(met_by_text)])
    shape = len(sizes), len(model.weights)
    raw = csr_array((np.log1p(counts).astype(np.float32), features, begins), shape) @ model.weights
    raw[met_by_text > 0] += model.prior  # without a known n-gram every language is alike
    # A product over many n-grams is far too sure; the root of the length keeps it calibrated.
    raw /= np.sqrt(np.maximum(sizes, 1))[:, None]
    chances = np.exp(raw - raw.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    by_code = np.zeros((len(sizes), len(model.codes)), dtype=np.float32)
    np.add.at(by_code.T, model.code_of, chances.T)
    return by_code
