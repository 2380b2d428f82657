"""A profile counts what rows look like, and comes back from JSON as it was."""

import orjson

from ai_data_platform.core.datasets.examples import Example, Turn
from ai_data_platform.core.datasets.lengths import measure_tokens
from ai_data_platform.core.datasets.profile import Profile, Profiler
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer

SHORT = Example((Turn("user", "Why?"), Turn("assistant", "It is so.")))
LONG = Example((Turn("user", "And then, please?"), Turn("assistant", "It goes on and on.")))
PAIR = Example(
    (Turn("user", "Why?"), Turn("assistant", "So."), Turn("user", "Really?")),
    (Turn("assistant", "Yes, really."),),
    (Turn("assistant", "No."),),
)


def profile() -> Profile:
    counted = Profiler()
    assert counted.add(SHORT, {"rating": [4, None], "language": [None]}) == [
        ("user", 1),
        ("assistant", 3),
    ]
    counted.add(LONG, {"rating": [5]})
    tokens = measure_tokens([("1", SHORT), ("2", LONG)], WordTokenizer())
    return counted.profile().with_tokens(tokens)


def test_rows_are_counted_by_length_role_and_category() -> None:
    found = profile()
    assert found.rows == 2
    assert found.words == {"assistant": {3: 1, 5: 1}, "user": {1: 1, 3: 1}}
    assert found.turns == {2: 2}
    assert found.categories == {"rating": {"4": 1, "5": 1}}
    figures = found.figures()
    assert (figures["response_words_p5"], figures["response_words_p99"]) == (3, 5)
    assert figures["row_tokens_max"] == 18


def test_a_pair_counts_its_prompt_and_its_two_answers() -> None:
    counted = Profiler()
    counted.add(PAIR)
    found = counted.profile()
    assert found.words == {"chosen": {2: 1}, "prompt": {3: 1}, "rejected": {1: 1}}
    assert found.turns == {4: 1}
    assert found.answers == {2: 1}


def test_a_profile_comes_back_from_json_as_it_was() -> None:
    for found in (profile(), Profiler().profile()):
        data = orjson.dumps(found.as_json(), option=orjson.OPT_NON_STR_KEYS)
        assert Profile.from_json(orjson.loads(data)) == found
