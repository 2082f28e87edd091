"""Callbacks of one campaign: how many are due in the store, and those reserved, kept ahead of the hopper.

A callback for one agent is asked for and dialed while that agent is free, or soon will be; its window over, anybody
takes it. Each poll tells how many wait; what has been asked for is not asked for again before the next poll.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from campaigns.model import Lead
from dialer.model import EngineSettings
from dialer.pds.hopper import LEASE_MARGIN_S

ASKED_MAX = 50
"""Callbacks asked for at one time."""


class Callbacks:
    """Callbacks due, and callbacks in hand, oldest first."""

    __slots__ = ("_due", "_leads", "_margin_s", "_settings")

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._margin_s = min(LEASE_MARGIN_S, settings.lease_s / 2)
        self._due: dict[str, int] = {}
        self._leads: dict[int, tuple[Lead, float]] = {}

    def __len__(self) -> int:
        return len(self._leads)

    def __contains__(self, lead_id: int) -> bool:
        return lead_id in self._leads

    def follow(self, due: Mapping[str, int]) -> None:
        """Take over what the poll has found due: by agent, those for anybody under ""."""
        self._due = dict(due)

    def to_reserve(self, is_free: Callable[[str], bool]) -> tuple[tuple[str, ...], int]:
        """Whose callbacks to ask the store for now, and how many; the caller then sends that reservation."""
        if not self._due or len(self._leads) >= ASKED_MAX:
            return (), 0
        names = [name for name in self._due if not name or is_free(name)]
        count = min(ASKED_MAX - len(self._leads), sum(self._due.pop(name) for name in names))
        return tuple(name for name in names if name), count

    def add(self, leads: Iterable[Lead], now: float) -> None:
        """Take in what the store reserved."""
        leased_until = now + self._settings.lease_s - self._margin_s
        for lead in leads:
            self._leads[lead.lead_id] = (lead, leased_until)

    def dialable(self, is_free: Callable[[str], bool], now: float) -> Iterator[Lead]:
        """Those that may be dialed now, one at most for each agent who is to call."""
        called: set[str] = set()
        for lead, _ in self._leads.values():
            agent_id = own_agent(lead, now)
            if not agent_id:
                yield lead
            elif agent_id not in called and is_free(agent_id):
                called.add(agent_id)
                yield lead

    def leased_until(self, lead_id: int) -> float:
        """Until when a callback in hand is surely ours."""
        return self._leads[lead_id][1]

    def take(self, lead_id: int) -> None:
        """Take one out."""
        del self._leads[lead_id]

    def expire(self, now: float) -> tuple[int, ...]:
        """Take out those whose lease is about to run out; returns the ones that are still ours to give back."""
        if not self._leads:
            return ()
        over = {lead_id: until for lead_id, (_, until) in self._leads.items() if now >= until}
        for lead_id in over:
            del self._leads[lead_id]
        return tuple(lead_id for lead_id, until in over.items() if now < until + self._margin_s / 2)

    def remove_numbers(self, numbers: frozenset[str]) -> tuple[int, ...]:
        """Take out every lead with one of these numbers; returns their ids."""
        found = tuple(lead_id for lead_id, (lead, _) in self._leads.items() if lead.number in numbers)
        for lead_id in found:
            del self._leads[lead_id]
        return found

    def empty(self) -> tuple[int, ...]:
        """Take everything out; returns the ids, to be given back."""
        found = tuple(self._leads)
        self._leads.clear()
        self._due.clear()
        return found


def own_agent(lead: Lead, now: float) -> str:
    """Who alone is to call this lead now; empty where anybody may."""
    callback = lead.callback
    return "" if callback is None or callback.ends_at <= now else callback.agent_id
