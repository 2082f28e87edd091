"""What waits for the database, by kind."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from campaigns.model import Attempt
from campaigns.ports import Result
from campaigns.skips import Skip
from dialer.messages import (
    PollTasks,
    RecordAttempts,
    RecordDisposition,
    RecordResult,
    RecordSkip,
    ReleaseLeads,
    ReserveCallbacks,
    ReserveLeads,
    StoreCommand,
)


@dataclass(slots=True)
class StoreQueue:
    """Commands to the store, taken apart by kind; each kind is carried out in one go and in this order."""

    attempts: deque[Attempt] = field(default_factory=deque)
    results: deque[Result] = field(default_factory=deque)
    dispositions: deque[RecordDisposition] = field(default_factory=deque)
    skips: deque[Skip] = field(default_factory=deque)
    releases: deque[int] = field(default_factory=deque)
    reservations: deque[ReserveLeads | ReserveCallbacks] = field(default_factory=deque)
    polls: int = 0
    """Polls that wait together are read once, and each is answered."""
    overflowed: deque[Attempt] = field(default_factory=deque)
    """Attempts above the limit: not to be written, but to be refused."""

    def __len__(self) -> int:
        return sum(len(kind) for kind in self._kinds()) + self.polls

    def add(self, command: StoreCommand, waiting_max: int) -> None:
        """Take one command in; above `waiting_max`, attempts overflow and releases and results are still taken."""
        match command:
            case RecordAttempts():
                kind = self.attempts if len(self) < waiting_max else self.overflowed
                kind.extend(command.attempts)
            case RecordResult():
                self.results.append(command.result)
            case RecordDisposition():
                self.dispositions.append(command)
            case RecordSkip():
                self.skips.append(command.skip)
            case ReleaseLeads():
                self.releases.extend(command.lead_ids)
            case ReserveLeads() | ReserveCallbacks():
                self.reservations.append(command)
            case PollTasks():
                self.polls += 1

    def append(self, later: "StoreQueue") -> None:
        """Put what came later behind this."""
        for kind, of_later in zip(self._kinds(), later._kinds(), strict=True):
            kind.extend(of_later)
        self.polls += later.polls

    def _kinds(self) -> tuple[deque[Any], ...]:
        written = (self.attempts, self.results, self.dispositions, self.skips)
        return (*written, self.releases, self.reservations, self.overflowed)
