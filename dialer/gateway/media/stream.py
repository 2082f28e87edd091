"""One RTP session with one far end: where it sends from, what it may hear, what is being played to it."""

import ipaddress
import socket
from collections.abc import Callable

from dialer.gateway.media.dtmf import TELEPHONE_EVENT, Events
from dialer.gateway.media.g711 import PCMA, PCMU, decode
from dialer.gateway.media.mixing import Mixture
from dialer.gateway.media.ports import untie
from dialer.gateway.media.pressing import Pressing
from dialer.gateway.media.prompts import Prompt
from dialer.gateway.media.reception import Reception
from dialer.gateway.media.reporter import Reporter
from dialer.gateway.media.rtp import RtpPacket, RtpSender
from dialer.gateway.media_port import Ear, MediaError, StreamStatistics

PAYLOAD_TYPES = (PCMU, PCMA)
NOWHERE = ("0.0.0.0", "::")  # noqa: S104 - addresses that a far end on hold names in its SDP

LISTENED_EVERY = 8
"""Every so many packets one is looked at for sound: a power of two."""
SOUND_LEVEL = 256
"""A sample of this amplitude (of 32,767) is no silence: the level that AMD goes by."""
_LOUD = {
    payload_type: bytes(abs(int(sample)) > SOUND_LEVEL for sample in decode(bytes(range(256)), payload_type))
    for payload_type in PAYLOAD_TYPES
}

Source = tuple[str, int] | tuple[str, int, int, int]
"""A socket's address; the longer form is IPv6's."""


def check_far_end(stream_id: str, family: int, host: str, payload_type: int) -> None:
    """See that a stream on a socket of this family can send there.

    Raises:
        MediaError: It cannot.
    """
    if payload_type not in PAYLOAD_TYPES:
        raise MediaError(f"payload type {payload_type} cannot be carried; only PCMU (0) and PCMA (8) can")
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        raise MediaError(f"{host!r} is not an IP address") from None
    if (version == 6) != (family == socket.AF_INET6):
        raise MediaError(f"{host} is of another IP version than the socket of stream {stream_id}")


class Playback:
    """A prompt on its way to a far end."""

    __slots__ = ("_next", "_prompt", "on_done")

    def __init__(self, prompt: Prompt, on_done: Callable[[], None]) -> None:
        self._prompt = prompt
        self._next = 0
        self.on_done = on_done

    def next_frame(self, payload_type: int) -> bytes | None:
        """The next 20 ms, or None when all has been played."""
        frames = self._prompt.frames[payload_type]
        if self._next == len(frames):
            return None
        self._next += 1
        return frames[self._next - 1]


