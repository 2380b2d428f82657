"""What makes two rated answers a pair, and one rated answer a row of its own."""

from dataclasses import asdict, dataclass
from typing import Literal

from ai_data_platform.core.datasets.lengths import MAX_TOKENS
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.fingerprints import fingerprint

__all__ = ["PREFERENCES_VERSION", "PairOptions", "Reliability"]

PREFERENCES_VERSION = "preferences-1"
"""Part of every fingerprint: raised when the same ratings make other rows."""

Reliability = Literal["dawid_skene", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """Which ratings become rows. Raises ConfigurationError where an answer could be liked and disliked."""

    min_margin: float = 1.0
    """Mean ratings must be one whole step of the 1-5 scale apart: less is what one rater's second look
    changes, and a pair with no clear winner teaches noise. Equal means are never a pair."""
    max_pairs_per_prompt: int = 1
    """The best against the worst, then the second best against the second worst; edits are counted by
    themselves. One: a prompt in many rows is learnt by heart."""
    max_pairs_per_conversation: int | None = None
    """Keeps edits and the widest margins where one busy conversation would crowd out the others."""
    max_pairs_per_user: int | None = None
    """Of the conversations of one user, in the order of their ids."""
    max_similarity: float = 0.95
    """From this normalised Levenshtein similarity of the sides' characters on, a pair is left out: DPO
    lowers the likelihood of both where they share nearly all tokens (Pal et al. 2024, arXiv 2402.13228).
    Edits are exempt, because their small difference is meant."""
    like_from: float = 4.0
    """Mean rating from which an answer without rated siblings is a liked one."""
    dislike_to: float = 2.0
    max_tokens: int = MAX_TOKENS
    reliability: Reliability = "dawid_skene"
    """How raters are weighted where several rated one answer. One rater's rating stands as it is either
    way, so it matters only where people disagree, and there careless raters should count less."""

    def __post_init__(self) -> None:
        if self.dislike_to >= self.like_from:
            raise ConfigurationError(
                f"liked from {self.like_from:g} on and disliked up to {self.dislike_to:g}: wanted the "
                "second below the first"
            )

    @property
    def fingerprint(self) -> str:
        """Changes with every option, and when the rules change."""
        return fingerprint([PREFERENCES_VERSION, asdict(self)])
