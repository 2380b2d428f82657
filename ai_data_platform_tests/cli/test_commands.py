"""The commands as a person types them, on a materialised world."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ai_data_platform_tests.world import World

pytestmark = pytest.mark.slow

AIDP = str(Path(sys.executable).with_name("aidp"))


def aidp(world: World, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = world.settings
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AIDP_")},
        "AIDP_HOME": str(settings.home),
        "AIDP_CHAT_LOGS": str(settings.chat_logs),
        "AIDP_DOCUMENTS": ",".join(settings.documents),
        "AIDP_FEEDBACK_FILES": str(settings.feedback_files),
        "AIDP_EVAL_QUESTIONS": str(settings.eval_questions),
        "AIDP_MIN_QUESTIONS": str(settings.min_questions),
        "COLUMNS": "120",
        **environment,
    }
    return subprocess.run(
        [AIDP, *arguments], env=env, capture_output=True, text=True, cwd=world.folder
    )


def test_status_fits_a_small_terminal_and_says_what_readers_see(built: World) -> None:
    shown = aidp(built, "status", COLUMNS="80")
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0, shown.stderr
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for version in built.published().values():
        assert version in shown.stdout
    assert shown.stdout.count("PASSED, published") == 4


def test_status_shows_every_reason_of_a_drop_when_asked_for_all(built: World) -> None:
    expected = built.home.lake.read("dropped_conversations", ["drop_reason"])["drop_reason"]
    shown = aidp(built, "status", "--all").stdout
    assert [reason for reason in expected.unique().to_pylist() if reason not in shown] == []


def test_the_gate_of_what_is_published_passes_and_of_a_worse_index_names_what_broke(
    world: World,
) -> None:
    published = world.published()["knowledge_base"]
    for page in sorted((world.sources / "documents").rglob("*.md"))[::2]:
        page.unlink()
    passed = aidp(world, "gate", "knowledge_base", COLUMNS="80")
    run = world.run("raw_documents+")
    blocked = aidp(world, "gate", "knowledge_base", COLUMNS="80")
    found = json.loads(aidp(world, "gate", "knowledge_base", "--json").stdout)
    earlier = aidp(world, "gate", "knowledge_base", "--candidate", published, "--json")
    assert (passed.returncode, run.good, blocked.returncode) == (0, False, 1), passed.stderr
    assert max(map(len, blocked.stdout.splitlines())) <= 80
    assert blocked.stdout.startswith("BLOCKED  knowledge_base")
    assert f"readers see {published}, not this candidate" in blocked.stdout
    assert {measure["measure"] for measure in found["measures"]} >= {"hit_at_5", "context_recall"}
    assert [past["outcome"] for past in found["history"]] == ["BLOCKED", "PASSED"]
    assert len(found["worst_questions"]) == 10
    assert json.loads(earlier.stdout)["fingerprint"].startswith(published)
    assert earlier.returncode == 0


def test_status_as_json_holds_the_same(built: World) -> None:
    found = json.loads(aidp(built, "status", "--json").stdout)
    assert {n: p["published"] for n, p in found["publications"].items()} == built.published()
    assert found["lanes"]["raw_chat_logs"]["dropped"]["truncated_gzip"] == 1


def test_versions_and_rollback_follow_the_pointer(world: World) -> None:
    first = world.published()["sft"]
    world.overrides = {"validation_share": 0.3}
    world.run("sft_dataset+")
    second = world.published()["sft"]
    listed = json.loads(aidp(world, "versions", "sft", "--json").stdout)
    back = json.loads(aidp(world, "rollback", "sft", first[:6], "--json").stdout)
    assert [row["version"] for row in listed] == [second, first]
    assert [row["current"] for row in listed] == [True, False]
    assert back["published"] == first
    assert world.published()["sft"] == first


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "words"),
    [
        (("versions", "nothing"), {}, 1, "there are: sft, preference, unpaired_preference, "),
        (("gate", "nothing"), {}, 1, "there are: sft, preference, unpaired_preference, "),
        (("gate", "sft", "--candidate", "zz"), {}, 1, "start with 'zz', wanted one; there are: "),
        (("rollback", "sft", "ffffff"), {}, 1, "published versions of sft start with 'ffffff'"),
        (("run", "no_such_asset"), {}, 2, "selects no asset"),
        (("run", "raw_chat_logs", "--from", "2025-03-09", "--to", "2025-03-03"), {}, 2, "is after"),
        (("run",), {"AIDP_CHAT_LOGS": "/nowhere/at/all"}, 2, "nothing is at /nowhere/at/all"),
        (("status",), {"AIDP_PORT": "many"}, 2, "AIDP_PORT"),
        (("run",), {"AIDP_EVAL_QUESTIONS": "/nowhere.jsonl"}, 2, "AIDP_EVAL_QUESTIONS"),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(
    built: World,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    code: int,
    words: str,
) -> None:
    done = aidp(built, *arguments, **environment)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in " ".join(done.stderr.split())


def test_before_the_first_run_status_and_search_say_what_to_do(
    built: World, tmp_path: Path
) -> None:
    home = {"AIDP_HOME": str(tmp_path / "fresh")}
    status = aidp(built, "status", **home)
    search = aidp(built, "search", "anything", **home)
    assert status.returncode == 0
    assert "nothing yet" in status.stdout
    assert search.returncode == 1
    assert "run `aidp run`" in search.stderr


def test_days_can_be_named_and_a_day_without_rows_is_red(world: World) -> None:
    good = aidp(world, "run", "raw_chat_logs", "--from", "2025-03-03", "--to", "2025-03-04")
    empty = aidp(world, "run", "raw_chat_logs", "--from", "2025-03-20", "--to", "2025-03-20")
    assert good.returncode == 0, good.stdout + good.stderr
    assert empty.returncode == 1
    assert "raw_chat_logs/2025-03-20: BLOCKED: rows is 0, wanted > 0" in empty.stdout
    assert "aidp gate raw_chat_logs/2025-03-20" in empty.stdout
    assert aidp(world, "gate", "raw_chat_logs/2025-03-20").returncode == 1


def test_the_real_model_publishes_the_shipped_sample_and_a_second_run_has_nothing_to_do(
    built: World, tmp_path: Path
) -> None:
    sample = {
        "AIDP_HOME": str(tmp_path / "home"),
        "AIDP_CHAT_LOGS": "",
        "AIDP_DOCUMENTS": "",
        "AIDP_FEEDBACK_FILES": "",
        "AIDP_EVAL_QUESTIONS": "",
        "AIDP_MIN_QUESTIONS": "",
    }
    first = aidp(built, "run", **sample)
    second = aidp(built, "run", **sample)
    found = aidp(
        built, "search", "how tight are the terminal screws of the Larch 10", "--json", **sample
    )
    hits = json.loads(found.stdout)["hits"]
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Nothing changed since the last run." in second.stdout
    assert "1.2 Nm" in hits[0]["text"]
