"""A far end of an RTP stream."""

import asyncio
import socket

from dialer.gateway.media.g711 import PCMU
from dialer.gateway.media.rtp import RtpPacket, RtpSender, parse_packet

WAIT_S = 20.0


class Peer:
    """A far end: a UDP socket that sends one talker's packets and reads what comes."""

    def __init__(self, first_sequence: int = 100) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.sender = RtpSender(0x1234, first_sequence, 5000)
        self.sent_at = 0.0
        self.sent = 0

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", int(self.socket.getsockname()[1]))

    def send(self, payload: bytes, port: int, payload_type: int = PCMU) -> None:
        self.sent_at += 0.02
        self.sent += 1
        self.socket.sendto(self.sender.write(payload, payload_type, self.sent_at), ("127.0.0.1", port))

    async def hear(self) -> RtpPacket:
        data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.socket, 2048), WAIT_S)
        return parse_packet(data)

    async def hear_until(self, payload: bytes) -> RtpPacket:
        while True:
            packet = await self.hear()
            if packet.payload == payload:
                return packet
