"""The in-process media engine: one UDP socket for each stream, relayed on the gateway's event loop.

Bare sockets are read rather than asyncio's datagram transports: a port can then be opened without awaiting, and one
packet costs the same with and without uvloop (asyncio's transport alone costs three times as much).
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping

from dialer.gateway.media.conferences import Conferences
from dialer.gateway.media.dtmf import TELEPHONE_EVENT
from dialer.gateway.media.g711 import SILENCE, translate
from dialer.gateway.media.handover import Carried, carry_on, take_along
from dialer.gateway.media.ports import Ports, RtpPorts
from dialer.gateway.media.pressing import Pressing
from dialer.gateway.media.prompts import FRAME_MS, FRAME_SAMPLES, Prompt, check_prompt
from dialer.gateway.media.readiness import Readiness
from dialer.gateway.media.rtcp import is_rtcp
from dialer.gateway.media.rtcp_link import RtcpLink
from dialer.gateway.media.rtp import HEADER_BYTES, MalformedPacket, RtpPacket, RtpSender, parse_packet
from dialer.gateway.media.shortcut import Shortcut
from dialer.gateway.media.stream import Playback, Source, Stream
from dialer.gateway.media_port import Ear, MediaAddress, MediaError, StreamStatistics
from dialer.model import MonitorMode

DATAGRAM_BYTES_MAX = 2048
FRAME_S = FRAME_MS / 1000
CATCH_UP_FRAMES_MAX = 5
"""After a longer stall the missed frames are given up: a burst of them would only fill the far end's buffer."""
WATCH_FRAMES = 50
"""Streams are checked for the media timeout once in so many frames."""

_SILENT = {payload_type: bytes([code]) * FRAME_SAMPLES for payload_type, code in SILENCE.items()}


