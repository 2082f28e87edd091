"""Callbacks in SQL: who waits for one now, and leasing those that are due. All inside the caller's transaction.

An open lead with a callback is of status "callback" in its row, where the ranges of ordinary leads do not find it.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.model import Campaign, Lead, LeadStatus
from campaigns.rules.gate import gate_of
from campaigns.store import judging, sql_gate, sql_leads
from campaigns.store.rows import CALLED_BACK
from campaigns.store.schema import leads

DUE_MAX = 1000
"""Callbacks that one reservation looks at."""


def due_by_agent(connection: sa.Connection, campaign_id: int, now: float) -> dict[str, int]:
    """How many callbacks are due, by the agent who is to call; those whose window is over are anybody's, ""."""
    agent = sa.case((leads.c.callback_ends_at <= now, ""), else_=leads.c.callback_agent).label("agent")
    wanted = due(campaign_id, now, agent, sa.func.count()).group_by(sa.text("agent")).order_by(sa.text("agent"))
    return {name: int(count) for name, count in connection.execute(wanted)}


def due(campaign_id: int, now: float, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """A query of the callbacks of a campaign that are due: a range of their own index."""
    wanted = sa.select(*columns).where(
        # Written out: a parameter would keep the databases from using the partial index.
        leads.c.status == sa.literal_column(f"'{CALLED_BACK}'"),
        leads.c.campaign_id == campaign_id,
        leads.c.not_before <= now,
    )
    # SQLite would take the index of ordinary leads, and read callbacks that are not due.
    return wanted.with_hint(leads, "INDEXED BY leads_called_back", "sqlite")


def reserve(
    connection: sa.Connection,
    campaign: Campaign,
    agents: Sequence[str],
    count: int,
    now: float,
    lease_until: float,
    engine_id: str,
) -> list[Lead]:
    """Lease callbacks that are due and may be dialed now, the oldest first."""
    gate = gate_of(campaign)
    if count <= 0 or gate.campaign_refusals(now):
        return []
    sql_leads.free_expired(connection, campaign.campaign_id, now)
    is_anybodys = sa.or_(leads.c.callback_agent.in_({"", *agents}), leads.c.callback_ends_at <= now)
    wanted = due(campaign.campaign_id, now, leads.c.lead_id).where(is_anybodys)
    oldest = wanted.order_by(leads.c.not_before, leads.c.lead_id).limit(DUE_MAX).with_for_update(skip_locked=True)
    found = [lead for lead, _ in sql_leads.lock(connection, connection.scalars(oldest).all()).values()]
    found.sort(key=lambda lead: (lead.not_before, lead.lead_id))
    numbers = {lead.number for lead in found}
    blocked = sql_leads.find_blocked(connection, numbers, campaign.tenant_id)
    records = sql_gate.Records(connection, numbers, blocked, gate.needs_past, campaign.tenant_id)
    chosen, refused = judging.judge(gate, found, now, records.seen)
    sql_leads.move(connection, refused)
    reserved = [replace(lead, status=LeadStatus.RESERVED) for lead in chosen[:count]]
    sql_leads.lease(connection, [lead.lead_id for lead in reserved], lease_until, engine_id)
    return reserved
