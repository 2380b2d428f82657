"""Answers that decline, answers of phrases alone, and the many that only sound like one."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from ai_data_platform.core.conversations.refusals import empty_answer_kind

ASKED = "Which cable do I need between the battery and the inverter?"

REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I cannot assist with that request.",
    "As an AI language model, I don't have personal opinions.",
    "As a large language model trained by Acme, I am not able to browse the internet.",
    "Sorry, I'm a language model and therefore don't have access to live scores.",
    "I apologize for any inconvenience, but I currently do not have sufficient information to answer that.",
    "Unfortunately, I do not have that information at the moment.",
    "I'm sorry, at the moment I'm not able to generate images. Let me know if I can help in other ways.",
    "I do not have specific information on the exact number of stock exchanges in the world.",
    "I have no information about Memphis blues.",
    "Sorry. I can not confirm that.",
    "I am unable to provide medical advice. Please consult a doctor or another professional.",
    "I'm sorry, but that is an inappropriate question. Please consider rephrasing your query.<|endoftext|>",
    "I'm sorry, I don't have access to that. However, if you have any other questions about sports, "
    "I'd be happy to help!",
    '"I am afraid I can\'t do that."',
    "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.",
    "Als KI-Sprachmodell habe ich keine Meinung dazu.",
    "Je suis désolé, mais je ne peux pas vous aider avec cela.",
    "En tant que modèle de langage, je ne dispose pas de cette information.",
    "Lo siento, no puedo ayudarte con eso.",
    "Como modelo de lenguaje, no tengo opiniones personales.",
    "Desculpe, mas não posso ajudar com isso.",
    "很抱歉，我无法回答这个问题。",
    "作为一个人工智能语言模型，我没有能力访问互联网。",
]

BOILERPLATE = [
    "I apologize for the inconvenience this may have caused.",
    "Thank you for contacting Acme support! Have a great day!",
    "Is there anything else I can help you with today?",
    "If you have any other questions, please feel free to ask.",
    "I'm just an AI assistant. How can I help you today?",
    "Sorry for the confusion.\n\nBest regards, the Acme team",
    "Es tut mir leid. Kann ich Ihnen sonst noch helfen?",
]

STAYING = [
    # apologises, then helps
    "I'm sorry, I can't open the door for you. Turn the handle to the left and push.",
    "I apologize for the mistake, here is the corrected list: red, green, blue.",
    "I don't have real-time data, but the last price that I know was 42 euros.",
    "As an AI language model I haven't worked on projects. However, I can give you three examples of such.",
    "I do not have that information. According to the manual, 16 amperes are usual.",
    "Lo siento, no puedo ver tu pantalla. Pulsa el botón durante diez segundos.",
    "很抱歉，我无法看到您的屏幕，但您可以按住按钮十秒钟。",
    # asks for what it needs
    "I'm sorry, I don't have access to your calendar. Can you please provide the details of the meeting?",
    "I am sorry, but I do not know which street you mean, could you maybe name it?",
    # talks about refusing
    'Write: "I\'m sorry, but I can\'t help with that."',
    "Chatbots say \"As an AI language model, I cannot\" when a request breaks their rules.",
    "They cannot be considered superior on a moral level.",
    # people's talk
    "I can't believe there is only one left-handed quarterback in the league.",
    "I can't imagine a world without it.",
    "Sorry, we don't have mocha on our menu. Do you mean macchiato?",
    "Have a look at the manual.",
    "Thank you for the water pump curve.",
    "",
    "42",
]  # fmt: skip


@pytest.mark.parametrize("answer", REFUSALS)
def test_an_answer_that_declines_and_does_nothing_else_is_a_refusal(answer: str) -> None:
    assert empty_answer_kind(ASKED, answer) == "refusal"


@pytest.mark.parametrize("answer", BOILERPLATE)
def test_an_answer_of_phrases_alone_is_boilerplate(answer: str) -> None:
    assert empty_answer_kind(ASKED, answer) == "boilerplate_answer"


@pytest.mark.parametrize("answer", STAYING)
def test_an_answer_with_one_sentence_that_may_help_stays(answer: str) -> None:
    assert empty_answer_kind(ASKED, answer) is None


@pytest.mark.parametrize("answer", [*REFUSALS, *BOILERPLATE])
def test_one_more_sentence_makes_it_an_answer(answer: str) -> None:
    assert empty_answer_kind(ASKED, f"{answer} Use a cable of six square millimetres.") is None


@pytest.mark.parametrize(
    "asked",
    [
        "Thanks, that is all.",
        "Yes, that works for me.",
        "Bye!",
        "Great, it was nice talking to you today my friend.",
        "谢谢，再见",
    ],
)
def test_a_phrase_is_the_right_answer_to_a_phrase(asked: str) -> None:
    assert empty_answer_kind(asked, "Have a great day!") is None
    assert empty_answer_kind(asked, "I'm sorry, but I can't help with that.") == "refusal"


def test_an_answer_of_600_characters_is_read_and_a_longer_one_stays() -> None:
    sentence = "I do not have that information. "
    assert empty_answer_kind(ASKED, sentence * 18) == "refusal"
    assert empty_answer_kind(ASKED, sentence * 19) is None


REAL = {
    "mtrag_un": (101, 1),
    "oasst1_en": (1, 0),
    "oasst_model_eval": (3, 0),
    "taskmaster4": (1, 1),
    "sgd": (9, 9),
    "topical_chat": (2, 4),
    "kdconv_zh": (2, 0),
}
"""Refusals and boilerplate in each real log. All 119 refusals were read: each declines."""


def test_what_is_found_in_real_logs_is_what_was_read(shared_data: Path) -> None:
    found = {}
    for name in REAL:
        with gzip.open(shared_data / "chat_logs" / f"{name}.turns.jsonl.gz") as lines:
            rows = [json.loads(line) for line in lines]
        kinds = Counter(empty_answer_kind(r["user_message"], r["assistant_message"]) for r in rows)
        found[name] = kinds["refusal"], kinds["boilerplate_answer"]
    assert found == REAL
