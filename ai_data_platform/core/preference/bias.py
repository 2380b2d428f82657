"""What else than quality tells the chosen answer from the rejected one: length, place, and whose it is."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.datasets.length_bias import separation
from ai_data_platform.core.preference.codes import Codes, codes

__all__ = ["bias_figures", "gini"]

Numbers = npt.NDArray[np.float64]
Figures = dict[str, float | None]


def bias_figures(pairs: pa.Table) -> Figures:
    """Figures of pairs (PREFERENCE_SCHEMA); None where nothing can be told.

    Lengths are characters. `length_auc` is the area under the ROC curve of a classifier that knows one
    answer's length and not its prompt. `chosen_first_share` has an exact 95 % interval, over the pairs
    whose sides were shown at known and different places. Users, prompts and conversations have the share of
    the one with most pairs, and the Gini coefficient of the pairs of each (0: all have as many).
    """
    return {
        **_length_figures(pairs),
        **_position_figures(pairs),
        **_share_figures("user", _codes(_users(pairs))),
        **_share_figures("prompt", _codes(_last_questions(pairs))),
        **_share_figures("conversation", _codes(pairs["conversation_id"])),
    }


def gini(counts: npt.NDArray[np.int64]) -> float | None:
    """The Gini coefficient of some counts; None of nothing."""
    if not counts.sum():
        return None
    ordered, size = np.sort(counts), len(counts)
    ranked = 2 * int((np.arange(1, size + 1) * ordered).sum())  # whole numbers: equal counts give 0
    total = int(ordered.sum())
    return (ranked - (size + 1) * total) / (size * total)


def _length_figures(pairs: pa.Table) -> Figures:
    chosen, rejected = _characters(pairs["chosen"]), _characters(pairs["rejected"])
    longer = (chosen > rejected) + (chosen == rejected) / 2
    return {
        "chosen_longer_share": float(longer.mean()) if len(longer) else None,
        "length_ratio_median": float(np.median(chosen / rejected)) if len(longer) else None,
        "length_auc": separation(chosen, rejected),
    }


def _position_figures(pairs: pa.Table) -> Figures:
    places = [pairs[f"{side}_position"].to_numpy() for side in ("chosen", "rejected")]
    steps = places[1] - places[0]
    known = int((np.abs(steps) > 0).sum())
    first = int((steps > 0).sum())
    low, high = _exact_interval(first, known) if known else (None, None)
    return {
        "pairs_with_positions": known,
        "chosen_first_share": first / known if known else None,
        "chosen_first_low": low,
        "chosen_first_high": high,
    }


def _share_figures(name: str, owners: Codes) -> Figures:
    counts = np.bincount(owners)
    share = float(counts.max() / counts.sum()) if len(owners) else None
    return {f"largest_{name}_share": share, f"{name}_gini": gini(counts)}


def _exact_interval(hits: int, trials: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share."""
    from scipy.special import betaincinv

    low = betaincinv(hits, trials - hits + 1, 0.025) if hits else 0.0
    high = betaincinv(hits + 1, trials - hits, 0.975) if hits < trials else 1.0
    return float(low), float(high)


def _characters(sides: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Characters of each side, which is one message."""
    found = [pc.utf8_length(side.flatten().field("content")) for side in sides.chunks]
    lengths: npt.NDArray[np.int64] = pa.chunked_array(found, pa.int32()).to_numpy().astype(np.int64)
    return lengths


def _users(pairs: pa.Table) -> pa.ChunkedArray:
    """Whose each pair is; a conversation without a user is a user of its own."""
    return pc.coalesce(pairs["user_hash"], pairs["conversation_id"])


def _last_questions(pairs: pa.Table) -> pa.ChunkedArray:
    """The question of each prompt, whatever came before: what many people ask alike."""
    found = []
    for lists in pairs["prompt"].chunks:
        ends = np.cumsum(lists.value_lengths().to_numpy().astype(np.int64)) - 1
        found.append(lists.flatten().field("content").take(pa.array(ends)))
    return pa.chunked_array(found, pa.string())


def _codes(values: pa.ChunkedArray) -> Codes:
    return codes(pa.concat_arrays([pa.array([], pa.string()), *values.chunks]))
