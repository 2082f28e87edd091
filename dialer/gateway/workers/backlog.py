"""Orders in their order, while streams are on their way from one worker to another.

What concerns a stream on its way waits until it has arrived, and so does what comes after for any stream that waits
already: each stream gets its orders as they were given.
"""

from collections.abc import Callable


class Backlog:
    """Orders that wait."""

    def __init__(self) -> None:
        self._moving: set[int] = set()
        self._waiting: list[tuple[tuple[int, ...], Callable[[], None]]] = []

    def do(self, serials: tuple[int, ...], order: Callable[[], None]) -> None:
        """Carry out an order about these streams, now or as soon as all of them have arrived."""
        if not self._moving:
            order()
            return
        self._waiting.append((serials, order))
        self._go_on()

    def leave(self, serial: int) -> None:
        """A stream is on its way."""
        self._moving.add(serial)

    def arrive(self, serial: int) -> None:
        """A stream has arrived, or is lost."""
        if serial in self._moving:
            self._moving.remove(serial)
            self._go_on()

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        held = set(self._moving)
        still: list[tuple[tuple[int, ...], Callable[[], None]]] = []
        for serials, order in waiting:
            if held.isdisjoint(serials):
                order()
                held |= self._moving
            else:
                still.append((serials, order))
                held.update(serials)
        self._waiting = still + self._waiting
