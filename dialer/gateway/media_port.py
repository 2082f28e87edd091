"""What the gateway asks of a media engine: RTP streams that are opened, connected, bridged, played to and closed.

One stream is one RTP session with one far end: a customer's call (`stream_id` is the call's id) or an agent's leg (the
leg's id). Every method returns at once and runs on the gateway's thread; callbacks come on that thread too, never from
inside the call that registered them.

An agent's leg that is open and not bridged is sent nothing at all, or silence: the engine's choice.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from dialer.model import MonitorMode


class MediaError(Exception):
    """The media engine could not do what was asked; the text says what and why, and the stream is as it was before."""


class MediaAddress(NamedTuple):
    """Where RTP is received: what the SDP says of us."""

    host: str
    port: int


class StreamStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What one stream has carried since it was opened."""

    is_known: bool = True
    """Whether the figures are of the whole time; False of an engine that only asks for them now and then."""
    packets_in: int = 0
    packets_out: int = 0
    bytes_in: int = 0
    """RTP payload, headers excluded."""
    bytes_out: int = 0
    last_packet_at: float | None = None
    """Unix seconds of the last packet received; None before the first."""
    packets_expected: int = 0
    """By the far end's sequence numbers: less those received, the packets lost on the way here."""
    jitter_s: float = 0.0
    """Of the packets received (RFC 3550 section 6.4.1)."""
    has_sound: bool = False
    """Whether anything but silence was among them."""
    round_trip_s: float | None = None
    """To the far end and back, by RTCP; None where the far end does not report."""
    far_loss_rate: float | None = None
    """Of what we sent, the share that the far end reports lost (0..1)."""
    far_jitter_s: float | None = None
    """As the far end reports it."""


Ear = Callable[[bytes, int], None]
"""Hears what a far end says: G.711 payload and its RTP payload type, packet by packet in the order they come."""


class MediaEngine(Protocol):
    """RTP streams by id.

    A stream that is not open makes every method but `open` and `close` raise `MediaError`: the gateway asks only for
    streams it opened, so that is a defect. `close` is idempotent, as is `unbridge`, and `stop` where nothing plays.
    """

    def open(self, stream_id: str) -> MediaAddress:
        """Take a local RTP port and begin to receive.

        Raises:
            MediaError: No port is free, or the stream is already open.
        """
        ...

    def connect(self, stream_id: str, host: str, port: int, payload_type: int, rtcp_port: int = 0) -> None:
        """Send to `host`:`port` from now on, as PCMU (0) or PCMA (8); called again when a re-INVITE moves the far end.

        RTCP goes to `rtcp_port`: 0 for nowhere, `port` itself where the far end has both on one (RFC 5761). Port 0 or
        the address 0.0.0.0 means the far end wants nothing (hold): send nothing until connected again.

        Raises:
            MediaError: A payload type that the engine cannot carry, or a host that is not an IP address.
        """
        ...

    def bridge(self, first: str, second: str) -> None:
        """Pass audio both ways between two connected streams, translated where their payload types differ.

        What plays to either is stopped (its `on_done` is not called).

        Raises:
            MediaError: One of them is bridged already.
        """
        ...

    def unbridge(self, stream_id: str) -> None:
        """Take a stream out of its bridge; the other side of it is left alone too."""
        ...

    def join(self, guest: str, call: str, leg: str, mode: MonitorMode) -> None:
        """Let a third stream hear a call and an agent's leg, bridged or on hold, and be heard by whom `mode` says.

        Called again, it changes the mode. It lasts until `part`, or until one of the three is closed. A customer on
        hold hears no guest.

        Raises:
            MediaError: The guest is in a bridge, or is one of the two.
        """
        ...

    def part(self, guest: str) -> None:
        """Take a guest out; nothing where the stream is none."""
        ...

    def play(self, stream_id: str, prompt: str, on_done: Callable[[], None]) -> None:
        """Play a prompt by name from its beginning; `on_done` is called once, after its last packet.

        `on_done` is not called when the prompt is stopped, replaced by another, or its stream bridged or closed.

        Raises:
            MediaError: There is no such prompt, or the stream is bridged.
        """
        ...

    def stop(self, stream_id: str) -> None:
        """Stop what is played to a stream."""
        ...

    def send_keys(self, stream_id: str, keys: str, payload_type: int) -> None:
        """Press keys (0 to 9, *, #, A to D), one after the other; the far end hears nothing else meanwhile.

        They go as telephone events (RFC 4733), under the payload type under which the far end wants those.

        Raises:
            MediaError: The far end wants no audio now, too many keys are waiting, or the engine cannot send any.
        """
        ...

    def listen(self, stream_id: str, ear: Ear) -> None:
        """Let `ear` hear what comes from the far end, bridged or not, until `stop_listening` or the stream's end."""
        ...

    def stop_listening(self, stream_id: str, ear: Ear) -> None:
        """Let `ear` hear no more."""
        ...

    def close(self, stream_id: str) -> None:
        """Give the port back; a bridge it is in ends first."""
        ...

    def statistics(self, stream_id: str) -> StreamStatistics:
        """What an open stream has carried so far."""
        ...

    def counters(self) -> dict[str, int]:
        """What has passed on all streams since the start, by name."""
        ...

    def set_on_digit(self, callback: Callable[[str, str], None]) -> None:
        """Call `callback(stream_id, key)` once for every key that a far end presses and sends as a telephone event."""
        ...

    def set_on_moved(self, callback: Callable[[str, MediaAddress], None]) -> None:
        """Call `callback(stream_id, address)` when a stream is received elsewhere: its far end has to be told."""
        ...

    def set_on_timeout(self, callback: Callable[[str], None]) -> None:
        """Call `callback(stream_id)` once for each stream from which no packet came for the engine's media timeout.

        Only streams that are connected to a far end that sends (not held) are watched. The stream stays open: the
        gateway ends the call and closes it.
        """
        ...

    def set_on_failed(self, callback: Callable[[str, str], None]) -> None:
        """Call `callback(stream_id, reason)` once for each stream that the engine has lost and cannot carry on.

        It stays open, and nothing passes on it: the gateway ends the call and closes it.
        """
        ...
