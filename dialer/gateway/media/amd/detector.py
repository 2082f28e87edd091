"""One call's AMD: payloads as they arrive, tones and speech followed side by side, one verdict."""

from collections.abc import Callable
from functools import cache

from campaigns.terms import AmdClassifier, AmdSettings
from dialer.gateway.media.amd.classical import Classical
from dialer.gateway.media.amd.floor import Floor
from dialer.gateway.media.amd.levels import level
from dialer.gateway.media.amd.signals import Heard, Signal, Signals
from dialer.gateway.media.amd.tones import find_tones
from dialer.gateway.media.amd.trained import Trained, read_weights
from dialer.gateway.media.amd.verdict import FRAME_MS, FRAME_SAMPLES, Classifier, Sound, Verdict
from dialer.gateway.media.g711 import decode
from dialer.model import AmdResult

RESULTS = {
    Signal.OUT_OF_SERVICE: AmdResult.OUT_OF_SERVICE,
    Signal.NO_CIRCUIT: AmdResult.NO_CIRCUIT,
    Signal.BUSY: AmdResult.BUSY,
    Signal.FAX: AmdResult.FAX,
    Signal.BEEP: AmdResult.MACHINE,
}
TONE_CONFIDENCE = 0.98

_weights = cache(read_weights)

CLASSIFIERS: dict[AmdClassifier, Callable[[AmdSettings], Classifier]] = {
    AmdClassifier.CLASSICAL: Classical,
    AmdClassifier.TRAINED: lambda settings: Trained(settings, _weights()),
}
"""By what a campaign says; a better model needs a line here and a name in `campaigns.terms`."""


class Detector:
    """Hears one answer and judges it once.

    Example:
        detector = Detector(AmdSettings(enabled=True))
        verdict = detector.hear(payload, PCMU)   # None until there is one
    """

    def __init__(self, settings: AmdSettings, classifier: Classifier | None = None) -> None:
        """Listen by a campaign's settings.

        Args:
            settings: the campaign's.
            classifier: instead of the one that the settings name.
        """
        self._total_ms = round(settings.total_s * 1000)
        self._classifier = classifier if classifier is not None else CLASSIFIERS[settings.classifier](settings)
        self._ear = ToneEar()
        self._floor = Floor()
        self._rest = b""
        self._at_ms = 0
        self.verdict: Verdict | None = None

    def hear(self, payload: bytes, payload_type: int) -> Verdict | None:
        """Take the next G.711 audio; the verdict, once, when it is found."""
        if self.verdict is not None:
            return None
        if self._rest or len(payload) != FRAME_SAMPLES:
            payload, self._rest = self._rest + payload, b""
        for start in range(0, len(payload) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            self.verdict = self._frame(payload[start : start + FRAME_SAMPLES], payload_type)
            if self.verdict is not None:
                return self.verdict
        self._rest = payload[len(payload) - len(payload) % FRAME_SAMPLES :]
        return None

    def _frame(self, frame: bytes, payload_type: int) -> Verdict | None:
        self._at_ms += FRAME_MS
        loudness = level(frame, payload_type)
        is_loud = self._floor.is_loud(loudness)
        heard = self._ear.hear(frame, payload_type, is_loud)
        if heard is not None:
            return Verdict(RESULTS[heard.signal], TONE_CONFIDENCE, heard.reason, self._at_ms)
        if not self._ear.is_tone:
            verdict = self._classifier.hear(Sound(self._at_ms, loudness, is_loud))
            if verdict is not None:
                return verdict
        return self._classifier.conclude(self._at_ms) if self._at_ms >= self._total_ms else None


class ToneEar:
    """Pairs frames into blocks for the tone bank, and asks it only where there is sound."""

    def __init__(self) -> None:
        self.signals = Signals()
        self.is_tone = False
        """Whether the last block was a pure tone: no speech."""
        self._half: bytes | None = None
        self._was_loud = False

    def hear(self, frame: bytes, payload_type: int, is_loud: bool) -> Heard | None:
        """Take the next 20 ms."""
        half, self._half = self._half, frame
        if half is None:
            self._was_loud = is_loud
            return None
        self._half = None
        tones = find_tones(decode(half + frame, payload_type)) if self._was_loud and is_loud else ()
        heard = self.signals.hear(tones, self._was_loud or is_loud)
        self.is_tone = self.signals.is_in_tone
        return heard
