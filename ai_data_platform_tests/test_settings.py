"""Settings: read once from the environment and `.env`, each mistake one line."""

import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from ai_data_platform.core.agreement import Demand
from ai_data_platform.core.columns import FEEDBACK_FIELDS, ColumnMap, SourceSpec
from ai_data_platform.core.datasets.sft_gate import SftThresholds
from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.settings import CHECKOUT, SAMPLE, Settings, read_settings

EXAMPLE = CHECKOUT / ".env.example"

Set = Callable[..., None]


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, in a folder without `.env`."""
    for name in os.environ:
        if name.upper().startswith("AIDP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets variables of the environment: `put(port="80")` is AIDP_PORT=80."""

    def environ(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"AIDP_{name.upper()}", value)

    return environ


def mistakes() -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    return str(caught.value).splitlines()


def test_with_no_source_set_the_platform_reads_the_sample() -> None:
    settings = read_settings()
    assert (settings.chat_logs, settings.documents, settings.feedback_files) == (
        str(SAMPLE / "chat_logs"),
        (str(SAMPLE / "documents"),),
        str(SAMPLE / "feedback"),
    )
    assert settings.eval_questions == SAMPLE / "eval_questions.jsonl"
    assert settings.on_the_sample


@pytest.mark.parametrize("name", ["chat_logs", "documents", "feedback_files"])
def test_with_one_source_set_no_lane_reads_the_sample(put: Set, name: str) -> None:
    put(**{name: "/data"})
    settings = read_settings()
    sources = {
        "chat_logs": settings.chat_logs,
        "documents": settings.documents,
        "feedback_files": settings.feedback_files,
    }
    given: object = ("/data",) if name == "documents" else "/data"
    assert sources == {"chat_logs": None, "documents": (), "feedback_files": None, name: given}
    assert settings.eval_questions is None
    assert not settings.on_the_sample
    assert (settings.home, settings.start_day) == (CHECKOUT / ".aidp", date(2023, 1, 1))


def test_documents_are_split_at_commas(put: Set) -> None:
    put(documents=" /a/docs, ./b ,,/c d ")
    assert read_settings().documents == ("/a/docs", "./b", "/c d")


def test_the_file_env_is_read_and_the_environment_wins(put: Set, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\nAIDP_PORT=9000\nAIDP_HOST=0.0.0.0\nAIDP_CHAT_LOGS='/data/chat logs'\n"
        "AIDP_SFT_KEEP_UNRATED=true\nOTHER_TOOL=1\n"
    )
    put(port="9100")
    settings = read_settings()
    assert (settings.port, settings.host, settings.chat_logs, settings.sft_keep_unrated) == (
        9100,
        "0.0.0.0",
        "/data/chat logs",
        True,
    )


def test_an_empty_variable_is_one_that_is_not_set(put: Set) -> None:
    put(port="", eval_questions="", chat_logs="", start_day="")
    settings = read_settings()
    assert (settings.port, settings.on_the_sample) == (8000, True)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("port", "eighty", "Input should be a valid integer, unable to parse string as an integer"),
        ("port", "70000", "Input should be less than or equal to 65535"),
        ("rate_limit", "fast", "String should match pattern"),
        ("start_day", "2024-13-01", "Input should be a valid date"),
        ("sft_min_rating", "6", "Input should be less than or equal to 5"),
        ("validation_share", "1", "Input should be less than 1"),
        ("chunk_words", "5", "Input should be greater than or equal to 20"),
        ("sft_keep_unrated", "perhaps", "Input should be a valid boolean"),
        ("max_duplicate_rate", "five", "Input should be a valid number"),
        ("eval_questions", "/no/such.jsonl", "no file at /no/such.jsonl; point it at a JSONL file"),
    ],
)
def test_a_mistake_is_one_line_with_the_name_the_rule_and_the_value(
    put: Set, name: str, value: str, said: str
) -> None:
    put(**{name: value})
    (line,) = mistakes()
    assert line.startswith(f"AIDP_{name.upper()}: {said}")
    assert line.endswith(f"(saw {value!r})")


def test_every_mistake_is_named_at_once(put: Set) -> None:
    put(port="x", eval_questions="/none", sft_min_rating="0", chatlogs="/data")
    assert [line.split(":")[0] for line in mistakes()] == [
        "AIDP_CHATLOGS",
        "AIDP_EVAL_QUESTIONS",
        "AIDP_SFT_MIN_RATING",
        "AIDP_PORT",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("chatlogs", "CHAT_LOGS"),
        ("logs", "CHAT_LOGS"),
        ("document", "DOCUMENTS"),
        ("min_rating", "SFT_MIN_RATING"),
        ("Prot", "PORT"),
    ],
)
def test_a_misspelt_name_is_a_mistake_and_not_a_silent_default(
    put: Set, name: str, meant: str
) -> None:
    put(**{name: "1"})
    assert mistakes() == [f"AIDP_{name.upper()}: there is no such setting; is it AIDP_{meant}?"]


def test_a_misspelt_name_in_the_file_is_found_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AIDP_FEEDBACK_FILE=/data\n")
    assert mistakes() == [
        "AIDP_FEEDBACK_FILE: there is no such setting; is it AIDP_FEEDBACK_FILES?"
    ]


def test_variables_of_other_tools_are_left_alone(put: Set) -> None:
    put(service_host="10.0.0.1", port_8000_tcp="tcp://10.0.0.1:8000", lake="/lake", test_data="/d")
    assert read_settings().port == 8000


def test_paths_may_start_with_a_tilde(
    put: Set, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "q.jsonl").write_text("{}")
    put(eval_questions="~/q.jsonl")
    assert read_settings().eval_questions == tmp_path / "q.jsonl"


