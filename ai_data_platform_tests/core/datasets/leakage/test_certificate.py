"""A certificate says what was compared, what crosses, and the same of the same rows."""

import json
from dataclasses import replace

import pytest

from ai_data_platform.core.datasets.leakage import (
    Certificate,
    CertificateOptions,
    CertifiedRow,
    EvaluationItem,
    certificate_rules,
    certify,
)
from ai_data_platform.core.datasets.leakage.certificate import Violation
from ai_data_platform.core.gates import judge
from ai_data_platform_tests.leaky_splits import ITEMS, SPLITS

FILES = {"data/train.parquet": "ab" * 32}


def kinds(certificate: Certificate) -> list[str]:
    return [violation.kind for violation in certificate.violations]


def moved(split: str, row: CertifiedRow) -> Certificate:
    return certify({**SPLITS, split: [*SPLITS[split], row]}, ITEMS)


def test_splits_that_share_nothing_are_certified() -> None:
    certificate = certify(SPLITS, ITEMS, files=FILES)
    assert certificate.holds
    assert certificate.figures == {
        "leaked_pairs": 0,
        "contaminated_rows": 0,
        "shared_users": 0,
        "shared_conversations": 0,
        "evaluation_items": 2,
    }
    said = json.loads(certificate.to_json())
    assert said["compared"] == {
        "pairs_of_rows": {"train x validation": 8, "train x test": 4, "validation x test": 2},
        "rows_with_items": {"train": 8, "validation": 4, "test": 2},
    }
    assert said["splits"]["train"] == {"rows": 4, "rows_without_user": 1}
    assert said["thresholds"]["jaccard"] == 0.7
    assert said["files"] == FILES


def test_a_row_that_resembles_one_of_another_split_is_named_with_how_much() -> None:
    row = SPLITS["train"][0]
    copy = replace(row, id="copy", conversation_id="copy", user_hash=None)
    certificate = moved("test", replace(copy, texts=(*row.texts[:-1], f"{row.texts[-1]} Thanks!")))
    (violation,) = certificate.violations
    assert violation[:5] == ("leaked_pair", "train", row.id, "test", "copy")
    assert 0.7 <= violation.share < 1
    assert not certificate.holds


def test_a_user_and_a_conversation_of_two_splits_are_named() -> None:
    known = SPLITS["train"][0]
    row = CertifiedRow("other", ("Something else entirely?", "Yes."), known.user_hash, known.id)
    assert moved("validation", row).violations == (
        Violation("shared_conversation", "train", known.id, "validation", known.id, 1.0),
        Violation("shared_user", "train", "u1", "validation", "u1", 1.0),
    )


def test_rows_without_a_user_share_none() -> None:
    rows = [CertifiedRow(f"c{n}", (f"Question {n}?",), None, f"c{n}") for n in range(2)]
    certificate = certify({"train": rows[:1], "test": rows[1:]}, [])
    assert certificate.holds
    assert certificate.rows_without_user == {"train": 1, "test": 1}


def test_a_row_that_holds_an_evaluation_item_is_named_with_the_item() -> None:
    row = CertifiedRow("asked", (ITEMS[0].text.upper(), "No idea."), None, "asked")
    assert moved("train", row).violations == (
        Violation("contaminated_row", "train", "asked", "exam", "q1", 1.0),
    )


def test_without_evaluation_items_the_certificate_says_that_nothing_was_compared() -> None:
    said = json.loads(certify(SPLITS, []).to_json())
    assert said["holds"]
    assert said["evaluation"]["sets"] == {}
    assert said["figures"]["evaluation_items"] == 0
    assert said["compared"]["rows_with_items"] == {"train": 0, "validation": 0, "test": 0}


def test_the_same_rows_give_the_same_bytes_in_whatever_order_they_come() -> None:
    turned = {name: rows[::-1] for name, rows in SPLITS.items()}
    assert certify(turned, ITEMS[::-1]).to_json() == certify(SPLITS, ITEMS).to_json()


def test_all_violations_are_counted_and_a_hundred_are_shown() -> None:
    rows = [CertifiedRow(f"c{n:03}", (ITEMS[0].text,), None, f"c{n:03}") for n in range(150)]
    certificate = certify({"train": rows}, ITEMS)
    said = json.loads(certificate.to_json())["violations"]
    assert (said["count"], len(said["shown"])) == (150, 100)
    assert certificate.figures["contaminated_rows"] == 150


def test_thresholds_and_items_change_the_certificate() -> None:
    plain = certify(SPLITS, ITEMS).to_json()
    options = CertificateOptions()
    strict = replace(options, duplicates=replace(options.duplicates, threshold=0.5))
    other = [*ITEMS[:1], EvaluationItem("q2", "exam", "Another question, much like the second?")]
    assert certify(SPLITS, ITEMS, strict).to_json() != plain
    assert certify(SPLITS, other).to_json() != plain


def test_rows_that_can_be_read_only_once_are_refused() -> None:
    with pytest.raises(TypeError, match="gone through again"):
        certify({"train": iter(SPLITS["train"])}, ITEMS)  # type: ignore[dict-item]


def test_a_gate_passes_a_certificate_without_violations_and_nothing_without_one() -> None:
    figures = {**certify(SPLITS, ITEMS).figures}
    leaky = {**moved("train", replace(SPLITS["test"][0], user_hash=None)).figures}
    verdicts = [
        judge("sft_dataset", "f", seen, certificate_rules(), code_version="1")
        for seen in (figures, leaky, {})
    ]
    assert [verdict.passed for verdict in verdicts] == [True, False, False]
    assert verdicts[1].reasons == (
        "leaked_pairs is 1, wanted == 0 (a row that resembles one of another split was seen in training)",
        "shared_conversations is 1, wanted == 0 (a conversation belongs to one split)",
    )
    assert "leaked_pairs was not measured" in verdicts[2].reasons[0]


QUESTION = "How do I open the small valve behind the white cover in the cellar?"


def preference(name: str, question: str, *answers: str) -> CertifiedRow:
    return CertifiedRow(name, (question, *answers), None, f"conversation {name}", asked=1)


def test_prompts_that_resemble_each_other_are_a_violation_of_their_own() -> None:
    """The answers differ, so the rows as a whole do not resemble each other."""
    other = (
        "With a wrench of eleven millimetres, some oil, and a whole lot of patience on a Sunday."
    )
    splits = {
        "train": [preference("p1", QUESTION, "Turn it until the hissing stops, then wait a bit.")],
        "test": [preference("p2", f"{QUESTION} Thanks!", other)],
    }
    certificate = certify(splits, ITEMS)
    assert kinds(certificate) == ["leaked_prompt"]
    assert certificate.violations[0][1:5] == ("train", "p1", "test", "p2")
    assert (certificate.figures["leaked_pairs"], certificate.figures["leaked_prompts"]) == (0, 1)
    assert "leaked_prompts" in certificate.record()["method"]
    verdict = judge(
        "d", "f", dict(certificate.figures), certificate_rules(prompts=True), code_version="1"
    )
    assert [reason.split(",")[0] for reason in verdict.reasons] == ["leaked_prompts is 1"]


def test_a_certificate_of_conversations_does_not_answer_for_prompts() -> None:
    figures = dict(certify(SPLITS, ITEMS).figures)
    assert "leaked_prompts" not in figures
    verdict = judge("d", "f", figures, certificate_rules(prompts=True), code_version="1")
    assert verdict.reasons == (
        "leaked_prompts was not measured, wanted == 0 (who trained on a question is not tested by it)",
    )
