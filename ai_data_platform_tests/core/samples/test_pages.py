"""Pages: sections, facts and names."""

from collections import Counter

from ai_data_platform.core.samples.pages import Section, page, pages
from ai_data_platform.core.text import word_count

PAGES = list(pages(7, 120))


def _words(section: Section) -> int:
    return word_count(" ".join([*section.paragraphs, *(" ".join(row) for row in section.rows)]))


def test_every_section_has_a_heading_and_40_to_150_words() -> None:
    sections = [section for made in PAGES for section in made.sections]
    assert all(section.heading for section in sections)
    assert [s.heading for s in sections if not 40 <= _words(s) <= 150] == []


def test_a_page_depends_on_its_number_and_the_seed_only() -> None:
    assert page(7, 33) == PAGES[33]
    assert page(8, 33) != PAGES[33]


def test_the_default_number_of_pages_has_every_format() -> None:
    assert Counter(made.format for made in PAGES[:40]) == {"md": 29, "html": 7, "pdf": 3, "txt": 1}


def test_no_two_pages_share_a_path_or_a_title() -> None:
    many = list(pages(7, 3_000))
    assert len({made.uri for made in many}) == len(many)
    assert len({made.title for made in many}) == len(many)


def test_a_fact_stands_below_the_heading_that_it_names() -> None:
    for made in PAGES:
        texts = {section.heading: " ".join(section.paragraphs) for section in made.sections}
        for fact in made.facts:
            assert fact.state in texts[fact.place.heading]
            assert fact.value.lower() in fact.state.lower()
            assert (fact.place.uri, fact.place.title) == (made.uri, made.title)


def test_no_slot_is_left_open_in_any_text() -> None:
    for made in PAGES:
        texts = [text for section in made.sections for text in section.paragraphs]
        for fact in made.facts:
            texts += [fact.about, fact.why, *fact.asks, *fact.full_answers, *fact.false_answers]
        assert [text for text in texts if "{" in text or "[" in text] == []


def test_every_answer_holds_the_value_and_every_false_answer_another_one() -> None:
    facts = [fact for made in PAGES for fact in made.facts]
    for fact in facts:
        assert fact.value != fact.false_value
        assert all(fact.value.lower() in answer.lower() for answer in fact.answers)
        assert all(fact.false_value.lower() in answer.lower() for answer in fact.false_answers)


def test_no_question_repeats_a_sentence_of_its_page() -> None:
    for made in PAGES:
        for fact in made.facts:
            assert set(fact.asks).isdisjoint({fact.state, fact.why})


def test_each_page_has_a_question_mark_among_its_questions_for_every_fact() -> None:
    facts = [fact for made in PAGES for fact in made.facts]
    assert [fact.about for fact in facts if not any(ask.endswith("?") for ask in fact.asks)] == []
