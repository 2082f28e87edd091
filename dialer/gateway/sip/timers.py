"""SIP's timer values (RFC 3261 section 17.1.1.2, table 4), and what is due when; nothing here reads a clock."""

import heapq
from collections import deque
from typing import Protocol

import msgspec


class TimerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The three values that all of SIP's timers are made of; the defaults are the RFC's."""

    t1_s: float = 0.5
    """Estimate of the round trip; the first retransmission comes after it."""
    t2_s: float = 4.0
    """The longest wait between retransmissions."""
    t4_s: float = 5.0
    """How long a message may live in the network."""

    @property
    def transaction_s(self) -> float:
        """64 × T1: timers B, D, F, H, J, L and M."""
        return 64 * self.t1_s


class TimerOwner(Protocol):
    """Something that wants to be told when its timers are due."""

    timers: dict[str, int]
    """The number of each running timer by its name; kept by `Timers`."""


Entry = tuple[float, int]
"""When a timer is due, and its number."""


class Reminders:
    """Owns the timers that somebody above the user agent has asked for."""

    def __init__(self) -> None:
        self.timers: dict[str, int] = {}


class Timers:
    """Named timers of many owners.

    Timers of one name mostly run equally long, so they come due in the order they were started: each name has a queue,
    and only what would break its order goes into a heap. A stopped timer lets go of its owner at once; its number stays
    behind until its time, and is then skipped.
    """

    def __init__(self) -> None:
        self._queues: dict[str, deque[Entry]] = {}
        self._heap: list[Entry] = []
        self._running: dict[int, tuple[TimerOwner, str]] = {}
        self._count = 0

    def start(self, owner: TimerOwner, name: str, at: float) -> None:
        """Run a timer, or move one that runs."""
        before = owner.timers.get(name)
        if before is not None:
            del self._running[before]
        self._count = number = self._count + 1
        owner.timers[name] = number
        self._running[number] = (owner, name)
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = deque()
        if queue and queue[-1][0] > at:
            heapq.heappush(self._heap, (at, number))
        else:
            queue.append((at, number))

    def stop(self, owner: TimerOwner, name: str) -> None:
        """Stop a timer; nothing happens if it does not run."""
        number = owner.timers.pop(name, None)
        if number is not None:
            del self._running[number]

    def stop_all(self, owner: TimerOwner) -> None:
        """Stop every timer of an owner."""
        for number in owner.timers.values():
            del self._running[number]
        owner.timers.clear()

    def next_at(self) -> float | None:
        """When the next timer is due; None while none runs."""
        first = self._first()
        return None if first is None else first[0]

    def take_due(self, now: float) -> tuple[TimerOwner, str] | None:
        """Stop and return the earliest timer that is due, or None; timers due together come in the order started."""
        first = self._first()
        if first is None or first[0] > now:
            return None
        owner, name = self._running.pop(first[1])
        del owner.timers[name]
        return owner, name

    def __len__(self) -> int:
        return len(self._running)

    def _first(self) -> Entry | None:
        running, first = self._running, None
        for queue in self._queues.values():
            while queue and queue[0][1] not in running:
                queue.popleft()
            if queue and (first is None or queue[0] < first):
                first = queue[0]
        heap = self._heap
        while heap and heap[0][1] not in running:
            heapq.heappop(heap)
        return heap[0] if heap and (first is None or heap[0] < first) else first
