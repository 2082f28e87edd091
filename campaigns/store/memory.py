"""The store in memory: for simulations and tests, fast, and gone at exit. Not safe for threads."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import count as count_from

import msgspec
from msgspec.structs import replace

from campaigns.imports import AddRules, DuplicateScope, ImportStatus, LeadImport
from campaigns.model import Attempt, Campaign, CampaignStatus, CampaignTask, Cdr, Lead, LeadStatus, NewLead, Outcome
from campaigns.ports import ADD_RULES, AttemptFilter, LeadList, LeadsAdded, Page, Result, Verdict
from campaigns.rules.checks import campaign_list
from campaigns.rules.gate import gate_of
from campaigns.service.errors import AttemptNotFoundError, CampaignNotFoundError, LeadNotFoundError
from campaigns.store import judging, listing, progress
from campaigns.store.adding import Sorting, numbers_of, rest_of_numbers, sort_out, updated
from campaigns.store.gate_records import GateRecords
from campaigns.store.memory_imports import MemoryImports
from campaigns.store.memory_leads import LeadSlot
from campaigns.store.memory_listing import is_wanted, newest
from campaigns.store.ready import ReadyLeads, place_of


class MemoryStore:
    """Implements `campaigns.ports.CampaignStore` with dictionaries and heaps."""

    def __init__(self) -> None:
        self._campaigns: dict[int, Campaign] = {}
        self._campaign_ids = count_from(1)
        self._lead_ids = count_from(1)
        self._leads: dict[int, LeadSlot] = {}
        self._lists: list[LeadList] = []
        self._imports = MemoryImports()
        self._leads_by_number: defaultdict[str, list[int]] = defaultdict(list)
        self._ready: dict[int, ReadyLeads] = {}
        self._leases: dict[int, list[tuple[float, int]]] = {}
        self._leads_open: Counter[int] = Counter()
        self._open_attempts: dict[tuple[int, int], str] = {}
        self._counts: defaultdict[tuple[int, int], Counter[Outcome]] = defaultdict(Counter)
        self._cdrs: dict[str, Cdr] = {}
        self._blocked: defaultdict[int, dict[str, tuple[float, str]]] = defaultdict(dict)
        self._records = GateRecords(self._blocked)

    def create_campaign(self, campaign: Campaign) -> Campaign:
        """See the port."""
        campaign = replace(campaign, campaign_id=next(self._campaign_ids))
        self._campaigns[campaign.campaign_id] = campaign
        self._ready[campaign.campaign_id] = ReadyLeads()
        self._leases[campaign.campaign_id] = []
        return campaign

    def update_campaign(self, campaign: Campaign) -> None:
        """See the port."""
        self.campaign(campaign.campaign_id)
        self._campaigns[campaign.campaign_id] = campaign

    def campaign(self, campaign_id: int) -> Campaign:
        """See the port."""
        try:
            return self._campaigns[campaign_id]
        except KeyError:
            raise CampaignNotFoundError(campaign_id) from None

    def campaigns(self, status: CampaignStatus | None = None, tenant_id: int | None = None) -> Sequence[Campaign]:
        """See the port."""
        found = (c for c in self._campaigns.values() if status in {None, c.status})
        return tuple(c for c in found if tenant_id in {None, c.tenant_id})

    def add_leads(self, campaign_id: int, leads: Iterable[NewLead], rules: AddRules = ADD_RULES) -> LeadsAdded:
        """See the port."""
        # Read to the end first: an iterator that fails half way must leave nothing behind.
        found = self._sort_out(campaign_id, list(leads), rules)
        for new in found.new:
            self._add_lead(campaign_id, new, rules)
        for lead_id, updates in found.updates.items():
            self._update(self._leads[lead_id], updates)
        return found.report()

    def check_leads(self, campaign_id: int, leads: Sequence[NewLead], rules: AddRules = ADD_RULES) -> LeadsAdded:
        """See the port."""
        return self._sort_out(campaign_id, leads, rules).report()

    def create_import(self, new: LeadImport) -> LeadImport:
        """See the port."""
        self.campaign(new.campaign_id)
        return self._imports.create(new)

    def lead_import(self, import_id: int) -> LeadImport:
        """See the port."""
        return self._imports.read(import_id)

    def lead_imports(self, campaign_id: int | None = None) -> Sequence[LeadImport]:
        """See the port."""
        return self._imports.listed(campaign_id)

    def update_import(self, before: LeadImport, after: LeadImport) -> None:
        """See the port."""
        self._imports.check(before)
        self._imports.write(after)

    def continue_import(
        self,
        before: LeadImport,
        leads: Sequence[NewLead],
        rules: AddRules,
        settle: Callable[[LeadsAdded], LeadImport],
    ) -> LeadImport:
        """See the port."""
        self._imports.check(before)
        # What cannot be settled must not be added.
        after = settle(self.check_leads(before.campaign_id, leads, rules))
        self.add_leads(before.campaign_id, leads, rules)
        self._imports.write(after)
        return after

    def roll_back_import(self, import_id: int, now: float) -> int:
        """See the port."""
        state = self._imports.read(import_id)
        self._imports.write(replace(state, status=ImportStatus.ROLLED_BACK, updated_at=now))
        slots = [slot for slot in self._leads.values() if slot.import_id == import_id]
        gone = [slot.lead for slot in slots if slot.lead.attempts_made == 0]
        for slot in slots:
            self._move(slot, progress.closed(slot.lead, "its import was rolled back"))
        for lead in gone:
            del self._leads[lead.lead_id]
            for number in numbers_of(lead):
                self._leads_by_number[number].remove(lead.lead_id)
        return len(gone)

    def open_list(self, campaign_id: int, name: str) -> int:
        """See the port."""
        self.campaign(campaign_id)
        found = next((one for one in self._lists if (one.campaign_id, one.name) == (campaign_id, name)), None)
        if found is None:
            found = LeadList(list_id=len(self._lists) + 1, campaign_id=campaign_id, name=name)
            self._lists.append(found)
        return found.list_id

    def lists(self, campaign_id: int) -> Sequence[LeadList]:
        """See the port."""
        self.campaign(campaign_id)
        return tuple(one for one in self._lists if one.campaign_id == campaign_id)

    def lead(self, lead_id: int) -> Lead:
        """See the port."""
        try:
            return self._leads[lead_id].lead
        except KeyError:
            raise LeadNotFoundError(lead_id) from None

    def tasks(self, now: float) -> Sequence[CampaignTask]:
        """See the port."""
        day = progress.day_of(now)
        return tuple(
            self._task(campaign, self._counts[campaign_id, day], now)
            for campaign_id, campaign in self._campaigns.items()
            if campaign.status in {CampaignStatus.RUNNING, CampaignStatus.PAUSED}
        )

    def reserve_leads(self, campaign_id: int, count: int, now: float, lease_s: float, engine_id: str) -> Sequence[Lead]:
        """See the port."""
        campaign = self.campaign(campaign_id)
        gate = gate_of(campaign)
        seen = partial(self._records.seen, tenant_id=campaign.tenant_id)
        if count <= 0 or gate.campaign_refusals(now):
            return ()
        self._free_expired_leases(campaign_id, now)
        ready = self._ready[campaign_id]
        time_zones = {zone for zone in ready.time_zones if not gate.window_refusals(zone, now)}
        reserved: list[Lead] = []
        for lead_id, place in ready.pop_due(now, time_zones):
            slot = self._leads.get(lead_id)
            if slot is None or slot.lead.status is not LeadStatus.OPEN or place_of(slot.lead) != place:
                continue
            _, refused = judging.judge(gate, (slot.lead,), now, seen)
            if refused:
                self._move(slot, refused[0][1])
                continue
            slot.lead = replace(slot.lead, status=LeadStatus.RESERVED)
            slot.engine_id = engine_id
            slot.lease_until = now + lease_s
            heapq.heappush(self._leases[campaign_id], (slot.lease_until, lead_id))
            reserved.append(slot.lead)
            if len(reserved) == count:
                break
        return tuple(reserved)

    def release_leads(self, lead_ids: Sequence[int]) -> None:
        """See the port."""
        for lead_id in lead_ids:
            slot = self._leads.get(lead_id)
            if slot is not None and slot.lease_until is not None:
                self._move(slot, replace(slot.lead, status=LeadStatus.OPEN))

    def record_attempts(self, attempts: Sequence[Attempt]) -> Sequence[str]:
        """See the port."""
        written = []
        for attempt in attempts:
            slot = self._leads.get(attempt.lead_id)
            if slot is None or not progress.may_be_written(attempt, slot.lead, slot.attempts):
                continue
            gate = gate_of(self._campaigns[slot.lead.campaign_id])
            if self._records.allows(gate, slot.lead, attempt):
                self._records.add(attempt, gate.campaign.tenant_id)
                slot.attempts.append(attempt)
                self._move(slot, progress.being_called(slot.lead, attempt))
                self._open_attempts[attempt.lead_id, attempt.attempt_number] = slot.engine_id
                written.append(attempt.attempt_id)
        return written

    def record_results(self, results: Sequence[Result], now: float) -> None:
        """See the port."""
        for result in results:
            slot = self._leads.get(result.attempt.lead_id)
            if slot is None or not progress.is_known(result.attempt, slot.lead, slot.attempts):
                raise AttemptNotFoundError(result.attempt.attempt_id)
        for result in results:
            self._record_result(result, now)

    def record_disposition(self, attempt_id: str, agent_id: str, disposition: str, now: float) -> None:  # noqa: ARG002
        """See the port; when it was said is not kept here."""
        lead_id, number = listing.split_attempt_id(attempt_id)
        slot = self._leads.get(lead_id)
        if slot is None or not 1 <= number <= len(slot.attempts):
            raise AttemptNotFoundError(attempt_id)
        slot.attempts[number - 1] = replace(slot.attempts[number - 1], agent_id=agent_id, disposition=disposition)
        self._records.add(slot.attempts[number - 1], self._tenant_of(slot.lead.campaign_id))

    def interrupt_attempts(self, engine_id: str, now: float) -> int:
        """See the port."""
        keys = [key for key, owner in self._open_attempts.items() if owner == engine_id]
        for lead_id, number in keys:
            attempt = progress.interrupted(self._leads[lead_id].attempts[number - 1], now)
            self._record_result(Result(attempt=attempt, cdr=None), now)
        for slot in self._leads.values():
            if slot.lease_until is not None and slot.engine_id == engine_id:
                self._move(slot, replace(slot.lead, status=LeadStatus.OPEN))
        return len(keys)

    def attempts(self, wanted: AttemptFilter) -> Page[Attempt]:
        """See the port."""
        limit = listing.check_limit(wanted)
        before = None if wanted.cursor is None else listing.read_attempt_cursor(wanted.cursor)
        keyed = (
            ((attempt.placed_at, attempt.lead_id, attempt.attempt_number), attempt)
            for slot in self._leads.values()
            for attempt in slot.attempts
            if is_wanted(attempt, attempt.placed_at, self._tenant_of(attempt.campaign_id), wanted)
        )
        return listing.cut(newest(keyed, before, limit + 1), limit, listing.attempt_cursor)

    def cdrs(self, wanted: AttemptFilter) -> Page[Cdr]:
        """See the port."""
        limit = listing.check_limit(wanted)
        before = None if wanted.cursor is None else listing.read_cdr_cursor(wanted.cursor)
        keyed = (
            ((cdr.started_at, cdr.call_id), cdr)
            for cdr in self._cdrs.values()
            if is_wanted(cdr, cdr.started_at, self._tenant_of(cdr.campaign_id), wanted)
        )
        return listing.cut(newest(keyed, before, limit + 1), limit, listing.cdr_cursor)

    def block_numbers(self, numbers: Sequence[str], reason: str, now: float, tenant_id: int = 1) -> int:
        """See the port."""
        new = [number for number in dict.fromkeys(numbers) if number not in self._blocked[tenant_id]]
        for number in new:
            self._blocked[tenant_id][number] = (now, reason)
            for lead_id in self._leads_by_number[number]:
                slot = self._leads[lead_id]
                if slot.lead.status is not LeadStatus.CLOSED and self._tenant_of(slot.lead.campaign_id) == tenant_id:
                    self._take_number(slot, number)
        return len(new)

    def load_list(self, name: str, numbers: Iterable[str], as_of: float) -> int:
        """See the port."""
        return self._records.replace_list(name, numbers, as_of)

    def block_in_campaign(self, campaign_id: int, numbers: Sequence[str], now: float) -> int:
        """See the port."""
        self.campaign(campaign_id)
        return self._records.add_to_list(campaign_list(campaign_id), numbers, now)

    def do_not_call_lists(self) -> Mapping[str, float]:
        """See the port."""
        return dict(self._records.list_dates)

    def evidence(self, attempt_id: str) -> Sequence[Verdict]:
        """See the port."""
        return self._records.evidence(attempt_id)

    def outcome_counts(self, campaign_id: int) -> dict[Outcome | None, int]:
        """See the port."""
        self.campaign(campaign_id)
        counts: Counter[Outcome | None] = Counter()
        for (of_campaign, _), by_outcome in self._counts.items():
            if of_campaign == campaign_id:
                counts.update(by_outcome)
        counts[None] = sum(self._leads[lead_id].lead.campaign_id == campaign_id for lead_id, _ in self._open_attempts)
        return {outcome: number for outcome, number in counts.items() if number}

    def close(self) -> None:
        """Nothing to let go of."""

    def _sort_out(self, campaign_id: int, handed_in: Sequence[NewLead], rules: AddRules) -> Sorting:
        campaign = self.campaign(campaign_id)
        handed_in = judging.with_zones(campaign, handed_in)
        known = {
            number: lead_id
            for lead in handed_in
            for number in numbers_of(lead)
            if (lead_id := self._known(number, campaign_id, rules)) is not None
        }
        return sort_out(handed_in, rules, self._blocked[campaign.tenant_id], known)

    def _task(self, campaign: Campaign, counts: Counter[Outcome], now: float) -> CampaignTask:
        leads_open = self._leads_open[campaign.campaign_id]
        return progress.task_of(campaign, counts, now, leads_open, self._records.windows(campaign, now))

    def _known(self, number: str, campaign_id: int, rules: AddRules) -> int | None:
        """The lead of a number that is there already, within the scope of the rules."""
        for lead_id in sorted(self._leads_by_number[number]):
            slot = self._leads[lead_id]
            same = slot.lead.campaign_id == campaign_id
            is_within = {
                DuplicateScope.FILE: same and slot.import_id == rules.import_id,
                DuplicateScope.LIST: same and slot.lead.list_id == rules.list_id,
                DuplicateScope.CAMPAIGN: same,
                DuplicateScope.TENANT: self._tenant_of(slot.lead.campaign_id) == self._tenant_of(campaign_id),
            }
            if is_within[rules.scope]:
                return lead_id
        return None

    def _tenant_of(self, campaign_id: int) -> int:
        return self._campaigns[campaign_id].tenant_id

    def _add_lead(self, campaign_id: int, new: NewLead, rules: AddRules) -> None:
        lead = Lead(
            lead_id=next(self._lead_ids), campaign_id=campaign_id, list_id=rules.list_id, **msgspec.structs.asdict(new)
        )
        self._leads[lead.lead_id] = LeadSlot(lead, import_id=rules.import_id)
        for number in numbers_of(lead):
            self._leads_by_number[number].append(lead.lead_id)
        self._leads_open[campaign_id] += 1
        self._ready[campaign_id].push(lead)

    def _update(self, slot: LeadSlot, updates: Sequence[NewLead]) -> None:
        for new in updates:
            slot.lead = updated(slot.lead, new)
        for number in numbers_of(slot.lead):
            if slot.lead.lead_id not in self._leads_by_number[number]:
                self._leads_by_number[number].append(slot.lead.lead_id)
        if slot.lead.status is LeadStatus.OPEN:
            self._ready[slot.lead.campaign_id].push(slot.lead)

    def _take_number(self, slot: LeadSlot, number: str) -> None:
        rest = rest_of_numbers(slot.lead, {number})
        if rest is not None:
            slot.lead = rest
        elif slot.lead.number == number:
            self._move(slot, progress.closed(slot.lead, progress.BLOCKED))

    def _move(self, slot: LeadSlot, lead: Lead) -> None:
        """Give up the lease and put the lead where it now belongs."""
        was_closed = slot.lead.status is LeadStatus.CLOSED
        slot.lead = lead
        slot.lease_until = None
        if lead.status is LeadStatus.OPEN:
            self._ready[lead.campaign_id].push(lead)
        elif lead.status is LeadStatus.CLOSED and not was_closed:
            self._leads_open[lead.campaign_id] -= 1

    def _free_expired_leases(self, campaign_id: int, now: float) -> None:
        leases = self._leases[campaign_id]
        while leases and leases[0][0] <= now:
            lease_until, lead_id = heapq.heappop(leases)
            slot = self._leads.get(lead_id)
            if slot is not None and slot.lease_until == lease_until:
                self._move(slot, replace(slot.lead, status=LeadStatus.OPEN))

    def _record_result(self, result: Result, now: float) -> None:
        slot = self._leads[result.attempt.lead_id]
        campaign = self._campaigns[slot.lead.campaign_id]
        ending = progress.ended(campaign, slot.lead, slot.attempts, result.attempt, now)
        if ending is None:
            return
        lead, attempt = ending
        assert attempt.outcome is not None
        slot.attempts[attempt.attempt_number - 1 :] = [attempt]
        self._records.add(attempt, campaign.tenant_id)
        self._records.count_answer(campaign.campaign_id, progress.answer_hour(attempt, now))
        self._open_attempts.pop((attempt.lead_id, attempt.attempt_number), None)
        if result.cdr is not None:
            self._cdrs.setdefault(result.cdr.call_id, result.cdr)
        self._counts[campaign.campaign_id, progress.account_day(attempt, now)][attempt.outcome] += 1
        self._move(slot, lead)
