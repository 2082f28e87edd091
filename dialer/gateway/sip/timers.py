"""SIP's timer values (RFC 3261 section 17.1.1.2, table 4), and what is due when; nothing here reads a clock."""

import heapq
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

    timers: dict[str, float]
    """When each running timer is due; kept by `Timers`, which looks here to see whether it was stopped or moved."""


class Timers:
    """Named timers of many owners in one heap; a stopped timer stays in the heap until its time and is then skipped."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, TimerOwner, str]] = []
        self._count = 0

    def start(self, owner: TimerOwner, name: str, at: float) -> None:
        """Run a timer, or move one that runs."""
        owner.timers[name] = at
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, owner, name))

    def stop(self, owner: TimerOwner, name: str) -> None:
        """Stop a timer; nothing happens if it does not run."""
        owner.timers.pop(name, None)

    def next_at(self) -> float | None:
        """When the next timer is due; None while none runs."""
        heap = self._heap
        while heap:
            at, _, owner, name = heap[0]
            if owner.timers.get(name) == at:
                return at
            heapq.heappop(heap)
        return None

    def take_due(self, now: float) -> tuple[TimerOwner, str] | None:
        """Stop and return the earliest timer that is due, or None; timers due together come in the order started."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, _, owner, name = heapq.heappop(heap)
            if owner.timers.get(name) == at:
                del owner.timers[name]
                return owner, name
        return None

    def __len__(self) -> int:
        return len(self._heap)
