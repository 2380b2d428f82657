"""Which rows hold an evaluation item, which only look like it, and what that depends on."""

from random import Random

import pytest

from ai_data_platform.core.datasets.leakage import (
    Contamination,
    ContaminationOptions,
    EvaluationItem,
    find_contamination,
)
from ai_data_platform.core.datasets.leakage.recheck import ItemBook
from ai_data_platform.core.errors import ConfigurationError

LONG = (
    "Which of the two inverters that hang in the cellar has to be switched off first when the "
    "roof is cleaned in winter"
)
NINE = "At how many degrees does sea water begin freezing?"


def item(text: str, name: str = "q") -> EvaluationItem:
    return EvaluationItem(name, "exam", text)


def found(text: str | list[str], *items: EvaluationItem) -> Contamination | None:
    messages = [text] if isinstance(text, str) else text
    return find_contamination([("row", messages)], items).get("row")


def test_a_message_that_says_the_same_is_the_same_question_whatever_its_length() -> None:
    assert found("  who ARE you?!", item("Who are you")) == Contamination(
        "q", "exam", "same_question", 1.0
    )
    assert found(LONG.upper(), item(LONG)) == Contamination("q", "exam", "same_question", 1.0)


def test_a_run_of_thirteen_words_of_a_long_item_is_enough() -> None:
    quoted = " ".join(LONG.split()[4:17])
    row = f"My father, who is ninety and lives alone, keeps asking: {quoted}? What may I tell him?"
    match = found(row, item(LONG))
    assert match == Contamination("q", "exam", "ngram_13", 1 / 11)


def test_twelve_words_of_a_long_item_are_not_enough() -> None:
    quoted = " ".join(LONG.split()[4:16])
    assert found(f"My father keeps asking: {quoted} tell him?", item(LONG)) is None


def test_an_item_that_is_contained_with_seven_tenths_of_its_eight_word_runs_counts() -> None:
    ten = "one two three four five six seven eight nine ten eleven twelve"  # five runs of eight
    around = "here is what I was told the other day by a friend of mine who knows"
    four = f"{around} {ten.rsplit(' ', 1)[0]} thirteen"
    three = f"{around} {ten.rsplit(' ', 2)[0]} thirteen"
    assert found(four, item(ten)) == Contamination("q", "exam", "ngram_8", 4 / 5)
    assert found(three, item(ten)) is None


def test_runs_are_gathered_over_the_messages_of_a_row_and_never_cross_two() -> None:
    text = "one two three four five six seven eight nine ten"  # three runs of eight
    halves = ["one two three four five", "six seven eight nine ten"]
    parts = [
        "one two three four five six seven eight nine x",
        "y three four five six seven eight nine ten",
    ]
    assert found(halves, item(text)) is None
    assert found(parts, item(text)) == Contamination("q", "exam", "ngram_8", 1.0)


def test_an_edited_question_is_a_near_duplicate() -> None:
    row = "At how many degrees does the sea water begin freezing?"
    match = found(row, item(NINE))
    assert match == Contamination("q", "exam", "near_duplicate", pytest.approx(16 / 20))


def test_short_questions_that_differ_in_a_word_are_other_questions() -> None:
    asked = item("so what is the capital of France")
    assert found("so what is the capital of Spain", asked) is None
    assert found("so what is the capital of France then", asked) is not None


def test_rows_about_the_same_thing_are_kept() -> None:
    rows = ["When does water boil?", "The inverters hang in the cellar, both of them.", "", "?!"]
    asked = [item(LONG, "a"), item(NINE, "b")]
    assert find_contamination([("row", rows), ("empty", [])], asked) == {}


def test_the_item_with_the_greatest_share_is_named_and_then_the_first_by_set_and_id() -> None:
    near = item("At how many degrees does the sea water begin freezing?", "a")
    assert found(NINE, near, item(NINE, "c"), item(NINE, "b")) == Contamination(
        "b", "exam", "same_question", 1.0
    )


def test_what_many_items_say_tells_nothing_however_few_rows_say_it() -> None:
    phrase = "Thank you for your help and have a very nice evening over there, see you then"
    polite = [item(phrase, f"q{n}") for n in range(11)]
    asked = [item(f"{phrase}, said guest {n}: {NINE}", f"r{n}") for n in range(3)]
    assert found(phrase, *polite) is None
    assert found(phrase, *polite[:10]) is not None
    assert found(f"{phrase}, and by the way, who is coming for dinner tomorrow?", *polite) is None
    match = found(f"{asked[1].text} Do tell me.", *polite, *asked)
    assert match == Contamination("r1", "exam", "ngram_13", 1.0)


def test_a_question_that_a_hundred_rows_ask_is_found_in_each() -> None:
    rows = [(f"row{n}", [NINE, f"Answer {n}"]) for n in range(100)]
    assert len(find_contamination(rows, [item(NINE)])) == 100


def test_what_becomes_of_a_row_does_not_depend_on_the_others_or_on_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, items = _world(Random(3))
    whole = find_contamination(rows, items)
    monkeypatch.setattr("ai_data_platform.core.datasets.leakage.contamination.MAX_TEXTS", 3)
    apart = find_contamination(rows[::-1], items[::-1])
    assert whole == apart
    assert len(whole) > 20


def test_plain_python_finds_the_same_items_with_the_same_shares() -> None:
    for seed in range(4):
        rows, items = _world(Random(seed))
        book = ItemBook(items, ContaminationOptions())
        again = {name: match for name, texts in rows if (match := book.strongest(texts))}
        assert find_contamination(rows, items) == again


def test_a_conversation_of_more_messages_than_are_compared_at_once_is_one_row() -> None:
    said = [f"Message {n} of a very long talk." for n in range(9_000)]
    said[3], said[8_500] = NINE, LONG
    matches = find_contamination([("long", said)], [item(LONG)])
    assert matches == {"long": Contamination("q", "exam", "same_question", 1.0)}


def test_any_script_and_lone_surrogates_are_compared() -> None:
    chinese = "第二十五届台湾金曲奖最佳国语专辑是哪一张"
    assert found(f"请问{chinese}？谢谢", item(chinese)) is not None
    assert (
        found("broken \ud800 text that goes on", item("broken \udc00 text that goes on"))
        is not None
    )


def test_without_items_nothing_is_contaminated() -> None:
    assert find_contamination([("row", [NINE])], []) == {}


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="wanted shares above 0"):
        ContaminationOptions(containment=0)


def _world(random: Random) -> tuple[list[tuple[str, list[str]]], list[EvaluationItem]]:
    """Rows and items out of few words, so that all kinds of overlap occur."""
    texts = [
        " ".join(random.choices("abcdefghijklmn", k=random.randint(1, 20))) for _ in range(120)
    ]
    items = [EvaluationItem(f"q{n}", f"set{n % 2}", text) for n, text in enumerate(texts[:40])]
    items += [EvaluationItem(f"common{n}", "set0", texts[0]) for n in range(11)]
    rows = []
    for n, text in enumerate(texts):
        edited = text.split()
        edited[random.randrange(len(edited))] = random.choice("abcxyz")
        rows.append((f"row{n}", [" ".join(edited), f"{random.choice(texts)} and more", ""]))
    return rows, items
