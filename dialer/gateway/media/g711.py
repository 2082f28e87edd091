"""G.711: mu-law (PCMU) and A-law (PCMA) to 16-bit samples and back, and from one to the other byte by byte.

Translating one law into the other goes through `bytes.translate`, which costs less per packet than a NumPy call does.
"""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Integers = NDArray[np.int32]

SAMPLE_RATE = 8000
PCMU = 0
PCMA = 8
"""RTP payload types (RFC 3551 section 6)."""

SILENCE = {PCMU: 0xFF, PCMA: 0xD5}
"""The byte that means no sound, by payload type."""

_ULAW_BIAS = 0x84
_ULAW_MAX = 32635


def encode(samples: Samples, payload_type: int) -> bytes:
    """Compress 16-bit samples; `payload_type` is `PCMU` or `PCMA`."""
    compress = _compress_ulaw if payload_type == PCMU else _compress_alaw
    return compress(samples.astype(np.int32)).astype(np.uint8).tobytes()


def decode(payload: bytes, payload_type: int) -> Samples:
    """Expand to 16-bit samples; `payload_type` is `PCMU` or `PCMA`."""
    return _EXPANDED[payload_type][np.frombuffer(payload, np.uint8)]


def translate(payload: bytes, source: int, target: int) -> bytes:
    """The same sound under another payload type."""
    return payload.translate(TRANSLATION[source, target])


def _compress_ulaw(samples: Integers) -> Integers:
    """ITU-T G.711 table 2, scaled to 16 bits."""
    magnitude = np.minimum(np.abs(samples), _ULAW_MAX) + _ULAW_BIAS
    segment = _highest_bit(magnitude) - 7
    step = (magnitude >> (segment + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    return np.asarray(~(sign | (segment << 4) | step) & 0xFF)


def _compress_alaw(samples: Integers) -> Integers:
    """ITU-T G.711 table 1: 13 bits, every second bit of the code inverted."""
    magnitude = np.where(samples < 0, ~samples, samples) >> 3
    segment = np.maximum(_highest_bit(magnitude) - 4, 0)
    step = (magnitude >> np.maximum(segment, 1)) & 0x0F
    return np.asarray(((segment << 4) | step) ^ np.where(samples < 0, 0x55, 0xD5))


def _highest_bit(magnitude: Integers) -> Integers:
    """The position of the highest bit set; 0 for 0."""
    return np.asarray(np.maximum(np.frexp(magnitude.astype(np.float64))[1] - 1, 0))


def _expand_ulaw(codes: Integers) -> Samples:
    inverted = ~codes & 0xFF
    magnitude = ((((inverted & 0x0F) << 3) + _ULAW_BIAS) << ((inverted >> 4) & 0x07)) - _ULAW_BIAS
    return np.where(inverted & 0x80, -magnitude, magnitude).astype(np.int16)


def _expand_alaw(codes: Integers) -> Samples:
    plain = codes ^ 0x55
    segment = (plain >> 4) & 0x07
    step = (plain & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(plain & 0x80, magnitude, -magnitude).astype(np.int16)


_CODES = np.arange(256, dtype=np.int32)
_EXPANDED = {PCMU: _expand_ulaw(_CODES), PCMA: _expand_alaw(_CODES)}
TRANSLATION = {
    (source, target): bytes(range(256)) if source == target else encode(_EXPANDED[source], target)
    for source in _EXPANDED
    for target in _EXPANDED
}
"""Tables of 256 bytes, by source and target: for `bytes.translate`."""
