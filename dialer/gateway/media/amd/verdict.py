"""What a classifier hears, and what it says of it."""

from typing import NamedTuple, Protocol

from dialer.model import AmdResult

FRAME_MS = 20
FRAME_SAMPLES = 160
"""What is judged at a time: 20 ms at 8000 samples a second."""


class Sound(NamedTuple):
    """One frame as a classifier hears it."""

    at_ms: int
    """When it ended, counted from the answer."""
    level: float
    """Mean amplitude, of 32,767."""
    is_loud: bool
    """Whether it stands out of the noise on the line."""


class Verdict(NamedTuple):
    """What AMD makes of an answer."""

    result: AmdResult
    confidence: float
    """0..1: how sure it is."""
    reason: str
    """In words that a supervisor understands."""
    at_ms: int
    """How much audio it took."""


class Classifier(Protocol):
    """Tells persons from machines by what they say first; one object for each call."""

    def hear(self, sound: Sound) -> Verdict | None:
        """Take the next frame; a verdict as soon as there is one."""
        ...

    def conclude(self, at_ms: int) -> Verdict:
        """The time is up: what it was most likely."""
        ...
