from collections.abc import Iterable

import pytest

from campaigns.terms import AmdSettings
from dialer.gateway.media.amd.classical import Classical
from dialer.gateway.media.amd.verdict import FRAME_MS, Sound, Verdict
from dialer.model import AmdResult

LOUD, QUIET = 3000.0, 20.0


def judge(*parts: tuple[float, float], settings: AmdSettings | None = None) -> Verdict | None:
    """Parts are (seconds, level)."""
    classifier = Classical(settings if settings is not None else AmdSettings())
    levels: Iterable[float] = (level for seconds, level in parts for _ in range(round(seconds * 1000 / FRAME_MS)))
    for number, level in enumerate(levels, 1):
        verdict = classifier.hear(Sound(number * FRAME_MS, level, level > 256))
        if verdict is not None:
            return verdict
    return None


def test_a_short_greeting_and_a_pause_is_a_person() -> None:
    verdict = judge((0.4, QUIET), (0.6, LOUD), (1.0, QUIET))
    assert verdict is not None
    assert verdict.result is AmdResult.PERSON
    assert verdict.at_ms == 1800
    assert "1 word, then a pause" in verdict.reason


def test_a_long_greeting_is_a_machine_when_it_has_become_long() -> None:
    verdict = judge((0.4, QUIET), (3.0, LOUD))
    assert verdict is not None
    assert (verdict.result, verdict.at_ms) == (AmdResult.MACHINE, 1900)


def test_many_words_are_a_machine() -> None:
    verdict = judge(*[(0.2, LOUD), (0.1, QUIET)] * 5)
    assert verdict is not None
    assert "more than 3 words" in verdict.reason


def test_nothing_said_is_a_machine_after_the_initial_silence() -> None:
    assert judge((2.4, QUIET)) is None
    verdict = judge((2.5, QUIET))
    assert verdict is not None
    assert "nothing said" in verdict.reason


def test_clicks_are_no_words() -> None:
    assert judge(*[(0.06, LOUD), (0.1, QUIET)] * 10) is None


def test_one_long_sound_is_music() -> None:
    verdict = judge((2.0, LOUD), settings=AmdSettings(word_s_max=1.2, greeting_s=5.0))
    assert verdict is not None
    assert "one sound of 1.2 s" in verdict.reason


def test_the_end_of_the_time_says_that_it_is_not_sure() -> None:
    assert Classical(AmdSettings()).conclude(5000) == Verdict(AmdResult.UNSURE, 0.5, "undecided after 5 s", 5000)


@pytest.mark.parametrize("pause_s", [0.02, 0.04])
def test_too_short_a_pause_parts_no_words(pause_s: float) -> None:
    assert judge(*[(0.2, LOUD), (pause_s, QUIET)] * 5) is None
