"""The noise floor of a line, learned while it is listened to."""

from collections import deque

WINDOW_FRAMES = 50
"""One second: speech pauses for breath or between syllables within it, noise does not."""
SMOOTH_FRAMES = 3
FACTOR = 3.0
"""Sound is loud where it is so many times the floor (9.5 dB)."""
LEVEL_MIN = 100.0
"""Quieter than this is never loud: comfort noise, the hiss of the codec."""
LEVEL_MAX = 1200.0
"""Louder than this is always loud, whatever came before: who speaks from the first frame on leaves no floor to see."""


class Floor:
    """Minimum statistics over the last second."""

    __slots__ = ("_lately", "_smoothed", "threshold")

    def __init__(self) -> None:
        self._lately: deque[float] = deque(maxlen=SMOOTH_FRAMES)
        self._smoothed: deque[float] = deque(maxlen=WINDOW_FRAMES)
        self.threshold = LEVEL_MIN
        """Mean amplitude from which a frame is loud."""

    def is_loud(self, level: float) -> bool:
        """Take the next frame's level, and say whether it stands out."""
        self._lately.append(level)
        self._smoothed.append(sum(self._lately) / len(self._lately))
        self.threshold = min(LEVEL_MAX, max(LEVEL_MIN, FACTOR * min(self._smoothed)))
        return level >= self.threshold
