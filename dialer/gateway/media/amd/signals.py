"""What tones mean: a number out of service, a busy line, a fax, or the beep after which a machine records.

Special information tones: ITU-T E.180 and Telcordia SR-2275; busy and reorder: ITU-T E.180 supplement 2; fax: ITU-T
T.30 (calling tone CNG, answer tone CED). The beep of a machine has no standard: any steady tone that is none of these.
"""

from enum import StrEnum
from typing import NamedTuple

from dialer.gateway.media.amd.tones import BLOCK_SAMPLES, Tone
from dialer.gateway.media.g711 import SAMPLE_RATE

BLOCK_MS = BLOCK_SAMPLES * 1000 // SAMPLE_RATE
PURE = 0.8
"""Tones that make up this share of the sound are the sound."""
STEADY_HZ = 18.0
"""A tone wanders less than this from block to block; a voice does not keep its pitch so well."""
BEEP_MS_MIN = 160
BEEP_HZ_MIN = 380.0
BEEP_PURE = 0.93
"""A hummed or drawn-out vowel is a tone with overtones; a beep has none."""
BEEP_MS_MAX = 2500
BEEP_OVER_MS = 80
"""Silence after a tone that shows that no other tone follows it."""
FAX_MS_MIN = 400
SIT_MS_MIN = 160
BURST_MS_MIN, BURST_MS_MAX = 160, 800
"""Lengths of the bursts of busy and reorder tones around the world."""
BUSY_HZ = (400.0, 425.0, 450.0)
BUSY_PAIR_HZ = (480.0, 620.0)


class Signal(StrEnum):
    """What a tone, or a row of them, says."""

    OUT_OF_SERVICE = "out_of_service"
    """Special information tone: intercept or vacant code."""
    NO_CIRCUIT = "no_circuit"
    """Special information tone: reorder or no circuit."""
    BUSY = "busy"
    FAX = "fax"
    BEEP = "beep"


class Heard(NamedTuple):
    """A signal, and in words what was heard."""

    signal: Signal
    reason: str


class _Burst:
    """One tone, or pair of tones, from its beginning to its end."""

    __slots__ = ("duration_ms", "frequencies_hz", "gap_ms", "share_min")

    def __init__(self, frequencies_hz: tuple[float, ...], gap_ms: int, share: float) -> None:
        self.frequencies_hz = frequencies_hz
        self.gap_ms = gap_ms
        """Silence before it."""
        self.duration_ms = BLOCK_MS
        self.share_min = share
        """How pure its least pure whole block is."""


