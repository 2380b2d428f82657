"""Which rules of the preference gates people see."""

from ai_data_platform.defs.assets.preference import preference_checks

AGREEMENT = {"enough_items_that_two_people_judged", "people_agree_on_the_better_answer"}


def checks(*, agreement: bool) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for definition in preference_checks(agreement=agreement):
        for key in definition.check_keys:
            found.setdefault(key.asset_key.to_user_string(), set()).add(key.name)
    return found


def test_agreement_is_a_check_of_the_pairs_where_a_floor_is_asked_for() -> None:
    """A check without a rule would be red: with the floor switched off there is none."""
    asked, switched_off = checks(agreement=True), checks(agreement=False)
    assert asked["preference_dataset"] - switched_off["preference_dataset"] == AGREEMENT
    assert AGREEMENT & asked["unpaired_preference_dataset"] == set()


def test_every_table_and_candidate_of_the_lane_shows_its_whole_gate() -> None:
    found = checks(agreement=True)
    assert set(found) == {
        "preference_pairs",
        "unpaired_answers",
        "preference_dataset",
        "unpaired_preference_dataset",
    }
    assert all("gate" in names for names in found.values())
    assert "same_splits_as_the_sft_dataset" in found["preference_dataset"]
