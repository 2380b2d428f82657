"""Why a rating stands behind no row."""

__all__ = ["DROP_REASONS", "WAITING"]

WAITING = "waiting_for_message"

DROP_REASONS = {
    "between_best_and_worst": "its answer is neither the best nor the worst of its prompt",
    "comparison_without_sibling": "better or worse than an answer that is not known",
    "conversation_level": "it rates no single answer",
    "edit_equals_answer": "the edit reads like the answer that it was made from",
    "empty_answer": "the answer has no text",
    "empty_edit": "the edit has no text",
    "empty_prompt": "the log has no user message for this answer",
    "empty_turn_in_history": "an earlier message has no text, so the prompt has a hole",
    "equal_after_truncation": "both sides are the same tokens up to the trainer's limit",
    "history_unknown": "the log does not say what came before the answer",
    "margin_below_minimum": "the mean ratings are closer than the minimum",
    "near_equal_sides": "the sides differ in too few characters",
    "neutral_rating": "neither liked nor disliked, and there is no rated sibling to compare with",
    "over_conversation_cap": "its conversation has as many pairs as it may",
    "over_prompt_cap": "its prompt has as many edits as it may",
    "over_user_cap": "the user's conversations have as many pairs as they may",
    "prompt_fills_token_limit": "the prompt leaves the trainer no room for an answer",
    "prompt_mismatch": "the answers that were compared answer different questions",
    "raters_contradict": "no majority of those who rated both prefers the better rated answer",
    "repeated_rating": "the same person rated the same answer again later",
    "tie": "the mean ratings are equal",
    WAITING: "its conversation or message is not in the logs yet",
}
"""Each reason with what it means; ratings that wait count again as soon as the log has the message."""
