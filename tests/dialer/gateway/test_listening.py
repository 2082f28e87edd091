from campaigns.terms import AmdSettings
from dialer.gateway.listening import Listening
from dialer.gateway.silent_media import SilentMedia
from dialer.messages import AmdDecided, DigitHeard, Event
from dialer.model import AmdResult
from tests.dialer.gateway.media.amd_sounds import frames, silence, tone, voice


def listening() -> tuple[Listening, SilentMedia, list[Event]]:
    media, events = SilentMedia(), []
    media.open("1-1")
    return Listening(media, events.append), media, events


def test_a_verdict_is_posted_once_and_the_ear_taken_off() -> None:
    ears, media, events = listening()
    ears.judge("1-1", AmdSettings())
    for frame in frames(silence(0.3), voice(0.4), silence(2.0)):
        media.say("1-1", frame)
    (decided,) = events
    assert isinstance(decided, AmdDecided)
    assert (decided.call_id, decided.result) == ("1-1", AmdResult.PERSON)
    assert decided.confidence > 0.5
    assert "a pause for an answer" in decided.reason
    assert media.ears["1-1"] == []
    assert ears.counters == {"amd_verdicts": 1}


def test_the_beep_is_waited_for_once() -> None:
    ears, media, _ = listening()
    heard: list[str] = []
    ears.wait_for_beep("1-1", lambda: heard.append("beep"))
    for frame in frames(voice(0.6), silence(0.2)):
        media.say("1-1", frame)
    assert heard == []
    for frame in frames(tone(0.4, 1000.0), silence(0.3), tone(0.4, 1000.0), silence(0.3)):
        media.say("1-1", frame)
    assert heard == ["beep"]
    assert media.ears["1-1"] == []


def test_keys_are_posted_from_events_or_else_from_their_tones() -> None:
    ears, media, events = listening()
    ears.collect_digits("1-1")
    nine = frames(silence(0.1), tone(0.16, 852.0, 1477.0), silence(0.1))
    for frame in nine:
        media.say("1-1", frame)
    assert events == [DigitHeard(call_id="1-1", digit="9")]
    media.press("1-1", "5")
    for frame in nine:
        media.say("1-1", frame)
    assert events[1:] == [DigitHeard(call_id="1-1", digit="5")]
    ears.forget("1-1")
