"""UDP ports for RTP: handed out from a range, the one that has rested longest first."""

import ctypes
import errno
import socket
from collections import deque
from typing import Protocol

from dialer.gateway.media_port import MediaError

_UNSPECIFIED = bytes(128)
"""An address of the family AF_UNSPEC, as large as any."""


class Ports(Protocol):
    """Where a media engine has its sockets from."""

    def take(self) -> socket.socket:
        """A bound UDP socket that does not block.

        Raises:
            MediaError: There is none.
        """
        ...

    def beside(self, taken: socket.socket) -> socket.socket | None:
        """A socket on the odd port after an RTP port, for its RTCP; None where another program has it."""
        ...

    def give_back(self, taken: socket.socket) -> None:
        """Take back what `take` gave."""
        ...


class RtpPorts:
    """The even ports of a range (the odd ones are RTCP's, RFC 3550 section 11).

    A port that was just given back rests longest, so that late packets of an old call do not reach a new one.
    """

    def __init__(self, host: str, port_min: int, port_max: int, passed_over: int = 0) -> None:
        """Ports on the address `host`; both ends of the range belong to it.

        Args:
            host: the address that sockets are bound to.
            port_min: the first port of the range.
            port_max: its last.
            passed_over: how many ports to begin after. A service that comes back after a crash begins at another
                place, so that the far ends of its old calls, which talk on for a while, do not talk into new ones.
        """
        self._host = host
        self._range = f"{port_min}-{port_max}"
        self._free = deque(range(port_min + port_min % 2, port_max + 1, 2))
        self._free.rotate(-passed_over)
        self._taken = 0

    def take(self) -> socket.socket:
        """A bound UDP socket that does not block.

        Raises:
            MediaError: Every port is taken, by us or by another program.
        """
        for _ in range(len(self._free)):
            opened = _bind(self._host, self._free[0])
            self._free.rotate(-1)
            if opened is not None:
                self._free.pop()
                self._taken += 1
                return opened
        raise MediaError(
            f"no RTP port is free: {self._taken} of the ports {self._range} on {self._host} carry calls, the rest are "
            "in use by other programs; widen the range (rtp_port_min, rtp_port_max), two ports for each call and agent"
        )

    def beside(self, taken: socket.socket) -> socket.socket | None:
        """A socket on the odd port after an RTP port, for its RTCP; None where another program has it."""
        return bind_beside(self._host, taken)

    def give_back(self, taken: socket.socket) -> None:
        """Close a socket that `take` opened and put its port at the end of the queue."""
        port: int = taken.getsockname()[1]
        taken.close()
        self._taken -= 1
        self._free.append(port)


def untie(connected: socket.socket) -> None:
    """Let a connected UDP socket hear everybody again; its own port stays (connect(2): AF_UNSPEC dissolves it)."""
    # Python's own connect cannot say AF_UNSPEC. Some systems report an error and do it all the same.
    ctypes.CDLL(None).connect(connected.fileno(), _UNSPECIFIED, 16)


def bind_beside(host: str, taken: socket.socket) -> socket.socket | None:
    """A socket on the port after another's; None where it cannot be had."""
    try:
        return _bind(host, taken.getsockname()[1] + 1)
    except MediaError:
        return None


def _bind(host: str, port: int) -> socket.socket | None:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    try:
        opened.bind((host, port))
    except PermissionError as error:
        opened.close()
        raise MediaError(f"port {port} on {host} may not be used: {error.strerror}") from error
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise MediaError(f"port {port} on {host} cannot be opened: {error.strerror}") from error
    return opened
