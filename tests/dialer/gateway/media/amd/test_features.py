from hypothesis import given
from hypothesis import strategies as st

from dialer.gateway.media.amd.features import NAMES, Features
from dialer.gateway.media.amd.verdict import FRAME_MS, Sound


def feed(features: Features, *parts: tuple[float, bool]) -> dict[str, float]:
    at_ms = 0
    for seconds, is_loud in parts:
        for _ in range(round(seconds * 1000 / FRAME_MS)):
            at_ms += FRAME_MS
            features.hear(Sound(at_ms, 2000.0 if is_loud else 20.0, is_loud))
    return dict(zip(NAMES, features.values(), strict=True))


def test_words_and_silence_are_measured() -> None:
    values = feed(Features(), (0.5, False), (0.4, True), (0.2, False), (0.6, True), (0.3, False))
    assert values["speech_s"] == 1.0
    assert values["words"] == 2.0
    assert round(values["initial_silence_s"], 2) in (0.5, 0.52)
    assert round(values["word_s_max"], 2) == 0.6
    assert round(values["pause_s_max"], 2) == 0.2
    assert round(values["silence_s"], 2) == 0.3
    assert values["is_talking"] == 0.0


def test_nothing_said_is_no_speech() -> None:
    features = Features()
    feed(features, (0.5, False), (0.04, True), (0.5, False))
    assert not features.has_speech


@given(st.lists(st.tuples(st.floats(0.0, 32767.0), st.booleans()), max_size=200))
def test_any_sound_gives_finite_numbers(sounds: list[tuple[float, bool]]) -> None:
    features = Features()
    for number, (level, is_loud) in enumerate(sounds, 1):
        features.hear(Sound(number * FRAME_MS, level, is_loud))
    values = features.values()
    assert len(values) == len(NAMES)
    assert all(abs(value) < 1e4 for value in values)
