"""Broken encodings: what is repaired, and what is left because its writer meant it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_data_platform.core.conversations.mend import MEND_VERSION, mend


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("schÃ¶n und grÃ¼n", "schön und grün"),
        ("itâ€™s here", "it’s here"),
        ("what ‚ÄúIPOs‚Äù are", "what “IPOs” are"),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"),
        ("ä½\xa0å¥½", "你好"),
        ("ðŸ˜€", "😀"),
        ("cafÃƒÂ©", "café"),
        ("voilÃ\xa0 le cafÃ©", "voilà le café"),
        ("good café, bad cafÃ©", "good café, bad café"),
        ("itâ€\ufffds", "it\ufffds"),
        ("Ã\ud83d\r©", "\ufffd\n©"),
        ("a \x93quote\x94", "a “quote”"),
        ("one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        ("one\u2028two", "one\ntwo"),
        ("a\x00b\x07c\ufeff", "abc"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\ud83d\ude00 and \ud83d", "😀 and \ufffd"),
    ],
)
def test_what_a_wrong_decoding_broke_is_repaired(broken: str, meant: str) -> None:
    assert mend(broken) == meant == mend(meant)


@pytest.mark.parametrize(
    "meant",
    [
        "“curly” and ‘single’ quotes, 'straight' and \"double\" ones",
        "ﬁne ﬂow, ｆｕｌｌ　ｗｉｄｔｈ， ｶﾀｶﾅ",
        "x² + y³ ≤ ½ µm",
        "e\u0301 and é, Å and Å",
        "<p>Fish &amp; chips &lt;3</p>",
        'print("\\x1b[31m", "\\u00e9", b"\\xc3\\xa9")',
        "\tif a:\n\t\treturn  b\n",
        "IRMÃ E PAI",
        "ÃO, São Paulo, Ångström, Ý, Łódź",
        "שלום, مرحبا, नमस्ते, สวัสดี, 你好, こんにちは, 안녕",
        "👩\u200d👩\u200d👧 and Persian می\u200cروم",
        "a?b, what?? Ok?",
        "already lost: \ufffd",
        "",
    ],
)
def test_what_its_writer_meant_is_left_alone(meant: str) -> None:
    assert mend(meant) == meant


BROKEN = st.text(
    st.sampled_from("aé’ÃÂ¤â€™ðŸ˜€ \x85\x93\xa0\r\n\u2028\x1b[m\ud83d\ude00\x00\ufffd")
) | st.text().map(lambda text: text.encode("utf-8", "replace").decode("latin-1"))


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(st.characters(exclude_categories=())) | BROKEN)
def test_mending_twice_equals_mending_once(text: str) -> None:
    once = mend(text)
    assert mend(once) == once
    assert once.encode().decode() == once
    assert "\r" not in once


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\n\t")))
def test_plain_ascii_comes_back_as_it_is(text: str) -> None:
    assert mend(text) == text


def test_the_version_names_the_release_of_the_rules() -> None:
    assert MEND_VERSION.startswith("mend-1/ftfy-")
