"""The port behind which campaigns, leads and attempts are kept.

Synchronous on purpose: the live service calls it from one worker thread, the simulator calls it directly. Every
implementation passes the same contract suite (tests/contracts/test_campaign_store.py).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from campaigns.caller_ids import CallerId
from campaigns.dispositions import Callback
from campaigns.erasures import Erased
from campaigns.imports import AddRules, ImportStatus, LeadImport
from campaigns.model import Attempt, Campaign, CampaignStatus, CampaignTask, Cdr, Lead, LeadStatus, NewLead, Outcome
from campaigns.skips import Skip, SkipFilter

T = TypeVar("T")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The end of an attempt."""

    attempt: Attempt
    """With its outcome set."""
    cdr: Cdr | None
    """None for an attempt whose call was never placed."""


class AttemptFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which attempts or CDRs a listing wants, newest first."""

    tenant_id: int | None = None
    campaign_id: int | None = None
    outcome: Outcome | None = None
    agent_id: str | None = None
    since: float | None = None
    until: float | None = None
    """Not at or after this time."""
    limit: int = 100
    cursor: str | None = None
    """Where the page before ended; None for the first page."""


class LeadFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which leads of one campaign a listing wants, oldest first."""

    campaign_id: int
    list_id: int | None = None
    status: LeadStatus | None = None
    number: str | None = None
    """The number to dial next, E.164."""
    external_id: str | None = None
    limit: int = 100
    cursor: str | None = None


class ImportFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which imports a listing wants, newest first."""

    tenant_id: int | None = None
    campaign_id: int | None = None
    status: ImportStatus | None = None
    limit: int = 100
    cursor: str | None = None


ALL_IMPORTS = ImportFilter()


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a listing and where the next begins."""

    items: tuple[T, ...]
    cursor: str | None


ADD_RULES = AddRules()
"""A number is in a campaign once."""


class LeadList(msgspec.Struct, frozen=True, kw_only=True):
    """A named part of a campaign's leads."""

    list_id: int
    campaign_id: int
    name: str


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What one rule of the gate says of a call, with the data it saw."""

    rule: str
    """A name from `campaigns.rules.checks.GateRule`."""
    is_allowed: bool
    reason: str


class LeadsAdded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the leads handed to `add_leads`; accepted + duplicates + blocked = handed in."""

    accepted: int
    duplicates: int
    """Leads with a number that is there already."""
    blocked: int
    """Leads all of whose numbers are on the do-not-call list."""
    updated: int = 0
    """Duplicates that changed the lead that is there."""
    duplicates_at: tuple[int, ...] = ()
    """Which of the leads handed in were duplicates, counted from 0."""
    blocked_at: tuple[int, ...] = ()
    """Which were blocked."""

    @property
    def handed_in(self) -> int:
        """How many leads were handed in."""
        return self.accepted + self.duplicates + self.blocked


