"""Tones and what is heard of them: frames to send, and the pitch and loudness of frames that came."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from dialer.gateway.media.g711 import SAMPLE_RATE, SILENCE, Samples, decode
from dialer.gateway.media.prompts import cut

TONE_LEVEL = 0.25
"""Amplitude of a tone, as a share of full scale."""
TONE_HZ_FIRST = 300
TONE_HZ_STEP = 20
TONES = 150
"""Different tones inside the telephone band (300 to 3,400 Hz)."""
SILENCE_DB = -60.0
"""Quieter than this is silence, dB below full scale."""


class Heard(NamedTuple):
    """The sound of the last few hundred milliseconds."""

    frequency_hz: float | None
    """The strongest pitch; None for silence or nothing."""
    level_db: float
    """Mean power below that of a full-scale square wave; negative infinity for nothing."""


def tone_of(place: int) -> int:
    """The frequency in Hz of telephone number `place`, from 0; they repeat after `TONES`."""
    return TONE_HZ_FIRST + TONE_HZ_STEP * (place % TONES)


def tone_samples(frequency_hz: int) -> Samples:
    """One second of a tone; a whole number of Hz, so that it can be repeated without a click."""
    phase = 2.0 * np.pi * frequency_hz * np.arange(SAMPLE_RATE) / SAMPLE_RATE
    return np.round(TONE_LEVEL * 32767.0 * np.sin(phase)).astype(np.int16)


def tone_frames(frequency_hz: int, payload_type: int) -> tuple[bytes, ...]:
    """One second of a tone in frames of 20 ms, to be played round and round."""
    return cut(tone_samples(frequency_hz), payload_type)


def is_silent(payload: bytes, payload_type: int) -> bool:
    """Whether a frame holds nothing but the silent byte of its law."""
    return payload.count(SILENCE[payload_type]) == len(payload)


def listen(payloads: Iterable[bytes], payload_type: int) -> Heard:
    """The pitch and loudness of successive frames."""
    samples = decode(b"".join(payloads), payload_type).astype(np.float64) / 32768.0
    if not len(samples):
        return Heard(None, float("-inf"))
    power = float(np.mean(samples**2))
    level_db = 10.0 * float(np.log10(power)) if power > 0.0 else float("-inf")
    if level_db < SILENCE_DB:
        return Heard(None, level_db)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return Heard(float(np.argmax(spectrum)) * SAMPLE_RATE / len(samples), level_db)
