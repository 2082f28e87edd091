"""What is heard on answered lines: conversations of calls and agents, messages, and who or what has answered."""

import logging
from collections.abc import Callable, Mapping

from campaigns.quality import Audio, CallQuality
from dialer.gateway.call_quality import call_quality
from dialer.gateway.lines import Line
from dialer.gateway.listening import Listening
from dialer.gateway.media_port import MediaEngine, MediaError
from dialer.gateway.recording.recorder import Recorder
from dialer.messages import BridgeCall, CallBridged, ControlRecording, MessagePlayed, PlayMessage
from dialer.model import RecordingAction
from dialer.ports import Post

log = logging.getLogger(__name__)

AUDIO_COUNTERS = {audio: f"audio_{audio}" for audio in Audio}


class Conversations:
    """Carries out the commands that concern sound alone.

    Args:
        lines: the gateway's open lines.
        media: carries the audio.
        post: where events go.
        hang_up: ends a line.
        recorder: records conversations; None records nothing.
    """

    def __init__(
        self,
        lines: Mapping[str, Line],
        media: MediaEngine,
        post: Post,
        hang_up: Callable[[str], None],
        recorder: Recorder | None = None,
    ) -> None:
        self._lines = lines
        self._media = media
        self._post = post
        self._hang_up = hang_up
        self._recorder = recorder
        self._listening = Listening(media, post)
        self._counters = {"bridges_failed": 0, "messages_failed": 0, "commands_out_of_place": 0}
        self._counters |= dict.fromkeys(AUDIO_COUNTERS.values(), 0)

    def counters(self) -> dict[str, int]:
        """What has passed since the start, by name."""
        recorded = {} if self._recorder is None else self._recorder.counters
        return {**self._counters, **self._media.counters(), **self._listening.counters, **recorded}

    def out_of_place(self, what: str) -> None:
        """Count a command that makes no sense now: its line has ended meanwhile."""
        self._counters["commands_out_of_place"] += 1
        log.debug("command out of place: %s", what)

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
            self._media.unbridge(command.call_id)
            self._media.bridge(command.call_id, command.leg_id)
        except MediaError as error:
            self._counters["bridges_failed"] += 1
            log.warning("bridge of %s and %s failed: %s", command.call_id, command.leg_id, error)
            return
        if command.is_recorded and self._recorder is not None:
            self._recorder.start(command.call_id, command.leg_id, leg.agent_id)
        self._post(CallBridged(call_id=command.call_id, leg_id=command.leg_id))

    def ended(self, line: Line) -> CallQuality | None:
        """A line is about to close: what was recorded of it is whole; returns how an answered call's audio was."""
        self._listening.forget(line.line_id)
        if line.is_leg:
            return None
        if self._recorder is not None:
            self._recorder.stop(line.line_id)
        if not line.is_answered:
            return None
        try:
            quality = call_quality(self._media.statistics(line.line_id))
        except MediaError as error:
            log.warning("the audio of %s is not known: %s", line.line_id, error)
            return None
        self._counters[AUDIO_COUNTERS[quality.audio]] += 1
        return quality

    def control_recording(self, command: ControlRecording) -> None:
        """Start, pause, resume or stop the recording of a conversation."""
        call, leg = self._lines.get(command.call_id), self._lines.get(command.leg_id)
        if call is None or leg is None or self._recorder is None:
            self.out_of_place(f"cannot {command.action} the recording of {command.call_id}")
        elif command.action is RecordingAction.START:
            self._recorder.start(call.line_id, leg.line_id, leg.agent_id)
        elif command.action is RecordingAction.STOP:
            self._recorder.stop(call.line_id)
        elif not self._recorder.pause(call.line_id, command.action is RecordingAction.PAUSE):
            self.out_of_place(f"cannot {command.action} the recording of {command.call_id}: it is not recorded")

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

    def _play_now(self, line: Line, command: PlayMessage) -> None:
        call_id = command.call_id
        try:
            self._media.unbridge(call_id)
            self._media.play(call_id, command.message, lambda: self._post(MessagePlayed(call_id=call_id)))
        except MediaError as error:
            # Whoever waits for the message must not wait in silence, and must not count as having heard it.
            self._counters["messages_failed"] += 1
            log.error("message %r was not played to %s: %s", command.message, call_id, error)
            line.reason = f"message {command.message!r} could not be played: {error}"
            self._hang_up(call_id)
