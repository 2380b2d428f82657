"""What the documentation names exists, and the reference is what the code says."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from ai_data_platform.cli.app import app
from ai_data_platform.core.datasets.sft_gate import sft_rules
from ai_data_platform.core.evaluation.index_evidence import IndexScores
from ai_data_platform.core.evaluation.index_gate import MEASURES, index_figures_and_rules
from ai_data_platform.core.gates import Rule
from ai_data_platform.core.preference.gate import preference_rules, unpaired_rules
from ai_data_platform.core.preference.reasons import DROP_REASONS
from ai_data_platform.settings import CHECKOUT, Settings

PAGES = [
    pytest.param(page, id=str(page.relative_to(CHECKOUT)))
    for folder in (".", "docs", "benchmarks", "examples/sample")
    for page in sorted((CHECKOUT / folder).glob("*.md"))
]
DOCS = CHECKOUT / "docs"
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[\s/])aidp ([a-z-]+)([^\n#]*)")
_OPTION = re.compile(r"(?<=\s)(--?[a-z]+(?:-[a-z]+)*)")
_MAKE = re.compile(r"(?:^|\s)make ([a-z]+)")
_VARIABLE = re.compile(r"\bAIDP_[A-Z0-9_]*[A-Z0-9]\b")
_TEST = re.compile(r"\btest_[a-z0-9_]{20,}\b")
_PLACE = re.compile(
    r"(?<![\w./-])((?:ai_data_platform|dbt_project|docs|examples|benchmarks)/[\w./-]*)"
)
NOT_SETTINGS = {"AIDP_LAKE", "AIDP_DBT_OUTPUT", "AIDP_TEST_DATA"}
"""Read by the dbt project and by the tests, not by the platform."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> Iterator[str]:
    """Each block and span of code, as it stands."""
    for block, span in _CODE.findall(text_of(page)):
        yield block or span


def anchors(page: Path) -> set[str]:
    """The anchors that a code host makes of a page's headings."""
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(text_of(page)))
    return {title.strip().replace(" ", "-") for title in plain}


def commands() -> dict[str, set[str]]:
    """The options of every command of `aidp`; those of `aidp token create` and its kin are `token`'s."""
    group: Any = typer.main.get_command(app)
    return {
        name: {
            option
            for one in (command, *getattr(command, "commands", {}).values())
            for param in one.params
            for option in param.opts
        }
        for name, command in group.commands.items()
    }


def row_of(page: str, figure: str) -> str:
    return next((line for line in page.splitlines() if line.startswith(f"| `{figure}` |")), "")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_and_image_leads_somewhere(page: Path) -> None:
    broken = []
    for target in _LINK.findall(text_of(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_of_aidp_exists(page: Path) -> None:
    known = commands()
    unknown = []
    for code in code_of(page):
        for name, rest in _COMMAND.findall(code):
            options = set(_OPTION.findall(rest)) - known.get(name, set())
            if name not in known or options:
                unknown.append(f"aidp {name} {' '.join(sorted(options))}".strip())
    assert unknown == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    named = {target for code in code_of(page) for target in _MAKE.findall(code)}
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_is_a_setting(page: Path) -> None:
    settings = {f"AIDP_{name.upper()}" for name in Settings.model_fields}
    assert set(_VARIABLE.findall(text_of(page))) - settings - NOT_SETTINGS == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_test_and_every_place_in_the_checkout_that_is_named_exists(page: Path) -> None:
    tests = "".join(text_of(path) for path in (CHECKOUT / "ai_data_platform_tests").rglob("*.py"))
    unknown = {name for name in _TEST.findall(text_of(page)) if f"def {name}(" not in tests}
    places = {place for code in code_of(page) for place in _PLACE.findall(code)}
    gone = {place for place in places if not (CHECKOUT / place).exists()}
    assert (unknown, gone) == (set(), set())


def test_the_readme_lists_every_command_and_every_target() -> None:
    readme = text_of(CHECKOUT / "README.md")
    targets = re.findall(r"^([a-z]+):.*## ", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    listed = [*(f"aidp {name}" for name in commands()), *(f"make {target}" for target in targets)]
    assert [line for line in listed if f"| `{line}` |" not in readme] == []


def test_the_readme_lists_every_asset() -> None:
    assets = re.findall(r"^\| `([\w/]+)` \| \w+ \|", text_of(DOCS / "reference.md"), re.MULTILINE)
    readme = text_of(CHECKOUT / "README.md")
    assert len(assets) > 10
    assert [name for name in assets if f"| `{name}` |" not in readme] == []


def test_the_page_on_gates_has_every_rule_with_its_threshold() -> None:
    page = text_of(DOCS / "gates.md")
    settings = Settings.model_construct()
    nothing = IndexScores("", {}, {}, {})
    _, index = index_figures_and_rules((), None, nothing, nothing, settings.index_thresholds())
    rules: list[Rule] = [
        *sft_rules(settings.sft_thresholds()),
        *preference_rules(settings.preference_thresholds()),
        *unpaired_rules(settings.preference_thresholds()),
        *index,
    ]
    # Of each measure the page describes two rules in words, for all of them at once.
    told = {f"{m}_{part}" for m in MEASURES for part in ("unscored_share", "difference_lower")}
    wanted = [
        (rule.figure, f"| {rule.comparison} {rule.threshold:g} |")
        for rule in rules
        if rule.figure not in told
    ]
    assert [rule for rule in wanted if rule[1] not in row_of(page, rule[0])] == []


def test_every_drop_reason_of_exchanges_and_ratings_is_explained() -> None:
    model = CHECKOUT / "dbt_project" / "models" / "intermediate" / "int_chat_logs_judged.yml"
    columns = yaml.safe_load(model.read_text())["models"][0]["columns"]
    tests = next(c["data_tests"] for c in columns if c["name"] == "drop_reason")
    reasons = {*tests[0]["accepted_values"]["arguments"]["values"], *DROP_REASONS}
    page = text_of(DOCS / "operations.md")
    assert {reason for reason in reasons if f"`{reason}`" not in page} == set()


@pytest.mark.slow  # parses the dbt project
def test_the_reference_is_what_the_code_says() -> None:
    generated = runpy.run_path(str(DOCS / "generate_reference.py"))["reference"]()
    assert text_of(DOCS / "reference.md") == generated, "run docs/generate_reference.py"
