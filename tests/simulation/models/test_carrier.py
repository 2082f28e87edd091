import pytest

from simulation.models.carrier import CarrierModel, OutageSpan
from simulation.models.timelines import Timeline


def carrier_with(channels_max=None, cps_carried=None, failure=None, outages=()) -> CarrierModel:
    return CarrierModel(channels_max or Timeline(2000.0), cps_carried, failure or Timeline(0.0), outages, seed=1)


def test_calls_beyond_what_is_carried_per_second_fail() -> None:
    carrier = carrier_with(cps_carried=Timeline(3.0))

    assert [carrier.is_congested(key, 100.0, 0) for key in range(5)] == [False, False, False, True, True]
    assert not carrier.is_congested(5, 101.0, 0)


def test_a_full_trunk_is_congested() -> None:
    carrier = carrier_with(channels_max=Timeline(2.0))

    assert [carrier.is_congested(0, 0.0, up) for up in (1, 2)] == [False, True]


def test_failures_come_as_often_as_stated_at_the_time() -> None:
    carrier = carrier_with(failure=Timeline(0.0, [(100.0, 0.0, 0.2)]))

    assert not any(carrier.is_congested(key, 50.0, 0) for key in range(1000))
    share = sum(carrier.is_congested(key, 150.0, 0) for key in range(10_000)) / 10_000
    assert share == pytest.approx(0.2, abs=0.02)


def test_an_outage_lasts_from_its_start_to_before_its_end() -> None:
    outage = OutageSpan(100.0, 200.0, True, 5.0)
    carrier = carrier_with(outages=[outage])

    assert [carrier.outage(now) for now in (99.9, 100.0, 199.9, 200.0)] == [None, outage, outage, None]


def test_what_is_carried_may_shrink_over_the_day() -> None:
    slower = carrier_with(cps_carried=Timeline(float("inf"), [(100.0, 0.0, 1.0)]))
    narrower = carrier_with(channels_max=Timeline(10.0, [(100.0, 0.0, 2.0)]))

    assert not any(slower.is_congested(key, 50.0, 0) for key in range(5))
    assert [slower.is_congested(key, 150.0, 0) for key in range(2)] == [False, True]
    assert [narrower.is_congested(0, now, 5) for now in (50.0, 150.0)] == [False, True]
