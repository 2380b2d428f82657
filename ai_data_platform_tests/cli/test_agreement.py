"""`aidp agreement` as a person types it."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from ai_data_platform_tests.cli.conftest import Aidp
from ai_data_platform_tests.core.agreement.simulated import simulated


def _labels(tmp_path: Path, *skill: float, items: int = 200) -> str:
    path = tmp_path / "labels.parquet"
    pq.write_table(simulated(items, skill), path)
    return str(path)


def test_people_who_agree_are_told_in_one_line(aidp: Aidp, tmp_path: Path) -> None:
    found = aidp("agreement", _labels(tmp_path, 0.95, 0.95, 0.95), width=100)
    assert found.exit_code == 0, found.output
    head, line = found.output.splitlines()[:2]
    assert head.split() == [
        "task",
        "alpha",
        "lower",
        "upper",
        "Fleiss'",
        "kappa",
        "items",
        "people",
        "wanted",
    ]
    assert line.split()[0] == "labels"
    assert line.split()[-4:] == ["3", ">", "0.7", "✓"]


def test_below_the_floor_the_exit_code_is_1_and_the_advice_is_there(
    aidp: Aidp, tmp_path: Path
) -> None:
    found = aidp("agreement", _labels(tmp_path, 0.95, 0.95, 0.95, 0.1), width=140)
    assert found.exit_code == 1
    assert "pulled down by rater r3" in found.output
    assert "without raters who agree with the others less than 0.2" in found.output


def test_another_floor_can_be_asked_for(aidp: Aidp, tmp_path: Path) -> None:
    labels = _labels(tmp_path, 0.85, 0.85, 0.85)
    assert aidp("agreement", labels).exit_code == 1
    assert aidp("agreement", labels, "--floor", "0.5").exit_code == 0


def test_programs_get_json_and_nothing_else(aidp: Aidp, tmp_path: Path) -> None:
    found = aidp("agreement", _labels(tmp_path, 0.9, 0.9), "--json")
    assert json.loads(found.stdout)["tasks"]["labels"]["agreement"]["items"] == 200


def test_tasks_slices_and_the_page(aidp: Aidp, tmp_path: Path) -> None:
    path, page = tmp_path / "labels.jsonl", tmp_path / "page.html"
    rows = [
        row | {"scale": scale, "topic": "odd" if int(row["item_id"][-1]) % 2 else "even"}
        for scale in ("tone", "truth")
        for row in simulated(100, (0.95, 0.95), values=3).to_pylist()
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = aidp(
        *("agreement", str(path), "--task", "scale", "--by", "topic", "--level", "ordinal"),
        *("--html", str(page)),
        width=140,
    )
    assert [line.split()[0] for line in found.output.splitlines()[1:3]] == ["tone", "truth"]
    assert found.output.count("\ntopic") == 2
    assert "Task: truth" in page.read_text()


def test_a_wrong_level_and_a_missing_column_are_said_in_one_sentence(
    aidp: Aidp, tmp_path: Path
) -> None:
    labels = _labels(tmp_path, 0.9, 0.9)
    assert "level is 'ratio', wanted one of" in aidp("agreement", labels, "--level", "ratio").stderr
    assert "no column topic" in aidp("agreement", labels, "--by", "topic").stderr


def test_a_home_without_ratings_says_so(aidp: Aidp) -> None:
    found = aidp("agreement")
    assert found.exit_code == 1
    assert "judgements" in found.stderr
