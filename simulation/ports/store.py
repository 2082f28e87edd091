"""The `Store` port over the production memory store, called directly; endless lists are topped up as they run low."""

from collections.abc import Callable, Sequence
from typing import Any

import simpy
from msgspec.structs import replace

from campaigns.model import Campaign, Lead, NewLead
from campaigns.ports import CampaignStore, Result
from dialer.messages import (
    AttemptsRecorded,
    AttemptsRefused,
    CallbacksReserved,
    DispositionRecorded,
    LeadsReserved,
    PollTasks,
    RecordAttempts,
    RecordDisposition,
    RecordResult,
    RecordSkip,
    ReleaseLeads,
    ReserveCallbacks,
    ReserveLeads,
    ResultsRecorded,
    StoreCommand,
    TasksPolled,
)
from dialer.ports import Post
from simulation.ports.numbers import number_of

TOP_UP = 1000
ENDLESS_LEADS = 1_000_000_000
"""Leads left on an endless list, whatever has been put into the store so far."""


class ResultWatcher:
    """What the store tells whoever records the day; the default takes no notice."""

    def on_result(self, result: Result) -> None:
        """An attempt has its outcome."""


class LeadSupply:
    """Where a campaign's leads come from: the next places of its list."""

    def __init__(self, campaign: int, endless: bool, attributes: Callable[[int], dict[str, str]] | None = None) -> None:
        """`campaign` counts from 0 in the scenario's order; `attributes` tells what the list shows of each place."""
        self._campaign = campaign
        self._attributes = attributes or (lambda _: {})
        self._next = 0
        self.endless = endless

    def take(self, count: int) -> list[NewLead]:
        """The next `count` leads of the list."""
        first, self._next = self._next, self._next + count
        return [
            NewLead(number=number_of(self._campaign, place), attributes=self._attributes(place))
            for place in range(first, self._next)
        ]


class SimStore:
    """Implements `dialer.ports.Store` in virtual time; answers at once.

    Args:
        env: SimPy's environment.
        post: the runner's mailbox.
        store: keeps campaigns, leads and attempts.
        supplies: the leads of each campaign, by campaign id.
        watcher: told of every result.
        engine_id: the owner of leases.
        lease_s: how long a reserved lead stays leased.
    """

    def __init__(
        self,
        env: simpy.Environment,
        post: Post,
        store: CampaignStore,
        supplies: dict[int, LeadSupply],
        watcher: ResultWatcher,
        engine_id: str,
        lease_s: float,
    ) -> None:
        self._env = env
        self._post = post
        self.store = store
        """Replaced by the world when a day begins with a fresh list."""
        self._supplies = supplies
        self._watcher = watcher
        self._engine_id = engine_id
        self._lease_s = lease_s
        self._handlers: dict[type, Callable[[Any, float], None]] = {
            RecordResult: self._record_result,
            RecordAttempts: self._record_attempts,
            ReserveLeads: self._reserve,
            ReserveCallbacks: self._reserve_callbacks,
            ReleaseLeads: self._release,
            PollTasks: self._poll,
            RecordDisposition: self._record_disposition,
            RecordSkip: self._record_skip,
        }

    def send(self, command: StoreCommand) -> None:
        """See the port."""
        self._handlers[type(command)](command, self._env.now)

    def add_leads(self, campaign: Campaign, count: int) -> None:
        """Put the next `count` leads of its list into a campaign."""
        self.store.add_leads(campaign.campaign_id, self._supplies[campaign.campaign_id].take(count))

    def _reserve(self, command: ReserveLeads, now: float) -> None:
        supply = self._supplies[command.campaign_id]
        leads = self._leased(command, command.count, now)
        missing = command.count - len(leads)
        if missing > 0 and supply.endless:
            self.store.add_leads(command.campaign_id, supply.take(max(missing, TOP_UP)))
            leads = (*leads, *self._leased(command, missing, now))
        self._post(LeadsReserved(campaign_id=command.campaign_id, leads=tuple(leads)))

    def _reserve_callbacks(self, command: ReserveCallbacks, now: float) -> None:
        leads = self.store.reserve_callbacks(
            command.campaign_id, command.agents, command.count, now, self._lease_s, self._engine_id
        )
        self._post(CallbacksReserved(campaign_id=command.campaign_id, leads=tuple(leads)))

    def _leased(self, command: ReserveLeads, count: int, now: float) -> Sequence[Lead]:
        return self.store.reserve_leads(command.campaign_id, count, now, self._lease_s, self._engine_id)

    def _record_result(self, command: RecordResult, now: float) -> None:
        result = command.result
        self._watcher.on_result(result)
        self.store.record_results((result,), now)
        self._post(ResultsRecorded(attempt_ids=(result.attempt.attempt_id,)))

    def _release(self, command: ReleaseLeads, now: float) -> None:
        del now
        self.store.release_leads(command.lead_ids)

    def _poll(self, command: PollTasks, now: float) -> None:
        del command
        tasks = tuple(
            replace(task, leads_open=ENDLESS_LEADS) if self._supplies[task.campaign.campaign_id].endless else task
            for task in self.store.tasks(now)
        )
        self._post(TasksPolled(tasks=tasks))

    def _record_disposition(self, command: RecordDisposition, now: float) -> None:
        self.store.record_disposition(command.attempt_id, command.agent_id, command.disposition, now, command.callback)
        self._post(DispositionRecorded(attempt_id=command.attempt_id, request_id=command.request_id))

    def _record_skip(self, command: RecordSkip, now: float) -> None:
        del now
        self.store.record_skips((command.skip,))

    def _record_attempts(self, command: RecordAttempts, now: float) -> None:
        del now
        attempts = command.attempts
        written = tuple(self.store.record_attempts(attempts))
        if written:
            self._post(AttemptsRecorded(attempt_ids=written))
        if len(written) < len(attempts):
            refused = tuple(one.attempt_id for one in attempts if one.attempt_id not in written)
            self._post(AttemptsRefused(attempt_ids=refused, reason="the store did not take the attempt"))
