"""Planted defects: what is counted is what is there."""

import re
from collections import Counter
from random import Random

import pytest

from ai_data_platform.core.samples.dialogues import TurnMaker
from ai_data_platform.core.samples.exchanges import Exchange, conversations
from ai_data_platform.core.samples.pages import pages
from ai_data_platform.core.samples.personal import PERSONAL_KINDS, personal_sentence
from ai_data_platform.core.samples.planting import Planter
from ai_data_platform.core.samples.spec import SampleSpec
from ai_data_platform.core.samples.timeline import log_files

_EXTRA = re.compile(r"c\d{8}([pqrstu])$")


@pytest.fixture(scope="module")
def planted() -> tuple[list[Exchange], Counter[str]]:
    chance = Random("7/chat").random
    maker = TurnMaker([page.facts for page in pages(7, 40)], chance)
    planter = Planter(maker, Random("7/planted").random)
    spec = SampleSpec(conversations=2_000)
    rows = [
        exchange
        for file in log_files(spec)
        for made in conversations(file, maker, 200, chance)
        for exchange in planter.plant(made)
    ]
    return rows, planter.tally


def _extra(rows: list[Exchange], mark: str) -> list[Exchange]:
    found = ((row, _EXTRA.search(row.conversation_id)) for row in rows)
    return [row for row, match in found if match and match[1] == mark]


def test_exact_duplicates_are_the_rows_whose_texts_came_before(
    planted: tuple[list[Exchange], Counter[str]],
) -> None:
    rows, tally = planted
    pairs = Counter((row.user_message, row.assistant_message) for row in rows)
    repeated = sum(count - 1 for count in pairs.values())
    assert repeated == tally["exact_duplicates"] == len(_extra(rows, "p"))
    assert 0.012 < repeated / len(rows) < 0.028


def test_near_duplicates_keep_the_answer_and_change_the_message(
    planted: tuple[list[Exchange], Counter[str]],
) -> None:
    rows, tally = planted
    near = _extra(rows, "q")
    kinds = ("case", "punctuation", "word")
    assert len(near) == sum(tally[f"near_duplicates_{kind}"] for kind in kinds)
    messages: dict[str, set[str]] = {}
    for row in rows:
        messages.setdefault(row.assistant_message, set()).add(row.user_message)
    assert [row for row in near if len(messages[row.assistant_message]) < 2] == []


def test_empty_and_short_answers_are_counted(
    planted: tuple[list[Exchange], Counter[str]],
) -> None:
    rows, tally = planted
    answers = [row.assistant_message for row in rows]
    assert sum(not answer.strip() for answer in answers) == tally["empty_answers"] > 0
    short = sum(0 < len(answer.strip()) <= 20 for answer in answers)
    assert short == tally["short_answers"] > 0


def test_test_traffic_is_marked_by_its_user_or_its_message_and_decoys_are_not(
    planted: tuple[list[Exchange], Counter[str]],
) -> None:
    rows, tally = planted
    word = re.compile(r"\btest\b", re.IGNORECASE)
    users = [row for row in rows if row.user_id.startswith("test-")]
    messages = [row for row in rows if word.search(row.user_message)]
    assert len(users) == tally["test_traffic_user"] > 0
    assert len(messages) == tally["test_traffic_message"] > 0
    decoys = _extra(rows, "u")
    assert len(decoys) == tally["test_decoys"] > 0
    inside = re.compile("latest|contest|testing|tested|greatest", re.IGNORECASE)
    assert [row.user_message for row in decoys if not inside.search(row.user_message)] == []
    assert [row for row in decoys if word.search(row.user_message)] == []


def test_personal_data_is_where_the_tally_says_and_nowhere_else(
    planted: tuple[list[Exchange], Counter[str]],
) -> None:
    rows, tally = planted
    at_sign = sum("@" in row.user_message for row in rows)
    addresses = sum(bool(re.search(r"\d+\.\d+\.\d+\.\d+", row.user_message)) for row in rows)
    assert at_sign == tally["pii_email"] > 0
    assert addresses == tally["pii_ip"] > 0
    assert [row for row in rows if "@" in row.assistant_message] == []
    assert all(tally[f"pii_{kind}"] > 0 for kind in PERSONAL_KINDS)


def test_an_added_exchange_is_a_conversation_of_its_own(
    planted: tuple[list[Exchange], Counter[str]],
) -> None:
    rows, _ = planted
    assert len({row.message_id for row in rows}) == len(rows)
    extra = [row for row in rows if _EXTRA.search(row.conversation_id)]
    assert {(row.turn_index, row.thread, row.siblings) for row in extra} == {(0, None, 1)}


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def test_card_numbers_pass_the_luhn_check() -> None:
    chance = Random(5).random
    for _ in range(100):
        digits = re.sub(r"\D", "", personal_sentence("card", chance))
        assert len(digits) in (15, 16)
        assert _luhn(digits)


def test_account_numbers_pass_the_mod_97_check() -> None:
    chance = Random(5).random
    for _ in range(100):
        found = re.search(r"\b[A-Z]{2}\d{2}[A-Z0-9 ]{11,30}\d", personal_sentence("iban", chance))
        assert found is not None
        plain = found[0].replace(" ", "")
        assert int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def test_addresses_and_phone_numbers_belong_to_nobody() -> None:
    chance = Random(5).random
    mail = {personal_sentence("email", chance).rstrip(".") for _ in range(200)}
    assert all(re.search(r"@(?:mail\.)?example\.(?:com|org|net)\b", text) for text in mail)
    phones = {personal_sentence("phone", chance) for _ in range(200)}
    assert all(re.search(r"555[ -]01\d\d", text) for text in phones)
    networks = {personal_sentence("ip", chance) for _ in range(200)}
    assert all(re.search(r"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.", text) for text in networks)
