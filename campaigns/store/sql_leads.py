"""Leads in SQL: reserving, releasing, closing. All inside the caller's transaction.

Whoever changes leads locks them first, in the order of their ids, so that two engines never wait for each other.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.model import Campaign, Lead, LeadStatus
from campaigns.rules.gate import Gate, gate_of
from campaigns.store import judging, progress, sql_gate, sql_mixing
from campaigns.store.adding import rest_of_numbers
from campaigns.store.database import as_rows, ids_as_rows, insert
from campaigns.store.rows import CALLED_BACK, LEAD_COLUMNS, callback_row, chunks, numbers_row, status_text, to_lead
from campaigns.store.schema import campaigns, lead_groups, leads
from campaigns.store.sql_order import lock_due, spans_of

CHUNK = 1000
RESERVE_MAX = 10_000
REFUSED_MAX = 5_000
"""Due leads that one reservation puts off because the gate refuses them; the rest is for the next one."""

Group = tuple[int, int, str, int]
"""Campaign, list, time zone, priority."""

OpenGroups = Sequence[tuple[int, Sequence[tuple[int, str]]]]
"""Priorities, highest first, each with its lists and time zones."""

_MOVE = (
    leads.update()
    .where(leads.c.lead_id == sa.bindparam("key"))
    .values({column: sa.bindparam(column) for column in ("status", "not_before", "attempts_made", "closed_reason")})
    .values(lease_until=None)
)
_SWITCH = (
    leads.update()
    .where(leads.c.lead_id == sa.bindparam("key"))
    .values({column: sa.bindparam(column) for column in ("number", "phone_kind", "numbers")})
)
_SET_CALLBACK = (
    leads.update()
    .where(leads.c.lead_id == sa.bindparam("key"))
    .values({column: sa.bindparam(column) for column in ("callback", "callback_agent", "callback_ends_at")})
)
_OPEN = sa.case((leads.c.callback == "", LeadStatus.OPEN.value), else_=CALLED_BACK)
_RELEASE = leads.update().values(status=_OPEN, lease_until=None)


def find_blocked(connection: sa.Connection, numbers: Collection[str], tenant_id: int) -> set[str]:
    """Which of the numbers are on the tenant's do-not-call list."""
    rows, values = as_rows(connection, numbers)
    query = f"SELECT number FROM blocked_numbers WHERE tenant_id = {int(tenant_id)} AND number IN ({rows})"  # noqa: S608
    return set(connection.exec_driver_sql(query, (values,)).scalars())


def tenants_of(connection: sa.Connection, campaign_ids: Collection[int]) -> dict[int, int]:
    """Whose campaigns these are."""
    wanted = sa.select(campaigns.c.campaign_id, campaigns.c.tenant_id).where(campaigns.c.campaign_id.in_(campaign_ids))
    return {row.campaign_id: row.tenant_id for row in connection.execute(wanted)}


def reserve(
    connection: sa.Connection, campaign: Campaign, count: int, now: float, lease_until: float, engine_id: str
) -> list[Lead]:
    """Lease the best leads that may be dialed now.

    Leads are taken group by group (a priority, the lists and time zones whose window is open), each by ranges of an
    index that begin at the best lead and end at `now`: leads whose time has not come are never read.
    """
    gate = gate_of(campaign)
    if gate.campaign_refusals(now):
        return []
    free_expired(connection, campaign.campaign_id, now)
    taking = _Taking(connection, gate, now, lease_until, engine_id)
    groups = _open_groups(connection, gate, now)
    count = min(count, RESERVE_MAX)
    if not campaign.list_weights:
        return taking.take(groups, count)
    return sql_mixing.take(connection, campaign, groups, count, taking.take)