class CampaignStore(Protocol):
    """Keeps campaigns, leads, attempts and CDRs.

    Raises:
        CampaignNotFoundError, LeadNotFoundError, AttemptNotFoundError: no such id (see campaigns.service.errors).
        InvalidListingError: a listing's limit or cursor is not valid.
        StoreUnavailableError: the database cannot be reached; nothing was written, or, when the connection broke during
            the commit, all of it: every write may be repeated safely.
    """

    def create_campaign(self, campaign: Campaign) -> Campaign:
        """Store a new campaign; its `campaign_id` is ignored and the stored one returned."""
        ...

    def update_campaign(self, campaign: Campaign) -> None:
        """Replace the settings and status of a campaign."""
        ...

    def campaign(self, campaign_id: int) -> Campaign:
        """One campaign."""
        ...

    def campaigns(self, status: CampaignStatus | None = None, tenant_id: int | None = None) -> Sequence[Campaign]:
        """All campaigns, or those of one status or tenant, oldest first."""
        ...

    def add_leads(self, campaign_id: int, leads: Iterable[NewLead], rules: AddRules = ADD_RULES) -> LeadsAdded:
        """Add leads in one transaction; one whose numbers are there already or blocked is counted, not added.

        Of several numbers of one lead, blocked ones are left out.
        """
        ...

    def open_list(self, campaign_id: int, name: str) -> int:
        """The id of a campaign's list of that name, which is made where it is new."""
        ...

    def lists(self, campaign_id: int) -> Sequence[LeadList]:
        """A campaign's lists, oldest first."""
        ...

    def check_leads(self, campaign_id: int, leads: Sequence[NewLead], rules: AddRules = ADD_RULES) -> LeadsAdded:
        """What `add_leads` would answer; nothing is stored."""
        ...

    def create_import(self, new: LeadImport) -> LeadImport:
        """Store an import before its first row; its `import_id` is ignored and the stored one returned."""
        ...

    def lead_import(self, import_id: int) -> LeadImport:
        """One import."""
        ...

    def lead_imports(self, wanted: ImportFilter = ALL_IMPORTS) -> Page[LeadImport]:
        """A page of imports, newest first."""
        ...

    def update_import(self, before: LeadImport, after: LeadImport) -> None:
        """Replace an import by what it has become.

        Raises:
            ImportMovedError: it is no longer as `before`: somebody else goes on with it.
        """
        ...

    def continue_import(
        self,
        before: LeadImport,
        leads: Sequence[NewLead],
        rules: AddRules,
        settle: Callable[[LeadsAdded], LeadImport],
    ) -> LeadImport:
        """Add leads and write how far the import has come, both or neither.

        Args:
            before: the import as it was stored last.
            leads: of the next rows.
            rules: how they are added.
            settle: called before the end of the transaction; makes of the answer what the import has become.

        Raises:
            ImportMovedError: as `update_import`; nothing is written.
        """
        ...

    def roll_back_import(self, import_id: int, now: float) -> int:
        """Take the leads of an import out of the campaign; returns how many.

        A lead that has been called stays, closed. What the import changed of leads that were there stays changed.
        """
        ...

    def lead(self, lead_id: int) -> Lead:
        """One lead."""
        ...

    def leads(self, wanted: LeadFilter) -> Page[Lead]:
        """A page of a campaign's leads, oldest first."""
        ...

    def tasks(self, now: float) -> Sequence[CampaignTask]:
        """Every campaign that is running or paused, with its abandon account."""
        ...

    def reserve_leads(self, campaign_id: int, count: int, now: float, lease_s: float, engine_id: str) -> Sequence[Lead]:
        """Lease up to `count` leads that may be dialed now, best first; no lead is leased twice.

        A lease that has run out without an attempt frees its lead.
        """
        ...

    def reserve_callbacks(
        self, campaign_id: int, agents: Sequence[str], count: int, now: float, lease_s: float, engine_id: str
    ) -> Sequence[Lead]:
        """Lease up to `count` callbacks that are due, oldest first; `reserve_leads` leaves callbacks alone.

        Those for anybody, those for one of the agents, and those whose own agent's window is over.
        """
        ...

    def release_leads(self, lead_ids: Sequence[int]) -> None:
        """Give reserved leads back untouched."""
        ...

    def record_attempts(self, attempts: Sequence[Attempt]) -> Sequence[str]:
        """Write attempts durably before their calls are placed; returns the ids written.

        An attempt is left out of the answer, and its call must not be placed, when its (lead, number) exists already or
        is not the lead's next, when the lead is closed or being called, when its number is blocked, or when the
        campaign's pool does not allow its caller ID to be shown (any more).
        """
        ...

    def record_results(self, results: Sequence[Result], now: float) -> None:
        """Write outcomes and CDRs and move each lead on by its retry rule; writing a result again changes nothing.

        An attempt that was refused before it was written is written now. The result of any other unknown attempt raises
        AttemptNotFoundError, and nothing of the batch is written.
        """
        ...

    def record_disposition(
        self, attempt_id: str, agent_id: str, disposition: str, now: float, callback: Callback | None = None
    ) -> None:
        """Write what the agent said of an attempt, and move its lead by what that means in its campaign.

        All in one transaction. While the call goes on the lead moves when its result is written; a number that must not
        be called is on the tenant's do-not-call list at once. One that the campaign does not know (any more) is written
        and means nothing. What is said again replaces what was said before; a number that was blocked stays so.

        Args:
            attempt_id: of a call that an agent has or had.
            agent_id: who says it.
            disposition: a name of the campaign's `dispositions`.
            now: Unix seconds.
            callback: when to call again, for one that means a callback.
        """
        ...

    def record_skips(self, skips: Sequence[Skip]) -> None:
        """Write that leads were skipped, and why; one that is there already changes nothing."""
        ...

    def interrupt_attempts(self, engine_id: str, now: float) -> int:
        """After a crash: give every open attempt of that engine the outcome `interrupted`, free its unused leases."""
        ...

    def attempts(self, wanted: AttemptFilter) -> Page[Attempt]:
        """A page of attempts, newest first."""
        ...

    def cdrs(self, wanted: AttemptFilter) -> Page[Cdr]:
        """A page of CDRs, newest first."""
        ...

    def skips(self, wanted: SkipFilter) -> Page[Skip]:
        """A page of skips, newest first."""
        ...

    def block_numbers(self, numbers: Sequence[str], reason: str, now: float, tenant_id: int = 1) -> int:
        """Put numbers on a tenant's do-not-call list; returns how many were new."""
        ...

    def load_list(self, name: str, numbers: Iterable[str], as_of: float) -> int:
        """Take over the whole of a national do-not-call list, as it was on a day; returns how many numbers it has.

        What the copy before held and this one does not is off the list.
        """
        ...

    def block_in_campaign(self, campaign_id: int, numbers: Sequence[str], now: float) -> int:
        """Put numbers on one campaign's own do-not-call list; returns how many were new."""
        ...

    def do_not_call_lists(self) -> Mapping[str, float]:
        """The national and campaign lists there are, each with its day as Unix seconds."""
        ...

    def add_caller_ids(self, numbers: Sequence[str], label: str, now: float, tenant_id: int = 1) -> int:
        """Register numbers as a tenant's own; returns how many were new. Those there already get the label."""
        ...

    def remove_caller_id(self, number: str, tenant_id: int = 1) -> None:
        """Take a number off the register.

        Raises:
            CallerIdNotFoundError: it is not on it.
        """
        ...

    def caller_ids(self, tenant_id: int = 1) -> Sequence[CallerId]:
        """A tenant's registered numbers with their use, by number."""
        ...

    def evidence(self, attempt_id: str) -> Sequence[Verdict]:
        """Why an attempt was allowed, rule by rule, as it was judged when it was written; empty where it never was."""
        ...

    def evidence_of(self, attempt_ids: Sequence[str]) -> Mapping[str, Sequence[Verdict]]:
        """As `evidence`, of many attempts; those that never passed the gate are left out."""
        ...

    def erase(self, number: str, now: float, tenant_id: int = 1) -> Erased:
        """Erase everybody the tenant knows under a number, in one transaction.

        Their leads are closed and say nothing of them any more; attempts, CDRs and evidence (where it is kept for good)
        tell what was done under a pseudonym, and what agents noted of skips is gone. Their numbers are put on the
        do-not-call list: all that is kept of them.
        What is beside (recordings, rejects files, deliveries, traces) is erased after it: `campaigns.store.erasures`.

        Raises:
            CallUnderWayError: one of them is being called; nothing is erased.
        """
        ...

    def outcome_counts(self, campaign_id: int) -> dict[Outcome | None, int]:
        """Attempts by outcome; None counts those still open."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
