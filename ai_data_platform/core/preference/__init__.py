"""Preference data from ratings: pairs of sibling answers, edits, and single answers with a label."""

from ai_data_platform.core.preference.bias import bias_figures
from ai_data_platform.core.preference.build import (
    Preferences,
    build_preferences,
    preference_parts,
)
from ai_data_platform.core.preference.options import PREFERENCES_VERSION, PairOptions, Reliability
from ai_data_platform.core.preference.reasons import DROP_REASONS, WAITING
from ai_data_platform.core.preference.schemas import (
    DROPPED_RATINGS,
    JUDGEMENTS,
    PREFERENCE_SCHEMA,
    UNPAIRED_SCHEMA,
)

__all__ = [
    "DROPPED_RATINGS",
    "DROP_REASONS",
    "JUDGEMENTS",
    "PREFERENCES_VERSION",
    "PREFERENCE_SCHEMA",
    "UNPAIRED_SCHEMA",
    "WAITING",
    "PairOptions",
    "Preferences",
    "Reliability",
    "bias_figures",
    "build_preferences",
    "preference_parts",
]
