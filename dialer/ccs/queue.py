"""Answered calls that wait for an agent: first come, first served within a campaign priority, each with a deadline."""

from typing import NamedTuple


class QueuedCall(NamedTuple):
    """An answered call that waits."""

    call_id: str
    skill_group: str
    priority: int
    """The campaign's; higher is served first."""
    order: int
    """Position in the order of arrival over all groups."""
    deadline: float
    """When the person has waited as long as the law allows, Unix seconds."""


class CallQueue:
    """The waiting calls of every skill group."""

    __slots__ = ("_arrivals", "_calls", "_groups")

    def __init__(self) -> None:
        self._arrivals = 0
        self._calls: dict[str, QueuedCall] = {}
        self._groups: dict[str, dict[str, QueuedCall]] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._calls

    def add(self, call_id: str, skill_group: str, priority: int, deadline: float) -> None:
        """Put an answered call at the end of its group's queue."""
        assert call_id not in self._calls, f"call {call_id} waits already"
        self._arrivals += 1
        call = QueuedCall(call_id, skill_group, priority, self._arrivals, deadline)
        self._calls[call_id] = call
        self._groups.setdefault(skill_group, {})[call_id] = call

    def remove(self, call_id: str) -> None:
        """Take a call out: it has an agent, has ended or has waited too long."""
        call = self._calls.pop(call_id)
        group = self._groups[call.skill_group]
        del group[call_id]
        if not group:
            del self._groups[call.skill_group]

    def waiting(self, skill_group: str) -> int:
        """How many calls wait for an agent of this skill group."""
        group = self._groups.get(skill_group)
        return len(group) if group is not None else 0

    def first(self, skill_group: str, now: float) -> QueuedCall | None:
        """The call of this group to be served next: highest priority, then longest waiting; none past its deadline."""
        best: QueuedCall | None = None
        for call in self._groups.get(skill_group, {}).values():
            if call.deadline >= now and (best is None or call.priority > best.priority):
                best = call
        return best
