"""The two datasets that are made of ratings: pairs for DPO and reward models, labelled answers for KTO."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ai_data_platform.core.datasets.examples import Format
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference.dataset_rows import RowKind
from ai_data_platform.core.preference.gate import (
    PreferenceThresholds,
    preference_rules,
    unpaired_rules,
)
from ai_data_platform.core.preference.kinds import PAIRS, UNPAIRED
from ai_data_platform.stores.candidates import DatasetKind

__all__ = ["PAIRED", "SINGLE", "PreferenceFormat"]


@dataclass(frozen=True, slots=True, eq=False)
class PreferenceFormat:
    """One of the two datasets that are made of ratings.

    `table` holds its rows, `other` those of the other one (`opposite`), whose ratings are left out here as
    `elsewhere`.
    """

    dataset: DatasetKind
    rows: RowKind
    format: Format
    table: str
    other: str
    opposite: RowKind
    elsewhere: str
    rules: Callable[[PreferenceThresholds], Sequence[Rule]]


PAIRED = PreferenceFormat(
    dataset=DatasetKind(
        name="preference",
        title="Preference pairs",
        summary="`prompt`, `chosen` and `rejected` for DPO and reward models: two answers to the same "
        "prompt, the better and the worse by people's ratings. No user, no conversation and no two prompts "
        "that resemble each other stand on two sides of the split; each row names the ratings and exchanges "
        "it was made from.",
        schema=PAIRS.schema,
        task="text-generation",
    ),
    rows=PAIRS,
    format="prompt/chosen/rejected",
    table="preference_pairs",
    other="unpaired_answers",
    opposite=UNPAIRED,
    elsewhere="stands_unpaired",
    rules=preference_rules,
)
SINGLE = PreferenceFormat(
    dataset=DatasetKind(
        name="unpaired_preference",
        title="Unpaired preferences",
        summary="`prompt`, `completion` and `label` for KTO: rated answers whose prompt has no second rated "
        "answer, liked or not. No user, no conversation and no two prompts that resemble each other stand on "
        "two sides of the split; each row names the ratings and exchanges it was made from.",
        schema=UNPAIRED.schema,
        task="text-generation",
    ),
    rows=UNPAIRED,
    format="prompt/completion/label",
    table="unpaired_answers",
    other="preference_pairs",
    opposite=PAIRS,
    elsewhere="stands_in_a_pair",
    rules=unpaired_rules,
)
