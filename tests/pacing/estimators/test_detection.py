import pytest

from pacing.estimators.detection import Detection


def test_delay_and_share_of_persons_are_learned() -> None:
    detection = Detection()
    assert detection.value(0.0) is None
    assert detection.person_share().value == pytest.approx(0.7)
    for number in range(400):
        detection.update(number % 5 < 2, 1.5, float(number))
    delay = detection.value(400.0)
    assert delay is not None
    assert delay.value == pytest.approx(1.5, abs=0.25)
    assert detection.person_share().value == pytest.approx(0.4, abs=0.05)
