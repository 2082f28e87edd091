"""The classifier of telephone exchanges: a person says a word or two and waits, a machine talks on.

The parameters are those that Asterisk's AMD application made usual (its documentation and the comments in amd.conf);
the code is written from their meaning.
"""

from campaigns.terms import AmdSettings
from dialer.gateway.media.amd.verdict import FRAME_MS, Sound, Verdict
from dialer.model import AmdResult


class Classical:
    """Counts words, speech and silence against fixed limits."""

    def __init__(self, settings: AmdSettings) -> None:
        self._settings = settings
        self._silence_ms = 0
        self._sound_ms = 0
        """Length of the sound that is going on."""
        self._speech_ms = 0
        """Words so far, added up."""
        self._words = 0
        self._is_in_word = False

    def hear(self, sound: Sound) -> Verdict | None:
        """Take the next frame."""
        if sound.level > self._settings.silence_level:
            return self._loud(sound.at_ms)
        return self._silent(sound.at_ms)

    def conclude(self, at_ms: int) -> Verdict:
        """Neither a person's pause nor a machine's talk: not sure."""
        return Verdict(AmdResult.UNSURE, 0.5, f"undecided after {at_ms / 1000:g} s", at_ms)

    def _loud(self, at_ms: int) -> Verdict | None:
        settings = self._settings
        self._silence_ms = 0
        self._sound_ms += FRAME_MS
        if self._sound_ms < settings.word_s_min * 1000:
            return None
        if not self._is_in_word:
            self._is_in_word = True
            self._words += 1
            self._speech_ms += self._sound_ms
        else:
            self._speech_ms += FRAME_MS
        if self._words > settings.words_max:
            return _machine(f"more than {settings.words_max} words", at_ms)
        if self._speech_ms >= settings.greeting_s * 1000:
            return _machine(f"a greeting of {settings.greeting_s:g} s or more", at_ms)
        if self._sound_ms >= settings.word_s_max * 1000:
            return _machine(f"one sound of {settings.word_s_max:g} s", at_ms)
        return None

    def _silent(self, at_ms: int) -> Verdict | None:
        settings = self._settings
        self._silence_ms += FRAME_MS
        if self._silence_ms >= settings.between_words_silence_s * 1000:
            self._is_in_word = False
            self._sound_ms = 0
        if self._words == 0:
            if self._silence_ms >= settings.initial_silence_s * 1000:
                return _machine(f"nothing said for {settings.initial_silence_s:g} s", at_ms)
        elif self._silence_ms >= settings.after_greeting_silence_s * 1000:
            words = f"{self._words} word{'s' if self._words > 1 else ''}"
            return Verdict(AmdResult.PERSON, 0.8, f"{words}, then a pause for an answer", at_ms)
        return None


def _machine(reason: str, at_ms: int) -> Verdict:
    return Verdict(AmdResult.MACHINE, 0.8, reason, at_ms)
