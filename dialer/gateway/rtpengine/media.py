"""`MediaEngine` by rtpengine: it relays, we say between whom.

Theory of operation
-------------------
Every stream is a call of rtpengine's with a port of its own, made before it is needed (`sessions`). A bridge is made in
the first stream's call: the second stream gets a new port there, and so does the first, and both far ends are told by
re-INVITE (`set_on_moved`). When the bridge ends the second goes back to its own port. Questions about one stream are
asked one after the other; what goes wrong ends the stream's call (`set_on_timeout`), since nobody could hear anything.

rtpengine's audio does not pass through this process, so nobody listens here: no AMD, recordings, tones or guests.
"""

import asyncio
import logging
import wave
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Never

from dialer.gateway.media.g711 import PCMU, SAMPLE_RATE, decode
from dialer.gateway.media.prompts import Prompt
from dialer.gateway.media_port import Ear, MediaAddress, MediaError, StreamStatistics
from dialer.gateway.rtpengine.ng import NgClient, NgError
from dialer.gateway.rtpengine.sessions import FAR, HUB, Ready, Sessions, address_in
from dialer.gateway.sip import make_offer
from dialer.model import MonitorMode

log = logging.getLogger(__name__)

PAYLOAD_TYPES = (0, 8)
LOOK_S = 2.0
IN_PROCESS = 'needs the audio in this process: set [sip] media = "in_process"'


class _Stream:
    """What we know of one stream."""

    __slots__ = (
        "busy",
        "far_end",
        "heard_at",
        "is_held",
        "other",
        "payload_type",
        "playing",
        "ready",
        "statistics",
        "stream_id",
    )

    def __init__(self, stream_id: str, ready: Ready) -> None:
        self.stream_id = stream_id
        self.ready = ready
        self.far_end: bytes | None = None
        """Its SDP, as rtpengine is told it; None before it is known."""
        self.payload_type = PCMU
        self.is_held = False
        self.heard_at = 0.0
        """When its packets were last found to have become more."""
        self.other: _Stream | None = None
        self.playing: asyncio.TimerHandle | None = None
        self.busy: asyncio.Task[None] | None = None
        """The last question about it that is under way."""
        self.statistics = StreamStatistics(is_known=False)