class _Taking:
    """One reservation: what it leases, and how many leads it may still put off."""

    def __init__(self, connection: sa.Connection, gate: Gate, now: float, lease_until: float, engine_id: str) -> None:
        self._connection = connection
        self._gate = gate
        self._now = now
        self._lease = (lease_until, engine_id)
        self._refused_max = REFUSED_MAX

    def take(self, groups: OpenGroups, count: int) -> list[Lead]:
        """Lease the best leads of these groups, the highest priority first."""
        campaign = self._gate.campaign
        reserved: list[Lead] = []
        for priority, some in groups:
            for span in spans_of(campaign):
                while len(reserved) < count and self._refused_max > 0:
                    source = (campaign.campaign_id, priority, some)
                    due = lock_due(self._connection, source, span, self._now, count - len(reserved))
                    if not due:
                        break
                    reserved += self._judged(due)
        return reserved

    def _judged(self, due: Sequence[Lead]) -> list[Lead]:
        connection, gate = self._connection, self._gate
        tenant_id = gate.campaign.tenant_id
        numbers = {lead.number for lead in due}
        blocked = find_blocked(connection, numbers, tenant_id)
        records = sql_gate.Records(connection, numbers, blocked, gate.needs_past, tenant_id)
        chosen, refused = judging.judge(gate, due, self._now, records.seen)
        move(connection, refused)
        self._refused_max -= len(refused)
        lease(connection, [lead.lead_id for lead in chosen], *self._lease)
        return [replace(lead, status=LeadStatus.RESERVED) for lead in chosen]


def release(connection: sa.Connection, lead_ids: Sequence[int]) -> None:
    """Open those of the leads that are leased."""
    for chunk in chunks(sorted(lead_ids), CHUNK):
        locked = _lock(leads.c.lead_id.in_(chunk), leads.c.lease_until.is_not(None))
        found = connection.scalars(locked).all()
        connection.execute(_RELEASE.where(leads.c.lead_id.in_(found)))


def release_all(connection: sa.Connection, engine_id: str) -> None:
    """Open every lead that this engine has leased."""
    locked = _lock(leads.c.engine_id == engine_id, leads.c.lease_until.is_not(None))
    for chunk in chunks(connection.scalars(locked).all(), CHUNK):
        connection.execute(_RELEASE.where(leads.c.lead_id.in_(chunk)))


def lock(connection: sa.Connection, lead_ids: Collection[int]) -> dict[int, tuple[Lead, str]]:
    """Read leads by id, each with the engine that reserved it last, and keep others from changing them."""
    found: dict[int, tuple[Lead, str]] = {}
    for chunk in chunks(sorted(lead_ids), CHUNK):
        wanted = sa.select(*LEAD_COLUMNS, leads.c.engine_id).where(leads.c.lead_id.in_(chunk))
        for row in connection.execute(wanted.order_by(leads.c.lead_id).with_for_update()):
            found[row.lead_id] = to_lead(row), row.engine_id
    return found


def move(connection: sa.Connection, moved: Sequence[tuple[Lead, Lead]]) -> None:
    """Write leads, given as they were and as they are now, and give up their leases."""
    if not moved:
        return
    rows = [
        {
            "key": lead.lead_id,
            "status": status_text(lead),
            "not_before": lead.not_before,
            "attempts_made": lead.attempts_made,
            "closed_reason": lead.closed_reason,
        }
        for _, lead in moved
    ]
    connection.execute(_MOVE, rows)
    switched = [
        {"key": lead.lead_id} | numbers_row(lead)
        for before, lead in moved
        if lead.number != before.number or lead.numbers != before.numbers
    ]
    if switched:
        connection.execute(_SWITCH, switched)
    set_callbacks(connection, moved)
    changes: Counter[Group] = Counter()
    for before, lead in moved:
        is_closed, was_closed = lead.status is LeadStatus.CLOSED, before.status is LeadStatus.CLOSED
        if is_closed != was_closed:
            changes[lead.campaign_id, lead.list_id, lead.time_zone, lead.priority] += was_closed - is_closed
    change_groups(connection, {group: change for group, change in changes.items() if change})


def set_callbacks(connection: sa.Connection, changed: Sequence[tuple[Lead, Lead]]) -> None:
    """Write the callbacks of leads, given as they were and as they are now, and nothing else of them."""
    rows = [{"key": lead.lead_id} | callback_row(lead) for before, lead in changed if lead.callback != before.callback]
    if rows:
        connection.execute(_SET_CALLBACK, rows)


