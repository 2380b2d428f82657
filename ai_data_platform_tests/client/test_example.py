"""The example of a product posts its thousand ratings, once, however often it is run."""

import subprocess
import sys
from pathlib import Path

import pytest

from ai_data_platform.settings import CHECKOUT
from ai_data_platform.stores.feedback import open_feedback
from ai_data_platform_tests.client.services import serving


@pytest.mark.slow
def test_the_example_posts_a_thousand_ratings_of_a_hundred_answers(tmp_path: Path) -> None:
    command = [sys.executable, str(CHECKOUT / "examples" / "post_ratings.py")]
    with open_feedback(tmp_path / "feedback.sqlite") as store:
        with serving(store) as url:
            runs = [
                subprocess.run(
                    [*command, url], cwd=tmp_path, capture_output=True, text=True, check=False
                )
                for _ in range(2)
            ]
        events = [event for day in store.days() for event in store.events_of_day(day)]
        turns = [turn for day in store.turn_days() for turn in store.turns_of_day(day)]

    assert [(run.returncode, run.stderr) for run in runs] == [(0, ""), (0, "")]
    assert {run.stdout for run in runs} == {"1,000 ratings, 0 wait, 0 refused\n"}
    assert (len(events), len(turns)) == (1_000, 100)
    assert {event.message_id for event in events} == {turn.message_id for turn in turns}
    assert len({turn.parent_message_id for turn in turns}) == 50
