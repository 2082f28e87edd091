"""A stream that goes on elsewhere: the same row of packets, the same figures, a socket that hears everybody."""

import socket

from dialer.gateway.media.g711 import PCMU
from dialer.gateway.media.handover import carry_on, take_along
from dialer.gateway.media.ports import RtpPorts
from dialer.gateway.media.rtp import RtpPacket, RtpSender, parse_packet
from dialer.gateway.media.stream import Stream

FRAME = bytes(160)


def test_everything_that_counts_goes_along() -> None:
    with (
        RtpPorts("127.0.0.1", 42000, 59999).take() as ours,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        far.bind(("127.0.0.1", 0))
        before = Stream("call", ours, RtpSender(77, 10, 20))
        before.connect(*far.getsockname(), PCMU, 0.0)
        for sequence in (1, 2, 5):
            packet = RtpPacket(PCMU, False, sequence, 160 * sequence, 99, FRAME)
            assert before.accept(packet, far.getsockname(), 0.02 * sequence)
        assert before.is_tied
        last = parse_packet(before.sender.write(FRAME, PCMU, 0.2))
        before.packets_out, before.bytes_out = 1, 160
        carried = take_along(before)

        after = Stream("call", ours, RtpSender(5, 6, 7))
        carry_on(after, carried)
        assert after.statistics(1000.0).packets_in == 3
        assert after.statistics(1000.0).packets_expected == 5
        assert after.statistics(1000.0).packets_out == 1
        assert after.statistics(1000.0).last_packet_at == 1000.1
        following = parse_packet(after.sender.write(FRAME, PCMU, 0.22))
        assert (following.ssrc, following.sequence) == (77, last.sequence + 1)
        assert following.timestamp == last.timestamp + 160
        ours.settimeout(5.0)
        stranger.sendto(b"heard", ours.getsockname())
        assert ours.recv(10) == b"heard"
