"""RTCP on the wire: the sockets beside RTP's, reports sent when they are due, and those that come handed on."""

import asyncio
import secrets

from dialer.gateway.media.ports import Ports
from dialer.gateway.media.reporter import Reporter
from dialer.gateway.media.rtp import MalformedPacket
from dialer.gateway.media.stream import Source, Stream

DATAGRAM_BYTES_MAX = 1500


class RtcpLink:
    """The reports of all streams of one media engine.

    Args:
        loop: the engine's.
        ports: where the engine's RTP ports are from.
        unix_offset: makes the loop's time Unix time; fixed, so that no report's time ever goes back.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ports: Ports, unix_offset: float) -> None:
        self._loop = loop
        self._ports = ports
        self._unix_offset = unix_offset
        self._cname = secrets.token_hex(12)
        """The same for all our streams and told to everyone, so it says nothing of this machine (RFC 7022)."""
        self._random = secrets.SystemRandom().random
        self.counters = {"rtcp_sent": 0, "rtcp_received": 0, "rtcp_malformed": 0}

    def connect(self, stream: Stream, port: int, rtcp_port: int, now: float) -> None:
        """The far end of a stream is known: reports go to `rtcp_port`, on RTP's own socket where that is its `port`."""
        stream.rtcp_port = rtcp_port
        if stream.reporter is None:
            stream.reporter = Reporter(self._cname, self._random, now)
        if not rtcp_port:
            return
        is_shared = rtcp_port == port
        if is_shared and stream.rtcp_socket is not None:
            self._close_socket(stream)
        elif not is_shared and stream.rtcp_socket is None:
            opened = self._ports.beside(stream.socket)
            if opened is None:
                stream.rtcp_port = 0
                return
            stream.rtcp_socket = opened
            self._loop.add_reader(opened.fileno(), self._receive, stream)

    def report(self, stream: Stream, now: float) -> None:
        """Send a stream's report if it is due."""
        reporter = stream.reporter
        if reporter is not None and now >= reporter.due_at and stream.rtcp_target is not None:
            self._send(stream, reporter, now, is_last=False)

    def take(self, stream: Stream, data: bytes, source: Source, now: float) -> None:
        """Read what may be RTCP; strangers' is not."""
        target = stream.rtcp_target
        if stream.reporter is None or target is None or source[0] != target[0]:
            return
        try:
            stream.reporter.read(data, stream.sender, now, self._unix_offset)
        except MalformedPacket:
            self.counters["rtcp_malformed"] += 1
            return
        self.counters["rtcp_received"] += 1

    def close(self, stream: Stream, now: float) -> None:
        """Say goodbye to a far end that has had a report (RFC 3550 section 6.3.7), and close the socket."""
        if stream.reporter is not None and stream.reporter.has_sent and stream.rtcp_target is not None:
            self._send(stream, stream.reporter, now, is_last=True)
        self.forget(stream)

    def forget(self, stream: Stream) -> None:
        """Close a stream's socket and say nothing: its reports go on elsewhere."""
        if stream.rtcp_socket is not None:
            self._close_socket(stream)

    def _send(self, stream: Stream, reporter: Reporter, now: float, *, is_last: bool) -> None:
        sent = stream.packets_out, stream.bytes_out
        data = reporter.write(stream.sender, stream.reception, sent, now, self._unix_offset, is_last=is_last)
        target = stream.rtcp_target
        assert target is not None, "asked only where there is one"
        try:
            (stream.rtcp_socket or stream.socket).sendto(data, target)
        except OSError:
            # As with audio: a far end that cannot be reached is the media timeout's to notice.
            return
        self.counters["rtcp_sent"] += 1

    def _receive(self, stream: Stream) -> None:
        assert stream.rtcp_socket is not None
        try:
            data, source = stream.rtcp_socket.recvfrom(DATAGRAM_BYTES_MAX)
        except OSError:
            return
        self.take(stream, data, source, self._loop.time())

    def _close_socket(self, stream: Stream) -> None:
        assert stream.rtcp_socket is not None
        self._loop.remove_reader(stream.rtcp_socket.fileno())
        stream.rtcp_socket.close()
        stream.rtcp_socket = None
