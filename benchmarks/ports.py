"""Ports for programs that must be told one before they start, so that no two programs are told the same.

A port that the kernel chose and that was given back is the next program's too. These come from where the kernel never
chooses, and each process deals out of a block of its own, which it holds by the block's last port for as long as it
lives.
"""

import atexit
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

BLOCK_PORTS = 150
SPANS = (range(61_000, 65_500), range(10_000, 19_900))
"""Above the ports that Linux chooses by itself (32768 to 60999), and below the dialer's own for audio (20000)."""
SHARED = range(30_000, 32_700)
"""For programs that choose by themselves in a range, and pass over what they do not get; between the two of above."""
KERNELS_OWN = Path("/proc/sys/net/ipv4/ip_local_port_range")
LISTENING = "0A"
FAMILY, ANYWHERE = (socket.AF_INET6, "::") if socket.has_dualstack_ipv6() else (socket.AF_INET, "")


def free_port() -> int:
    """A port that neither UDP nor TCP uses and that no other process is dealt."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of some ports in a row, even where there are several, as RTP wants it; none of them in use.

    Raises:
        RuntimeError: So many are not to be had.
    """
    if os.getpid() not in _dealers:
        dealer = _dealers[os.getpid()] = PortDealer(span_beside(_kernels_own()), os.getpid())
        atexit.register(dealer.close)
    return _dealers[os.getpid()].deal(count)


def is_listening(pid: int, port: int, transport: str = "udp") -> bool:
    """Whether a process, and not somebody else, has a port; `transport` is udp or tcp."""
    return not _sockets_at(port, transport).isdisjoint(_sockets_of(pid))


def span_beside(kernels_own: range) -> range:
    """The ports to deal from: those that the kernel does not choose by itself."""
    beside = (span for span in SPANS if span.stop <= kernels_own.start or span.start >= kernels_own.stop)
    return next(beside, SPANS[0])


class PortDealer:
    """Deals the ports of one block, the longest rested first."""

    def __init__(self, span: range, start: int) -> None:
        """Claim a block.

        Args:
            span: where blocks are cut from.
            start: the block to try first; processes that start elsewhere do not stand in each other's way.

        Raises:
            RuntimeError: Other processes have them all.
        """
        self._block, self._claim = self._claimed(span, start)
        self._next = self._block.start

    @staticmethod
    def _claimed(span: range, start: int) -> tuple[range, socket.socket]:
        blocks = len(span) // BLOCK_PORTS
        for number in range(start, start + blocks):
            first = span.start + number % blocks * BLOCK_PORTS
            claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                claim.bind(("127.0.0.1", first + BLOCK_PORTS - 1))
            except OSError:
                claim.close()
            else:
                return range(first, first + BLOCK_PORTS - 1), claim
        raise RuntimeError(f"other processes have all ports from {span.start} to {span.stop - 1}")

    def deal(self, count: int) -> int:
        """The first of `count` free ports in a row.

        Raises:
            RuntimeError: The block has no such place.
        """
        step = 1 if count == 1 else 2
        for _ in range(2 * BLOCK_PORTS):
            first = self._next + self._next % step
            if first + count > self._block.stop:
                self._next = self._block.start
                continue
            self._next = first + step
            if all(_is_free(port) for port in range(first, first + count)):
                self._next = first + count
                return first
        raise RuntimeError(f"no {count} free ports in a row from {self._block.start} to {self._block.stop - 1}")

    def close(self) -> None:
        """Leave the block to others."""
        self._claim.close()


_dealers: dict[int, PortDealer] = {}
"""By process: one that is forked off has a block of its own."""


def _kernels_own() -> range:
    with contextlib.suppress(OSError):
        first, last = KERNELS_OWN.read_text().split()
        return range(int(first), int(last) + 1)
    return range(0)


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(FAMILY, kind) as probe:
            try:
                if FAMILY is socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                probe.bind((ANYWHERE, port))
            except OSError:
                return False
    return True


def _sockets_at(port: int, transport: str) -> set[str]:
    """Inodes of the sockets with a local port; over TCP of those that listen."""
    found = set()
    for table in (Path(f"/proc/net/{transport}"), Path(f"/proc/net/{transport}6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[1].endswith(f":{port:04X}") and (transport == "udp" or fields[3] == LISTENING):
                found.add(fields[9])
    return found


def _sockets_of(pid: int) -> Iterator[str]:
    """Inodes of a process's sockets; none where it has ended."""
    with contextlib.suppress(FileNotFoundError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                kind, _, inode = str(descriptor.readlink()).partition(":")
                if kind == "socket":
                    yield inode.strip("[]")
