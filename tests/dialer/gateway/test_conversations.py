"""What `test_sip_gateway` does not say of sound: AMD begins at the answer, messages wait for the beep."""

from campaigns.quality import Audio
from campaigns.terms import AmdSettings
from dialer.gateway.conversations import Conversations
from dialer.gateway.lines import Line
from dialer.gateway.media_port import StreamStatistics
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import make_offer, parse_sdp
from dialer.messages import (
    AmdDecided,
    BridgeCall,
    DigitsSent,
    Event,
    HoldCall,
    JoinCall,
    LeaveCall,
    PlayMessage,
    SendDigits,
    StopMessage,
)
from dialer.model import MonitorMode
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


class Talk:
    """A call bridged to an agent, and a supervisor's leg beside them."""

    def __init__(self) -> None:
        self.lines = {"1-1": Line("1-1"), "ann#1": Line("ann#1", "ann"), "boss#2": Line("boss#2", "boss")}
        self.media = SilentMedia()
        for line in self.lines.values():
            line.is_answered = True
            self.media.open(line.line_id)
        self.conversations = Conversations(self.lines, self.media, lambda _: None, lambda _: None)
        self.conversations.bridge(BridgeCall(call_id="1-1", leg_id="ann#1"))

    def hold(self, is_held: bool) -> None:
        self.conversations.hold(HoldCall(call_id="1-1", leg_id="ann#1", is_held=is_held))

    def join(self, mode: MonitorMode) -> None:
        self.conversations.join(JoinCall(leg_id="boss#2", call_id="1-1", agent_leg_id="ann#1", mode=mode))


def test_a_held_customer_hears_music_again_and_again_until_the_agent_is_back() -> None:
    talk = Talk()
    talk.hold(True)
    assert talk.media.bridges == {}
    talk.media.finish("1-1")
    talk.media.finish("1-1")
    assert talk.media.prompts == [("1-1", "hold-music")] * 3
    talk.hold(False)
    assert talk.media.bridges == {"1-1": "ann#1", "ann#1": "1-1"}
    talk.media.finish("1-1")
    assert len(talk.media.prompts) == 3
    assert talk.conversations.counters()["commands_out_of_place"] == 0


def test_hold_twice_and_resume_without_hold_are_out_of_place() -> None:
    talk = Talk()
    talk.hold(False)
    talk.hold(True)
    talk.hold(True)
    assert talk.conversations.counters()["commands_out_of_place"] == 2
    assert talk.media.bridges == {}


def test_a_held_call_that_goes_to_another_agent_is_bridged() -> None:
    talk = Talk()
    talk.hold(True)
    talk.conversations.bridge(BridgeCall(call_id="1-1", leg_id="boss#2"))
    talk.media.finish("1-1")
    assert talk.media.bridges == {"1-1": "boss#2", "boss#2": "1-1"}
    talk.conversations.hold(HoldCall(call_id="1-1", leg_id="boss#2", is_held=True))
    assert talk.media.bridges == {}


def test_a_guest_is_let_in_changes_mode_and_leaves() -> None:
    talk = Talk()
    talk.join(MonitorMode.LISTEN)
    talk.join(MonitorMode.BARGE)
    assert talk.media.guests == {"boss#2": ("1-1", "ann#1", MonitorMode.BARGE)}
    talk.conversations.leave(LeaveCall(leg_id="boss#2"))
    talk.conversations.leave(LeaveCall(leg_id="nobody#9"))
    assert talk.media.guests == {}


def test_a_guest_of_a_call_that_has_gone_is_out_of_place() -> None:
    talk = Talk()
    del talk.lines["1-1"]
    talk.join(MonitorMode.LISTEN)
    assert talk.media.guests == {}
    assert talk.conversations.counters()["commands_out_of_place"] == 1


def test_what_plays_is_stopped_and_a_line_that_is_gone_has_nothing_playing() -> None:
    room = Room()
    room.conversations.play(PlayMessage(call_id="1-1", message="offer"))
    room.conversations.stop(StopMessage(call_id="1-1"))
    room.conversations.stop(StopMessage(call_id="2-1"))
    room.media.finish("1-1")
    assert room.events == []


def test_a_menu_that_plays_again_does_not_count_tones_twice() -> None:
    room = Room()
    for _ in range(2):
        room.conversations.play(PlayMessage(call_id="1-1", message="offer"))
    assert len(room.media.ears["1-1"]) == 1


def test_keys_are_sent_as_the_far_end_wants_them_or_it_is_said_why_not() -> None:
    room = Room()

    def said(call_id: str = "1-1") -> str:
        room.conversations.send_digits(SendDigits(call_id=call_id, digits="42#", request_id=7))
        event = room.events[-1]
        assert isinstance(event, DigitsSent)
        assert event.request_id == 7
        return event.error

    assert said() == said("2-1") == "the call has ended"
    room.line.audio = parse_sdp(make_offer("127.0.0.1", 4000, origin_id=1, telephone_event=None))
    assert "has not agreed to telephone events" in said()
    room.line.audio = parse_sdp(make_offer("127.0.0.1", 4000, origin_id=1, telephone_event=96))
    assert said() == ""
    assert room.media.keys == [("1-1", "42#", 96)]
    room.media.close("1-1")
    assert said().startswith("no key was sent: stream 1-1 is not open")
