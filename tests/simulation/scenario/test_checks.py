import pytest

from simulation.scenario.checks import ScenarioValueError, above, at_least, probability, seconds_of_day, time_of_day


def test_seconds_of_day() -> None:
    assert seconds_of_day("09:30") == 9.5 * 3600.0


@pytest.mark.parametrize(
    ("check", "arguments"),
    [
        (time_of_day, ("24:00",)),
        (time_of_day, ("9:00",)),
        (probability, (1.01,)),
        (probability, (float("nan"),)),
        (above, (0.0, 0.0)),
        (at_least, (-0.1, 0.0)),
        (at_least, (float("nan"), 0.0)),
    ],
)
def test_what_cannot_be_is_refused_by_key(check, arguments) -> None:
    with pytest.raises(ScenarioValueError, match=r"^the_key is ") as caught:
        check("the_key", *arguments)

    assert caught.value.key == "the_key"


def test_what_can_be_passes() -> None:
    time_of_day("k", "23:59")
    probability("k", 0.0)
    above("k", 0.1, 0.0)
    at_least("k", 0.0, 0.0)
