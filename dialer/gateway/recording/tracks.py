"""Two sides of a conversation on one time line: mu-law in as it arrives, stereo out, gaps filled with silence."""

from dialer.gateway.media.g711 import PCMU, SAMPLE_RATE, SILENCE
from dialer.gateway.media.mixing import add

DRIFT_SAMPLES_MAX = SAMPLE_RATE // 8
"""A packet within 125 ms of its turn follows the one before without a gap: networks jitter, speech does not."""
BEHIND_S = 0.25
"""How late a packet may come and still find its place."""

_SILENT = bytes([SILENCE[PCMU]])


class Track:
    """One side, from the sample that is written next."""

    __slots__ = ("_begin", "_sound")

    def __init__(self, begin: int = 0) -> None:
        self._begin = begin
        self._sound = bytearray()

    def add(self, payload: bytes, at: int) -> None:
        """Lay sound down that arrived when sample `at` was due."""
        end = self._begin + len(self._sound)
        if at - end > DRIFT_SAMPLES_MAX:
            self._sound += _SILENT * (at - end)
        elif end - at > DRIFT_SAMPLES_MAX:
            # The far end sends faster than time goes: what is too much is left out.
            return
        self._sound += payload

    def take(self, until: int) -> bytes:
        """All samples up to `until`, silence where nothing came."""
        wanted = until - self._begin
        taken = bytes(self._sound[:wanted])
        del self._sound[:wanted]
        self._begin = until
        return taken + _SILENT * (wanted - len(taken))


LEFT, RIGHT, LEFT_TOO = 0, 1, 2


class Tracks:
    """Left, right, and what is heard with the left; times are seconds since the beginning."""

    def __init__(self) -> None:
        self._sides = (Track(), Track())
        self._left_too: Track | None = None
        self._written = 0

    def add(self, side: int, payload: bytes, at_s: float) -> None:
        """Lay mu-law sound down on a side."""
        at = round(at_s * SAMPLE_RATE) - len(payload)
        if side != LEFT_TOO:
            self._sides[side].add(payload, at)
            return
        if self._left_too is None:
            self._left_too = Track(self._written)
        self._left_too.add(payload, at)

    def take(self, until_s: float) -> bytes:
        """The stereo sound since the last time, interleaved; nothing where that moment has passed."""
        until = round(until_s * SAMPLE_RATE)
        if until <= self._written:
            return b""
        stereo = bytearray(2 * (until - self._written))
        for side, track in enumerate(self._sides):
            stereo[side::2] = track.take(until)
        if self._left_too is not None:
            stereo[LEFT::2] = add(bytes(stereo[LEFT::2]), self._left_too.take(until), PCMU)
        self._written = until
        return bytes(stereo)