class RtpEngine:
    """A `MediaEngine` in this process; all methods belong to the loop's thread.

    A connected stream that is neither bridged nor played to is sent silence: it keeps the way through NAT open, and
    the far end's own media timeout quiet while an agent waits.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        host: str,
        port_min: int,
        port_max: int,
        prompts: Mapping[str, Prompt],
        media_timeout_s: float = 30.0,
        unix_now: Callable[[], float] = time.time,
        ports: Ports | None = None,
    ) -> None:
        """`host` is both bound and named to the far ends; `ports` takes the place of the range where it is given."""
        self._loop = loop
        self._host = host
        passed_over = secrets.randbelow(max(1, (port_max - port_min) // 2))
        self._ports = ports if ports is not None else RtpPorts(host, port_min, port_max, passed_over)
        self._prompts = prompts
        self._media_timeout_s = media_timeout_s
        self._unix_offset = unix_now() - loop.time()
        self._rtcp = RtcpLink(loop, self._ports, self._unix_offset)
        self._readiness = Readiness(loop, self._receive)
        self._shortcut = Shortcut()
        self._streams: dict[str, Stream] = {}
        self._pressing: dict[str, Stream] = {}
        """Streams to which keys are being sent."""
        self._conferences = Conferences()
        self._on_timeout: Callable[[str], None] = lambda _: None
        self._on_digit: Callable[[str, str], None] = lambda _stream_id, _key: None
        self._timer: asyncio.TimerHandle | None = None
        self._frame_at = 0.0
        self._frames = 0

    def open(self, stream_id: str) -> MediaAddress:
        """Bind a free port and begin to receive.

        Raises:
            MediaError: No port is free, or the stream is already open.
        """
        if stream_id in self._streams:
            raise MediaError(f"stream {stream_id} is already open")
        opened = self._ports.take()
        sender = RtpSender(secrets.randbits(32), secrets.randbits(16), secrets.randbits(32))
        stream = Stream(stream_id, opened, sender)
        self._streams[stream_id] = stream
        self._readiness.add(opened.fileno(), stream)
        if self._timer is None:
            self._frame_at = self._loop.time() + FRAME_S
            self._timer = self._loop.call_at(self._frame_at, self._frame_due)
        return MediaAddress(self._host, opened.getsockname()[1])

    def connect(self, stream_id: str, host: str, port: int, payload_type: int, rtcp_port: int = 0) -> None:
        """Send to `host`:`port` until packets from elsewhere show a better address.

        Raises:
            MediaError: A payload type that is not G.711, or a host that is not an IP address.
        """
        stream, now = self._stream(stream_id), self._loop.time()
        stream.connect(host, port, payload_type, now)
        self._rtcp.connect(stream, port, rtcp_port, now)
        self._conferences.settle(stream)

    def bridge(self, first: str, second: str) -> None:
        """Pass audio both ways from now on.

        Raises:
            MediaError: One of them is bridged already.
        """
        self._conferences.bridge(self._stream(first), self._stream(second))

    def unbridge(self, stream_id: str) -> None:
        """Take a stream and the other side of its bridge apart."""
        self._conferences.unbridge(self._stream(stream_id))

    def join(self, guest: str, call: str, leg: str, mode: MonitorMode) -> None:
        """Let a guest hear a conversation, and be heard by whom `mode` says.

        Raises:
            MediaError: The guest is in a bridge, or one of the two.
        """
        self._conferences.join(self._stream(guest), self._stream(call), self._stream(leg), mode)

    def part(self, guest: str) -> None:
        """Take a guest out."""
        self._conferences.part(self._stream(guest))

    def play(self, stream_id: str, prompt: str, on_done: Callable[[], None]) -> None:
        """Play a prompt at its own pace.

        Raises:
            MediaError: There is no such prompt, or the stream is bridged.
        """
        stream = self._stream(stream_id)
        if stream.other is not None:
            raise MediaError(f"stream {stream_id} is bridged to {stream.other.stream_id}")
        check_prompt(prompt, self._prompts)
        stream.playback = Playback(self._prompts[prompt], on_done)

    def stop(self, stream_id: str) -> None:
        """Stop what plays, in the middle of a word if need be."""
        self._stream(stream_id).playback = None

    def send_keys(self, stream_id: str, keys: str, payload_type: int) -> None:
        """Send keys as telephone events, one after the other; the far end hears nothing else meanwhile.

        Raises:
            MediaError: The far end wants no audio now, or too many keys are waiting.
        """
        stream = self._stream(stream_id)
        if stream.target is None:
            raise MediaError(f"the far end of stream {stream_id} wants no audio now")
        pressing = stream.pressing or Pressing(payload_type)
        pressing.add(keys)
        if stream.pressing is None:
            stream.pressing = pressing
            self._pressing[stream_id] = stream
            self._conferences.hush(stream)

    def listen(self, stream_id: str, ear: Ear) -> None:
        """Let `ear` hear every packet of audio that comes."""
        stream = self._stream(stream_id)
        stream.ears = (*stream.ears, ear)

    def stop_listening(self, stream_id: str, ear: Ear) -> None:
        """Let `ear` hear no more."""
        stream = self._stream(stream_id)
        stream.ears = tuple(one for one in stream.ears if one != ear)

    def close(self, stream_id: str) -> None:
        """Give the port back; its bridge ends first."""
        stream = self._streams.get(stream_id)
        if stream is not None:
            self._rtcp.close(stream, self._loop.time())
            self._let_go(stream)

    def hand_over(self, stream_id: str) -> Carried:
        """Close a stream without a goodbye: another engine goes on with it."""
        stream = self._stream(stream_id)
        self._rtcp.forget(stream)
        carried = take_along(stream)
        self._let_go(stream)
        return carried

    def take_over(self, stream_id: str, carried: Carried) -> None:
        """Go on with a stream that has just been opened where another engine has stopped."""
        carry_on(self._stream(stream_id), carried)

    def _let_go(self, stream: Stream) -> None:
        del self._streams[stream.stream_id]
        self._pressing.pop(stream.stream_id, None)
        self._conferences.close(stream)
        self._readiness.remove(stream.socket.fileno())
        self._ports.give_back(stream.socket)
        if not self._streams and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close_all(self) -> None:
        """Close every stream: the end of the service."""
        for stream_id in tuple(self._streams):
            self.close(stream_id)

    def statistics(self, stream_id: str) -> StreamStatistics:
        """What an open stream has carried so far."""
        return self._stream(stream_id).statistics(self._unix_offset)

    def has_heard(self, stream_id: str) -> tuple[bool, bool]:
        """Whether anything came on an open stream, and anything but silence."""
        stream = self._stream(stream_id)
        return stream.packets_in > 0, stream.has_sound

    def counters(self) -> dict[str, int]:
        """What has passed since the start, by name."""
        return dict(self._rtcp.counters)

    def set_on_timeout(self, callback: Callable[[str], None]) -> None:
        """Call `callback(stream_id)` once for a stream that is owed packets and got none for `media_timeout_s`."""
        self._on_timeout = callback

    def set_on_failed(self, callback: Callable[[str, str], None]) -> None:
        """Never called: what fails here fails with the whole process."""

    def set_on_moved(self, callback: Callable[[str, MediaAddress], None]) -> None:
        """Never called: a stream keeps its port."""

    def set_on_digit(self, callback: Callable[[str, str], None]) -> None:
        """Call `callback(stream_id, key)` for every key that comes as a telephone event."""
        self._on_digit = callback

    def _stream(self, stream_id: str) -> Stream:
        try:
            return self._streams[stream_id]
        except KeyError:
            raise MediaError(f"stream {stream_id} is not open") from None

    def _receive(self, stream: Stream, now: float) -> None:
        if stream.is_sealed:
            if not self._shortcut.pass_on(stream, now):
                assert stream.target is not None, "a stream is tied to its far end"
                self._take(stream, self._shortcut.received, stream.target, now)
            return
        while True:
            try:
                data, source = stream.socket.recvfrom(DATAGRAM_BYTES_MAX)
            except OSError as error:
                stream.is_sealed = stream.is_tied and isinstance(error, BlockingIOError)
                return
            self._take(stream, data, source, now)
            if not stream.is_tied:
                return

    def _take(self, stream: Stream, data: bytes, source: Source, now: float) -> None:
        packet = _audio_in(data)
        if packet is None or not stream.accept(packet, source, now):
            if is_rtcp(data) and stream.rtcp_socket is None:
                self._rtcp.take(stream, data, source, now)
            return
        payload = packet.payload
        is_event = packet.payload_type == TELEPHONE_EVENT
        if is_event:
            key = stream.events.hear(packet)
            if key:
                self._on_digit(stream.stream_id, key)
        else:
            for ear in stream.ears:
                ear(payload, packet.payload_type)
        to = stream.relays_to
        if to is None or to.target is None:
            return
        payload_type = packet.payload_type if is_event else to.payload_type
        if packet.payload_type != payload_type:
            payload = translate(payload, packet.payload_type, payload_type)
        self._send(to, to.sender.relay(packet, payload, payload_type, now), len(payload), to.target)

    def _send(self, to: Stream, data: bytes, payload_length: int, target: Source) -> None:
        try:
            if to.is_tied:
                to.socket.send(data)
            else:
                to.socket.sendto(data, target)
        except OSError:
            # Full buffers and unreachable far ends lose packets; the media timeout notices where it lasts.
            return
        to.packets_out += 1
        to.bytes_out += payload_length

    def _frame_due(self) -> None:
        now = self._loop.time()
        done = [
            on_done
            for stream in self._streams.values()
            if (stream.other is None or stream.mixture is not None)
            and stream.pressing is None
            and (on_done := self._speak(stream, now)) is not None
        ]
        for stream in tuple(self._pressing.values()):
            self._press(stream, now)
        self._frames += 1
        self._frame_at += FRAME_S
        if now - self._frame_at > CATCH_UP_FRAMES_MAX * FRAME_S:
            self._frame_at = now
        self._timer = self._loop.call_at(self._frame_at, self._frame_due)
        if self._frames % WATCH_FRAMES == 0:
            self._look_round(now)
        for on_done in done:
            on_done()

    def _speak(self, stream: Stream, now: float) -> Callable[[], None] | None:
        """Send a stream its next 20 ms; returns what to call if its prompt has just ended."""
        on_done = None
        frame = None
        if stream.mixture is not None:
            frame = stream.mixture.take()
        elif stream.playback is not None:
            frame = stream.playback.next_frame(stream.payload_type)
            if frame is None:
                on_done = stream.playback.on_done
                stream.playback = None
        if stream.target is not None:
            sound = _SILENT[stream.payload_type] if frame is None else frame
            data = stream.sender.write(sound, stream.payload_type, now)
            self._send(stream, data, len(sound), stream.target)
        return on_done

    def _press(self, stream: Stream, now: float) -> None:
        """Send a stream the next packet of the keys that it is to hear."""
        assert stream.pressing is not None, f"stream {stream.stream_id} is sent no keys"
        if stream.mixture is not None:
            # What the others say meanwhile is not heard later either.
            stream.mixture.take()
        silence, payload_type = _SILENT[stream.payload_type], stream.payload_type
        data = stream.pressing.next_packet(stream.sender, silence, payload_type, now)
        if data is None:
            del self._pressing[stream.stream_id]
            stream.pressing = None
            self._conferences.hush(stream)
        elif stream.target is not None:
            self._send(stream, data, len(data) - HEADER_BYTES, stream.target)

    def _look_round(self, now: float) -> None:
        for stream in list(self._streams.values()):
            self._rtcp.report(stream, now)
            if not stream.is_timed_out and stream.is_overdue(now, self._media_timeout_s):
                stream.is_timed_out = True
                self._on_timeout(stream.stream_id)


def _audio_in(data: bytes) -> RtpPacket | None:
    try:
        return parse_packet(data)
    except MalformedPacket:
        return None
