"""What `test_sip_gateway` does not say of sound: AMD begins at the answer, messages wait for the beep."""

from campaigns.quality import Audio
from campaigns.terms import AmdSettings
from dialer.gateway.conversations import Conversations
from dialer.gateway.lines import Line
from dialer.gateway.media_port import StreamStatistics
from dialer.gateway.silent_media import SilentMedia
from dialer.messages import AmdDecided, BridgeCall, Event, PlayMessage
from tests.dialer.gateway.media.amd_sounds import frames, silence, tone, voice


class Room:
    """One answered call."""

    def __init__(self, amd: AmdSettings | None = None) -> None:
        self.line = Line("1-1")
        self.line.amd = amd
        self.line.is_answered = True
        self.media = SilentMedia()
        self.media.open("1-1")
        self.events: list[Event] = []
        self.hung_up: list[str] = []
        self.conversations = Conversations({"1-1": self.line}, self.media, self.events.append, self.hung_up.append)


def test_amd_listens_from_the_answer_on_where_it_is_wanted() -> None:
    room = Room(AmdSettings())
    room.conversations.answered(room.line)
    for frame in frames(silence(0.3), voice(0.4), silence(1.5)):
        room.media.say("1-1", frame)
    assert [type(event) for event in room.events] == [AmdDecided]
    assert room.conversations.counters()["amd_verdicts"] == 1
    deaf = Room()
    deaf.conversations.answered(deaf.line)
    assert not deaf.media.ears


def test_a_message_for_a_machine_begins_after_its_beep() -> None:
    room = Room()
    room.conversations.play(PlayMessage(call_id="1-1", message="callback", after_beep=True))
    for frame in frames(voice(0.5), silence(0.3)):
        room.media.say("1-1", frame)
    assert room.media.prompts == []
    for frame in frames(tone(0.4, 1000.0), silence(0.3)):
        room.media.say("1-1", frame)
    assert room.media.prompts == [("1-1", "callback")]


def test_commands_for_lines_that_are_not_up_are_counted() -> None:
    room = Room()
    room.conversations.bridge(BridgeCall(call_id="1-1", leg_id="gone#1"))
    room.conversations.play(PlayMessage(call_id="2-1", message="callback"))
    assert room.conversations.counters()["commands_out_of_place"] == 2
    assert room.events == room.hung_up == []


def test_how_the_audio_was_is_known_at_the_end_of_an_answered_call_and_counted() -> None:
    room = Room()
    room.media.figures["1-1"] = StreamStatistics(packets_in=99, packets_expected=100, has_sound=True, jitter_s=0.002)
    quality = room.conversations.ended(room.line)
    assert quality is not None
    assert (quality.audio, quality.loss_rate, quality.jitter_s) == (Audio.BOTH_WAYS, 0.01, 0.002)
    assert room.conversations.counters()["audio_both_ways"] == 1
    room.line.is_answered = False
    assert room.conversations.ended(room.line) is None
