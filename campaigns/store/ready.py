"""The order in which the memory store hands out leads: priority, then by the campaign's order.

One heap for each time zone and priority, so that reserving touches only leads whose calling window is open. Entries are
never searched for: whoever pops one must check that its lead is still open.
"""

import heapq
from collections.abc import Collection, Iterator

from campaigns.model import Lead

Place = tuple[int, str, float]
"""Priority, time zone and not-before of a lead."""


def place_of(lead: Lead) -> Place:
    """Where a lead belongs; one that has moved since it was put somewhere is found there too, and passed over."""
    return lead.priority, lead.time_zone, lead.not_before


class ReadyLeads:
    """Ids of one campaign's open leads, best first."""

    def __init__(self) -> None:
        self._heaps: dict[int, dict[str, list[tuple[float, int]]]] = {}
        self._priorities: list[int] = []
        self.time_zones: set[str] = set()

    def push(self, lead: Lead) -> None:
        """Put a lead in its place."""
        zones = self._heaps.get(lead.priority)
        if zones is None:
            zones = self._heaps[lead.priority] = {}
            self._priorities = sorted(self._heaps, reverse=True)
        heap = zones.get(lead.time_zone)
        if heap is None:
            heap = zones[lead.time_zone] = []
            self.time_zones.add(lead.time_zone)
        heapq.heappush(heap, (lead.not_before, lead.lead_id))

    def pop_due(self, now: float, time_zones: Collection[str]) -> Iterator[tuple[int, Place]]:
        """Take out, one by one, the leads of these zones whose time has come, each with the place it was put in."""
        for priority in self._priorities:
            heaps = [(zone, heap) for zone, heap in self._heaps[priority].items() if zone in time_zones]
            while True:
                best = min(((heap[0], zone, heap) for zone, heap in heaps if heap), key=_head, default=None)
                if best is None or best[0][0] > now:
                    break
                (not_before, lead_id), zone, heap = best
                heapq.heappop(heap)
                yield lead_id, (priority, zone, not_before)


def _head(entry: tuple[tuple[float, int], str, list[tuple[float, int]]]) -> tuple[float, int]:
    return entry[0]
