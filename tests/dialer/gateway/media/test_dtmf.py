import numpy as np
import pytest

from dialer.gateway.media.dtmf import COLUMNS_HZ, KEYS, PAD, ROWS_HZ, TELEPHONE_EVENT, Events, InbandDigits
from dialer.gateway.media.g711 import PCMA, PCMU
from dialer.gateway.media.rtp import RtpPacket
from tests.dialer.gateway.media.amd_sounds import frames, silence, tone, voice


def event(code: int, timestamp: int, sequence: int = 0, end: bool = False) -> RtpPacket:
    payload = bytes([code, 0x80 if end else 0, 0, 160])
    return RtpPacket(TELEPHONE_EVENT, False, sequence, timestamp, 1, payload)


@pytest.mark.parametrize("code", range(16))
def test_an_event_is_one_key_however_often_it_is_sent(code: int) -> None:
    events = Events()
    heard = [events.hear(event(code, 8000, number, end=number > 4)) for number in range(8)]
    assert "".join(heard) == KEYS[code]


def test_the_same_key_twice_is_two_keys_and_a_straggler_none() -> None:
    events = Events()
    heard = [events.hear(event(9, timestamp)) for timestamp in (8000, 8000, 12000, 8000, 12000, 20000)]
    assert "".join(heard) == "999"
    wrapped = Events()
    assert wrapped.hear(event(1, 0xFFFFFF00)) + wrapped.hear(event(2, 0x00000100)) == "12"


def test_what_is_no_key_is_left_out() -> None:
    assert Events().hear(event(16, 1)) == ""
    assert Events().hear(RtpPacket(TELEPHONE_EVENT, False, 1, 1, 1, b"\x01")) == ""


def pressed(*sounds: np.ndarray, payload_type: int = PCMU) -> str:
    digits = InbandDigits()
    return "".join(digits.hear(frame, payload_type) for frame in frames(*sounds, payload_type=payload_type))


@pytest.mark.parametrize("payload_type", [PCMU, PCMA])
def test_every_key_is_known_by_its_two_tones(payload_type: int) -> None:
    for row, keys in zip(ROWS_HZ, PAD, strict=True):
        for column, key in zip(COLUMNS_HZ, keys, strict=True):
            sound = tone(0.13, row, column, amplitude=4000.0)
            assert (
                pressed(silence(0.05), sound, silence(0.1), sound, silence(0.1), payload_type=payload_type) == key * 2
            )


def test_tones_a_little_off_are_taken_and_others_are_not() -> None:
    assert pressed(tone(0.2, 852.0 * 1.012, 1477.0 * 0.988)) == "9"
    assert pressed(tone(0.2, 852.0 * 1.035, 1477.0)) == ""
    assert pressed(tone(0.2, 480.0, 620.0)) == ""
    assert pressed(tone(0.2, 852.0)) == ""


@pytest.mark.parametrize("seed", range(5))
def test_speech_presses_no_keys(seed: int) -> None:
    assert pressed(voice(5.0, seed)) == ""
