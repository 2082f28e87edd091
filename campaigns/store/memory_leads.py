"""Leads in memory: by id, by number, in the order in which they are handed out, and leased."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count as count_from
from typing import Final

import msgspec
from msgspec.structs import replace

from campaigns.imports import AddRules, DuplicateScope
from campaigns.model import Attempt, Campaign, Lead, LeadStatus, NewLead
from campaigns.service.errors import LeadNotFoundError
from campaigns.store import progress
from campaigns.store.adding import numbers_of, rest_of_numbers, updated
from campaigns.store.ready import ReadyLeads, place_of

OPEN: Final = LeadStatus.OPEN
CLOSED: Final = LeadStatus.CLOSED


class LeadSlot(msgspec.Struct):
    """A lead, its attempts in order, and its lease."""

    lead: Lead
    attempts: list[Attempt] = []
    engine_id: str = ""
    lease_until: float | None = None
    """None while the lead is open, closed or being called."""
    import_id: int = 0
    rank: int | None = None
    """Where it stands in an order that needs one, the lowest first."""


class MemoryLeads:
    """The half of the memory store that keeps leads."""

    def __init__(self, campaigns: dict[int, Campaign]) -> None:
        """`campaigns` are kept by the store."""
        self._campaigns = campaigns
        self._lead_ids = count_from(1)
        self._slots: dict[int, LeadSlot] = {}
        self._by_number: defaultdict[str, list[int]] = defaultdict(list)
        self._ready: dict[int, ReadyLeads] = {}
        self._leases: dict[int, list[tuple[float, int]]] = {}
        self._called_back: defaultdict[int, dict[int, None]] = defaultdict(dict)
        self.open_counts: Counter[int] = Counter()
        """Leads not closed, by campaign."""

    def open_campaign(self, campaign_id: int) -> None:
        """Make room for a new campaign's leads."""
        self._ready[campaign_id] = ReadyLeads()
        self._leases[campaign_id] = []

    def find(self, lead_id: int) -> LeadSlot | None:
        """The slot of a lead, or None."""
        return self._slots.get(lead_id)

    def slot(self, lead_id: int) -> LeadSlot:
        """The slot of a lead.

        Raises:
            LeadNotFoundError: there is none.
        """
        try:
            return self._slots[lead_id]
        except KeyError:
            raise LeadNotFoundError(lead_id) from None

    def all(self) -> Iterable[LeadSlot]:
        """Every slot, the oldest lead first."""
        return self._slots.values()

    def add(self, campaign_id: int, new: NewLead, rules: AddRules) -> None:
        """Store a new lead."""
        lead = Lead(
            lead_id=next(self._lead_ids), campaign_id=campaign_id, list_id=rules.list_id, **msgspec.structs.asdict(new)
        )
        self._slots[lead.lead_id] = LeadSlot(lead, import_id=rules.import_id)
        for number in numbers_of(lead):
            self._by_number[number].append(lead.lead_id)
        self.open_counts[campaign_id] += 1
        self._ready[campaign_id].push(lead)

    def update(self, slot: LeadSlot, updates: Sequence[NewLead]) -> None:
        """Let a lead take over what new ones of the same number state."""
        for new in updates:
            slot.lead = updated(slot.lead, new)
        for number in numbers_of(slot.lead):
            if slot.lead.lead_id not in self._by_number[number]:
                self._by_number[number].append(slot.lead.lead_id)
        if slot.lead.status is OPEN:
            self._place(slot.lead)

    def remove(self, lead: Lead) -> None:
        """Forget a lead, which is closed."""
        del self._slots[lead.lead_id]
        for number in numbers_of(lead):
            self._by_number[number].remove(lead.lead_id)

    def erase(self, slot: LeadSlot, erased: str) -> None:
        """Close a lead and keep nothing of the person."""
        for number in numbers_of(slot.lead):
            if slot.lead.lead_id in self._by_number[number]:
                self._by_number[number].remove(slot.lead.lead_id)
        before = slot.lead
        kept = Lead(
            lead_id=before.lead_id,
            campaign_id=before.campaign_id,
            list_id=before.list_id,
            number=erased,
            time_zone=before.time_zone,
            priority=before.priority,
            attempts_made=before.attempts_made,
            not_before=before.not_before,
        )
        self.move(slot, progress.closed(kept, progress.ERASED))

    def take_number(self, number: str, tenant_id: int) -> None:
        """Take a number from the tenant's leads that have it; a lead with none left is closed."""
        for lead_id in self._by_number[number]:
            slot = self._slots[lead_id]
            is_theirs = self._campaigns[slot.lead.campaign_id].tenant_id == tenant_id
            if slot.lead.status is CLOSED or not is_theirs:
                continue
            rest = rest_of_numbers(slot.lead, {number})
            if rest is not None:
                slot.lead = rest
            elif slot.lead.number == number:
                self.move(slot, progress.closed(slot.lead, progress.BLOCKED))

    def move(self, slot: LeadSlot, lead: Lead) -> None:
        """Give up the lease and put the lead where it now belongs."""
        was_closed = slot.lead.status is CLOSED
        slot.lead = lead
        slot.lease_until = None
        is_closed = lead.status is CLOSED
        self.open_counts[lead.campaign_id] += was_closed - is_closed
        if lead.status is OPEN:
            self._place(lead)

    def lease(self, slot: LeadSlot, engine_id: str, lease_until: float) -> Lead:
        """Reserve a lead for an engine."""
        slot.lead = replace(slot.lead, status=LeadStatus.RESERVED)
        slot.engine_id = engine_id
        slot.lease_until = lease_until
        heapq.heappush(self._leases[slot.lead.campaign_id], (lease_until, slot.lead.lead_id))
        return slot.lead

    def free_expired_leases(self, campaign_id: int, now: float) -> None:
        """Open the leads of a campaign whose lease has run out."""
        leases = self._leases[campaign_id]
        while leases and leases[0][0] <= now:
            lease_until, lead_id = heapq.heappop(leases)
            slot = self._slots.get(lead_id)
            if slot is not None and slot.lease_until == lease_until:
                self.move(slot, replace(slot.lead, status=OPEN))

    def time_zones(self, campaign_id: int) -> set[str]:
        """The time zones of a campaign's leads."""
        return self._ready[campaign_id].time_zones

    def pop_due(self, campaign_id: int, now: float, time_zones: set[str]) -> Iterator[LeadSlot]:
        """Take out, one by one, the open leads without callback whose time has come, best first."""
        for lead_id, place in self._ready[campaign_id].pop_due(now, time_zones):
            slot = self._slots.get(lead_id)
            if slot is None or slot.lead.status is not OPEN or place_of(slot.lead) != place:
                continue
            if slot.lead.callback is None:
                yield slot

    def put_back(self, slots: Iterable[LeadSlot]) -> None:
        """Put leads that were popped and are still open where they were."""
        for slot in slots:
            if slot.lead.status is OPEN:
                self._place(slot.lead)

    def callbacks_due(self, campaign_id: int, now: float) -> list[LeadSlot]:
        """Open leads whose callback is due, oldest first."""
        waiting = self._called_back[campaign_id]
        found = []
        for lead_id in tuple(waiting):
            slot = self._slots.get(lead_id)
            if slot is None or slot.lead.callback is None or slot.lead.status is CLOSED:
                del waiting[lead_id]
            elif slot.lead.status is OPEN and slot.lead.not_before <= now:
                found.append(slot)
        return sorted(found, key=lambda slot: (slot.lead.not_before, slot.lead.lead_id))

    def known(self, number: str, campaign_id: int, rules: AddRules) -> int | None:
        """The lead of a number that is there already, within the scope of the rules."""
        tenant_id = self._campaigns[campaign_id].tenant_id
        for lead_id in sorted(self._by_number[number]):
            slot = self._slots[lead_id]
            same = slot.lead.campaign_id == campaign_id
            is_within = {
                DuplicateScope.FILE: same and slot.import_id == rules.import_id,
                DuplicateScope.LIST: same and slot.lead.list_id == rules.list_id,
                DuplicateScope.CAMPAIGN: same,
                DuplicateScope.TENANT: self._campaigns[slot.lead.campaign_id].tenant_id == tenant_id,
            }
            if is_within[rules.scope]:
                return lead_id
        return None

    def _place(self, lead: Lead) -> None:
        if lead.callback is None:
            self._ready[lead.campaign_id].push(lead)
        else:
            self._called_back[lead.campaign_id][lead.lead_id] = None
