"""A home: everything below one folder."""

from pathlib import Path

import pyarrow as pa
import pytest

from ai_data_platform.core.errors import ConfigurationError, NotPublishedYet, VersionNotFound
from ai_data_platform.core.fingerprints import hash_text
from ai_data_platform.core.gates import Rule
from ai_data_platform.stores.audit import audited_write
from ai_data_platform.stores.home import PUBLICATIONS, Home


def test_opening_a_home_makes_nothing(home: Home) -> None:
    assert home.lake.names("raw_chat_logs") == []
    assert home.chunks.tags() == {}
    assert [home.versions(name).published() for name in PUBLICATIONS] == [[]] * 4
    assert not home.root.exists()


def test_a_home_may_be_named_with_a_tilde_or_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Home(Path("~/state"), tmp_path).root == tmp_path / "state"
    assert Home(Path("state"), tmp_path).root == tmp_path / "state"


@pytest.mark.parametrize("name", list(PUBLICATIONS))
def test_each_publication_says_that_nothing_was_published(home: Home, name: str) -> None:
    with pytest.raises(NotPublishedYet, match=f"no version of {name} was published yet"):
        home.versions(name).current()


def test_another_name_is_refused_with_those_that_there_are(home: Home) -> None:
    with pytest.raises(
        VersionNotFound,
        match="'stf'; there are: sft, preference, unpaired_preference, knowledge_base",
    ):
        home.versions("stf")


def test_dagsters_configuration_is_written_once_and_an_edited_one_stays(home: Home) -> None:
    path = home.prepare_dagster() / "dagster.yaml"
    assert path.read_text().startswith("# Written once; edit it as you like.")
    path.write_text("telemetry: {enabled: true}\n")
    home.prepare_dagster()
    assert path.read_text() == "telemetry: {enabled: true}\n"


def test_lake_fingerprints_are_none_where_no_table_stands(home: Home) -> None:
    made = home.lake.write("one", pa.table({"id": ["a"]}), inputs="i")
    assert home.lake_fingerprints("one", "two") == {"one": made.fingerprint, "two": None}


def test_clean_conversations_are_embedded_redacted_as_question_and_answer(home: Home) -> None:
    names = ["record_id", "conversation_id", "message_id", "user_message", "assistant_message"]
    rows = pa.table({name: [f"{name} {n}" for n in range(2)] for name in [*names, "other"]})
    rule = Rule("rows", ">", 0, "an empty table trains nothing")
    for name, table in {"clean_conversations": rows.slice(1), "redacted_chat_logs": rows}.items():
        audited_write(home.lake, home.ledger, name, table, [rule], inputs="i", code_version="1")

    made = home.conversation_rows()

    assert made.column_names == [*names[:3], "embedding_text", "text_hash"]
    text = "user_message 1\n\nassistant_message 1"
    assert made.to_pylist() == [  # the one that is clean, in the words of the redacted log
        {
            "record_id": "record_id 1",
            "conversation_id": "conversation_id 1",
            "message_id": "message_id 1",
            "embedding_text": text,
            "text_hash": hash_text(text),
        }
    ]


def test_a_home_is_kept_for_the_sample_or_for_a_teams_own_sources(home: Home) -> None:
    home.claim(sample=True)
    home.claim(sample=True)
    with pytest.raises(
        ConfigurationError, match=r"holds the state of the shipped sample.*AIDP_HOME"
    ):
        home.claim(sample=False)


def test_a_home_of_own_sources_is_not_given_to_the_sample(home: Home) -> None:
    home.claim(sample=False)
    with pytest.raises(ConfigurationError, match="holds the state of your own sources"):
        home.claim(sample=True)
