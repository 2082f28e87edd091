import pytest

from simulation.scenario.carrier import Carrier, Outage
from simulation.scenario.checks import ScenarioValueError


@pytest.mark.parametrize(
    "wrong", [{"cps_max": 0.0}, {"channels_max": 0}, {"cps_carried": 0.0}, {"bridge_delay_s": -1.0}]
)
def test_what_a_carrier_cannot_do_is_named(wrong: dict[str, float]) -> None:
    with pytest.raises(ScenarioValueError, match=next(iter(wrong))):
        Carrier(**wrong)  # type: ignore[arg-type]


def test_an_outage_has_a_time_of_day_and_lasts() -> None:
    assert Outage(at="10:00", duration_s=60.0).announced
    with pytest.raises(ScenarioValueError, match="time of day"):
        Outage(at="25:00", duration_s=60.0)
    with pytest.raises(ScenarioValueError, match="duration_s"):
        Outage(at="10:00", duration_s=0.0)