def test_thresholds_and_sizes_come_from_their_settings() -> None:
    settings = Settings(  # type: ignore[call-arg]
        min_response_words_p5=7,
        max_duplicate_rate=0.1,
        max_label_imbalance=3,
        min_faithfulness=0.7,
        min_questions=50,
        index_margin=0.05,
        chunk_words=100,
    )
    assert settings.sft_thresholds() == SftThresholds(7, 0.1, 3)
    index = settings.index_thresholds()
    assert (index.faithfulness_floor, index.min_questions, index.delta) == (0.7, 50, 0.05)
    chunks = settings.chunk_options()
    assert (chunks.target_words, chunks.max_words) == (100, 150)


def test_the_word_none_switches_the_floor_of_agreement_off(put: Set) -> None:
    assert read_settings().agreement_demand() == Demand(0.7, 30)
    put(min_agreement="0.5", min_agreement_items="50")
    assert read_settings().agreement_demand() == Demand(0.5, 50)
    put(min_agreement="none")
    assert read_settings().agreement_demand().floor is None
    put(min_agreement="1.5")
    with pytest.raises(ConfigurationError, match="AIDP_MIN_AGREEMENT: Input should be less than 1"):
        read_settings()


def test_a_judge_is_asked_only_when_it_is_named_and_its_key_stays_hidden() -> None:
    assert Settings().judge_options() is None  # type: ignore[call-arg]
    settings = Settings(judge_model="m", judge_key="secret-key", judge_repeats=5)  # type: ignore[call-arg]
    options = settings.judge_options()
    assert options is not None
    assert (options.model, options.key, options.repeats) == ("m", "secret-key", 5)
    shown = repr(settings) + settings.model_dump_json() + repr(options)
    assert "secret-key" not in shown


def test_what_is_redacted_is_a_setting_and_a_kind_that_does_not_exist_is_refused() -> None:
    own = {"chat_logs": "logs", "redact_kinds": "EMAIL, PHONE", "redact_regions": "DE"}
    options = Settings(**own).redact_options()  # type: ignore[arg-type]
    assert (options.kinds, options.regions, options.keep_reserved) == (
        ("EMAIL", "PHONE"),
        ("DE",),
        True,
    )
    assert not Settings().redact_options().keep_reserved  # type: ignore[call-arg]  # the sample's are
    with pytest.raises(ConfigurationError, match=r"no kinds \['MAIL'\]"):
        Settings(redact_kinds="MAIL").redact_options()  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("words", [20, 120, 2000])
def test_every_chunk_size_that_is_allowed_can_be_cut(words: int) -> None:
    settings = Settings(chunk_words=words)  # type: ignore[call-arg]
    assert settings.chunk_options().max_words > words


def test_the_example_documents_every_setting_with_its_default() -> None:
    text = EXAMPLE.read_text()
    given = dict(re.findall(r"^#AIDP_([A-Z0-9_]+)=(.*)$", text, re.MULTILINE))
    assert [name.lower() for name in given] == list(Settings.model_fields)
    said = " ".join(line.removeprefix("# ") for line in text.splitlines())
    for name, field in Settings.model_fields.items():
        assert field.description is not None
        assert field.description in said, name
        assert _read(given[name.upper()], field) == field.default, name


def _read(text: str, field: Any) -> object:
    if isinstance(field.default, tuple):
        return tuple(text.split(",")) if text else ()
    if text == "":
        return None
    value = TypeAdapter(field.annotation).validate_python(text)
    return CHECKOUT / value if isinstance(field.default, Path) else value


def test_the_example_changes_nothing_as_it_stands(tmp_path: Path) -> None:
    before = read_settings()
    (tmp_path / ".env").write_text(EXAMPLE.read_text())
    assert read_settings() == before


def test_the_feedback_store_is_a_file_unless_a_database_is_named(put: Set) -> None:
    assert read_settings().feedback_store_url() is None
    put(feedback_store="postgresql://me:secret@h/feedback")
    settings = read_settings()
    assert settings.feedback_store_url() == "postgresql://me:secret@h/feedback"
    assert "secret" not in repr(settings) + settings.model_dump_json()


def test_a_feedback_store_that_is_no_database_is_refused_without_being_repeated(put: Set) -> None:
    put(feedback_store="mysql://me:secret@h/feedback")
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    assert str(caught.value) == (
        "AIDP_FEEDBACK_STORE: wanted postgresql://user:password@host/database"
    )


def test_a_source_is_named_by_its_location_table_and_columns(put: Set) -> None:
    put(
        chat_logs="postgresql://me@h/shop",
        chat_log_table="logs",
        chat_log_columns="user_message=prompt,updated_at=changed",
        feedback_files="s3://b/ratings",
        feedback_columns="rating=stars",
    )
    settings = read_settings()
    columns = ColumnMap({"user_message": "prompt", "updated_at": "changed"})
    assert settings.chat_log_source() == SourceSpec("postgresql://me@h/shop", columns, "logs")
    assert settings.feedback_source() == SourceSpec(
        "s3://b/ratings", ColumnMap({"rating": "stars"}), None, FEEDBACK_FIELDS
    )


def test_a_column_map_that_names_no_field_is_one_line(put: Set) -> None:
    put(chat_logs="/data", chat_log_columns="user_mesage=prompt")
    (line,) = mistakes()
    assert line.startswith(
        "AIDP_CHAT_LOG_COLUMNS: there is no field 'user_mesage'; is it user_message?"
    )


def test_the_password_of_a_database_is_not_shown_with_the_settings(put: Set) -> None:
    put(chat_logs="postgresql://me:secret@h/shop", feedback_files="postgresql://me:secret@h/shop")
    settings = read_settings()
    assert "secret" not in repr(settings)
    assert "secret" not in repr(settings.chat_log_source())
