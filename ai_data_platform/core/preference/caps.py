"""At most so many pairs of one conversation, and of one user."""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ai_data_platform.core.preference.candidates import Candidates
from ai_data_platform.core.preference.codes import Codes, Flags, codes, runs
from ai_data_platform.core.preference.fates import Fates
from ai_data_platform.core.preference.logged import Logged
from ai_data_platform.core.preference.options import PairOptions

__all__ = ["Caps"]

Both = tuple[Candidates, Candidates]


class Caps:
    """Keeps edits first, then the widest margins; users are counted over all parts."""

    def __init__(self, options: PairOptions) -> None:
        self._options = options
        self._users: Counter[str] = Counter()

    def apply(self, pairs: Both, log: Logged, fates: Fates) -> Both:
        """The pairs by edit and by rating within the caps; the ratings of the others end here."""
        most = self._options.max_pairs_per_conversation
        if most is not None:
            over = _places(_conversations(pairs, log), _rank(pairs, log)) >= most
            told = f"wanted at most {most} pairs a conversation"
            pairs = _without(pairs, over, fates, "over_conversation_cap", told)
        most = self._options.max_pairs_per_user
        if most is not None:
            over = self._over_user(pairs, log, most)
            pairs = _without(
                pairs, over, fates, "over_user_cap", f"wanted at most {most} pairs a user"
            )
        return pairs

    def _over_user(self, pairs: Both, log: Logged, most: int) -> Flags:
        """Pairs beyond the cap; a conversation without a user is a user of its own."""
        conversations = _conversations(pairs, log)
        exchanges = np.concatenate([one.chosen.exchanges for one in pairs])
        names = pc.binary_join_element_wise(
            "conversation", log.column("conversation_id", exchanges), " "
        )
        users = log.users.take(pa.array(conversations))
        owners = pc.coalesce(users, names).to_pylist()
        earlier = np.array([self._users[owner] for owner in owners], np.int64)
        order = _rank(pairs, log)
        over: Flags = earlier + _places(codes(pa.array(owners, pa.string())), order) >= most
        within = zip(owners, over.tolist(), strict=True)
        self._users.update(owner for owner, flag in within if not flag)
        return over


def _conversations(pairs: Both, log: Logged) -> Codes:
    """The conversation of each pair, numbered in the order of their ids."""
    exchanges = np.concatenate([one.chosen.exchanges for one in pairs])
    conversations: Codes = log.conversations[exchanges]
    return conversations


def _rank(pairs: Both, log: Logged) -> Codes:
    """The place of each pair when conversations come in order, and in them what is kept first."""
    exchanges = np.concatenate([one.chosen.exchanges for one in pairs])
    margins = np.concatenate([one.margins for one in pairs])
    ranks = np.empty(len(exchanges), np.int64)
    ranks[np.lexsort((exchanges, -margins, log.conversations[exchanges]))] = np.arange(
        len(exchanges)
    )
    return ranks


def _places(groups: npt.NDArray[np.int64], ranks: Codes) -> Codes:
    """How many of its group come before each row."""
    order = np.lexsort((ranks, groups))
    begins = runs(groups[order])
    starts = np.flatnonzero(begins)
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return places


def _without(pairs: Both, over: Flags, fates: Fates, reason: str, told: str) -> Both:
    edits, rated = pairs
    return (
        edits.without(over[: len(edits)], fates, reason, told),
        rated.without(over[len(edits) :], fates, reason, told),
    )