class Stream:
    """The state of one stream; it reads no clock and its socket is used by the engine alone.

    Audio is sent to where packets really come from (symmetric RTP, RFC 4961), because the address in the SDP of a far
    end behind NAT is of no use. The first source heard is taken and others are turned away, so that a stranger cannot
    talk into a call; only the address that the SDP names may take over later.
    """

    __slots__ = (
        "_far_end",
        "_learned",
        "bytes_in",
        "bytes_out",
        "ears",
        "events",
        "has_sound",
        "heard_at",
        "is_sealed",
        "is_tied",
        "is_timed_out",
        "mixed_from",
        "mixture",
        "other",
        "packets_in",
        "packets_out",
        "payload_type",
        "playback",
        "pressing",
        "reception",
        "relays_to",
        "reporter",
        "rtcp_port",
        "rtcp_socket",
        "sender",
        "socket",
        "stream_id",
        "target",
        "waiting_since",
    )

    def __init__(self, stream_id: str, opened: socket.socket, sender: RtpSender) -> None:
        self.stream_id = stream_id
        self.socket = opened
        self.sender = sender
        self.payload_type = PCMU
        self.other: Stream | None = None
        """The stream it is bridged to."""
        self.relays_to: Stream | None = None
        """The stream that hears this one alone, packet by packet."""
        self.mixture: Mixture | None = None
        """What it hears where it hears several streams."""
        self.mixed_from: tuple[Stream, ...] = ()
        """Those streams."""
        self.playback: Playback | None = None
        self.pressing: Pressing | None = None
        """Keys on their way to the far end, which hears nothing else meanwhile."""
        self.events = Events()
        """Digits that the far end sends as telephone events."""
        self.ears: tuple[Ear, ...] = ()
        """Who hears what the far end says; replaced, never changed, so that an ear may leave while it hears."""
        self.packets_in = self.packets_out = self.bytes_in = self.bytes_out = 0
        self.reception = Reception()
        """How the far end's packets came."""
        self.reporter: Reporter | None = None
        """Writes and reads RTCP; None before the far end is known."""
        self.rtcp_port = 0
        """The far end's; its RTP port where both share one, 0 where it wants no reports."""
        self.rtcp_socket: socket.socket | None = None
        """Our own for RTCP; None where RTP's carries both."""
        self.has_sound = False
        """Whether anything but silence has been heard."""
        self.heard_at: float | None = None
        """When the last packet came."""
        self.waiting_since: float | None = None
        """Since when the far end owes us packets; None where it does not, being unknown or on hold."""
        self.is_timed_out = False
        self.is_tied = False
        """Whether the socket is connected to the far end: the kernel then turns strangers away, and a packet costs a
        third less. Only where the far end is where its SDP says, so that nobody else may take over."""
        self.is_sealed = False
        """Whether what strangers sent before it was tied has been read too: whatever comes is the far end's."""
        self.target: Source | None = None
        """Where to send now; None where the far end is unknown or wants nothing."""
        self._far_end: Source | None = None
        """Where the SDP says it is."""
        self._learned: Source | None = None
        """Where its packets come from, whole as the socket reports it."""

    def connect(self, host: str, port: int, payload_type: int, now: float) -> None:
        """Take note of what the SDP says of the far end.

        Raises:
            MediaError: A payload type or a host that cannot be used; nothing has changed.
        """
        check_far_end(self.stream_id, self.socket.family, host, payload_type)
        self.payload_type = payload_type
        far_end = None if port == 0 or host in NOWHERE else (host, port)
        if far_end != self._far_end:
            if self.is_tied:
                untie(self.socket)
                self.is_tied = self.is_sealed = False
            self._far_end = self.target = far_end
            self._learned = None
        self.waiting_since = None if far_end is None else now
        self.is_timed_out = False

    def accept(self, packet: RtpPacket, source: Source, now: float) -> bool:
        """Whether a packet belongs to this stream; if it does it is counted and its source learned."""
        if source != self._learned:
            if self._far_end is None or (self._learned is not None and source[:2] != self._far_end):
                return False
            self._learned = self.target = source
            if source[:2] == self._far_end:
                self._tie(source)
        payload_type = packet.payload_type
        if payload_type not in PAYLOAD_TYPES:
            if payload_type != TELEPHONE_EVENT:
                return False
            # The packets of one event have one timestamp: no jitter can be read from them.
            self.reception.forget_time()
            self.reception.hear(packet.ssrc, packet.sequence, packet.timestamp, now)
            self.reception.forget_time()
        else:
            self.reception.hear(packet.ssrc, packet.sequence, packet.timestamp, now)
            if not (self.has_sound or packet.sequence % LISTENED_EVERY):
                self.look_for_sound(packet.payload, payload_type)
        self.packets_in += 1
        self.bytes_in += len(packet.payload)
        self.heard_at = now
        return True

    def look_for_sound(self, payload: bytes | bytearray, payload_type: int) -> None:
        """Take note of whether there is anything but silence."""
        self.has_sound = 1 in payload.translate(_LOUD[payload_type])

    def _tie(self, source: Source) -> None:
        try:
            self.socket.connect(source)
        except OSError:
            # No route there, says the kernel; untied, each packet finds that out for itself.
            return
        self.is_tied = True

    @property
    def rtcp_target(self) -> Source | None:
        """Where reports go: beside where the audio goes, or with it; None where there is nobody to tell."""
        target = self.target
        if target is None or not self.rtcp_port:
            return None
        return target if self.rtcp_socket is None else (target[0], self.rtcp_port)

    def is_overdue(self, now: float, timeout_s: float) -> bool:
        """Whether the far end should have been heard by now and was not."""
        if self.waiting_since is None:
            return False
        since = self.waiting_since if self.heard_at is None else max(self.heard_at, self.waiting_since)
        return now - since >= timeout_s

    def statistics(self, unix_offset: float) -> StreamStatistics:
        """What it has carried; `unix_offset` is what to add to its clock to get Unix seconds."""
        reception, reporter = self.reception, self.reporter
        return StreamStatistics(
            packets_in=self.packets_in,
            packets_out=self.packets_out,
            bytes_in=self.bytes_in,
            bytes_out=self.bytes_out,
            last_packet_at=None if self.heard_at is None else self.heard_at + unix_offset,
            packets_expected=reception.expected,
            jitter_s=reception.jitter_s,
            has_sound=self.has_sound,
            round_trip_s=None if reporter is None else reporter.round_trip_s,
            far_loss_rate=None if reporter is None else reporter.far_loss_rate,
            far_jitter_s=None if reporter is None else reporter.far_jitter_s,
        )
