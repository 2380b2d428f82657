"""Exchanges screened: the language of each, and which of them would teach a model nothing good."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ai_data_platform.core.conversations.language import (
    LANGUAGE_VERSION,
    UNKNOWN,
    Language,
    identify,
    known_languages,
)
from ai_data_platform.core.conversations.refusals import REFUSALS_VERSION, empty_answer_kind
from ai_data_platform.core.conversations.repetition import (
    MAX_REPEATED_SHARE,
    REPETITION_VERSION,
    repeated_share,
)
from ai_data_platform.core.conversations.toxicity import ToxicityScorer
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["DROP_REASONS", "SCREEN_VERSION", "ScreenOptions", "Screener"]

SCREEN_VERSION = "screen-1"
"""Raised when the table or the order of its reasons changes."""

DROP_REASONS = ("other_language", "refusal", "boilerplate_answer", "repetitive_answer", "toxic")
"""Of several that hold, the first is given."""

_READ = 250
"""Characters of the question and of the answer that tell the language. With 1,000 of each 8 of 26,728 real
exchanges had another one, every one of them written in two languages."""


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """What has an exchange dropped. Raises ConfigurationError for a language that no model knows."""

    languages: tuple[str, ...] = ()
    """ISO 639-1 codes that stay; empty: all. What cannot be told (`und`) stays."""

    drop_refusals: bool = True
    drop_boilerplate: bool = True
    drop_repetitive: bool = True
    max_toxicity: float = 0.8
    """Exchanges above it go, where a scorer is set."""

    def __post_init__(self) -> None:
        # The model takes half a second to load, and most logs keep every language.
        unknown = sorted({*self.languages} - known_languages()) if self.languages else []
        if unknown:
            known = ", ".join(sorted(known_languages()))
            raise ConfigurationError(f"no languages {unknown}; there are {known}")

    @property
    def fingerprint(self) -> str:
        """Identity of what these options do; the order of languages does not count."""
        switches = [self.drop_refusals, self.drop_boilerplate, self.drop_repetitive]
        return fingerprint([sorted({*self.languages}), *switches, self.max_toxicity])


class Screener:
    """Looks at exchanges by the rules of its options."""

    def __init__(self, options: ScreenOptions, toxicity: ToxicityScorer | None = None) -> None:
        self._options = options
        self._toxicity = toxicity

    @property
    def fingerprint(self) -> str:
        """Identity of everything that decides the outcome: rules, options and the scorer."""
        rules = [SCREEN_VERSION, LANGUAGE_VERSION, REFUSALS_VERSION, REPETITION_VERSION]
        scorer = self._toxicity.fingerprint if self._toxicity else None
        return fingerprint([*rules, self._options.fingerprint, scorer])

    def screen(self, asked: Sequence[str], answered: Sequence[str]) -> dict[str, list[object]]:
        """`language`, `language_score`, `toxicity` and `drop_reason` of each exchange."""
        languages = identify(
            [f"{q[:_READ]}\n{a[:_READ]}" for q, a in zip(asked, answered, strict=True)]
        )
        toxicity = self._toxicities(asked, answered)
        reasons = map(self._reason, languages, asked, answered, toxicity)
        return {
            "language": [language.code for language in languages],
            "language_score": [language.score for language in languages],
            "toxicity": list(toxicity),
            "drop_reason": list(reasons),
        }

    def _reason(
        self, language: Language, asked: str, answered: str, toxicity: float | None
    ) -> str | None:
        options = self._options
        if options.languages and language.code not in (*options.languages, UNKNOWN):
            return "other_language"
        kind = empty_answer_kind(asked, answered)
        if kind == "refusal" and options.drop_refusals:
            return kind
        if kind == "boilerplate_answer" and options.drop_boilerplate:
            return kind
        if options.drop_repetitive and repeated_share(answered) > MAX_REPEATED_SHARE:
            return "repetitive_answer"
        return "toxic" if toxicity is not None and toxicity > options.max_toxicity else None

    def _toxicities(
        self, asked: Sequence[str], answered: Sequence[str]
    ) -> Sequence[float] | list[None]:
        """The worse of question and answer; nulls without a scorer."""
        if self._toxicity is None:
            return [None] * len(asked)
        both = [self._scored(texts) for texts in (asked, answered)]
        return [max(pair) for pair in zip(*both, strict=True)]

    def _scored(self, texts: Sequence[str]) -> Sequence[float]:
        scores = [float(score) for score in self._toxicity.score(texts)] if self._toxicity else []
        bad = [score for score in scores if math.isnan(score) or not 0 <= score <= 1]
        if bad or len(scores) != len(texts):
            seen = f"{bad[0]}" if bad else f"{len(scores)} scores for {len(texts)} texts"
            raise ConfigurationError(
                f"the toxicity scorer gave {seen}; wanted one number from 0 to 1 for each text: "
                "mend it, or unset AIDP_TOXICITY"
            )
        return scores
