import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.terms import AmdClassifier, AmdSettings
from dialer.gateway.media.amd import Classifier, Detector, Sound, Verdict
from dialer.gateway.media.g711 import PCMA, PCMU
from dialer.model import AmdResult
from tests.dialer.gateway.media.amd_sounds import frames, silence, tone, voice


def judge(*sounds: np.ndarray, settings: AmdSettings | None = None, payload_type: int = PCMU) -> Verdict:
    detector = Detector(settings if settings is not None else AmdSettings())
    for frame in frames(*sounds, payload_type=payload_type):
        verdict = detector.hear(frame, payload_type)
        if verdict is not None:
            return verdict
    pytest.fail("no verdict")


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
@pytest.mark.parametrize("classifier", list(AmdClassifier))
def test_a_short_greeting_is_a_persons(classifier: AmdClassifier, payload_type: int) -> None:
    settings = AmdSettings(classifier=classifier, total_s=5.0)
    verdict = judge(silence(0.3), voice(0.5), silence(1.5), settings=settings, payload_type=payload_type)
    assert verdict.result is AmdResult.PERSON


def test_tones_are_told_whatever_the_classifier() -> None:
    pairs = [(0.5, AmdResult.FAX, (1100.0,)), (0.5, AmdResult.BUSY, (480.0, 620.0))]
    for seconds, result, frequencies in pairs:
        verdict = judge(silence(0.2), tone(seconds, *frequencies), silence(2.0))
        assert verdict.result is result
        assert verdict.confidence > 0.9
    assert judge(voice(0.4), silence(0.2), tone(0.3, 1000.0), silence(1.0)).result is AmdResult.MACHINE


def test_the_verdict_comes_at_the_latest_when_the_time_is_up_and_only_once() -> None:
    detector = Detector(AmdSettings(total_s=1.0))
    verdicts = [detector.hear(frame, PCMU) for frame in frames(silence(3.0))]
    assert [one.at_ms for one in verdicts if one is not None] == [1000]
    assert detector.verdict is not None
    assert detector.verdict.result is AmdResult.UNSURE


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40))
def test_packets_of_any_size_are_judged_alike(sizes: list[int]) -> None:
    whole = b"".join(frames(silence(0.3), voice(0.5), silence(1.0)))
    expected, pieces = Detector(AmdSettings()), Detector(AmdSettings())
    expected.hear(whole, PCMU)
    start = 0
    while start < len(whole):
        for size in sizes:
            pieces.hear(whole[start : start + size], PCMU)
            start += size
    assert pieces.verdict == expected.verdict


def test_a_classifier_of_ones_own_takes_the_place_of_ours() -> None:
    class Always:
        def hear(self, sound: Sound) -> Verdict | None:
            return Verdict(AmdResult.MACHINE, 1.0, "always", sound.at_ms)

        def conclude(self, at_ms: int) -> Verdict:
            raise AssertionError

    own: Classifier = Always()
    detector = Detector(AmdSettings(), own)
    assert detector.hear(frames(voice(0.1))[0], PCMU) == Verdict(AmdResult.MACHINE, 1.0, "always", 20)
