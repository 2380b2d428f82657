from dataclasses import replace

import pytest

from ai_data_platform.core.evaluation.known_items import (
    GeneratedQuestions,
    Section,
    generate_questions,
)
from ai_data_platform.core.evaluation.questions import Question
from ai_data_platform.core.fingerprints import hash_text

TEXT = (
    "The copy task copies a file or a set of files to a new place. "
    "Files are only copied when the source is newer. Nothing else happens here at all."
)
COPY = Section("copy.html", "Copy", ("Copy", "Overwriting newer files"), TEXT)


def asked(*sections: Section) -> list[str]:
    return [made.question for made in generate_questions(sections, 10).questions]


def test_a_section_is_asked_for_by_its_heading_and_answered_by_its_first_sentence() -> None:
    question = 'What is said about "Overwriting newer files"?'
    assert generate_questions([COPY], 10) == GeneratedQuestions(
        questions=(
            Question(
                question_id=hash_text("generated", question, "copy.html"),
                question=question,
                gold_doc_ids=("copy.html",),
                gold_text=None,
                reference_answer="The copy task copies a file or a set of files to a new place.",
                origin="generated",
            ),
        ),
        skipped={},
    )


@pytest.mark.parametrize(
    ("path", "question"),
    [
        (("Parameters",), 'What is said about "Parameters" in Copy?'),
        (("Copy", "Examples"), 'What is said about "Examples" in Copy?'),
        (("Filters", "Parameters"), 'What is said about "Parameters" in Filters?'),
        (("Description", "See also"), 'What is said about "See also" in Copy?'),
        (("Encoding",), 'What is said about "Encoding" in Copy?'),
        (("2.1 Filter chains:",), 'What is said about "Filter chains"?'),
        (("Chapter 3: Filter chains",), 'What is said about "Filter chains"?'),
        (("## Use of `filterset` ##",), 'What is said about "Use of filterset"?'),
        (("2023 results",), 'What is said about "2023 results"?'),
        (("What is a `fileset` filter?",), "What is a fileset filter?"),
        (("What is it for?", "What is copying?"), "What is copying in Copy?"),
        ((), 'What is said about "Copy"?'),
        (("", "***"), 'What is said about "Copy"?'),
    ],
)
def test_a_heading_that_says_little_is_asked_for_within_what_stands_above_it(
    path: tuple[str, ...], question: str
) -> None:
    assert asked(replace(COPY, heading_path=path)) == [question]


def test_the_reference_answer_grows_by_sentences_until_it_says_something() -> None:
    text = (
        "## Copy\n\nCopies files. It does so only when they are newer than what is there. Or not."
    )
    made = generate_questions([replace(COPY, text=text)], 10).questions
    assert made[0].reference_answer == (
        "Copies files. It does so only when they are newer than what is there."
    )


def test_what_gives_no_question_is_counted_by_reason() -> None:
    table = replace(COPY, doc_id="table.html", text="cell " * 100)
    stub = replace(COPY, text="See the manual.")
    generic = replace(COPY, title="Introduction", heading_path=("Overview",))
    made = generate_questions([table, stub, generic, COPY, replace(COPY, text=TEXT + TEXT)], 10)
    assert made.skipped == {
        "duplicate_question": 1,
        "generic_heading": 1,
        "no_lead_sentence": 1,
        "section_too_short": 1,
    }
    assert len(made.questions) == 1


def test_of_two_equal_headings_in_a_document_the_first_is_asked_for() -> None:
    later = replace(COPY, text=f"A later and quite different section about other things. {TEXT}")
    assert (
        generate_questions([COPY, later], 10).questions == generate_questions([COPY], 10).questions
    )


def test_a_question_that_several_documents_would_answer_names_its_whole_path() -> None:
    move = replace(
        COPY, doc_id="move.html", title="Move", heading_path=("Overwriting newer files",)
    )
    assert sorted(asked(COPY, move)) == [
        'What is said about "Overwriting newer files" in Copy?',
        'What is said about "Overwriting newer files" in Move?',
    ]


def test_a_question_that_stays_ambiguous_is_skipped_for_every_document() -> None:
    made = generate_questions([COPY, replace(COPY, doc_id="mirror.html")], 10)
    assert made == GeneratedQuestions((), {"ambiguous_question": 2})


def library() -> list[Section]:
    return [
        Section(f"d{number}", f"Volume {number}", (f"Topic {part} of volume {number}",), TEXT)
        for number in range(8)
        for part in range(number + 1)
    ]


def test_questions_spread_over_the_documents_before_any_is_asked_about_twice() -> None:
    made = generate_questions(library(), 8)
    assert len({question.gold_doc_ids for question in made.questions}) == 8
    assert made.skipped == {"over_limit": 28}


def test_a_smaller_limit_gives_a_prefix_and_the_order_of_documents_does_not_count() -> None:
    whole = generate_questions(library(), 100).questions
    assert len(whole) == 36
    assert generate_questions(library(), 11).questions == whole[:11]
    assert generate_questions(reversed(library()), 100).questions == whole
    assert generate_questions(library(), 0).questions == ()
    with pytest.raises(ValueError, match="wanted 0 or more"):
        generate_questions(library(), -1)