class Signals:
    """Follows the tones of one line, block by block of 40 ms."""

    __slots__ = ("_bursts", "_current", "_gap_ms", "_is_beep_told", "_share_before", "speech_ms")

    def __init__(self) -> None:
        self._bursts: list[_Burst] = []
        self._current: _Burst | None = None
        self._gap_ms = 0
        self._is_beep_told = False
        self._share_before = 1.0
        self.speech_ms = 0
        """Sound that was no tone, so far."""

    def hear(self, tones: tuple[Tone, ...], is_loud: bool) -> Heard | None:
        """Take the tones of the next block; `is_loud` says whether there was any sound in it."""
        strong = sorted(tone.frequency_hz for tone in tones if tone.share > PURE / 8)
        is_pure = is_loud and bool(tones) and sum(tone.share for tone in tones) >= PURE
        if is_pure and len(strong) == 2 and max(tone.share for tone in tones) >= PURE:
            strong = [max(tones, key=lambda tone: tone.share).frequency_hz]
        if is_pure:
            self._tone(tuple(strong), sum(tone.share for tone in tones))
            return self._fax_or_sit()
        ended, self._current = self._current, None
        if ended is not None:
            self._bursts.append(ended)
            self._gap_ms = 0
        self._gap_ms += BLOCK_MS
        if is_loud:
            self.speech_ms += BLOCK_MS
        return self._busy(self._bursts[-1]) if ended is not None else self._beep()

    @property
    def is_in_tone(self) -> bool:
        """Whether the last block was a pure tone."""
        return self._current is not None

    def _tone(self, frequencies_hz: tuple[float, ...], share: float) -> None:
        current = self._current
        if current is not None and _alike(current.frequencies_hz, frequencies_hz, STEADY_HZ):
            current.duration_ms += BLOCK_MS
            # The first block and the last may be cut.
            current.share_min = (
                min(current.share_min, self._share_before) if current.duration_ms > 2 * BLOCK_MS else 1.0
            )
            self._share_before = share
            return
        if current is not None:
            self._bursts.append(current)
        self._is_beep_told = False
        self._current = _Burst(frequencies_hz, self._gap_ms if current is None else 0, share)
        self._share_before = share

    def _fax_or_sit(self) -> Heard | None:
        current = self._current
        assert current is not None
        if len(current.frequencies_hz) == 1 and current.duration_ms >= FAX_MS_MIN:
            if abs(current.frequencies_hz[0] - 1100.0) <= 38.0:
                return Heard(Signal.FAX, "a fax machine calls (CNG, 1100 Hz)")
            if abs(current.frequencies_hz[0] - 2100.0) <= 20.0:
                return Heard(Signal.FAX, "a fax machine or modem answers (CED, 2100 Hz)")
        return self._sit(current) if current.duration_ms >= SIT_MS_MIN else None

    def _sit(self, third: _Burst) -> Heard | None:
        before = [burst for burst in self._bursts if burst.duration_ms >= SIT_MS_MIN][-2:]
        if len(before) < 2 or not _is_near(third, 1776.7) or not (_is_near(before[0], 913.8, 985.2)):
            return None
        if _is_near(before[1], 1370.6):
            return Heard(Signal.OUT_OF_SERVICE, "special information tone: the number is not in service")
        if _is_near(before[1], 1428.5):
            return Heard(Signal.NO_CIRCUIT, "special information tone: no circuit is free")
        return None

    def _busy(self, last: _Burst) -> Heard | None:
        if not BURST_MS_MIN <= last.duration_ms <= BURST_MS_MAX:
            return None
        if _alike(last.frequencies_hz, BUSY_PAIR_HZ, 20.0):
            # Short bursts are the network's reorder tone.
            signal = Signal.BUSY if last.duration_ms > 360 else Signal.NO_CIRCUIT
            return Heard(signal, "busy tone (480 and 620 Hz)" if signal is Signal.BUSY else "reorder tone")
        earlier = self._bursts[-2] if len(self._bursts) > 1 else None
        if earlier is None or self.speech_ms > 2 * BLOCK_MS or not _is_near(last, *BUSY_HZ):
            return None
        is_repeated = _alike(last.frequencies_hz, earlier.frequencies_hz, STEADY_HZ)
        is_regular = abs(last.duration_ms - earlier.duration_ms) <= 2 * BLOCK_MS and last.gap_ms >= BURST_MS_MIN
        if is_repeated and is_regular:
            return Heard(Signal.BUSY, f"busy tone ({last.frequencies_hz[0]:.0f} Hz, {last.duration_ms} ms on)")
        return None

    def _beep(self) -> Heard | None:
        last = self._bursts[-1] if self._bursts else None
        if last is None or self._is_beep_told or self._gap_ms < BEEP_OVER_MS or len(last.frequencies_hz) != 1:
            return None
        self._is_beep_told = True
        if not BEEP_MS_MIN <= last.duration_ms <= BEEP_MS_MAX:
            return None
        if last.frequencies_hz[0] < BEEP_HZ_MIN or last.share_min < BEEP_PURE:
            return None
        if self.speech_ms <= 2 * BLOCK_MS and _is_near(last, *BUSY_HZ):
            # It may be the first burst of a busy tone.
            return None
        return Heard(Signal.BEEP, f"a beep ({last.frequencies_hz[0]:.0f} Hz, {last.duration_ms} ms)")


def _is_near(burst: _Burst, *frequencies_hz: float) -> bool:
    return len(burst.frequencies_hz) == 1 and any(abs(burst.frequencies_hz[0] - one) <= 15.0 for one in frequencies_hz)


def _alike(first: tuple[float, ...], second: tuple[float, ...], within_hz: float) -> bool:
    return len(first) == len(second) and all(abs(a - b) <= within_hz for a, b in zip(first, second, strict=True))
