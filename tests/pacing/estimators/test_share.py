import pytest

from pacing.estimators.share import Share


def test_starts_from_its_prior_and_is_none_before_any_event() -> None:
    share = Share(0.2, 10.0, 100.0)
    assert share.value(0.0) is None
    assert share.belief().value == pytest.approx(0.2)
    share.update(True, 0.0)
    value = share.value(0.0)
    assert value is not None
    assert value.value == pytest.approx(3.0 / 11.0)


def test_follows_what_happens_and_forgets() -> None:
    share = Share(0.2, 10.0, 50.0)
    for number in range(400):
        share.update(number % 2 == 0, float(number))
    assert share.belief().value == pytest.approx(0.47, abs=0.04)
    for number in range(200):
        share.update(False, float(number))
    assert share.belief().value < 0.08
    assert share.belief().sd < 0.05
