import numpy as np

from dialer.gateway.media.amd.greeting import SILENCE_MS_MAX, GreetingEnd
from dialer.gateway.media.g711 import PCMU
from tests.dialer.gateway.media.amd_sounds import frames, silence, tone, voice


def ends_at_s(*sounds: np.ndarray) -> float | None:
    greeting = GreetingEnd()
    for number, frame in enumerate(frames(*sounds), 1):
        if greeting.hear(frame, PCMU):
            return number * 0.02
    return None


def test_the_message_begins_after_the_beep_and_not_in_a_pause_before_it() -> None:
    end = ends_at_s(voice(2.0), silence(1.0), voice(0.5), silence(0.5), tone(0.3, 1000.0), silence(3.0))
    assert end is not None
    assert 4.3 < end < 4.5


def test_a_machine_without_a_beep_is_known_by_its_silence() -> None:
    end = ends_at_s(voice(1.0), silence(5.0))
    assert end is not None
    assert abs(end - 1.0 - SILENCE_MS_MAX / 1000) < 0.1


def test_a_machine_that_talks_on_is_waited_for() -> None:
    assert ends_at_s(voice(10.0)) is None