def close(connection: sa.Connection, found: Sequence[Lead], reason: str) -> None:
    """Close locked leads."""
    move(connection, [(lead, progress.closed(lead, reason)) for lead in found])


def close_numbers(connection: sa.Connection, numbers: Sequence[str], reason: str, tenant_id: int) -> None:
    """Take these numbers from the tenant's leads that have them; a lead with none left is closed."""
    rows, values = as_rows(connection, numbers)
    by_first = f"SELECT lead_id FROM leads WHERE number IN ({rows}) AND status <> 'closed'"  # noqa: S608
    by_any = f"SELECT lead_id FROM lead_numbers WHERE number IN ({rows})"  # noqa: S608
    lead_ids = {row[0] for query in (by_first, by_any) for row in connection.exec_driver_sql(query, (values,))}
    barred = frozenset(numbers)
    ended = []
    switched = []
    locked = lock(connection, lead_ids)
    tenants = tenants_of(connection, {lead.campaign_id for lead, _ in locked.values()})
    for lead, _ in locked.values():
        if tenants[lead.campaign_id] != tenant_id:
            continue
        rest = rest_of_numbers(lead, barred)
        if lead.status is LeadStatus.CLOSED:
            continue
        if rest is not None:
            switched.append({"key": lead.lead_id} | numbers_row(rest))
        elif lead.number in barred:
            ended.append(lead)
    if switched:
        connection.execute(_SWITCH, switched)
    close(connection, ended, reason)


def change_groups(connection: sa.Connection, changes: Mapping[Group, int]) -> None:
    """Keep the counts of leads that are not closed."""
    rows = [
        {
            "campaign_id": campaign_id,
            "list_id": list_id,
            "time_zone": time_zone,
            "priority": priority,
            "leads_open": change,
        }
        for (campaign_id, list_id, time_zone, priority), change in sorted(changes.items())
    ]
    if not rows:
        return
    statement = insert(connection, lead_groups)
    total = lead_groups.c.leads_open + statement.excluded.leads_open
    key = list(lead_groups.primary_key)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_={"leads_open": total}), rows)


def _open_groups(connection: sa.Connection, gate: Gate, now: float) -> OpenGroups:
    """The lists and time zones in which people may be called now, for each priority, highest first."""
    of_campaign = (lead_groups.c.campaign_id == gate.campaign.campaign_id, lead_groups.c.leads_open > 0)
    wanted = sa.select(lead_groups.c.priority, lead_groups.c.list_id, lead_groups.c.time_zone).where(*of_campaign)
    rows = connection.execute(wanted.order_by(lead_groups.c.priority.desc(), lead_groups.c.time_zone)).all()
    is_open = {zone: not gate.window_refusals(zone, now) for zone in {row.time_zone for row in rows}}
    return [
        (priority, [(row.list_id, row.time_zone) for row in group if is_open[row.time_zone]])
        for priority, group in groupby(rows, lambda row: row.priority)
    ]


def lease(connection: sa.Connection, lead_ids: Sequence[int], lease_until: float, engine_id: str) -> None:
    """Reserve locked leads for an engine."""
    if lead_ids:
        mark, rows, values = ids_as_rows(connection, lead_ids)
        connection.exec_driver_sql(
            f"UPDATE leads SET status = 'reserved', engine_id = {mark}, lease_until = {mark} WHERE lead_id IN ({rows})",  # noqa: S608
            (engine_id, lease_until, values),
        )


def free_expired(connection: sa.Connection, campaign_id: int, now: float) -> None:
    """Open the leads of a campaign whose lease has run out."""
    expired = (leads.c.campaign_id == campaign_id, leads.c.lease_until <= now)
    wanted = sa.select(leads.c.lead_id).where(*expired).limit(RESERVE_MAX).with_for_update(skip_locked=True)
    for chunk in chunks(connection.scalars(wanted).all(), CHUNK):
        connection.execute(_RELEASE.where(leads.c.lead_id.in_(chunk)))


def _lock(*conditions: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
    return sa.select(leads.c.lead_id).where(*conditions).order_by(leads.c.lead_id).with_for_update()
