"""Exchanges screened: one row each, one reason at most, and nothing looked at twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pytest

from ai_data_platform.core.conversations.screen import Screener, ScreenOptions
from ai_data_platform.core.conversations.screened import (
    SCREENED,
    SCREENING_RULES,
    languages_of,
    screen_log,
)
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.gates import judge

QUESTION = "Which cable do I need between the battery and the inverter?"
ANSWER = "Use a cable of six square millimetres, and keep it shorter than ten metres."
REFUSAL = "I'm sorry, but I can't help with that."
GERMAN = "Nehmen Sie ein Kabel mit sechs Quadratmillimetern, das kürzer als zehn Meter ist."


def log(*answers: str, questions: Sequence[str] = ()) -> pa.Table:
    asked = questions or [QUESTION] * len(answers)
    return pa.table(
        {
            "record_id": [f"r{number}" for number in range(len(answers))],
            "user_message": pa.array(asked, pa.string()),
            "assistant_message": pa.array(answers, pa.string()),
        }
    )


LOG = log(
    ANSWER,
    REFUSAL,
    "Have a great day!",
    "The pump is on. " * 30,
    GERMAN,
    "",
    questions=[QUESTION] * 4
    + ["Welches Kabel brauche ich zwischen Batterie und Wechselrichter?", "Hi"],
)


@dataclass
class Scorer:
    """Gives a text the score that was set for it, and counts the texts."""

    scores: dict[str, float] = field(default_factory=dict)
    fingerprint: str = "scorer-1"
    seen: int = 0

    def score(self, texts: Sequence[str]) -> list[float]:
        self.seen += len(texts)
        return [self.scores.get(text, 0.0) for text in texts]


def reasons(table: pa.Table) -> list[str | None]:
    return table["drop_reason"].to_pylist()


def test_each_exchange_has_a_row_with_its_language_and_its_reason() -> None:
    made = screen_log(LOG, None, Screener(ScreenOptions()))
    assert made.table.schema == SCREENED
    assert made.table["record_id"].to_pylist() == LOG["record_id"].to_pylist()
    assert made.table["language"].to_pylist() == ["en", "en", "en", "en", "de", "und"]
    assert reasons(made.table) == [
        None, "refusal", "boilerplate_answer", "repetitive_answer", None, None,
    ]  # fmt: skip
    assert made.table["toxicity"].to_pylist() == [None] * 6
    assert made.figures == {
        "dropped_boilerplate_answer": 1,
        "dropped_refusal": 1,
        "dropped_repetitive_answer": 1,
        "exchanges_unaccounted": 0,
        "scored": 6,
        "taken_over": 0,
    }
    assert languages_of(made.table) == {"de": 1, "en": 4, "und": 1}
    assert languages_of(None) == {}


def test_each_rule_can_be_switched_off() -> None:
    off = ScreenOptions(drop_refusals=False, drop_boilerplate=False, drop_repetitive=False)
    assert reasons(screen_log(LOG, None, Screener(off)).table) == [None] * 6


def test_with_languages_set_others_go_and_what_cannot_be_told_stays() -> None:
    english = screen_log(LOG, None, Screener(ScreenOptions(languages=("en",)))).table
    assert [reasons(english)[4], reasons(english)[5]] == ["other_language", None]
    german = screen_log(LOG, None, Screener(ScreenOptions(languages=("de",)))).table
    assert reasons(german) == [*["other_language"] * 4, None, None]


def test_the_language_is_that_of_question_and_answer_together() -> None:
    found = screen_log(log(GERMAN * 3), None, Screener(ScreenOptions(languages=("en",)))).table
    assert found["language"].to_pylist() == ["de"]


def test_the_worse_of_question_and_answer_is_the_toxicity_and_drops_above_the_limit() -> None:
    scorer = Scorer({"bad": 0.9, "worse": 0.8})
    table = log("bad", "worse", ANSWER, questions=["worse", "fine", "bad"])
    made = screen_log(table, None, Screener(ScreenOptions(), scorer)).table
    assert made["toxicity"].to_pylist() == pytest.approx([0.9, 0.8, 0.9])
    assert reasons(made) == ["toxic", None, "toxic"]
    strict = screen_log(table, None, Screener(ScreenOptions(max_toxicity=0.7), scorer)).table
    assert reasons(strict) == ["toxic"] * 3


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.5])
def test_a_score_that_is_none_fails_and_says_so(score: float) -> None:
    with pytest.raises(ConfigurationError, match="AIDP_TOXICITY"):
        screen_log(LOG, None, Screener(ScreenOptions(), Scorer({QUESTION: score})))


def test_a_scorer_that_leaves_texts_out_fails() -> None:
    class Short(Scorer):
        def score(self, texts: Sequence[str]) -> list[float]:
            return [0.0]

    with pytest.raises(ConfigurationError, match="1 scores for 6 texts"):
        screen_log(LOG, None, Screener(ScreenOptions(), Short()))


def test_only_new_texts_are_looked_at_and_the_rows_are_the_same() -> None:
    first = screen_log(LOG, None, Screener(ScreenOptions(), Scorer())).table
    changed = pa.concat_tables([log("A new answer.", REFUSAL), LOG])
    scorer = Scorer()
    made = screen_log(changed, first, Screener(ScreenOptions(), scorer))
    assert scorer.seen == 2  # question and answer of the one exchange that is new
    assert made.table == screen_log(changed, None, Screener(ScreenOptions(), Scorer())).table
    assert (made.figures["scored"], made.figures["taken_over"]) == (1, 7)


def test_another_rule_or_scorer_looks_at_everything_again() -> None:
    first = screen_log(LOG, None, Screener(ScreenOptions(), Scorer())).table
    others = [
        Screener(ScreenOptions(drop_refusals=False), Scorer()),
        Screener(ScreenOptions(max_toxicity=0.5), Scorer()),
        Screener(ScreenOptions(), Scorer(fingerprint="scorer-2")),
        Screener(ScreenOptions()),
    ]
    for other in others:
        made = screen_log(LOG, first, other)
        assert made.figures["scored"] == 6
        assert made.table == screen_log(LOG, None, other).table


def test_rows_do_not_depend_on_how_the_log_is_cut() -> None:
    cut = pa.Table.from_batches(LOG.to_batches(max_chunksize=1))
    screener = Screener(ScreenOptions())
    assert screen_log(cut, None, screener).table == screen_log(LOG, None, screener).table


def test_a_language_that_no_model_knows_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"no languages \['english'\]; there are .* en, "):
        ScreenOptions(languages=("en", "english"))


def test_an_empty_log_is_an_empty_table_that_its_gate_blocks() -> None:
    made = screen_log(log(), None, Screener(ScreenOptions()))
    assert (made.table.num_rows, made.table.schema) == (0, SCREENED)
    figures = {"rows": 0, **made.figures}
    assert not judge("x", "f", figures, SCREENING_RULES, code_version="1").passed
