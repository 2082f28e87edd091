import numpy as np
import pytest

from dialer.gateway.media.amd.detector import ToneEar
from dialer.gateway.media.amd.floor import Floor
from dialer.gateway.media.amd.levels import level
from dialer.gateway.media.amd.signals import Heard, Signal
from dialer.gateway.media.g711 import PCMU
from tests.dialer.gateway.media.amd_sounds import frames, silence, tone, voice


def heard(*sounds: np.ndarray) -> list[Heard]:
    ear, floor = ToneEar(), Floor()
    found = [ear.hear(frame, PCMU, floor.is_loud(level(frame, PCMU))) for frame in frames(*sounds)]
    return [one for one in found if one is not None]


def first(*sounds: np.ndarray) -> Signal | None:
    found = heard(*sounds)
    return found[0].signal if found else None


@pytest.mark.parametrize(
    ("frequencies", "signal"),
    [
        ((913.8, 1370.6, 1776.7), Signal.OUT_OF_SERVICE),
        ((985.2, 1370.6, 1776.7), Signal.OUT_OF_SERVICE),
        ((913.8, 1428.5, 1776.7), Signal.NO_CIRCUIT),
        ((985.2, 1428.5, 1776.7), Signal.NO_CIRCUIT),
    ],
)
def test_special_information_tones(frequencies: tuple[float, float, float], signal: Signal) -> None:
    parts = [tone(0.33, hz) for hz in frequencies]
    assert first(silence(0.25), *parts, silence(0.5)) is signal


@pytest.mark.parametrize("hz", [400.0, 425.0, 450.0])
@pytest.mark.parametrize("on_s", [0.25, 0.35, 0.5])
def test_busy_tones_of_one_frequency_by_their_rhythm(hz: float, on_s: float) -> None:
    cycle = (tone(on_s, hz), silence(on_s))
    assert first(silence(0.1), *cycle) is None
    assert first(silence(0.1), *cycle, *cycle) is Signal.BUSY


def test_north_american_busy_and_reorder() -> None:
    assert first(silence(0.1), tone(0.5, 480, 620), silence(0.5)) is Signal.BUSY
    assert first(silence(0.1), tone(0.25, 480, 620), silence(0.25)) is Signal.NO_CIRCUIT


def test_fax_machines_that_call_and_that_answer() -> None:
    assert first(silence(0.3), tone(0.5, 1100.0)) is Signal.FAX
    assert first(silence(0.3), tone(1.0, 2100.0)) is Signal.FAX


@pytest.mark.parametrize("hz", [425.0, 440.0, 800.0, 1000.0, 1400.0])
def test_a_beep_after_speech(hz: float) -> None:
    found = heard(voice(1.0), silence(0.4), tone(0.3, hz), silence(0.5))
    assert [one.signal for one in found] == [Signal.BEEP]
    assert f"{hz:.0f}"[:-1] in found[0].reason


def test_speech_clicks_and_long_tones_are_nothing() -> None:
    assert heard(voice(4.0), silence(1.0)) == []
    assert heard(voice(0.5), silence(0.3), tone(0.04, 1000.0), silence(0.5)) == []
    assert heard(tone(4.0, 1000.0), silence(0.5)) == []
