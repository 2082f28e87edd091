"""Keys that we press: telephone events (RFC 4733) on their way to a far end, a packet each 20 ms.

A key lasts 160 ms, its end is told three times, and 100 ms of silence part it from the next: more than receivers may
ask for (Q.24: 40 ms of each), and short enough to type an extension while a person listens.
"""

from typing import Final

from dialer.gateway.media.dtmf import KEYS
from dialer.gateway.media.prompts import FRAME_SAMPLES
from dialer.gateway.media.rtp import RtpSender
from dialer.gateway.media_port import MediaError

KEY_FRAMES: Final = 8
ENDS: Final = 3
EVENT_PACKETS: Final = KEY_FRAMES + ENDS - 1
GAP_FRAMES: Final = 5
WAITING_MAX: Final = 64


class Pressing:
    """The keys that one far end is being sent."""

    __slots__ = ("_frame", "_keys", "payload_type")

    def __init__(self, payload_type: int) -> None:
        """`payload_type` is the one under which the far end wants events."""
        self.payload_type = payload_type
        self._keys = ""
        self._frame = 0

    def add(self, keys: str) -> None:
        """Press these after those that are waiting.

        Raises:
            MediaError: Too many are waiting.
        """
        if len(self._keys) + len(keys) > WAITING_MAX:
            raise MediaError(f"{len(self._keys)} keys are still being sent; {WAITING_MAX} may wait at most")
        self._keys += keys

    def next_packet(self, sender: RtpSender, silence: bytes, payload_type: int, now: float) -> bytes | None:
        """The packet of the next 20 ms, `silence` of `payload_type` between keys; None once all have been told."""
        if not self._keys:
            return None
        frame = self._frame
        self._frame += 1
        if frame < EVENT_PACKETS:
            duration = min(frame + 1, KEY_FRAMES) * FRAME_SAMPLES
            is_end = frame + 1 >= KEY_FRAMES
            code = KEYS.index(self._keys[0])
            return sender.write_event(code, duration, self.payload_type, now, is_first=not frame, is_end=is_end)
        if self._frame == EVENT_PACKETS + GAP_FRAMES:
            self._frame, self._keys = 0, self._keys[1:]
        return sender.write(silence, payload_type, now)
