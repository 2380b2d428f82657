"""The language of a text: the library's answers, thousands at a time, and no guess at a few letters."""

import gzip
import json
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ai_data_platform.core.conversations.language import Language, identify, known_languages

SENTENCES = {
    "en": "The heat pump starts twice an hour, is that normal in winter?",
    "de": "Die Wärmepumpe startet zweimal in der Stunde, ist das im Winter normal?",
    "fr": "La pompe à chaleur démarre deux fois par heure, est-ce normal en hiver ?",
    "es": "La bomba de calor arranca dos veces por hora, ¿es normal en invierno?",
    "it": "La pompa di calore si avvia due volte all'ora, è normale in inverno?",
    "pt": "A bomba de calor arranca duas vezes por hora, isso é normal no inverno?",
    "nl": "De warmtepomp start twee keer per uur, is dat normaal in de winter?",
    "pl": "Pompa ciepła włącza się dwa razy na godzinę, czy zimą to normalne?",
    "ru": "Тепловой насос включается два раза в час, это нормально зимой?",
    "uk": "Тепловий насос вмикається двічі на годину, чи це нормально взимку?",
    "tr": "Isı pompası saatte iki kez çalışıyor, kışın bu normal mi?",
    "ar": "تبدأ المضخة الحرارية مرتين في الساعة، هل هذا طبيعي في الشتاء؟",
    "he": "משאבת החום מתחילה לפעול פעמיים בשעה, האם זה נורמלי בחורף?",
    "hi": "हीट पंप एक घंटे में दो बार चालू होता है, क्या सर्दियों में यह सामान्य है?",
    "zh": "热泵每小时启动两次，冬天这样正常吗？",
    "ja": "ヒートポンプは一時間に二回動きますが、冬は普通ですか。",
    "ko": "히트펌프가 한 시간에 두 번 켜지는데 겨울에 정상인가요?",
    "th": "ปั๊มความร้อนทำงานสองครั้งต่อชั่วโมง ในฤดูหนาวปกติไหม",
    "el": "Η αντλία θερμότητας ξεκινά δύο φορές την ώρα, είναι φυσιολογικό τον χειμώνα;",
}


def codes(*texts: str) -> list[str]:
    return [language.code for language in identify(texts)]


def test_languages_in_a_dozen_scripts_are_told_apart() -> None:
    assert codes(*SENTENCES.values()) == list(SENTENCES)
    assert set(SENTENCES) <= known_languages()


@pytest.mark.parametrize(
    "text", ["", " ", "Goodbye!", "OK", "+1 215-372-9000", "123 456 789 " * 9, "你好", "\ud800"]
)
def test_few_letters_tell_no_language(text: str) -> None:
    assert identify([text]) == [Language("und", 0.0)]


def test_a_text_written_in_capitals_or_in_decomposed_letters_is_the_same_language() -> None:
    import unicodedata

    assert codes(SENTENCES["de"].upper()) == ["de"]
    composed, decomposed = identify(
        [SENTENCES["fr"], unicodedata.normalize("NFD", SENTENCES["fr"])]
    )
    assert composed == decomposed


def test_spoken_forms_count_as_the_language_that_they_are_written_in() -> None:
    # The model alone says Wu and Nigerian Pidgin.
    assert codes(
        "获得过威尼斯国际电影节终身成就金狮奖，柏林国际电影节终身成就金熊奖。",
        "3rd of march and pop\njojo siwa forest hills stadium march 3rd 8 pm",
    ) == ["zh", "en"]


def test_the_answer_does_not_depend_on_the_texts_beside_it() -> None:
    texts = [*SENTENCES.values(), "Goodbye!", "x" * 5_000]
    alone = [identify([text])[0] for text in texts]
    assert identify(texts) == alone
    assert identify(texts[::-1] * 150) == alone[::-1] * 150


def test_scores_are_those_of_the_library(shared_data: Path) -> None:
    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    texts = [
        *SENTENCES.values(),
        *(text[:300] for text in logged(shared_data, "oasst_model_eval", 3_000)[2_000:]),
    ]
    pairs = list(zip(identify(texts), map(library.classify, texts), strict=True))
    told = [
        (ours.score, theirs[1])
        for ours, theirs in pairs
        if ours.code in ("de", "fr", "ja", "ru", "th", "vi")
    ]
    assert len(told) > 10
    np.testing.assert_allclose(*zip(*told, strict=True), atol=1e-3)
    assert {(ours.code, theirs[0]) for ours, theirs in pairs if ours.code != theirs[0]} <= {
        ("und", "en")
    }


@pytest.mark.parametrize(
    ("name", "wanted", "others"),
    [("kdconv_zh", "zh", 0), ("topical_chat", "en", 0), ("sgd", "en", 0)],
)
def test_no_real_exchange_is_taken_for_another_language(
    shared_data: Path, name: str, wanted: str, others: int
) -> None:
    found = Counter(codes(*logged(shared_data, name, 1_000)))
    assert found[wanted] > 950
    assert found.total() - found[wanted] - found["und"] == others


def logged(folder: Path, name: str, count: int) -> list[str]:
    with gzip.open(
        folder / "chat_logs" / f"{name}.turns.jsonl.gz", "rt", encoding="utf-8"
    ) as lines:
        rows = [json.loads(line) for line in islice(lines, count)]
    return [f"{row['user_message']}\n{row['assistant_message']}" for row in rows]
