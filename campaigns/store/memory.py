"""The store in memory: for simulations and tests, fast, and gone at exit. Not safe for threads."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count as count_from

from msgspec.structs import replace

from campaigns.caller_ids import CallerId
from campaigns.dispositions import Callback, Meaning, meaning_of
from campaigns.erasures import Erased
from campaigns.imports import AddRules, LeadImport
from campaigns.model import Attempt, Campaign, CampaignStatus, CampaignTask, Cdr, Lead, LeadStatus, NewLead, Outcome
from campaigns.ports import (
    ADD_RULES,
    ALL_IMPORTS,
    AttemptFilter,
    ImportFilter,
    LeadFilter,
    LeadList,
    LeadsAdded,
    Page,
    Result,
    Verdict,
)
from campaigns.rules.checks import campaign_list
from campaigns.rules.gate import gate_of
from campaigns.service.errors import AttemptNotFoundError, CampaignNotFoundError
from campaigns.skips import Skip, SkipFilter
from campaigns.store import judging, listing, memory_callbacks, memory_erasing, memory_order, progress, showing
from campaigns.store.adding import Sorting, numbers_of, sort_out
from campaigns.store.gate_records import GateRecords
from campaigns.store.memory_caller_ids import MemoryCallerIds
from campaigns.store.memory_imports import MemoryImports
from campaigns.store.memory_leads import LeadSlot, MemoryLeads
from campaigns.store.memory_listing import attempts_page, cdrs_page, imports_page, leads_page
from campaigns.store.memory_skips import MemorySkips
from campaigns.store.ranking import Rank


class MemoryStore:
    """Implements `campaigns.ports.CampaignStore` with dictionaries and heaps."""

    def __init__(self) -> None:
        self._campaigns: dict[int, Campaign] = {}
        self._campaign_ids = count_from(1)
        self._leads = MemoryLeads(self._campaigns)
        self._lists: list[LeadList] = []
        self._imports = MemoryImports()
        self._caller_ids = MemoryCallerIds()
        self._skips = MemorySkips()
        self._open_attempts: dict[tuple[int, int], str] = {}
        self._counts: defaultdict[tuple[int, int], Counter[Outcome]] = defaultdict(Counter)
        self._cdrs: dict[str, Cdr] = {}
        self._turns: defaultdict[int, dict[int, float]] = defaultdict(dict)
        self._blocked: defaultdict[int, dict[str, tuple[float, str]]] = defaultdict(dict)
        self._records = GateRecords(self._blocked)

    def create_campaign(self, campaign: Campaign) -> Campaign:
        """See the port."""
        campaign = replace(campaign, campaign_id=next(self._campaign_ids))
        self._campaigns[campaign.campaign_id] = campaign
        self._leads.open_campaign(campaign.campaign_id)
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
            self._leads.add(campaign_id, new, rules)
        for lead_id, updates in found.updates.items():
            self._leads.update(self._leads.slot(lead_id), updates)
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

    def rank_leads(self, campaign_id: int, rank: Rank, *, is_anew: bool = False) -> int:
        """What `ranking.rank_leads` does in SQL; returns how many leads were given another rank."""
        of_campaign = (slot for slot in self._leads.all() if slot.lead.campaign_id == campaign_id)
        return memory_order.rank_leads(of_campaign, rank, is_anew=is_anew)

    def lead_imports(self, wanted: ImportFilter = ALL_IMPORTS) -> Page[LeadImport]:
        """See the port."""
        return imports_page(self._imports.all(), self._tenant_of, wanted)

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
        return self._imports.roll_back(self._leads, import_id, now)

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
        return self._leads.slot(lead_id).lead

    def leads(self, wanted: LeadFilter) -> Page[Lead]:
        """See the port."""
        return leads_page((slot.lead for slot in self._leads.all()), wanted)

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
        self._leads.free_expired_leases(campaign_id, now)
        time_zones = {zone for zone in self._leads.time_zones(campaign_id) if not gate.window_refusals(zone, now)}

        def take(slots: Iterator[LeadSlot], wanted: int) -> list[Lead]:
            reserved: list[Lead] = []
            for slot in slots:
                _, refused = judging.judge(gate, (slot.lead,), now, seen)
                if refused:
                    self._leads.move(slot, refused[0][1])
                    continue
                reserved.append(self._leads.lease(slot, engine_id, now + lease_s))
                if len(reserved) == wanted:
                    break
            return reserved

        ready = self._leads.pop_due(campaign_id, now, time_zones)
        if memory_order.is_usual(campaign):
            return tuple(take(ready, count))
        due = memory_order.in_order(campaign, list(ready))
        if campaign.list_weights:
            names = {one.list_id: one.name for one in self.lists(campaign_id)}
            reserved = memory_order.take_mixed(campaign, names, self._turns[campaign_id], due, count, take)
        else:
            reserved = take(iter(due), count)
        self._leads.put_back(due)
        return tuple(reserved)

    def reserve_callbacks(
        self, campaign_id: int, agents: Sequence[str], count: int, now: float, lease_s: float, engine_id: str
    ) -> Sequence[Lead]:
        """See the port."""
        gate = gate_of(self.campaign(campaign_id))
        seen = partial(self._records.seen, tenant_id=gate.campaign.tenant_id)
        return memory_callbacks.reserve(self._leads, gate, seen, agents, count, now, (engine_id, now + lease_s))

    def release_leads(self, lead_ids: Sequence[int]) -> None:
        """See the port."""
        for lead_id in lead_ids:
            slot = self._leads.find(lead_id)
            if slot is not None and slot.lease_until is not None:
                self._leads.move(slot, replace(slot.lead, status=LeadStatus.OPEN))

    def record_attempts(self, attempts: Sequence[Attempt]) -> Sequence[str]:
        """See the port."""
        written = []
        for attempt in attempts:
            slot = self._leads.find(attempt.lead_id)
            if slot is None or not progress.may_be_written(attempt, slot.lead, slot.attempts):
                continue
            gate = gate_of(self._campaigns[slot.lead.campaign_id])
            if self._caller_ids.may_show(gate.campaign, attempt) and self._records.allows(gate, slot.lead, attempt):
                self._caller_ids.count(gate.campaign, attempt)
                self._records.add(attempt, gate.campaign.tenant_id)
                slot.attempts.append(attempt)
                self._leads.move(slot, progress.being_called(slot.lead, attempt))
                self._open_attempts[attempt.lead_id, attempt.attempt_number] = slot.engine_id
                written.append(attempt.attempt_id)
        return written

    def record_results(self, results: Sequence[Result], now: float) -> None:
        """See the port."""
        for result in results:
            slot = self._leads.find(result.attempt.lead_id)
            if slot is None or not progress.is_known(result.attempt, slot.lead, slot.attempts):
                raise AttemptNotFoundError(result.attempt.attempt_id)
        for result in results:
            self._record_result(result, now)

    def record_disposition(
        self, attempt_id: str, agent_id: str, disposition: str, now: float, callback: Callback | None = None
    ) -> None:
        """See the port; when it was said is not kept here."""
        lead_id, number = listing.split_attempt_id(attempt_id)
        slot = self._leads.find(lead_id)
        if slot is None or not 1 <= number <= len(slot.attempts):
            raise AttemptNotFoundError(attempt_id)
        campaign = self._campaigns[slot.lead.campaign_id]
        meaning = meaning_of(campaign.dispositions, disposition)
        attempt = replace(slot.attempts[number - 1], agent_id=agent_id, disposition=disposition, meaning=meaning)
        slot.attempts[number - 1] = attempt
        self._records.add(attempt, campaign.tenant_id)
        if meaning is Meaning.DO_NOT_CALL:
            self.block_numbers([attempt.number], progress.asked_by(attempt), now, campaign.tenant_id)
        lead = progress.with_callback(slot.lead, attempt, callback)
        if attempt.outcome is None:
            slot.lead = lead
            return
        after = progress.said(campaign, lead, slot.attempts, attempt, now)
        if after is not lead:
            self._leads.move(slot, after)

    def record_skips(self, skips: Sequence[Skip]) -> None:
        """See the port."""
        self._skips.record(skips)

    def interrupt_attempts(self, engine_id: str, now: float) -> int:
        """See the port."""
        keys = [key for key, owner in self._open_attempts.items() if owner == engine_id]
        for lead_id, number in keys:
            attempt = progress.interrupted(self._leads.slot(lead_id).attempts[number - 1], now)
            self._record_result(Result(attempt=attempt, cdr=None), now)
        for slot in self._leads.all():
            if slot.lease_until is not None and slot.engine_id == engine_id:
                self._leads.move(slot, replace(slot.lead, status=LeadStatus.OPEN))
        return len(keys)

    def attempts(self, wanted: AttemptFilter) -> Page[Attempt]:
        """See the port."""
        tried = (attempt for slot in self._leads.all() for attempt in slot.attempts)
        return attempts_page(tried, self._tenant_of, wanted)

    def cdrs(self, wanted: AttemptFilter) -> Page[Cdr]:
        """See the port."""
        return cdrs_page(self._cdrs.values(), self._tenant_of, wanted)

    def skips(self, wanted: SkipFilter) -> Page[Skip]:
        """See the port."""
        return self._skips.page(self._tenant_of, wanted)

    def block_numbers(self, numbers: Sequence[str], reason: str, now: float, tenant_id: int = 1) -> int:
        """See the port."""
        new = [number for number in dict.fromkeys(numbers) if number not in self._blocked[tenant_id]]
        for number in new:
            self._blocked[tenant_id][number] = (now, reason)
            self._leads.take_number(number, tenant_id)
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

    def add_caller_ids(self, numbers: Sequence[str], label: str, now: float, tenant_id: int = 1) -> int:
        """See the port."""
        return self._caller_ids.add(numbers, label, now, tenant_id)

    def remove_caller_id(self, number: str, tenant_id: int = 1) -> None:
        """See the port."""
        self._caller_ids.remove(number, tenant_id)

    def caller_ids(self, tenant_id: int = 1) -> Sequence[CallerId]:
        """See the port."""
        return self._caller_ids.of(tenant_id)

    def evidence(self, attempt_id: str) -> Sequence[Verdict]:
        """See the port."""
        return self._records.evidence(attempt_id)

    def evidence_of(self, attempt_ids: Sequence[str]) -> Mapping[str, Sequence[Verdict]]:
        """See the port."""
        return {attempt_id: found for attempt_id in attempt_ids if (found := self._records.evidence(attempt_id))}

    def erase(self, number: str, now: float, tenant_id: int = 1) -> Erased:
        """See the port."""

        def block(numbers: Sequence[str]) -> int:
            return self.block_numbers(numbers, progress.ERASED, now, tenant_id)

        kept = (self._cdrs, self._records, self._skips)
        return memory_erasing.erase(self._leads, *kept, number, self._tenant_of, tenant_id, block)

    def outcome_counts(self, campaign_id: int) -> dict[Outcome | None, int]:
        """See the port."""
        self.campaign(campaign_id)
        counts: Counter[Outcome | None] = Counter()
        for (of_campaign, _), by_outcome in self._counts.items():
            if of_campaign == campaign_id:
                counts.update(by_outcome)
        counts[None] = sum(
            self._leads.slot(lead_id).lead.campaign_id == campaign_id for lead_id, _ in self._open_attempts
        )
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
            if (lead_id := self._leads.known(number, campaign_id, rules)) is not None
        }
        return sort_out(handed_in, rules, self._blocked[campaign.tenant_id], known)

    def _task(self, campaign: Campaign, counts: Counter[Outcome], now: float) -> CampaignTask:
        leads_open = self._leads.open_counts[campaign.campaign_id]
        due = memory_callbacks.due_by_agent(self._leads, campaign.campaign_id, now)
        windows = self._records.windows(campaign, now)
        task = progress.task_of(campaign, counts, now, leads_open, windows, due)
        return showing.with_pool(task, self._caller_ids.of(campaign.tenant_id), self.lists(campaign.campaign_id))

    def _tenant_of(self, campaign_id: int) -> int:
        return self._campaigns[campaign_id].tenant_id

    def _record_result(self, result: Result, now: float) -> None:
        slot = self._leads.slot(result.attempt.lead_id)
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
        self._leads.move(slot, lead)
