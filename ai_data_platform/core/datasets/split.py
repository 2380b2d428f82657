"""Train and validation: decided by a hash, so adding data never moves an old row."""

from typing import Literal

from ai_data_platform.core.fingerprints import hash_text

__all__ = ["Split", "split_of"]

Split = Literal["train", "validation"]


def split_of(group: str, validation_share: float) -> Split:
    """The side that a group (a conversation) falls on; `validation_share` of all groups are held out."""
    position = int(hash_text("split", group)[:13], 16) / 16**13  # 52 bits: exact in a float
    return "validation" if position < validation_share else "train"
