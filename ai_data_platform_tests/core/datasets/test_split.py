"""The split: by a hash of the conversation, so it never moves."""

from ai_data_platform.core.datasets.split import split_of

CONVERSATIONS = [f"conversation {number}" for number in range(4_000)]


def test_the_side_of_a_conversation_never_changes() -> None:
    names = [f"c{n}" for n in range(1, 13)]
    held_out = [name for name in names if split_of(name, 0.3) == "validation"]
    assert held_out == ["c1", "c2", "c5", "c8", "c10"]


def test_the_share_is_held_to_within_chance() -> None:
    held_out = sum(split_of(name, 0.1) == "validation" for name in CONVERSATIONS)
    assert 340 <= held_out <= 460  # 400 expected, 3 standard deviations are 57


def test_a_larger_share_only_moves_conversations_to_validation() -> None:
    small = {name for name in CONVERSATIONS if split_of(name, 0.1) == "validation"}
    large = {name for name in CONVERSATIONS if split_of(name, 0.2) == "validation"}
    assert small < large


def test_a_share_of_zero_holds_nothing_out() -> None:
    assert {split_of(name, 0) for name in CONVERSATIONS} == {"train"}
