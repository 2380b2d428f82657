"""Real passages, a real model and real tables: which bad indexes the gate stops.

`python -m benchmarks.index_gate` does the same on all passages, with more draws.
"""

from pathlib import Path

import pytest

from ai_data_platform.core.evaluation.index_evidence import GateThresholds
from ai_data_platform.stores.models import SentenceTransformerEmbedder
from ai_data_platform_tests.gate_trials import Shares, blocked_shares
from ai_data_platform_tests.index_faults import (
    SOUND,
    VARIANTS,
    Audited,
    Remembering,
    audited,
    write_index,
)
from ai_data_platform_tests.pubmedqa import read_abstracts

pytestmark = pytest.mark.slow

ABSTRACTS = 240
DRAWS = 40
THRESHOLDS = GateThresholds(draws=1_000)
HARMFUL = {variant.name for variant in VARIANTS if variant.harmful}
HARMLESS = {variant.name for variant in VARIANTS if not variant.harmful} | {SOUND.name}
# The words of a question find what a wrong vector loses: readers hardly notice, nor do the scores.
HIDDEN_BY_WORDS = {"10 % of vectors misaligned", "64 of 384 dimensions"}
SEEN_BY_FLOORS = {"chunks cut to 100 characters", "all vectors shuffled"}


@pytest.fixture(scope="module")
def shares(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shares]:
    """How often each index was blocked, in 40 draws of 200 questions."""
    abstracts = read_abstracts(shared_data, ABSTRACTS)
    model = SentenceTransformerEmbedder()
    embedder = Remembering(model.fingerprint, {}, model)
    indexes: dict[str, Audited] = {}
    for variant in (SOUND, *VARIANTS):
        folder = tmp_path_factory.mktemp("index")
        write_index(variant, abstracts, embedder, folder)
        indexes[variant.name] = audited(folder, abstracts, embedder)
    return {
        name: blocked_shares(
            abstracts.questions.questions,
            [index],
            indexes[SOUND.name],
            draws=DRAWS,
            thresholds=THRESHOLDS,
        )
        for name, index in indexes.items()
    }


def test_the_gate_blocks_every_fault_and_lets_every_harmless_rebuild_through(
    shares: dict[str, Shares],
) -> None:
    blocked = {name: found.whole / DRAWS for name, found in shares.items()}
    assert {name for name, share in blocked.items() if share >= 0.95} == HARMFUL
    assert {name for name, share in blocked.items() if share <= 0.05} == HARMLESS


def test_without_the_integrity_layer_scores_alone_block_what_readers_would_notice(
    shares: dict[str, Shares],
) -> None:
    blocked = {name: found.statistics / DRAWS for name, found in shares.items()}
    assert {name for name, share in blocked.items() if share >= 0.95} >= HARMFUL - HIDDEN_BY_WORDS
    assert {name for name in HARMLESS if blocked[name] <= 0.05} == HARMLESS


def test_a_first_index_is_kept_out_by_integrity_since_floors_see_only_gross_losses(
    shares: dict[str, Shares],
) -> None:
    first = {name for name, found in shares.items() if found.first == DRAWS}
    floors = {name for name, found in shares.items() if found.floors == DRAWS}
    assert (first, floors) == (HARMFUL, SEEN_BY_FLOORS)


def test_a_bare_threshold_of_0_8_stops_none_of_them(shares: dict[str, Shares]) -> None:
    assert {name: found.bare for name, found in shares.items()} == dict.fromkeys(shares, 0)