class RtpengineMedia:
    """Media streams in a daemon beside us.

    Args:
        client: the way to it, open.
        prompts: recorded messages; written to `folder` for the daemon to read.
        folder: a folder that the daemon reads on its machine under the same path.
        media_timeout_s: a stream without a packet for so long is reported.
    """

    def __init__(
        self, client: NgClient, prompts: Mapping[str, Prompt], folder: Path, media_timeout_s: float = 30.0
    ) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._files = write_prompts(prompts, folder)
        self._media_timeout_s = media_timeout_s
        self._sessions = Sessions(client)
        self._streams: dict[str, _Stream] = {}
        self._on_timeout: Callable[[str], None] = lambda _: None
        self._on_moved: Callable[[str, MediaAddress], None] = lambda _stream_id, _address: None
        self._tasks = {self._loop.create_task(self._sessions.keep()), self._loop.create_task(self._watch())}

    def open(self, stream_id: str) -> MediaAddress:
        """Take a port that is ready.

        Raises:
            MediaError: The daemon does not answer, or the stream is already open.
        """
        if stream_id in self._streams:
            raise MediaError(f"stream {stream_id} is already open")
        stream = self._streams[stream_id] = _Stream(stream_id, self._sessions.take())
        return stream.ready.address

    def connect(self, stream_id: str, host: str, port: int, payload_type: int, rtcp_port: int = 0) -> None:  # noqa: ARG002
        """Tell the daemon where the far end is; rtpengine does its own RTCP.

        Raises:
            MediaError: A payload type that is not G.711.
        """
        stream = self._stream(stream_id)
        if payload_type not in PAYLOAD_TYPES:
            raise MediaError(f"payload type {payload_type} cannot be carried; only PCMU (0) and PCMA (8) can")
        stream.is_held = port == 0
        stream.heard_at = self._loop.time()
        if port:
            stream.payload_type = payload_type
            stream.far_end = make_offer(host, port, origin_id=1, codecs=(payload_type,))
            keys = {"call_id": stream.ready.call_id, "from_tag": HUB, "to_tag": FAR, "sdp": stream.far_end}
            self._then(lambda: self._ask("answer", **keys), stream)

    def bridge(self, first: str, second: str) -> None:
        """Pass audio both ways; both far ends are told new addresses.

        Raises:
            MediaError: One of them is bridged already, or its far end is not known.
        """
        one, other = self._stream(first), self._stream(second)
        for stream in (one, other):
            if stream.other is not None:
                raise MediaError(f"stream {stream.stream_id} is already bridged to {stream.other.stream_id}")
            if stream.far_end is None:
                raise MediaError(f"stream {stream.stream_id} has no far end yet")
        one.other, other.other = other, one
        for stream in (one, other):
            self._hush(stream)
        self._then(lambda: self._join(one, other), one, other)

    def unbridge(self, stream_id: str) -> None:
        """Take both sides apart: neither hears the other any more."""
        self._part(self._stream(stream_id))

    def join(self, guest: str, call: str, leg: str, mode: MonitorMode) -> None:
        """Refused: mixing."""
        for stream_id in (guest, call, leg):
            self._stream(stream_id)
        _refuse(f"a guest ({mode})")

    def part(self, guest: str) -> None:
        """Nobody is a guest."""
        self._stream(guest)

    def play(self, stream_id: str, prompt: str, on_done: Callable[[], None]) -> None:
        """Play a prompt.

        Raises:
            MediaError: There is no such prompt, or the stream is bridged.
        """
        stream = self._stream(stream_id)
        if stream.other is not None:
            raise MediaError(f"stream {stream_id} is bridged to {stream.other.stream_id}")
        if prompt not in self._files:
            raise MediaError(f"there is no prompt {prompt!r}; there are: {', '.join(sorted(self._files)) or 'none'}")
        self._hush(stream)
        path, duration_s = self._files[prompt]
        stream.playing = self._loop.call_later(duration_s, self._played, stream, on_done)
        keys = {"call_id": stream.ready.call_id, "from_tag": FAR, "file": str(path)}
        self._then(lambda: self._ask("play media", **keys), stream)

    def stop(self, stream_id: str) -> None:
        """Stop what plays."""
        self._hush(self._stream(stream_id))

    def send_keys(self, stream_id: str, keys: str, payload_type: int) -> None:  # noqa: ARG002 - the port's signature
        """Refused: it would take every conversation out of the kernel, to inject keys into a few."""
        self._stream(stream_id)
        _refuse("sending keys")

    def listen(self, stream_id: str, ear: Ear) -> None:  # noqa: ARG002 - the port's signature
        """Refused: the audio does not come here."""
        self._stream(stream_id)
        _refuse("listening to a call (AMD, recording, tones)")

    def stop_listening(self, stream_id: str, ear: Ear) -> None:  # noqa: ARG002 - the port's signature
        """Nobody listens."""
        self._stream(stream_id)

    def close(self, stream_id: str) -> None:
        """Give the port back; its bridge ends first."""
        stream = self._streams.pop(stream_id, None)
        if stream is None:
            return
        self._part(stream)
        self._hush(stream)
        self._then(lambda: self._ask("delete", call_id=stream.ready.call_id, delete_delay=0), stream, is_last=True)

    async def close_all(self) -> None:
        """Close every stream, and the way to the daemon."""
        for stream_id in tuple(self._streams):
            self.close(stream_id)
        for task in tuple(self._tasks):
            if task.get_name() != "last":
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sessions.close()
        self._client.close()

    def statistics(self, stream_id: str) -> StreamStatistics:
        """What the daemon said last of an open stream."""
        return self._stream(stream_id).statistics

    def counters(self) -> dict[str, int]:
        """What was asked of the daemon."""
        return {**self._client.counters, "rtpengine_down": int(bool(self._sessions.problem))}

    def set_on_digit(self, callback: Callable[[str, str], None]) -> None:
        """Never called: rtpengine tells of keys elsewhere."""

    def set_on_timeout(self, callback: Callable[[str], None]) -> None:
        """Call `callback(stream_id)` once for a stream without audio, or that the daemon has lost."""
        self._on_timeout = callback

    def set_on_failed(self, callback: Callable[[str, str], None]) -> None:
        """Never called: what the daemon loses ends by the media timeout."""

    def set_on_moved(self, callback: Callable[[str, MediaAddress], None]) -> None:
        """Call `callback(stream_id, address)` when a stream is received elsewhere: its far end has to be told."""
        self._on_moved = callback

    @property
    def problem(self) -> str:
        """Why no stream can be opened now; empty where it can."""
        return self._sessions.problem

    def _stream(self, stream_id: str) -> _Stream:
        try:
            return self._streams[stream_id]
        except KeyError:
            raise MediaError(f"stream {stream_id} is not open") from None

    async def _ask(self, command: str, **keys: Any) -> None:
        await self._client.ask(command, **keys)

    async def _join(self, one: _Stream, other: _Stream) -> None:
        """Make the bridge in the first one's call, unless it is over already."""
        if one.other is not other:
            return
        call_id = one.ready.call_id
        tags = {"call_id": call_id, "from_tag": FAR, "to_tag": other.ready.call_id}
        assert one.far_end is not None
        assert other.far_end is not None
        # Both laws, where they differ: the daemon then translates between them, which its kernel cannot.
        codec = {} if one.payload_type == other.payload_type else {"transcode": ["PCMU", "PCMA"]}
        for_other = address_in((await self._client.ask("offer", **tags, sdp=one.far_end, codec=codec)).get("sdp"))
        for_one = address_in((await self._client.ask("answer", **tags, sdp=other.far_end)).get("sdp"))
        await self._client.ask("unblock media", call_id=call_id, all="all")
        for stream, address in ((one, for_one), (other, for_other)):
            if one.other is other and stream.stream_id in self._streams:
                self._on_moved(stream.stream_id, address)

    def _part(self, stream: _Stream) -> None:
        other = stream.other
        if other is None:
            return
        stream.other = other.other = None
        # Whose call the bridge was made in is not kept: both are silenced, and both go back to their own ports.
        for each in (stream, other):
            if each.stream_id in self._streams:
                call_id = each.ready.call_id
                self._then(lambda call_id=call_id: self._ask("block media", call_id=call_id, all="all"), each)  # type: ignore[misc]
                self._on_moved(each.stream_id, each.ready.address)

    def _hush(self, stream: _Stream) -> None:
        if stream.playing is None:
            return
        stream.playing.cancel()
        stream.playing = None
        self._then(lambda: self._ask("stop media", call_id=stream.ready.call_id, from_tag=FAR), stream)

    def _played(self, stream: _Stream, on_done: Callable[[], None]) -> None:
        stream.playing = None
        on_done()

    def _then(self, ask: Callable[[], Awaitable[None]], *streams: _Stream, is_last: bool = False) -> None:
        """Ask once what was asked about these streams before has been answered."""
        before = [stream.busy for stream in streams if stream.busy is not None]
        task = self._loop.create_task(self._in_turn(ask, before, streams), name="last" if is_last else "ask")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        for stream in streams:
            stream.busy = task

    async def _in_turn(
        self, ask: Callable[[], Awaitable[None]], before: list[asyncio.Task[None]], streams: tuple[_Stream, ...]
    ) -> None:
        for task in before:
            await asyncio.wait({task})
        try:
            await ask()
        except NgError as error:
            log.warning("%s: %s", ", ".join(stream.stream_id for stream in streams), error)
            for stream in streams:
                if self._streams.get(stream.stream_id) is stream:
                    self._on_timeout(stream.stream_id)

    async def _watch(self) -> None:
        """Ask after every connected stream from time to time."""
        while True:
            await asyncio.sleep(LOOK_S)
            down_since = self._sessions.down_since
            if self._sessions.problem:
                if down_since is not None and self._loop.time() - down_since >= self._media_timeout_s:
                    for stream_id in tuple(self._streams):
                        self._on_timeout(stream_id)
                continue
            for stream in tuple(self._streams.values()):
                if stream.far_end is not None and self._streams.get(stream.stream_id) is stream:
                    await self._look_at(stream)

    async def _look_at(self, stream: _Stream) -> None:
        try:
            found = await self._client.ask("query", call_id=stream.ready.call_id)
        except NgError:
            if not self._sessions.problem and self._streams.get(stream.stream_id) is stream:
                self._on_timeout(stream.stream_id)
            return
        tags: Any = found.get("tags", {})
        ends = [part for media in tags.get(FAR, {}).get("medias", []) for part in media.get("streams", [])[:1]]
        packets = sum(int(end.get("stats", {}).get("packets", 0)) for end in ends)
        last = max((int(end.get("last packet", 0)) for end in ends), default=0)
        if packets != stream.statistics.packets_in or stream.is_held:
            stream.heard_at = self._loop.time()
        elif self._loop.time() - stream.heard_at >= self._media_timeout_s:
            stream.heard_at = self._loop.time()
            self._on_timeout(stream.stream_id)
        stream.statistics = StreamStatistics(
            packets_in=packets, packets_expected=packets, last_packet_at=last or None, is_known=False
        )


def write_prompts(prompts: Mapping[str, Prompt], folder: Path) -> dict[str, tuple[Path, float]]:
    """Write prompts as WAV files for the daemon to read; returns path and duration of each.

    Raises:
        OSError: The folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, prompt in prompts.items():
        path = folder / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(decode(b"".join(prompt.frames[PCMU]), PCMU).astype("<i2").tobytes())
        files[name] = (path, prompt.duration_s)
    return files


def _refuse(what: str) -> Never:
    raise MediaError(f"rtpengine carries the audio, and {what} {IN_PROCESS}")
