"""Answers that are stuck."""

import pytest

from ai_data_platform.core.conversations.repetition import MAX_REPEATED_SHARE, repeated_share

STUCK = "The pump is running because the pump is on. "
PROSE = (
    "Press the button for ten seconds until the light turns green, then wait for the gateway to restart and "
    "open the app again to see the new values of the day."
)


def test_a_sentence_said_twenty_times_is_repetition() -> None:
    assert repeated_share(STUCK * 20) == pytest.approx(170 / 180)


def test_chinese_repetition_is_seen_without_spaces() -> None:
    assert repeated_share("热泵正在更新软件" * 10) > MAX_REPEATED_SHARE


def test_prose_short_answers_and_nothing_have_none() -> None:
    assert [repeated_share(text) for text in (PROSE, "no " * 19, "")] == [0.0, 0.0, 0.0]


def test_a_word_said_twenty_times_is_repetition() -> None:
    assert repeated_share("no " * 20) > MAX_REPEATED_SHARE


def test_a_text_said_twice_or_with_a_chorus_stays() -> None:
    chorus = "Turn it on, turn it off, turn the little heat pump round and round tonight. "
    verses = [f"{PROSE[start : start + 90]}. " for start in range(0, 60, 12)]
    song = "".join(verse + chorus for verse in verses)
    assert repeated_share(PROSE * 2) <= MAX_REPEATED_SHARE
    assert repeated_share(song) <= MAX_REPEATED_SHARE


def test_letter_case_and_marks_hide_no_repetition() -> None:
    assert repeated_share((STUCK + STUCK.upper().replace(" ", "! ")) * 10) > MAX_REPEATED_SHARE
