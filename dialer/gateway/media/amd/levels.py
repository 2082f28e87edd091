"""Loudness of a G.711 frame, by one table look-up for each sample and no NumPy call: 2 µs for 20 ms."""

import math

from dialer.gateway.media.g711 import PCMA, PCMU, decode

_EVERY_CODE = bytes(range(256))
_ROOTS = {
    payload_type: bytes(round(math.sqrt(abs(int(sample)))) for sample in decode(_EVERY_CODE, payload_type))
    for payload_type in (PCMU, PCMA)
}
"""The square root of each code's amplitude: it fits into a byte, and is fine enough for quiet lines."""
_TO_MEAN = 1.22
"""Mean amplitude over the squared mean root, for sound whose amplitudes are those of speech or noise."""


def level(payload: bytes, payload_type: int) -> float:
    """The mean amplitude of a frame, 0 to 32,767; within a few per cent."""
    if not payload:
        return 0.0
    root = sum(payload.translate(_ROOTS[payload_type])) / len(payload)
    return _TO_MEAN * root * root
