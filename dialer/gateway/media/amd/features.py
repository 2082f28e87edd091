"""What the trained classifier goes by: a handful of numbers about the loud and silent frames so far."""

import math

from dialer.gateway.media.amd.verdict import FRAME_MS, Sound

WORD_FRAMES_MIN = 4
PAUSE_FRAMES_MIN = 3
"""Silence that parts two words, in frames."""

NAMES = (
    "1",
    "speech_s",
    "speech_s^2",
    "silence_s",
    "silence_s^2",
    "speech_s*silence_s",
    "initial_silence_s",
    "words",
    "word_s_max",
    "pause_s_max",
    "loud_share",
    "level_spread",
    "syllables",
    "syllable_rate",
    "at_s",
    "at_s*loud_share",
    "is_talking",
    "is_talking*speech_s",
)
"""One for each number that `Features.values` answers."""


class Features:
    """Follows one line; nothing counts before the first word."""

    def __init__(self) -> None:
        self._frames = 0
        self._first_frame: int | None = None
        self._loud_frames = 0
        self._run = 0
        """Loud frames in a row."""
        self._silent_run = 0
        self.words = 0
        self._word_frames = 0
        self._word_frames_max = 0
        self._pause_frames_max = 0
        self._log_sum = self._log_squares = 0.0
        self._slow = self._fast = 0.0
        self._is_rising = False
        self.syllables = 0

    @property
    def has_speech(self) -> bool:
        """Whether a word has been heard."""
        return self.words > 0

    @property
    def silence_ms(self) -> int:
        """How long it has been silent now."""
        return self._silent_run * FRAME_MS

    @property
    def speech_ms(self) -> int:
        """Loud frames so far, added up."""
        return self._loud_frames * FRAME_MS

    def hear(self, sound: Sound) -> None:
        """Take the next frame."""
        self._frames += 1
        if sound.is_loud:
            self._loud(sound.level)
        else:
            self._run = 0
            self._silent_run += 1
            if self._silent_run >= PAUSE_FRAMES_MIN:
                self._word_frames = 0

    def values(self) -> tuple[float, ...]:
        """The numbers of `NAMES`, as of now."""
        frame_s = FRAME_MS / 1000
        at_s = self._frames * frame_s
        speech_s = self._loud_frames * frame_s
        silence_s = min(1.0, self._silent_run * frame_s)
        first = self._frames if self._first_frame is None else self._first_frame
        span = max(1, self._frames - first)
        mean = self._log_sum / max(1, self._loud_frames)
        spread = math.sqrt(max(0.0, self._log_squares / max(1, self._loud_frames) - mean * mean))
        loud_share = self._loud_frames / span
        is_talking = float(self._silent_run < PAUSE_FRAMES_MIN)
        return (
            1.0,
            speech_s,
            speech_s * speech_s,
            silence_s,
            silence_s * silence_s,
            speech_s * silence_s,
            min(2.0, first * frame_s),
            float(min(8, self.words)),
            self._word_frames_max * frame_s,
            self._pause_frames_max * frame_s,
            loud_share,
            spread,
            float(min(20, self.syllables)),
            self.syllables / (span * frame_s),
            at_s,
            at_s * loud_share,
            is_talking,
            is_talking * speech_s,
        )

    def _loud(self, level: float) -> None:
        if self._silent_run and self.words:
            self._pause_frames_max = max(self._pause_frames_max, self._silent_run)
        self._silent_run = 0
        self._run += 1
        self._word_frames += 1
        if self._word_frames == WORD_FRAMES_MIN:
            self.words += 1
            if self._first_frame is None:
                self._first_frame = self._frames - WORD_FRAMES_MIN
        self._word_frames_max = max(self._word_frames_max, self._word_frames)
        self._loud_frames += 1
        height = math.log(level + 1.0)
        self._log_sum += height
        self._log_squares += height * height
        self._syllable(height)

    def _syllable(self, height: float) -> None:
        """A syllable begins where the loudness rises above its slow average (its envelope has a peak for each)."""
        if self._loud_frames == 1:
            self._slow = self._fast = height
        self._slow += 0.12 * (height - self._slow)
        self._fast += 0.5 * (height - self._fast)
        is_rising = self._fast > self._slow + 0.1
        if is_rising and not self._is_rising:
            self.syllables += 1
        if is_rising or self._fast < self._slow - 0.1:
            self._is_rising = is_rising
