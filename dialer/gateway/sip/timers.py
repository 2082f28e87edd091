"""SIP's timer values (RFC 3261 section 17.1.1.2, table 4), and what is due when; nothing here reads a clock."""

import heapq
from typing import Any, Protocol

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


Alarm = list[Any]
"""When to look at an owner, a number that tells alarms apart, and the owner: None once it needs nothing any more."""

TICKS_PER_S = 64


class TimerOwner(Protocol):
    """Something that wants to be told when its timers are due; both attributes are kept by `Timers`."""

    timers: dict[str, float]
    """When each running timer is due, by its name."""
    alarm: Alarm | None
    """Looks after them: set for the earliest of them, or before."""


class Reminders:
    """Owns the timers that somebody above the user agent has asked for."""

    def __init__(self) -> None:
        self.timers: dict[str, float] = {}
        self.alarm: Alarm | None = None


class Timers:
    """Named timers of many owners.

    Theory of operation: most timers are stopped long before they are due, so starting and stopping has to cost next to
    nothing. What an owner waits for stands in its own `timers`, and one alarm looks after them all: a timer that is
    stopped, or that starts behind the alarm, touches nothing but that dictionary. When the alarm's time has come, it is
    seen what is due, and the alarm is set anew for what is not. Until then the alarms of a tick lie together unsorted.
    An owner that needs no timers any more is let go at once; its alarm stays behind, and is skipped.
    """

    def __init__(self) -> None:
        self._later: dict[int, list[Alarm]] = {}
        """Alarms by tick."""
        self._ticks: list[int] = []
        """The ticks of `_later`, as a heap."""
        self._soon: list[Alarm] = []
        """Alarms whose tick has begun, as a heap."""
        self._count = 0
        self._owners = 0
        """Those that have an alarm."""

    def start(self, owner: TimerOwner, name: str, at: float) -> None:
        """Run a timer, or move one that runs."""
        owner.timers[name] = at
        alarm = owner.alarm
        if alarm is None or at < alarm[0]:
            if alarm is not None:
                alarm[2] = None
                self._owners -= 1
            self._set(owner, at)

    def stop(self, owner: TimerOwner, name: str) -> None:
        """Stop a timer; nothing happens if it does not run."""
        owner.timers.pop(name, None)

    def stop_all(self, owner: TimerOwner) -> None:
        """Stop every timer of an owner, and let go of it."""
        owner.timers.clear()
        if owner.alarm is not None:
            owner.alarm[2] = None
            owner.alarm = None
            self._owners -= 1

    def next_at(self) -> float | None:
        """When to call `take_due` next: no later than the next timer is due; None while nobody has an alarm."""
        if not self._owners:
            return None
        if self._soon:
            at: float = self._soon[0][0]
            return at
        return self._ticks[0] / TICKS_PER_S if self._ticks else None

    def take_due(self, now: float) -> tuple[TimerOwner, str] | None:
        """Stop and return the earliest timer that is due, or None; timers due together come in the order started."""
        while True:
            self._begin_ticks(now)
            if not self._soon or self._soon[0][0] > now:
                return None
            set_for, _, owner = heapq.heappop(self._soon)
            if owner is None:
                continue
            owner.alarm = None
            self._owners -= 1
            timers = owner.timers
            if not timers:
                continue
            name = min(timers, key=timers.__getitem__)
            if timers[name] > set_for:
                self._set(owner, timers[name])
                continue
            del timers[name]
            if timers:
                self._set(owner, min(timers.values()))
            return owner, name

    def _begin_ticks(self, now: float) -> None:
        while self._ticks and self._ticks[0] <= now * TICKS_PER_S:
            for alarm in self._later.pop(heapq.heappop(self._ticks)):
                if alarm[2] is not None:
                    heapq.heappush(self._soon, alarm)

    def _set(self, owner: TimerOwner, at: float) -> None:
        self._count = number = self._count + 1
        self._owners += 1
        owner.alarm = alarm = [at, number, owner]
        tick = int(at * TICKS_PER_S)
        together = self._later.get(tick)
        if together is None:
            self._later[tick] = [alarm]
            heapq.heappush(self._ticks, tick)
        else:
            together.append(alarm)
