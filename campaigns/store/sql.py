"""The store in SQLite or PostgreSQL. Every method is one transaction; batches are one commit (group commit)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.caller_ids import CallerId
from campaigns.dispositions import Callback
from campaigns.erasures import Erased
from campaigns.imports import AddRules, LeadImport
from campaigns.model import Attempt, Campaign, CampaignStatus, CampaignTask, Cdr, Lead, NewLead, Outcome
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
from campaigns.service.errors import CampaignNotFoundError, LeadNotFoundError
from campaigns.skips import Skip, SkipFilter
from campaigns.store import (
    listing,
    outbox,
    progress,
    sql_adding,
    sql_attempts,
    sql_callbacks,
    sql_caller_ids,
    sql_dispositions,
    sql_erasing,
    sql_gate,
    sql_imports,
    sql_leads,
    sql_listing,
    sql_skips,
)
from campaigns.store.database import Database, insert
from campaigns.store.rows import LEAD_COLUMNS, chunks, settings_text, to_campaign, to_lead
from campaigns.store.schema import attempts, campaigns, lead_groups, lead_lists, leads, outcome_counts
from campaigns.store.suppression_journal import SuppressionJournal
from campaigns.suppressions import Suppression
from campaigns.webhooks import EventType

CHUNK = 1000


class SqlStore:
    """Implements `campaigns.ports.CampaignStore` on a database whose tables are up to date (see `open_store`).

    Safe to use from several threads and from several processes.
    """

    def __init__(self, database: Database, suppressions: Path | None = None) -> None:
        self._database = database
        self._journal = SuppressionJournal(suppressions)

    @property
    def database(self) -> Database:
        """Where it keeps everything; what else is kept there shares its connections."""
        return self._database

    def create_campaign(self, campaign: Campaign) -> Campaign:
        """See the port."""
        row = {"status": campaign.status, "settings": settings_text(campaign), "tenant_id": campaign.tenant_id}
        with self._database.writing() as connection:
            made = connection.execute(campaigns.insert().values(row).returning(campaigns.c.campaign_id))
            created = replace(campaign, campaign_id=made.scalar_one())
            outbox.campaign_changed(connection, EventType.CAMPAIGN_CREATED, created)
            return created

    def update_campaign(self, campaign: Campaign) -> None:
        """See the port."""
        change = campaigns.update().where(campaigns.c.campaign_id == campaign.campaign_id)
        with self._database.writing() as connection:
            before = _campaign(connection, campaign.campaign_id)
            connection.execute(change.values(status=campaign.status, settings=settings_text(campaign)))
            is_status = before.status is not campaign.status
            event = EventType.CAMPAIGN_STATUS_CHANGED if is_status else EventType.CAMPAIGN_CHANGED
            outbox.campaign_changed(connection, event, campaign)

    def campaign(self, campaign_id: int) -> Campaign:
        """See the port."""
        with self._database.reading() as connection:
            return _campaign(connection, campaign_id)

    def campaigns(self, status: CampaignStatus | None = None, tenant_id: int | None = None) -> Sequence[Campaign]:
        """See the port."""
        query = sa.select(campaigns).order_by(campaigns.c.campaign_id)
        if status is not None:
            query = query.where(campaigns.c.status == status)
        if tenant_id is not None:
            query = query.where(campaigns.c.tenant_id == tenant_id)
        with self._database.reading() as connection:
            return tuple(to_campaign(*row) for row in connection.execute(query))

    def add_leads(self, campaign_id: int, leads: Iterable[NewLead], rules: AddRules = ADD_RULES) -> LeadsAdded:
        """See the port."""
        with self._database.writing() as connection:
            _campaign(connection, campaign_id)
            return sql_adding.add(connection, campaign_id, leads, rules)

    def open_list(self, campaign_id: int, name: str) -> int:
        """See the port."""
        with self._database.writing() as connection:
            _campaign(connection, campaign_id)
            row = {"campaign_id": campaign_id, "name": name}
            connection.execute(insert(connection, lead_lists).on_conflict_do_nothing().values(row))
            wanted = (lead_lists.c.campaign_id == campaign_id, lead_lists.c.name == name)
            return int(connection.execute(sa.select(lead_lists.c.list_id).where(*wanted)).scalar_one())

    def lists(self, campaign_id: int) -> Sequence[LeadList]:
        """See the port."""
        wanted = sa.select(lead_lists).where(lead_lists.c.campaign_id == campaign_id).order_by(lead_lists.c.list_id)
        with self._database.reading() as connection:
            _campaign(connection, campaign_id)
            return tuple(LeadList(**row._mapping) for row in connection.execute(wanted))

    def check_leads(self, campaign_id: int, leads: Sequence[NewLead], rules: AddRules = ADD_RULES) -> LeadsAdded:
        """See the port."""
        with self._database.reading() as connection:
            _campaign(connection, campaign_id)
            return sql_adding.check(connection, campaign_id, leads, rules)

    def create_import(self, new: LeadImport) -> LeadImport:
        """See the port."""
        with self._database.writing() as connection:
            _campaign(connection, new.campaign_id)
            return sql_imports.create(connection, new)

    def lead_import(self, import_id: int) -> LeadImport:
        """See the port."""
        with self._database.reading() as connection:
            return sql_imports.read(connection, import_id)

    def lead_imports(self, wanted: ImportFilter = ALL_IMPORTS) -> Page[LeadImport]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_listing.imports_page(connection, wanted)

    def update_import(self, before: LeadImport, after: LeadImport) -> None:
        """See the port."""
        with self._database.writing() as connection:
            sql_imports.update(connection, before, after)

    def continue_import(
        self,
        before: LeadImport,
        leads: Sequence[NewLead],
        rules: AddRules,
        settle: Callable[[LeadsAdded], LeadImport],
    ) -> LeadImport:
        """See the port."""
        with self._database.writing() as connection:
            return sql_imports.go_on(connection, before, leads, rules, settle)

    def roll_back_import(self, import_id: int, now: float) -> int:
        """See the port."""
        removed = 0
        while True:
            with self._database.writing() as connection:
                some = sql_imports.roll_back_some(connection, import_id, now)
            if some is None:
                return removed
            removed += some

    def lead(self, lead_id: int) -> Lead:
        """See the port."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(*LEAD_COLUMNS).where(leads.c.lead_id == lead_id)).one_or_none()
            if row is None:
                raise LeadNotFoundError(lead_id)
            return to_lead(row)

    def leads(self, wanted: LeadFilter) -> Page[Lead]:
        """See the port."""
        with self._database.reading() as connection:
            _campaign(connection, wanted.campaign_id)
            return sql_listing.leads_page(connection, wanted)

    def tasks(self, now: float) -> Sequence[CampaignTask]:
        """See the port."""
        wanted = sa.select(campaigns).where(campaigns.c.status.in_([CampaignStatus.RUNNING, CampaignStatus.PAUSED]))
        with self._database.reading() as connection:
            found = [to_campaign(*row) for row in connection.execute(wanted.order_by(campaigns.c.campaign_id))]
            return tuple(_task(connection, campaign, now) for campaign in found)

    def reserve_leads(self, campaign_id: int, count: int, now: float, lease_s: float, engine_id: str) -> Sequence[Lead]:
        """See the port; a lease need not outlive a power cut, for no attempt is written without looking again."""
        with self._database.writing_unsynced() as connection:
            campaign = _campaign(connection, campaign_id)
            return tuple(sql_leads.reserve(connection, campaign, count, now, now + lease_s, engine_id))

    def reserve_callbacks(
        self, campaign_id: int, agents: Sequence[str], count: int, now: float, lease_s: float, engine_id: str
    ) -> Sequence[Lead]:
        """See the port; as durable as `reserve_leads`."""
        with self._database.writing_unsynced() as connection:
            campaign = _campaign(connection, campaign_id)
            return tuple(sql_callbacks.reserve(connection, campaign, agents, count, now, now + lease_s, engine_id))

    def release_leads(self, lead_ids: Sequence[int]) -> None:
        """See the port."""
        with self._database.writing() as connection:
            sql_leads.release(connection, lead_ids)

    def record_attempts(self, attempts: Sequence[Attempt]) -> Sequence[str]:
        """See the port."""
        with self._database.writing() as connection:
            return sql_attempts.write(connection, attempts)

    def record_results(self, results: Sequence[Result], now: float) -> None:
        """See the port."""
        with self._database.writing() as connection:
            sql_attempts.finish(connection, results, now)

    def record_disposition(
        self, attempt_id: str, agent_id: str, disposition: str, now: float, callback: Callback | None = None
    ) -> None:
        """See the port."""
        key = listing.split_attempt_id(attempt_id)
        with self._database.writing() as connection:
            asked = sql_dispositions.record(connection, key, agent_id, disposition, now, callback)
            if asked is not None:
                self._journal.keep(asked)

    def record_skips(self, skips: Sequence[Skip]) -> None:
        """See the port."""
        with self._database.writing() as connection:
            sql_skips.record(connection, skips)

    def interrupt_attempts(self, engine_id: str, now: float) -> int:
        """See the port."""
        with self._database.writing() as connection:
            interrupted = sql_attempts.interrupt(connection, engine_id, now)
            sql_leads.release_all(connection, engine_id)
            return interrupted

    def attempts(self, wanted: AttemptFilter) -> Page[Attempt]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_listing.attempts_page(connection, wanted)

    def cdrs(self, wanted: AttemptFilter) -> Page[Cdr]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_listing.cdrs_page(connection, wanted)

    def skips(self, wanted: SkipFilter) -> Page[Skip]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_skips.page(connection, wanted)

    def block_numbers(self, numbers: Sequence[str], reason: str, now: float, tenant_id: int = 1) -> int:
        """See the port."""
        wanted = sorted(set(numbers))
        with self._database.writing() as connection:
            added = sum(
                sql_dispositions.block(connection, chunk, reason, now, tenant_id) for chunk in chunks(wanted, CHUNK)
            )
            self._journal.keep(Suppression(at=now, tenant_id=tenant_id, numbers=tuple(wanted), reason=reason))
            return added

    def load_list(self, name: str, numbers: Iterable[str], as_of: float) -> int:
        """See the port."""
        with self._database.writing() as connection:
            return sql_gate.replace_list(connection, name, numbers, as_of)

    def block_in_campaign(self, campaign_id: int, numbers: Sequence[str], now: float) -> int:
        """See the port."""
        with self._database.writing() as connection:
            tenant_id = _campaign(connection, campaign_id).tenant_id
            added = sql_gate.add_to_list(connection, campaign_list(campaign_id), numbers, now)
            of_list = Suppression(at=now, tenant_id=tenant_id, numbers=tuple(numbers), campaign_id=campaign_id)
            self._journal.keep(of_list)
            return added

    def do_not_call_lists(self) -> Mapping[str, float]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_gate.list_dates(connection)

    def add_caller_ids(self, numbers: Sequence[str], label: str, now: float, tenant_id: int = 1) -> int:
        """See the port."""
        with self._database.writing() as connection:
            return sql_caller_ids.add(connection, numbers, label, now, tenant_id)

    def remove_caller_id(self, number: str, tenant_id: int = 1) -> None:
        """See the port."""
        with self._database.writing() as connection:
            sql_caller_ids.remove(connection, number, tenant_id)

    def caller_ids(self, tenant_id: int = 1) -> Sequence[CallerId]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_caller_ids.registered(connection, tenant_id)

    def evidence(self, attempt_id: str) -> Sequence[Verdict]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_gate.read_evidence(connection, listing.split_attempt_id(attempt_id))

    def evidence_of(self, attempt_ids: Sequence[str]) -> Mapping[str, Sequence[Verdict]]:
        """See the port."""
        with self._database.reading() as connection:
            return sql_gate.read_evidence_of(connection, [listing.split_attempt_id(one) for one in attempt_ids])

    def erase(self, number: str, now: float, tenant_id: int = 1) -> Erased:
        """See the port."""
        with self._database.writing() as connection:
            return sql_erasing.erase(connection, [number], now, tenant_id, uuid4().hex)

    def outcome_counts(self, campaign_id: int) -> dict[Outcome | None, int]:
        """See the port."""
        total = sa.func.sum(outcome_counts.c.attempts)
        finished = sa.select(outcome_counts.c.outcome, total).where(outcome_counts.c.campaign_id == campaign_id)
        still_open = (attempts.c.campaign_id == campaign_id, attempts.c.outcome.is_(None))
        with self._database.reading() as connection:
            _campaign(connection, campaign_id)
            rows = connection.execute(finished.group_by(outcome_counts.c.outcome))
            counts: dict[Outcome | None, int] = {Outcome(outcome): int(count) for outcome, count in rows}
            count = connection.scalar(sa.select(sa.func.count()).select_from(attempts).where(*still_open))
            if count:
                counts[None] = count
            return counts

    def close(self) -> None:
        """See the port."""
        self._database.close()


def _campaign(connection: sa.Connection, campaign_id: int) -> Campaign:
    row = connection.execute(sa.select(campaigns).where(campaigns.c.campaign_id == campaign_id)).one_or_none()
    if row is None:
        raise CampaignNotFoundError(campaign_id)
    return to_campaign(*row)


def _task(connection: sa.Connection, campaign: Campaign, now: float) -> CampaignTask:
    today = (
        outcome_counts.c.campaign_id == campaign.campaign_id,
        outcome_counts.c.day == progress.day_of(now),
    )
    rows: Any = connection.execute(sa.select(outcome_counts.c.outcome, outcome_counts.c.attempts).where(*today))
    counts = {Outcome(outcome): int(count) for outcome, count in rows}
    total = sa.func.sum(lead_groups.c.leads_open)
    leads_open = connection.scalar(sa.select(total).where(lead_groups.c.campaign_id == campaign.campaign_id))
    windows = sql_gate.read_windows(connection, campaign, now)
    callbacks_due = sql_callbacks.due_by_agent(connection, campaign.campaign_id, now)
    task = progress.task_of(campaign, counts, now, int(leads_open or 0), windows, callbacks_due)
    return sql_caller_ids.with_pool(connection, task)
