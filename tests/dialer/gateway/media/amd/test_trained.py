from pathlib import Path

import pytest

from campaigns.terms import AmdSettings
from dialer.gateway.media.amd.features import NAMES
from dialer.gateway.media.amd.trained import Trained, read_weights
from dialer.gateway.media.amd.verdict import FRAME_MS, Sound, Verdict
from dialer.model import AmdResult


def judge(*parts: tuple[float, bool], settings: AmdSettings | None = None) -> tuple[Trained, Verdict | None]:
    classifier = Trained(settings if settings is not None else AmdSettings(), read_weights())
    at_ms = 0
    for seconds, is_loud in parts:
        for number in range(round(seconds * 1000 / FRAME_MS)):
            at_ms += FRAME_MS
            loudness = (1500.0 + 1200.0 * (number % 10 < 5)) if is_loud else 20.0
            verdict = classifier.hear(Sound(at_ms, loudness, is_loud))
            if verdict is not None:
                return classifier, verdict
    return classifier, None


def test_hello_and_a_pause_is_a_person_soon() -> None:
    _, verdict = judge((0.4, False), (0.4, True), (0.8, False))
    assert verdict is not None
    assert verdict.result is AmdResult.PERSON
    assert verdict.at_ms <= 1400
    assert "a pause for an answer" in verdict.reason


def test_who_talks_on_is_likelier_a_machine_than_who_stops() -> None:
    never = AmdSettings(machine_confidence_min=1.0)
    talker, _ = judge((0.3, False), (1.4, True), settings=never)
    stopper, _ = judge((0.3, False), (0.5, True), (0.2, False), settings=never)
    assert talker.machine_probability() > 0.5 > stopper.machine_probability()


def test_the_campaign_says_how_sure_it_must_be() -> None:
    _, eager = judge((0.3, False), (3.0, True), settings=AmdSettings(machine_confidence_min=0.5))
    assert eager is not None
    assert eager.result is AmdResult.MACHINE
    _, never = judge((0.3, False), (3.0, True), settings=AmdSettings(machine_confidence_min=1.0))
    assert never is None


def test_who_says_nothing_may_be_anybody() -> None:
    classifier, verdict = judge((1.7, False))
    assert verdict is None
    assert classifier.conclude(1700).result is AmdResult.UNSURE


def test_weights_for_other_features_are_refused(tmp_path: Path) -> None:
    assert len(read_weights()) == len(NAMES)
    path = tmp_path / "weights.json"
    path.write_text('{"weights": {"1": 0.0}}')
    with pytest.raises(ValueError, match="make it anew"):
        read_weights(path)
