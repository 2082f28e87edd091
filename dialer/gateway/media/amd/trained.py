"""A logistic model of how speech and pauses of persons and machines differ, asked every 100 ms.

Its weights are in `weights.json`, made by `python -m benchmarks.amd_training` from voices and sentences that the
benchmark `amd` does not use.
"""

import json
import math
from pathlib import Path

from campaigns.terms import AmdSettings
from dialer.gateway.media.amd.features import NAMES, Features
from dialer.gateway.media.amd.verdict import Sound, Verdict
from dialer.model import AmdResult

EVERY_MS = 100
PERSON_CONFIDENCE_MIN = 0.9
PERSON_SILENCE_MS_MIN = 260
"""A person waits for an answer after their greeting; only then is it sure to be over."""

WEIGHTS_PATH = Path(__file__).parent / "weights.json"


def read_weights(path: Path = WEIGHTS_PATH) -> tuple[float, ...]:
    """The weights of `features.NAMES`.

    Raises:
        ValueError: the file was made for other features.
    """
    weights = json.loads(path.read_text())["weights"]
    if tuple(weights) != NAMES:
        raise ValueError(f"{path.name} was made for other features; make it anew: python -m benchmarks.amd_training")
    return tuple(weights.values())


class Trained:
    """Adds up what speaks for a machine."""

    def __init__(self, settings: AmdSettings, weights: tuple[float, ...]) -> None:
        self._settings = settings
        self._weights = weights
        self._features = Features()

    def hear(self, sound: Sound) -> Verdict | None:
        """Take the next frame."""
        features = self._features
        features.hear(sound)
        if sound.at_ms % EVERY_MS or not features.has_speech:
            return None
        machine = self.machine_probability()
        if machine >= self._settings.machine_confidence_min:
            return Verdict(AmdResult.MACHINE, machine, f"{self._heard()}: a recording's way to talk", sound.at_ms)
        if features.silence_ms >= PERSON_SILENCE_MS_MIN and machine <= 1.0 - PERSON_CONFIDENCE_MIN:
            return Verdict(AmdResult.PERSON, 1.0 - machine, f"{self._heard()}, then a pause for an answer", sound.at_ms)
        return None

    def conclude(self, at_ms: int) -> Verdict:
        """In doubt it is said to be so; who has said nothing at all may be anybody."""
        if not self._features.has_speech:
            return Verdict(AmdResult.UNSURE, 0.5, f"nothing said for {at_ms / 1000:g} s", at_ms)
        machine = self.machine_probability()
        if machine <= 0.5:
            return Verdict(AmdResult.PERSON, 1.0 - machine, self._heard(), at_ms)
        return Verdict(AmdResult.UNSURE, machine, f"{self._heard()}: perhaps a machine", at_ms)

    def machine_probability(self) -> float:
        """How likely a machine is, as of now."""
        values = self._features.values()
        score = sum(weight * value for weight, value in zip(self._weights, values, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, score))))

    def _heard(self) -> str:
        features = self._features
        plural = "s" if features.words != 1 else ""
        return f"{features.speech_ms / 1000:g} s of speech in {features.words} word{plural}"
