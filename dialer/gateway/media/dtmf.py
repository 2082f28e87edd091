"""Digits: telephone events (RFC 4733), and the tones of Q.23 themselves for far ends that send no events."""

from typing import Final

from dialer.gateway.media.amd.tones import BLOCK_SAMPLES, find_tones
from dialer.gateway.media.g711 import decode
from dialer.gateway.media.rtp import RtpPacket

TELEPHONE_EVENT: Final = 101
"""The payload type under which our SDP offers events."""
KEYS = "0123456789*#ABCD"
"""By event code (RFC 4733 section 3.2)."""
ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
PAD = ("123A", "456B", "789C", "*0#D")
WITHIN = 0.02
"""Q.24 asks receivers to take 1.8 % and to refuse 3 %; our tones are measured to a few Hz."""
SHARE_MIN = 0.85
"""What the two tones must make of all the sound: speech has more than two."""
TWIST_MAX = 6.3
"""One tone may be so many times as strong as the other (8 dB, Q.24)."""


class Events:
    """Digits of one RTP stream that come as events: every one is repeated many times, and counted once."""

    __slots__ = ("_newest",)

    def __init__(self) -> None:
        self._newest: int | None = None
        """The timestamp of the newest event: all packets of one have the same."""

    def hear(self, packet: RtpPacket) -> str:
        """The key of an event that has just begun; empty for a repetition, or what is no key."""
        if len(packet.payload) < 4 or packet.timestamp == self._newest or packet.payload[0] >= len(KEYS):
            return ""
        if self._newest is not None and (packet.timestamp - self._newest) & 0xFFFFFFFF >= 0x80000000:
            # A straggler of an earlier event.
            return ""
        self._newest = packet.timestamp
        return KEYS[packet.payload[0]]


class InbandDigits:
    """Digits in the sound itself; a key counts once it was heard in two blocks of 40 ms in a row."""

    __slots__ = ("_before", "_rest", "_told")

    def __init__(self) -> None:
        self._rest = b""
        self._before = ""
        self._told = ""

    def hear(self, payload: bytes, payload_type: int) -> str:
        """The keys that have been pressed in this piece of sound; mostly none."""
        self._rest += payload
        keys = ""
        while len(self._rest) >= BLOCK_SAMPLES:
            block, self._rest = self._rest[:BLOCK_SAMPLES], self._rest[BLOCK_SAMPLES:]
            key = key_in(block, payload_type)
            if key and key == self._before and key != self._told:
                keys += key
                self._told = key
            elif not key and not self._before:
                self._told = ""
            self._before = key
        return keys


def key_in(block: bytes, payload_type: int) -> str:
    """The key whose two tones are a block of 40 ms; empty where it is anything else."""
    if block.count(block[0]) == len(block):
        return ""
    tones = find_tones(decode(block, payload_type))
    if len(tones) != 2 or sum(tone.share for tone in tones) < SHARE_MIN or tones[0].share > TWIST_MAX * tones[1].share:
        return ""
    low, high = sorted(tone.frequency_hz for tone in tones)
    row, column = _nearest(low, ROWS_HZ), _nearest(high, COLUMNS_HZ)
    return "" if row is None or column is None else PAD[row][column]


def _nearest(frequency_hz: float, among: tuple[float, ...]) -> int | None:
    for place, one in enumerate(among):
        if abs(frequency_hz - one) <= WITHIN * one:
            return place
    return None
