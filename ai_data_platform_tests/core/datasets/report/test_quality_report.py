"""The quality report: figures and rules for a gate, a page whole in itself, a picture, lines for a card."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

from ai_data_platform.core.datasets.checks import Finding
from ai_data_platform.core.datasets.examples import Example, Turn
from ai_data_platform.core.datasets.lengths import measure_tokens
from ai_data_platform.core.datasets.profile import Profile, Profiler
from ai_data_platform.core.datasets.report import (
    QualityReport,
    Stage,
    certificate_remarks,
    quality_figures,
    quality_lines,
    quality_overview,
    quality_page,
    quality_rules,
)
from ai_data_platform.core.gates import Rule, judge
from ai_data_platform_tests.core.datasets.tokenizers import WordTokenizer

RULES = (Rule("rows", ">", 0, "an empty dataset trains nothing"),)
FUNNEL = (
    Stage("clean", 100, {"unrated": 60, "exact_duplicate": 10}, 30),
    Stage("screen", 30, {}, 30),
    Stage("duplicates", 30, {"near_duplicate": 4, "contaminated_near_duplicate": 1}, 25),
)


def profile(words: int, rows: int = 50) -> Profile:
    counted, examples = Profiler(), []
    for number in range(rows):
        turns = (Turn("user", "Why is that so?"), Turn("assistant", "word " * (words + number % 9)))
        examples.append((str(number), Example(turns)))
        counted.add(examples[-1][1], {"rating": [4 + number % 2], "language": ["en"]})
    return counted.profile().with_tokens(measure_tokens(examples, WordTokenizer()))


def report(published: Profile | None = None) -> QualityReport:
    found = profile(20)
    figures = {"rows": 50, "raw_duplicate_rate": 0.14} | quality_figures(found, published)
    return QualityReport(
        title="Chats <1>",
        summary="What `messages` hold.",
        verdict=judge("sft_dataset", "f", figures, RULES, code_version="1"),
        profile=found,
        funnel=FUNNEL,
        unit="exchanges",
        published=published,
        published_version="abc" if published else None,
    )


class _Page(HTMLParser):
    """What a page loads, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[tuple[str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = ("src", "href", "xlink:href")
        self.loaded += [(tag, value) for name, value in attrs if name in wanted]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words(page: bytes) -> str:
    read = _Page()
    read.feed(page.decode())
    return " ".join(read.words)


def test_drift_is_a_figure_where_something_is_published_and_a_rule_where_a_limit_was_set() -> None:
    now, before = profile(20), profile(60)
    assert "drift_psi" not in quality_figures(now)
    drift = quality_figures(now, before)["drift_psi"]
    assert drift is not None
    assert drift > 1
    asked = [rule.figure for rule in quality_rules(0.01, 0.25, before)]
    assert asked == ["malformed_rows", "untrainable_share", "drift_psi"]
    assert [rule.figure for rule in quality_rules(0.01, None, before)] == asked[:2]
    assert [rule.figure for rule in quality_rules(0.01, 0.25, None)] == asked[:2]


def test_the_page_needs_no_network_and_runs_no_script() -> None:
    page = quality_page(report(profile(60)))
    read = _Page()
    read.feed(page.decode())
    assert read.loaded == []
    assert not re.search(rb"<script|url\(|@import|https?://", page)


def test_the_page_says_what_was_asked_left_out_measured_and_how_far_it_drifted() -> None:
    said = words(quality_page(report(profile(60))))
    for wanted in (
        "Chats <1>",
        "every rule holds",
        "an empty dataset trains nothing",
        "What became of 100 exchanges",
        "after duplicates",
        "Of all that came in, 14.0% repeated something else: 10 exact duplicate, 4 near duplicate.",
        "Counted by words, a stand-in",
        "limit 1,024",
        "Languages",
        "published version abc",
        "words of assistant",
    ):
        assert wanted in said
    assert "after screening" not in said  # a step that left nothing out is not worth a bar


def test_a_first_version_has_nothing_to_drift_from() -> None:
    assert "Nothing was published before" in words(quality_page(report()))


def test_a_blocked_dataset_says_so_on_top_with_the_rows_to_look_at() -> None:
    verdict = judge("sft_dataset", "f", {"rows": 0}, RULES, code_version="1")
    findings = {"malformed_rows": [Finding("f.jsonl:7", "empty_content", "<b>x</b>")]}
    page = quality_page(replace(report(), verdict=verdict, findings=findings))
    said = words(page)
    assert "a rule is broken" in said
    assert "rows is 0, wanted > 0" in said
    assert "f.jsonl:7" in said
    assert b"<b>x</b>" not in page


def test_a_dataset_of_nothing_still_has_a_page_and_a_picture() -> None:
    empty = Profiler().profile().with_tokens(measure_tokens([], WordTokenizer()))
    nothing = replace(report(), profile=empty, funnel=(), published=None)
    assert quality_page(nothing).startswith(b"<!doctype html>")
    assert ET.fromstring(quality_overview(nothing)) is not None


def test_the_picture_is_an_svg_of_its_own_in_light_and_dark() -> None:
    picture = quality_overview(report(profile(60)))
    root = ET.fromstring(picture)
    said = " ".join(root.itertext())
    assert root.get("width")
    for wanted in ("What became of 100 exchanges", "Answers", "Whole rows", "Drift", "Ratings"):
        assert wanted in said
    assert "prefers-color-scheme:dark" in said


def test_the_same_report_gives_the_same_bytes() -> None:
    first, second = report(profile(60)), report(profile(60))
    assert quality_page(first) == quality_page(second)
    assert quality_overview(first) == quality_overview(second)


def test_the_card_has_figures_bars_the_picture_and_the_way_to_the_page() -> None:
    lines = "\n".join(quality_lines(report()))
    assert "![Quality of this version](quality.svg)" in lines
    assert "| words of the middle answer | 24 |" in lines
    assert "| rows longer than the trainer keeps | 0.00% |" in lines
    assert "| 4 | 25 | ████████████████████ |" in lines
    assert "Tokens were counted by `words`, a stand-in, in 50 of 50 rows" in lines
    assert "`quality.html`" in lines


def test_a_certificate_is_told_in_words_where_there_is_one() -> None:
    figures = {"leaked_pairs": 0.0, "contaminated_rows": 0, "evaluation_items": 1_200}
    assert certificate_remarks({"rows": 3}) == {}
    assert certificate_remarks(figures) == {
        "evaluation items that it was compared with": "1,200",
        "rows that hold an evaluation item": "0",
        "pairs of rows that resemble each other across splits": "0",
        "proof": "certificate.json; `aidp verify-certificate` checks it again",
    }
