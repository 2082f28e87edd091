"""When a machine begins to record: after its beep, or where it has none, after a silence that no greeting has."""

from dialer.gateway.media.amd.detector import ToneEar
from dialer.gateway.media.amd.floor import Floor
from dialer.gateway.media.amd.levels import level
from dialer.gateway.media.amd.signals import Signal
from dialer.gateway.media.amd.verdict import FRAME_MS, FRAME_SAMPLES

SILENCE_MS_MAX = 2500
"""Machines pause for a second or so before their beep; who is silent for longer has none."""


class GreetingEnd:
    """Hears the rest of a greeting."""

    def __init__(self) -> None:
        self._ear = ToneEar()
        # The caller has heard a machine's speech already, so a first beep is a beep.
        self._ear.signals.speech_ms = 1000
        self._floor = Floor()
        self._silence_ms = 0
        self._rest = b""

    def hear(self, payload: bytes, payload_type: int) -> bool:
        """Take the next G.711 audio; whether the greeting is over, and the message may begin."""
        self._rest += payload
        while len(self._rest) >= FRAME_SAMPLES:
            frame, self._rest = self._rest[:FRAME_SAMPLES], self._rest[FRAME_SAMPLES:]
            is_loud = self._floor.is_loud(level(frame, payload_type))
            heard = self._ear.hear(frame, payload_type, is_loud)
            if heard is not None and heard.signal is Signal.BEEP:
                return True
            self._silence_ms = 0 if is_loud else self._silence_ms + FRAME_MS
            if self._silence_ms >= SILENCE_MS_MAX:
                return True
        return False
