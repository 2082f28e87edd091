"""Records conversations: one file for each call, the agent on the left, the customer on the right."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from campaigns.recordings import Recording
from dialer.gateway.media.g711 import PCMU, SAMPLE_RATE, translate
from dialer.gateway.media_port import Ear, MediaEngine, MediaError
from dialer.gateway.recording.tracks import BEHIND_S, LEFT, LEFT_TOO, RIGHT, Tracks
from dialer.gateway.recording.wav import CHANNELS, WavFile

log = logging.getLogger(__name__)

WRITE_S = 1.0
"""Sound is written once a second: that much is lost in a crash at most."""
AGENT, CUSTOMER, GUEST = LEFT, RIGHT, LEFT_TOO

OnFinished = Callable[[Recording], None]


class Recorder:
    """All recordings that are going on.

    Args:
        media: whose streams are listened to.
        folder: where files go, in a folder for each day; None records nothing.
        now: Unix seconds.
    """

    def __init__(self, media: MediaEngine, folder: Path | None, now: Callable[[], float]) -> None:
        self._media = media
        self._folder = folder
        self._now = now
        self.on_finished: OnFinished = lambda _: None
        """Told of each recording when its file is whole."""
        self._takes: dict[str, _Take] = {}
        self.counters = {"recordings_finished": 0, "recordings_failed": 0}

    def start(self, call_id: str, leg_id: str, agent_id: str) -> None:
        """Record a call and an agent's leg; a call that is recorded already goes on with this agent."""
        if self._folder is None:
            return
        take = self._takes.get(call_id)
        try:
            if take is None:
                now = self._now()
                wav = WavFile(self._folder / file_name(call_id, agent_id, now))
                take = self._takes[call_id] = _Take(call_id, agent_id, wav, now, self._now, self._fail)
                self._listen(take, call_id, CUSTOMER)
            self._listen(take, leg_id, AGENT)
        except (OSError, MediaError) as error:
            self.counters["recordings_failed"] += 1
            log.error("call %s is not recorded: %s", call_id, error)

    def is_recording(self, call_id: str) -> bool:
        """Whether a call is recorded, paused or not."""
        return call_id in self._takes

    def pause(self, call_id: str, paused: bool) -> bool:
        """Write silence from now on, or sound again; False where the call is not recorded."""
        take = self._takes.get(call_id)
        if take is None:
            return False
        take.catch_up()
        take.is_paused = paused
        return True

    def hear_guest(self, call_id: str, leg_id: str, *, is_heard: bool) -> None:
        """Record a guest with the agent where the customer hears them (`is_heard`), and no word of them otherwise."""
        self.forget_guest(leg_id)
        take = self._takes.get(call_id)
        if take is not None and is_heard:
            self._listen(take, leg_id, GUEST)

    def forget_guest(self, leg_id: str) -> None:
        """Record a guest no more, wherever they were."""
        for take in self._takes.values():
            for one in [one for one in take.ears if one[0] == leg_id and one[1].side == GUEST]:
                self._deafen(*one)
                take.ears.remove(one)

    def stop(self, call_id: str) -> None:
        """Finish a call's file, if it is recorded."""
        take = self._takes.pop(call_id, None)
        if take is None:
            return
        for stream_id, ear in take.ears:
            self._deafen(stream_id, ear)
        try:
            take.finish()
        except OSError as error:
            self._fail(take, error)
            return
        self.counters["recordings_finished"] += 1
        self.on_finished(take.recording())

    def _listen(self, take: "_Take", stream_id: str, side: int) -> None:
        for old in [one for one in take.ears if side == AGENT and one[1].side == AGENT]:
            self._deafen(*old)
            take.ears.remove(old)
        ear = _Side(take, side)
        self._media.listen(stream_id, ear)
        take.ears.append((stream_id, ear))

    def _deafen(self, stream_id: str, ear: Ear) -> None:
        try:
            self._media.stop_listening(stream_id, ear)
        except MediaError:
            # The stream has ended, and its ears with it.
            return

    def _fail(self, take: "_Take", error: OSError) -> None:
        self.counters["recordings_failed"] += 1
        self._takes.pop(take.call_id, None)
        for stream_id, ear in take.ears:
            self._deafen(stream_id, ear)
        log.error("the recording of %s ends here: %s", take.call_id, error)


class _Side:
    """One ear of a recording."""

    def __init__(self, take: "_Take", side: int) -> None:
        self._take = take
        self.side = side

    def __call__(self, payload: bytes, payload_type: int) -> None:
        self._take.hear(self.side, payload, payload_type)


class _Take:
    """One recording."""

    def __init__(
        self,
        call_id: str,
        agent_id: str,
        wav: WavFile,
        started_at: float,
        now: Callable[[], float],
        fail: Callable[["_Take", OSError], None],
    ) -> None:
        self.call_id = call_id
        self.agent_id = agent_id
        self.ears: list[tuple[str, _Side]] = []
        self.is_paused = False
        self._wav = wav
        self._started_at = started_at
        self._now = now
        self._fail = fail
        self._tracks = Tracks()
        self._written_s = 0.0

    def hear(self, side: int, payload: bytes, payload_type: int) -> None:
        at_s = self._now() - self._started_at
        if not self.is_paused:
            self._tracks.add(side, translate(payload, payload_type, PCMU), at_s)
        if at_s - self._written_s >= WRITE_S + BEHIND_S:
            try:
                self._write(at_s - BEHIND_S)
            except OSError as error:
                self._fail(self, error)

    def catch_up(self) -> None:
        """Write all there is: what comes next is treated otherwise."""
        try:
            self._write(self._now() - self._started_at)
        except OSError as error:
            self._fail(self, error)

    def finish(self) -> None:
        self._write(self._now() - self._started_at)
        self._wav.finish()

    def recording(self) -> Recording:
        """What the index keeps of it."""
        return Recording(
            call_id=self.call_id,
            agent_id=self.agent_id,
            started_at=self._started_at,
            duration_s=self._wav.data_bytes / CHANNELS / SAMPLE_RATE,
            path=str(self._wav.path),
        )

    def _write(self, until_s: float) -> None:
        self._wav.write(self._tracks.take(until_s))
        self._written_s = max(self._written_s, until_s)


def file_name(call_id: str, agent_id: str, now: float) -> Path:
    """Where a recording goes: a folder for each day, and a name that says which call, whose and when."""
    day = datetime.fromtimestamp(now, UTC).strftime("%Y/%m/%d")
    agent = re.sub(r"[^\w.@+-]", "_", agent_id)
    return Path(day) / f"{call_id}_{agent}_{round(now * 1000)}.wav"
