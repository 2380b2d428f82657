"""What may be asked of a sample."""

import pytest

from ai_data_platform.core.errors import ConfigurationError
from ai_data_platform.core.samples import SampleSpec
from ai_data_platform.core.samples.side_files import readme


@pytest.mark.parametrize(
    "asked", [{"conversations": 0}, {"documents": -1}, {"feedback": -1}, {"days": 366}]
)
def test_a_number_out_of_bounds_is_refused_by_name(asked: dict[str, int]) -> None:
    (name,) = asked
    with pytest.raises(ConfigurationError, match=f"{name}={asked[name]}.*wanted"):
        SampleSpec(**asked)


def test_the_note_names_the_command_that_makes_the_sample() -> None:
    assert "`aidp sample --to examples/sample`" in readme(SampleSpec())
    other = readme(SampleSpec(conversations=9, seed=3))
    assert "`aidp sample --to DIR --conversations 9 --seed 3`" in other
