"""Imports in SQL: how far each has come is written with the leads of its rows, in the caller's transaction."""

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.imports import AddRules, ImportStatus, LeadImport
from campaigns.model import LeadStatus, NewLead
from campaigns.ports import LeadsAdded
from campaigns.service.errors import ImportMovedError, ImportNotFoundError
from campaigns.store import sql_adding, sql_leads
from campaigns.store.rows import chunks
from campaigns.store.schema import lead_imports, lead_numbers, leads

CHUNK = 1000
ROLLED_BACK = "its import was rolled back"


def create(connection: sa.Connection, new: LeadImport) -> LeadImport:
    """Store a new import."""
    last_lead = connection.execute(sa.select(sa.func.max(leads.c.lead_id))).scalar_one_or_none()
    row = {
        "campaign_id": new.campaign_id,
        "status": new.status,
        "state": "",
        "first_lead_id": (last_lead or 0) + 1,
    }
    statement = lead_imports.insert().values(row).returning(lead_imports.c.import_id)
    created = replace(new, import_id=connection.execute(statement).scalar_one())
    _write(connection, created)
    return created


def read(connection: sa.Connection, import_id: int) -> LeadImport:
    """One import; it stays as it is until the transaction ends."""
    wanted = sa.select(lead_imports.c.state).where(lead_imports.c.import_id == import_id).with_for_update()
    state = connection.execute(wanted).scalar_one_or_none()
    if state is None:
        raise ImportNotFoundError(import_id)
    return _decoded(state)


def update(connection: sa.Connection, before: LeadImport, after: LeadImport) -> None:
    """Replace an import that is still as it was."""
    if read(connection, before.import_id) != before:
        raise ImportMovedError
    _write(connection, after)


def go_on(
    connection: sa.Connection,
    before: LeadImport,
    new: Sequence[NewLead],
    rules: AddRules,
    settle: Callable[[LeadsAdded], LeadImport],
) -> LeadImport:
    """Add leads and write what the import has become."""
    if read(connection, before.import_id) != before:
        raise ImportMovedError
    after = settle(sql_adding.add(connection, before.campaign_id, new, rules))
    _write(connection, after)
    return after


def roll_back_some(connection: sa.Connection, import_id: int, now: float) -> int | None:
    """Take some of an import's leads out, so that others need not wait for all; None when none are left."""
    state = read(connection, import_id)
    if state.status is not ImportStatus.ROLLED_BACK:
        # First, so that nobody goes on with an import that is half taken out.
        _write(connection, replace(state, status=ImportStatus.ROLLED_BACK, updated_at=now))
    first = sa.select(lead_imports.c.first_lead_id).where(lead_imports.c.import_id == import_id).scalar_subquery()
    of_import = (leads.c.lead_id >= first, leads.c.import_id == import_id, leads.c.closed_reason != ROLLED_BACK)
    wanted = sa.select(leads.c.lead_id).where(*of_import).order_by(leads.c.lead_id).limit(CHUNK)
    found = [lead for lead, _ in sql_leads.lock(connection, connection.scalars(wanted).all()).values()]
    if not found:
        return None
    called = [lead for lead in found if lead.attempts_made > 0]
    sql_leads.close(connection, called, ROLLED_BACK)
    gone = [lead for lead in found if lead.attempts_made == 0]
    for chunk in chunks([lead.lead_id for lead in gone], CHUNK):
        connection.execute(lead_numbers.delete().where(lead_numbers.c.lead_id.in_(chunk)))
        connection.execute(leads.delete().where(leads.c.lead_id.in_(chunk)))
    still_open = [lead for lead in gone if lead.status is not LeadStatus.CLOSED]
    groups = Counter((lead.campaign_id, lead.list_id, lead.time_zone, lead.priority) for lead in still_open)
    sql_leads.change_groups(connection, {group: -count for group, count in groups.items()})
    return len(gone)


def _write(connection: sa.Connection, state: LeadImport) -> None:
    change = lead_imports.update().where(lead_imports.c.import_id == state.import_id)
    connection.execute(change.values(status=state.status, state=msgspec.json.encode(state).decode()))


def _decoded(state: str) -> LeadImport:
    return msgspec.json.decode(state, type=LeadImport)
