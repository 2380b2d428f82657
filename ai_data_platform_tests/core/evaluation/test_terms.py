from ai_data_platform.core.evaluation.terms import content_terms, is_number, sentences


def test_function_words_and_case_do_not_count() -> None:
    assert content_terms("The Borrow Checker is not here.") == {"borrow", "checker"}


def test_a_possessive_and_a_contraction_lose_their_ending() -> None:
    assert content_terms("IBM's and IBM’s: it doesn't, they're") == {"ibm"}


def test_a_number_is_the_same_however_it_is_written() -> None:
    assert content_terms("1,000 apples, 3.50 pears") == content_terms("1000 apples, 3.5 pears")
    assert content_terms("１２ apples") == {"12", "apples"}


def test_a_ratio_is_two_numbers_and_no_clock_time() -> None:
    assert content_terms("2.5:1") == {"2.5", "1"}


def test_a_number_glued_to_its_unit_still_counts_as_a_number() -> None:
    assert content_terms("5kg, covid-19, v2.0.1") == {"5", "kg", "covid", "19", "v", "2.0.1"}


def test_infinity_and_nan_are_words() -> None:
    terms = content_terms("infinity nan Inf 1e5")
    assert terms == {"infinity", "nan", "inf", "1", "e", "5"}
    assert {term for term in terms if is_number(term)} == {"1", "5"}


def test_each_cjk_character_is_a_term() -> None:
    assert content_terms("東京は大きい") == set("東京は大きい")


def test_sentences_end_at_marks_blank_lines_and_list_items_but_not_at_a_line_end() -> None:
    text = (
        "A wrapped\nparagraph. Its second (really!) sentence\n\n- an item\n- another one\n# Heading"
    )
    assert sentences(text) == [
        "A wrapped paragraph.",
        "Its second (really!) sentence",
        "- an item",
        "- another one",
        "# Heading",
    ]


def test_an_abbreviation_or_a_decimal_ends_no_sentence() -> None:
    text = 'Dr. Who paid 2.5 coins, e.g. Euros. "Really?" he said. Then J. Doe left.'
    assert sentences(text) == [
        "Dr. Who paid 2.5 coins, e.g. Euros.",
        '"Really?" he said.',
        "Then J. Doe left.",
    ]


def test_cjk_sentences_end_without_a_space() -> None:
    assert sentences("今日は晴れ。明日は雨！") == ["今日は晴れ。", "明日は雨！"]


def test_an_empty_text_has_neither_terms_nor_sentences() -> None:
    assert content_terms(" \n") == frozenset()
    assert sentences(" \n\n ") == []
