"""What is heard on answered lines: conversations of calls and agents, messages, and who or what has answered."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from campaigns.quality import Audio, CallQuality
from dialer.gateway.call_quality import call_quality
from dialer.gateway.direct import DirectMedia
from dialer.gateway.lines import Line
from dialer.gateway.listening import Listening
from dialer.gateway.media import hold_music
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.gateway.moves import Moves
from dialer.gateway.recording.recorder import Recorder
from dialer.gateway.sip import SessionDescription
from dialer.messages import (
    BridgeCall,
    CallBridged,
    ControlRecording,
    DigitsSent,
    HoldCall,
    JoinCall,
    LeaveCall,
    MessagePlayed,
    PlayMessage,
    SendDigits,
    StopMessage,
)
from dialer.model import MonitorMode, RecordingAction
from dialer.ports import Post

log = logging.getLogger(__name__)

KEYS = "keys"
RECORDING = "recording"
"""Why a conversation cannot go past us; a guest's leg is another reason."""
AUDIO_COUNTERS = {audio: f"audio_{audio}" for audio in Audio}


class Conversations:
    """Carries out the commands that concern sound alone.

    Args:
        lines: the gateway's open lines.
        media: carries the audio.
        post: where events go.
        hang_up: ends a line.
        recorder: records conversations; None records nothing.
        direct: lets conversations pass between their far ends; None has all of them relayed.
    """

    def __init__(
        self,
        lines: Mapping[str, Line],
        media: MediaEngine,
        post: Post,
        hang_up: Callable[[str], None],
        recorder: Recorder | None = None,
        direct: DirectMedia | None = None,
    ) -> None:
        self._lines = lines
        self._media = media
        self._post = post
        self._hang_up = hang_up
        self._recorder = recorder
        self._direct = direct if direct is not None else DirectMedia(lines, media, Moves(lambda: None, lambda: 0.0))
        self._listening = Listening(media, post)
        self._held: set[str] = set()
        """Calls that hear music."""
        self._guests: dict[str, str] = {}
        """The call that a guest is at, by the guest's leg."""
        self._barging: dict[str, list[str]] = {}
        """Guests who speak with the customer, by call."""
        self.carry_out: dict[type, Callable[[Any], None]] = {
            BridgeCall: self.bridge,
            ControlRecording: self.control_recording,
            HoldCall: self.hold,
            JoinCall: self.join,
            LeaveCall: self.leave,
            PlayMessage: self.play,
            SendDigits: self.send_digits,
            StopMessage: self.stop,
        }
        """The commands that concern sound alone, and who carries them out."""
        self._counters = {"bridges_failed": 0, "messages_failed": 0, "commands_out_of_place": 0}
        self._counters |= dict.fromkeys(AUDIO_COUNTERS.values(), 0)

    def counters(self) -> dict[str, int]:
        """What has passed since the start, by name."""
        recorded = {} if self._recorder is None else self._recorder.counters
        heard = {**self._listening.counters, **recorded, **self._direct.counters}
        return {**self._counters, **self._media.counters(), **heard}

    def key_sent(self, line_id: str, key: str) -> None:
        """A far end has sent a key by INFO."""
        self._listening.key_sent(line_id, key)

    def out_of_place(self, what: str) -> None:
        """Count a command that makes no sense now: its line has ended meanwhile."""
        self._counters["commands_out_of_place"] += 1
        log.debug("command out of place: %s", what)

    def connect(self, line: Line, audio: SessionDescription) -> bool:
        """Send a line's audio to where its far end says; False where that cannot be."""
        try:
            port = audio.port if audio.wants_media else 0
            self._media.connect(line.line_id, audio.host, port, audio.codecs[0], audio.rtcp_port if port else 0)
        except MediaError as error:
            log.warning("audio of %s could not be connected: %s", line.line_id, error)
            return False
        line.audio = audio
        self._direct.connected(line)
        return True

    def answered(self, line: Line) -> None:
        """A customer's call is up, with audio."""
        if line.amd is not None:
            self._listening.judge(line.line_id, line.amd)

    def bridge(self, command: BridgeCall) -> None:
        """Join an answered call to an agent's leg."""
        call, leg = self._lines.get(command.call_id), self._lines.get(command.leg_id)
        if call is None or leg is None or not (call.is_answered and leg.is_answered) or not leg.is_leg:
            self.out_of_place(f"cannot bridge {command.call_id} and {command.leg_id}: one of them is not up")
            return
        try:
            # A call moves to another agent when its first agent's leg goes down.
            self._held.discard(command.call_id)
            self._direct.parted(command.call_id)
            self._media.unbridge(command.call_id)
            self._media.bridge(command.call_id, command.leg_id)
        except MediaError as error:
            self._counters["bridges_failed"] += 1
            log.warning("bridge of %s and %s failed: %s", command.call_id, command.leg_id, error)
            return
        if command.is_recorded and self._recorder is not None:
            self._recorder.start(command.call_id, command.leg_id, leg.agent_id)
        self._pass_by(call, leg)
        self._post(CallBridged(call_id=command.call_id, leg_id=command.leg_id))

    def ended(self, line: Line) -> CallQuality | None:
        """A line is about to close: what was recorded of it is whole; returns how an answered call's audio was."""
        self._listening.forget(line.line_id)
        was_direct = self._direct.forget(line.line_id)
        self._held.discard(line.line_id)
        self._barging.pop(line.line_id, None)
        if line.is_leg:
            self._forget_guest(line.line_id)
            self._let_pass(line.line_id)
            return None
        self._guests = {guest: call_id for guest, call_id in self._guests.items() if call_id != line.line_id}
        if self._recorder is not None:
            self._recorder.stop(line.line_id)
        if not line.is_answered or was_direct:
            return None
        try:
            statistics = self._media.statistics(line.line_id)
        except MediaError as error:
            log.warning("the audio of %s is not known: %s", line.line_id, error)
            return None
        if not statistics.is_known:
            return None
        quality = call_quality(statistics)
        self._counters[AUDIO_COUNTERS[quality.audio]] += 1
        return quality

    def control_recording(self, command: ControlRecording) -> None:
        """Start, pause, resume or stop the recording of a conversation."""
        call, leg = self._lines.get(command.call_id), self._lines.get(command.leg_id)
        if call is None or leg is None or self._recorder is None:
            self.out_of_place(f"cannot {command.action} the recording of {command.call_id}")
        elif command.action is RecordingAction.START:
            self._direct.forbid(call.line_id, RECORDING)
            self._recorder.start(call.line_id, leg.line_id, leg.agent_id)
            for guest in self._barging.get(call.line_id, ()):
                self._recorder.hear_guest(call.line_id, guest, is_heard=True)
        elif command.action is RecordingAction.STOP:
            self._recorder.stop(call.line_id)
            self._direct.allow(call.line_id, RECORDING)
        elif not self._recorder.pause(call.line_id, command.action is RecordingAction.PAUSE):
            self.out_of_place(f"cannot {command.action} the recording of {command.call_id}: it is not recorded")

    def hold(self, command: HoldCall) -> None:
        """Play music to a bridged call instead of its agent, or bridge them again."""
        call, leg = self._lines.get(command.call_id), self._lines.get(command.leg_id)
        is_held = command.call_id in self._held
        if call is None or leg is None or is_held is command.is_held:
            self.out_of_place(f"cannot {'hold' if command.is_held else 'resume'} {command.call_id}")
            return
        try:
            if command.is_held:
                self._direct.parted(command.call_id)
                self._media.unbridge(command.call_id)
                self._held.add(command.call_id)
                self._play_music(command.call_id)
            else:
                self._media.bridge(command.call_id, command.leg_id)
                self._held.discard(command.call_id)
                self._pass_by(call, leg)
        except MediaError as error:
            self._counters["bridges_failed"] += 1
            log.warning("hold of %s failed: %s", command.call_id, error)

    def _play_music(self, call_id: str) -> None:
        if call_id in self._held:
            self._media.play(call_id, hold_music.NAME, lambda: self._play_music(call_id))

    def join(self, command: JoinCall) -> None:
        """Let a guest into a conversation; what they say to both sides is recorded with the agent's."""
        lines = [self._lines.get(name) for name in (command.leg_id, command.call_id, command.agent_leg_id)]
        if not all(line is not None and line.is_answered for line in lines):
            self.out_of_place(f"{command.leg_id} cannot be at {command.call_id}: one of the lines is not up")
            return
        self._direct.forbid(command.call_id, command.leg_id)
        self._guests[command.leg_id] = command.call_id
        try:
            self._media.join(command.leg_id, command.call_id, command.agent_leg_id, command.mode)
        except MediaError as error:
            self._counters["bridges_failed"] += 1
            log.warning("%s could not be let into %s: %s", command.leg_id, command.call_id, error)
            return
        is_heard = command.mode is MonitorMode.BARGE
        self._forget_guest(command.leg_id)
        if is_heard:
            self._barging.setdefault(command.call_id, []).append(command.leg_id)
        if self._recorder is not None:
            self._recorder.hear_guest(command.call_id, command.leg_id, is_heard=is_heard)

    def leave(self, command: LeaveCall) -> None:
        """Take a guest out of the conversation they are at."""
        if command.leg_id not in self._lines:
            return
        self._media.part(command.leg_id)
        self._forget_guest(command.leg_id)
        self._let_pass(command.leg_id)

    def _pass_by(self, call: Line, leg: Line) -> None:
        """Let a conversation pass between its far ends, unless somebody needs to hear it here."""
        reasons = [guest for guest, call_id in self._guests.items() if call_id == call.line_id]
        if self._recorder is not None and self._recorder.is_recording(call.line_id):
            reasons.append(RECORDING)
        self._direct.bridged(call, leg, reasons)

    def _let_pass(self, guest: str) -> None:
        call_id = self._guests.pop(guest, None)
        if call_id is not None:
            self._direct.allow(call_id, guest)

    def _forget_guest(self, leg_id: str) -> None:
        for guests in self._barging.values():
            if leg_id in guests:
                guests.remove(leg_id)
        if self._recorder is not None:
            self._recorder.forget_guest(leg_id)

    def play(self, command: PlayMessage) -> None:
        """Play a message to an answered call, at once or after the beep of a machine."""
        line = self._lines.get(command.call_id)
        if line is None or not line.is_answered:
            self.out_of_place(f"cannot play to {command.call_id}: it is not up")
        elif command.after_beep:
            self._listening.wait_for_beep(command.call_id, lambda: self._play_now(line, command))
        else:
            self._listening.collect_digits(command.call_id)
            self._play_now(line, command)

    def stop(self, command: StopMessage) -> None:
        """Stop what plays to a call, in the middle of a word if need be."""
        if command.call_id in self._lines:
            self._media.stop(command.call_id)

    def send_digits(self, command: SendDigits) -> None:
        """Press keys to a call's far end."""
        self._post(DigitsSent(request_id=command.request_id, error=self._send_digits(command)))

    def _send_digits(self, command: SendDigits) -> str:
        call_id = command.call_id
        line = self._lines.get(call_id)
        if line is None or not line.is_answered or line.audio is None:
            return "the call has ended"
        payload_type = line.audio.telephone_event
        if payload_type is None:
            return "the far end takes no keys: it has not agreed to telephone events (RFC 4733)"
        # They go with the audio, so that has to come by here again.
        self._direct.forbid(call_id, KEYS)
        try:
            self._media.send_keys(call_id, command.digits, payload_type)
        except MediaError as error:
            return f"no key was sent: {error}"
        return ""

    def _play_now(self, line: Line, command: PlayMessage) -> None:
        call_id = command.call_id
        self._direct.parted(call_id)
        try:
            self._media.unbridge(call_id)
            self._media.play(call_id, command.message, lambda: self._post(MessagePlayed(call_id=call_id)))
        except MediaError as error:
            # Whoever waits for the message must not wait in silence, and must not count as having heard it.
            self._counters["messages_failed"] += 1
            log.error("message %r was not played to %s: %s", command.message, call_id, error)
            line.reason = f"message {command.message!r} could not be played: {error}"
            self._hang_up(call_id)
