"""On which side of the published SFT dataset a conversation stands: what is trained on twice must agree."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ai_data_platform.core.datasets.split import SPLITS, Split
from ai_data_platform.stores.candidates import Findings, StagedDataset
from ai_data_platform.stores.home import Home

__all__ = ["SftSides", "sft_sides"]

_FIGURE = "conversations_in_another_sft_split"


def sft_sides(home: Home, conversations: pa.Array) -> dict[str, Split]:
    """The splits of those of these conversations that stand in the published SFT dataset."""
    return dict(_found(home, conversations))


@dataclass(frozen=True, slots=True, eq=False)
class SftSides:
    """Counts the conversations of a dataset that stand in another split of the published SFT dataset.

    There are none but while that one was split by other shares. So it is shown and blocks nothing: neither
    dataset waits for the other one's gate.
    """

    home: Home

    def __call__(self, staged: StagedDataset) -> Findings:
        crossing = 0
        for split in staged.splits:
            rows = staged.table(split, ["conversation_id"])["conversation_id"]
            stood = sft_sides(self.home, pc.unique(rows))
            crossing += sum(side != split for side in stood.values())
        return Findings({_FIGURE: crossing}, ())


def _found(home: Home, conversations: pa.Array) -> Iterator[tuple[str, Split]]:
    folder = home.versions("sft").current_folder()
    for split in SPLITS if folder is not None and len(conversations) else ():
        path = folder / "data" / f"{split}.parquet" if folder else None
        if path is not None and path.is_file():
            names = pq.read_table(path, columns=["conversation_id"])["conversation_id"]
            there = names.filter(pc.is_in(names, value_set=conversations))
            yield from ((name, split) for name in there.to_pylist())
