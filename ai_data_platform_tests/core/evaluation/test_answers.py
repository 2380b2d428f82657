from ai_data_platform.core.evaluation.answers import answer_extractively
from ai_data_platform.core.evaluation.faithfulness import Idf, LexicalScorer

CONTEXTS = [
    "A hammer drives nails. The pump runs at 2.5 bar. It weighs a lot.",
    "Pumps are sold in pairs. Check the pressure of the pump every month.",
]
IDF = Idf.fit(CONTEXTS)


def test_the_two_sentences_that_share_most_with_the_question_come_in_context_order() -> None:
    answer = answer_extractively("Which pressure of the pump to check every month?", CONTEXTS, IDF)
    assert answer == "The pump runs at 2.5 bar. Check the pressure of the pump every month."


def test_a_sentence_that_several_contexts_repeat_is_given_once() -> None:
    answer = answer_extractively("Which pump?", ["The pump runs.", "The pump runs."], IDF)
    assert answer == "The pump runs."


def test_one_matching_sentence_is_answer_enough() -> None:
    assert answer_extractively("hammer", CONTEXTS, IDF) == "A hammer drives nails."


def test_on_a_tie_the_shorter_sentence_wins_and_then_the_earlier() -> None:
    contexts = ["A pump of the very longest kind. Pump one. Pump two. Pump six."]
    assert answer_extractively("pump", contexts, IDF) == "Pump one. Pump two."


def test_without_a_shared_word_the_best_context_speaks() -> None:
    answer = answer_extractively("Wie hoch ist der Druck?", CONTEXTS, IDF)
    assert answer == "A hammer drives nails. The pump runs at 2.5 bar."


def test_without_contexts_there_is_no_answer_and_so_no_score() -> None:
    assert answer_extractively("pump", [], IDF) == ""
    assert answer_extractively("pump", ["", "\n"], IDF) == ""
    assert LexicalScorer(IDF).score("pump", "", []).value is None


def test_an_extractive_answer_is_faithful_by_construction() -> None:
    answer = answer_extractively("the pressure of the pump", CONTEXTS, IDF)
    assert LexicalScorer(IDF).score("", answer, CONTEXTS).value == 1.0
