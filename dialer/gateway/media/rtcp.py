"""RTCP packets (RFC 3550 section 6): sender and receiver reports with their CNAME, and goodbyes; bytes to values.

Only what we use is read: reports and BYE; other packets of a compound (SDES, APP, extended reports) are passed over.
"""

import struct

import msgspec

from dialer.gateway.media.rtp import VERSION, MalformedPacket

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, GOODBYE = 200, 201, 202, 203
CNAME = 1
NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""
BLOCKS_MAX = 31

_HEAD = struct.Struct("!BBH")
_SENDER = struct.Struct("!QIII")
_BLOCK = struct.Struct("!IIIIII")


class Block(msgspec.Struct, frozen=True, gc=False):
    """What one receiver says of one sender (section 6.4.1)."""

    ssrc: int
    """The sender it speaks of."""
    fraction_lost: int
    """In 256ths, since the report before."""
    lost: int
    """Since the beginning; below zero where packets came twice."""
    newest: int
    """The extended highest sequence number."""
    jitter: int
    """In samples."""
    last_report: int
    """The middle 32 bits of the NTP time in the last sender report; 0 for none."""
    since_last_report: int
    """In 65536ths of a second."""


class Sent(msgspec.Struct, frozen=True, gc=False):
    """What a sender says of itself."""

    ntp: int
    """64 bits of NTP time."""
    timestamp: int
    """The RTP timestamp of the same moment."""
    packets: int
    octets: int


class Report(msgspec.Struct, frozen=True, gc=False):
    """A sender report, or a receiver report where `sent` is None."""

    ssrc: int
    sent: Sent | None
    blocks: tuple[Block, ...]


class Goodbye(msgspec.Struct, frozen=True, gc=False):
    """The far end leaves."""

    ssrcs: tuple[int, ...]


def ntp_time(unix_s: float) -> int:
    """Unix seconds as 64 bits of NTP time."""
    return int((unix_s + NTP_EPOCH_S) * (1 << 32)) & 0xFFFFFFFFFFFFFFFF


def middle(ntp: int) -> int:
    """The middle 32 bits, as reports echo them."""
    return (ntp >> 16) & 0xFFFFFFFF


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram on a port that carries both is RTCP (RFC 5761 section 4)."""
    return len(data) >= 8 and data[0] >> 6 == VERSION and 192 <= data[1] <= 223


def write_report(report: Report, cname: str, *, is_last: bool = False) -> bytes:
    """A compound packet: the report, who we are, and a BYE where it is the last."""
    head = VERSION << 6
    body = b"" if report.sent is None else _SENDER.pack(*_fields(report.sent))
    body += b"".join(_write_block(block) for block in report.blocks)
    kind = RECEIVER_REPORT if report.sent is None else SENDER_REPORT
    ssrc = report.ssrc.to_bytes(4)
    text = cname.encode()[:255]
    item = ssrc + bytes((CNAME, len(text))) + text + b"\0"
    item += b"\0" * (-len(item) % 4)
    packets = _HEAD.pack(head | len(report.blocks), kind, 1 + len(body) // 4) + ssrc + body
    packets += _HEAD.pack(head | 1, SOURCE_DESCRIPTION, len(item) // 4) + item
    return packets + _HEAD.pack(head | 1, GOODBYE, 1) + ssrc if is_last else packets


def parse_rtcp(data: bytes) -> list[Report | Goodbye]:
    """Read a datagram.

    Raises:
        MalformedPacket: Lengths that do not fit or another version; nothing else is ever raised.
    """
    found: list[Report | Goodbye] = []
    at = 0
    while at < len(data):
        if len(data) - at < _HEAD.size:
            raise MalformedPacket(f"{len(data) - at} bytes left over at the end of RTCP")
        first, kind, words = _HEAD.unpack_from(data, at)
        if first >> 6 != VERSION:
            raise MalformedPacket(f"RTCP version {first >> 6}, not {VERSION}")
        end = at + 4 * (words + 1)
        if end > len(data):
            raise MalformedPacket("an RTCP packet is cut off")
        body = data[at + 4 : end]
        if kind in (SENDER_REPORT, RECEIVER_REPORT):
            found.append(_read_report(body, first & 0x1F, is_sender=kind == SENDER_REPORT))
        elif kind == GOODBYE:
            count = min(first & 0x1F, len(body) // 4)
            found.append(Goodbye(tuple(int.from_bytes(body[4 * n : 4 * n + 4]) for n in range(count))))
        at = end
    return found


def _fields(sent: Sent) -> tuple[int, int, int, int]:
    return sent.ntp, sent.timestamp & 0xFFFFFFFF, sent.packets & 0xFFFFFFFF, sent.octets & 0xFFFFFFFF


def _write_block(block: Block) -> bytes:
    loss = (block.fraction_lost & 0xFF) << 24 | block.lost & 0xFFFFFF
    times = block.last_report & 0xFFFFFFFF, block.since_last_report & 0xFFFFFFFF
    return _BLOCK.pack(block.ssrc, loss, block.newest & 0xFFFFFFFF, block.jitter & 0xFFFFFFFF, *times)


def _read_report(body: bytes, count: int, *, is_sender: bool) -> Report:
    start = 4 + (_SENDER.size if is_sender else 0)
    if len(body) < start + count * _BLOCK.size:
        raise MalformedPacket(f"an RTCP report of {count} blocks in {len(body)} bytes")
    sent = Sent(*_SENDER.unpack_from(body, 4)) if is_sender else None
    blocks = []
    for n in range(count):
        ssrc, loss, newest, jitter, last, since = _BLOCK.unpack_from(body, start + n * _BLOCK.size)
        lost = loss & 0xFFFFFF
        blocks.append(Block(ssrc, loss >> 24, lost - (1 << 24) if lost >> 23 else lost, newest, jitter, last, since))
    return Report(int.from_bytes(body[:4]), sent, tuple(blocks))
