import pytest

from simulation.models.carrier import CarrierModel, OutageSpan
from simulation.models.timelines import Timeline
from simulation.scenario.model import Carrier


def test_calls_beyond_what_is_carried_per_second_fail() -> None:
    carrier = CarrierModel(Carrier(cps_carried=3.0), Timeline(0.0), [], seed=1)

    assert [carrier.is_congested(key, 100.0, 0) for key in range(5)] == [False, False, False, True, True]
    assert not carrier.is_congested(5, 101.0, 0)


def test_a_full_trunk_is_congested() -> None:
    carrier = CarrierModel(Carrier(channels_max=2), Timeline(0.0), [], seed=1)

    assert [carrier.is_congested(0, 0.0, up) for up in (1, 2)] == [False, True]


def test_failures_come_as_often_as_stated_at_the_time() -> None:
    carrier = CarrierModel(Carrier(), Timeline(0.0, [(100.0, 0.0, 0.2)]), [], seed=1)

    assert not any(carrier.is_congested(key, 50.0, 0) for key in range(1000))
    share = sum(carrier.is_congested(key, 150.0, 0) for key in range(10_000)) / 10_000
    assert share == pytest.approx(0.2, abs=0.02)


def test_an_outage_lasts_from_its_start_to_before_its_end() -> None:
    outage = OutageSpan(100.0, 200.0, True, 5.0)
    carrier = CarrierModel(Carrier(), Timeline(0.0), [outage], seed=1)

    assert [carrier.outage(now) for now in (99.9, 100.0, 199.9, 200.0)] == [None, outage, outage, None]
