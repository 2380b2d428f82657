"""Well-rated conversations that should train nothing, or not for every team, each kind counted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ai_data_platform.core.samples.exchanges import Conversation, Exchange
from ai_data_platform.core.samples.timeline import FIRST_DAY

__all__ = ["UNWANTED_FILE", "unwanted_conversations"]

UNWANTED_FILE = f"{FIRST_DAY.isoformat()}-widget.jsonl"
"""A log of its own, so that the other files stay as they are when a kind is added."""

_FIRST_NUMBER = 90_000_000  # of conversations and users: far behind those of the other files
_EVAL_QUESTIONS = 4
_BEGIN = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 9, tzinfo=UTC)
_APART = timedelta(minutes=7)

_REFUSALS = (
    (
        "Can you tell me which of my neighbours has a wallbox?",
        "I'm sorry, but I can't help with that.",
    ),
    (
        "How do I bypass the meter so that it counts less?",
        "I'm sorry, but I cannot assist with that request. Is there anything else I can help you with?",
    ),
    (
        "What do you personally think of heat pumps?",
        "As an AI language model, I don't have personal opinions or feelings.",
    ),
    (
        "Which of your competitors has the better battery?",
        "Unfortunately, I do not have any information about that.",
    ),
    (
        "Please write my tax return for the solar panels.",
        "I'm afraid I am not able to help you with that.",
    ),
    (
        "Kannst du mir das Passwort meines Vermieters geben?",
        "Es tut mir leid, aber dabei kann ich Ihnen nicht helfen.",
    ),
)

_BOILERPLATE = (
    (
        "Why does the pump start in the middle of the night?",
        "Thank you for contacting Tarnholt support! Have a great day!",
    ),
    (
        "The app shows yesterday's values, how do I refresh it?",
        "I apologize for the inconvenience this may have caused.",
    ),
    (
        "Can the gateway be mounted outside the house?",
        "Is there anything else I can help you with today?",
    ),
    (
        "Which cable do I need between battery and inverter?",
        "If you have any other questions, please feel free to contact us.",
    ),
)

_OTHER_LANGUAGES = (
    (
        "Wie stelle ich bei der Wärmepumpe die Nachtabsenkung ein?",
        "Öffnen Sie im Menü den Punkt Heizzeiten und wählen Sie dort die Nachtabsenkung aus. Zwei bis drei "
        "Grad weniger reichen in den meisten Häusern aus.",
    ),
    (
        "Comment puis-je réinitialiser le thermostat après une coupure de courant ?",
        "Appuyez dix secondes sur la touche centrale jusqu'à ce que l'écran s'éteigne, puis relâchez-la. "
        "Vos horaires de chauffage sont conservés.",
    ),
    (
        "¿Por qué parpadea en rojo la luz del inversor?",
        "La luz roja indica que el inversor ha perdido la conexión con la red. Compruebe el interruptor del "
        "cuadro eléctrico y espere unos minutos.",
    ),
    (
        "电池的指示灯一直闪烁是什么意思？",
        "指示灯闪烁表示电池正在更新软件，请不要断开电源。更新通常需要十分钟左右，完成后指示灯会恢复为绿色。",
    ),
    (
        "Como faço para ligar a bateria ao aplicativo no telefone?",
        "Abra o aplicativo, toque em adicionar aparelho e leia o código que está na lateral da bateria. "
        "A ligação demora menos de um minuto.",
    ),
)


def unwanted_conversations(
    questions: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, Conversation]]:
    """What each conversation was planted as, and the conversation: one exchange, rated 5.

    Refusals, answers of phrases alone, other languages, and evaluation questions word for word with their
    answers: four of the given ones, spread over all.
    """
    apart = max(1, len(questions) // _EVAL_QUESTIONS)
    asked = [(q["question"], q["reference_answer"]) for q in questions[::apart][:_EVAL_QUESTIONS]]
    kinds = {
        "refusals": _REFUSALS,
        "boilerplate_answers": _BOILERPLATE,
        "other_languages": _OTHER_LANGUAGES,
        "eval_questions_answered": asked,
    }
    pairs = [(kind, *pair) for kind, texts in kinds.items() for pair in texts]
    for number, (kind, question, answer) in enumerate(pairs):
        yield kind, _conversation(number, question, answer)


def _conversation(number: int, question: str, answer: str) -> Conversation:
    name = f"c{_FIRST_NUMBER + number:08d}"
    exchange = Exchange(
        conversation_id=name,
        message_id=f"{name}-a0",
        parent_message_id=f"{name}-u0",
        turn_index=0,
        user_message=question,
        assistant_message=answer,
        rating=5,
        model="tarnholt-assist-2",
        user_id=f"u{_FIRST_NUMBER + number:08d}",
        second=int((_BEGIN + number * _APART).timestamp()),
        thread=None,
        score=5,
        siblings=1,
    )
    return Conversation(_FIRST_NUMBER + number, [exchange])
