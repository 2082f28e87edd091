"""Several talkers to one listener: G.711 frames summed with saturation.

Two codes are summed by one look-up in a table of all pairs, which is exact and some four times as fast as arithmetic;
a third is added to that sum.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dialer.gateway.media.g711 import decode, encode, translate
from dialer.gateway.media.prompts import FRAME_SAMPLES

FULL = 2 * FRAME_SAMPLES
"""A talker is heard once so much waits: packets jitter, the mixer's beat does not."""
WAITING_MAX = 5 * FRAME_SAMPLES
"""More than this is delay: the oldest is left out."""
SAMPLE_MIN, SAMPLE_MAX = -32768, 32767
_CODES = bytes(range(256))


@lru_cache(maxsize=2)
def _sums(payload_type: int) -> npt.NDArray[np.uint8]:
    """The code of the sum of every two codes: 256 x 256."""
    samples = decode(_CODES, payload_type).astype(np.int32)
    sums = np.clip(samples[:, None] + samples[None, :], SAMPLE_MIN, SAMPLE_MAX).astype(np.int16)
    return np.frombuffer(encode(sums.ravel(), payload_type), np.uint8).reshape(256, 256)


def add(first: bytes, second: bytes, payload_type: int) -> bytes:
    """Both sounds at once; as long as the shorter of them."""
    length = min(len(first), len(second))
    one, other = np.frombuffer(first, np.uint8, length), np.frombuffer(second, np.uint8, length)
    return _sums(payload_type)[one, other].tobytes()


class Talker:
    """What one talker has said and the listener has not been sent yet: an `Ear`."""

    __slots__ = ("_is_full", "_payload_type", "_waiting")

    def __init__(self, payload_type: int) -> None:
        """`payload_type` is the listener's."""
        self._payload_type = payload_type
        self._waiting = bytearray()
        self._is_full = False

    def __call__(self, payload: bytes, payload_type: int) -> None:
        """Hear a packet."""
        self._waiting += translate(payload, payload_type, self._payload_type)
        if len(self._waiting) > WAITING_MAX:
            del self._waiting[:-FULL]
        self._is_full = self._is_full or len(self._waiting) >= FULL

    def take(self) -> bytes | None:
        """The next 20 ms; None where nothing, or not yet enough, waits."""
        if not self._is_full:
            return None
        if len(self._waiting) < FRAME_SAMPLES:
            self._is_full = False
            self._waiting.clear()
            return None
        frame = bytes(self._waiting[:FRAME_SAMPLES])
        del self._waiting[:FRAME_SAMPLES]
        return frame


class Mixture:
    """All that one listener hears."""

    __slots__ = ("_payload_type", "talkers")

    def __init__(self, payload_type: int, count: int) -> None:
        self._payload_type = payload_type
        self.talkers = tuple(Talker(payload_type) for _ in range(count))

    def take(self) -> bytes | None:
        """The next 20 ms of everybody; None where nobody speaks."""
        mixed: bytes | None = None
        for talker in self.talkers:
            frame = talker.take()
            if frame is not None:
                mixed = frame if mixed is None else add(mixed, frame, self._payload_type)
        return mixed
