"""Sounds for the tests of AMD: tones, silence and a made-up voice, as frames of G.711."""

import numpy as np

from dialer.gateway.media.g711 import PCMU, encode

RATE = 8000


def tone(seconds: float, *frequencies_hz: float, amplitude: float = 5000.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(sum(amplitude * np.sin(2 * np.pi * hz * at) for hz in frequencies_hz))


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def voice(seconds: float, seed: int = 1) -> np.ndarray:
    """Noise in the band of speech, swelling like syllables: loud, and no tone."""
    length = round(seconds * RATE)
    noise = np.convolve(np.random.default_rng(seed).normal(0.0, 4000.0, length), np.ones(4) / 2, "same")
    return noise * (0.6 + 0.4 * np.sin(2 * np.pi * 4.0 * np.arange(length) / RATE))


def frames(*sounds: np.ndarray, payload_type: int = PCMU) -> list[bytes]:
    payload = encode(np.clip(np.concatenate(sounds), -32000, 32000).astype(np.int16), payload_type)
    return [payload[start : start + 160] for start in range(0, len(payload) - 159, 160)]
