"""One end of the line between the gateway and a media worker: whole messages in order, some with sockets beside them.

A pair of Unix sockets that keeps messages apart (SOCK_SEQPACKET). Nothing here ever blocks: what the other end does not
take waits, sound within bounds and the rest without. The end of the other process is the end of the line.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Sequence

MESSAGE_BYTES_MAX = 65_536
AT_ONCE = 64
"""Messages read before the loop may do something else."""
WAITING_BYTES_MAX = 4_000_000
"""Sound that comes while so much waits is lost: the other end has stood still for seconds."""
SOCKETS_MAX = 4


def make_pair() -> tuple[socket.socket, socket.socket]:
    """Both ends."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Link:
    """One end.

    Args:
        loop: the event loop.
        end: one of a pair.
        take: called with each message and the file numbers of the sockets that came with it.
        on_lost: called once when the other end has gone.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        end: socket.socket,
        take: Callable[[bytes, list[int]], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._end = end
        self._take = take
        self._on_lost = on_lost
        self._waiting: deque[tuple[bytes, Sequence[int]]] = deque()
        self._waiting_bytes = 0
        self.is_open = True
        end.setblocking(False)
        loop.add_reader(end.fileno(), self._read)

    def send(self, message: bytes, sockets: Sequence[int] = ()) -> None:
        """Send a message; once the line is lost it goes nowhere."""
        if self.is_open and (self._waiting or not self._send(message, sockets)):
            if not self._waiting:
                self._loop.add_writer(self._end.fileno(), self._write)
            self._waiting.append((message, sockets))
            self._waiting_bytes += len(message)

    def send_sound(self, message: bytes) -> None:
        """Send a message that is worth nothing later."""
        if self._waiting_bytes < WAITING_BYTES_MAX:
            self.send(message)

    def close(self) -> None:
        """Hang up: the other end is told by that."""
        if self.is_open:
            self.is_open = False
            self._loop.remove_reader(self._end.fileno())
            if self._waiting:
                self._loop.remove_writer(self._end.fileno())
            self._end.close()

    def _send(self, message: bytes, sockets: Sequence[int]) -> bool:
        try:
            if sockets:
                socket.send_fds(self._end, [message], sockets)
            else:
                self._end.send(message)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            # The reader's side finds out that nobody is there.
            return True
        return True

    def _write(self) -> None:
        while self._waiting:
            message, sockets = self._waiting[0]
            if not self._send(message, sockets):
                return
            self._waiting.popleft()
            self._waiting_bytes -= len(message)
        self._loop.remove_writer(self._end.fileno())

    def _read(self) -> None:
        for _ in range(AT_ONCE):
            try:
                message, sockets, _, _ = socket.recv_fds(self._end, MESSAGE_BYTES_MAX, SOCKETS_MAX)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                message, sockets = b"", []
            if not message:
                self.close()
                self._on_lost()
                return
            self._take(message, sockets)
            if not self.is_open:
                return
