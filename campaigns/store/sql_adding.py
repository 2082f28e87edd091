"""New leads into SQL, many at a time: looked up and written by one statement a batch, in the database's bulk way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

import sqlalchemy as sa

from campaigns.imports import AddRules, DuplicateScope
from campaigns.model import Campaign, LeadStatus, NewLead
from campaigns.ports import LeadsAdded
from campaigns.rules.shuffling import shuffled_rank
from campaigns.store import sql_leads
from campaigns.store.adding import Sorting, numbers_of, sort_out, updated
from campaigns.store.copying import COPY, copied
from campaigns.store.database import as_rows, insert
from campaigns.store.judging import with_zones
from campaigns.store.rows import NEW_LEAD_COLUMNS, lead_fields_row, new_lead_row, to_campaign
from campaigns.store.schema import campaigns, lead_numbers, leads
from campaigns.store.sql_leads import Group
from campaigns.terms import LeadOrder

CHUNK = 20_000

_COLUMNS = ", ".join(NEW_LEAD_COLUMNS)
_INSERT = f"INSERT INTO leads ({_COLUMNS}) VALUES ({', '.join('?' * len(NEW_LEAD_COLUMNS))})"  # noqa: S608
_NEXT_ID = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'leads'"
# OFFSET: the sequence is found once, and not for each id.
_NEXT_IDS = (
    "SELECT nextval(key) FROM (SELECT pg_get_serial_sequence('leads', 'lead_id')::regclass AS key OFFSET 0) AS found "
    "CROSS JOIN generate_series(1, %s)"
)
_LOCK_KEY = 0x6C65616473

_WITHIN = {
    DuplicateScope.FILE: "AND leads.campaign_id = {campaign_id} AND leads.import_id = {import_id}",
    DuplicateScope.LIST: "AND leads.campaign_id = {campaign_id} AND leads.list_id = {list_id}",
    DuplicateScope.CAMPAIGN: "AND leads.campaign_id = {campaign_id}",
    DuplicateScope.TENANT: "AND leads.campaign_id IN (SELECT campaign_id FROM campaigns WHERE tenant_id = {tenant_id})",
}


def add(connection: sa.Connection, campaign_id: int, new: Iterable[NewLead], rules: AddRules) -> LeadsAdded:
    """Add the leads that are to be added by the rules."""
    if connection.dialect.name != "sqlite":
        # Two processes that add leads at once would not see each other's numbers.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
    # Locked as a foreign key would lock it, so that it stays as long as leads are added to it.
    wanted = (
        sa.select(campaigns).where(campaigns.c.campaign_id == campaign_id).with_for_update(read=True, key_share=True)
    )
    campaign = to_campaign(*connection.execute(wanted).one())
    totals: list[LeadsAdded] = []
    remaining = iter(new)
    while chunk := list(islice(remaining, CHUNK)):
        found = _sort_out(connection, campaign_id, with_zones(campaign, chunk), rules)
        _insert(connection, campaign, found.new, rules)
        _update(connection, found.updates)
        totals.append(_shifted(found, sum(one.handed_in for one in totals)))
    return LeadsAdded(
        accepted=sum(one.accepted for one in totals),
        duplicates=sum(one.duplicates for one in totals),
        blocked=sum(one.blocked for one in totals),
        updated=sum(one.updated for one in totals),
        duplicates_at=tuple(index for one in totals for index in one.duplicates_at),
        blocked_at=tuple(index for one in totals for index in one.blocked_at),
    )


def check(connection: sa.Connection, campaign_id: int, new: Sequence[NewLead], rules: AddRules) -> LeadsAdded:
    """What `add` would answer."""
    return _sort_out(connection, campaign_id, new, rules).report()


def _sort_out(connection: sa.Connection, campaign_id: int, new: Sequence[NewLead], rules: AddRules) -> Sorting:
    tenant_id = sql_leads.tenants_of(connection, [campaign_id])[campaign_id]
    unique = {lead.number for lead in new}
    unique.update(one.number for lead in new if lead.numbers for one in lead.numbers)
    # In their order, neighbours in an index are looked up one after the other.
    numbers = sorted(unique)
    blocked = sql_leads.find_blocked(connection, numbers, tenant_id)
    return sort_out(new, rules, blocked, _find_known(connection, campaign_id, tenant_id, numbers, rules))


def _shifted(found: Sorting, offset: int) -> LeadsAdded:
    found.duplicates_at = [offset + index for index in found.duplicates_at]
    found.blocked_at = [offset + index for index in found.blocked_at]
    return found.report()


def _find_known(
    connection: sa.Connection, campaign_id: int, tenant_id: int, numbers: Sequence[str], rules: AddRules
) -> dict[str, int]:
    """The lead of each of these numbers that is there already; the one with the lowest id where there are several."""
    rows, values = as_rows(connection, numbers)
    within = _WITHIN[rules.scope].format(
        campaign_id=int(campaign_id),
        tenant_id=int(tenant_id),
        list_id=int(rules.list_id),
        import_id=int(rules.import_id),
    )
    # CROSS JOIN: SQLite then keeps the order of the tables, and would otherwise begin with all leads of the campaign.
    by_first = (
        f"SELECT leads.number, leads.lead_id FROM ({rows}) AS wanted CROSS JOIN leads "  # noqa: S608
        f"WHERE leads.number = wanted.value {within}"
    )
    by_any = (
        f"SELECT lead_numbers.number, leads.lead_id FROM ({rows}) AS wanted CROSS JOIN lead_numbers CROSS JOIN leads "  # noqa: S608
        f"WHERE lead_numbers.number = wanted.value AND leads.lead_id = lead_numbers.lead_id {within}"
    )
    known: dict[str, int] = {}
    for query in (by_first, by_any):
        for number, lead_id in connection.exec_driver_sql(query, (values,)):
            known[number] = min(lead_id, known.get(number, lead_id))
    return known


def _insert(connection: sa.Connection, campaign: Campaign, new: Sequence[NewLead], rules: AddRules) -> None:
    if not new:
        return
    campaign_id = campaign.campaign_id
    ids = _next_ids(connection, len(new))
    ranks = [shuffled_rank(lead_id) for lead_id in ids] if campaign.lead_order is LeadOrder.RANDOM else None
    if connection.dialect.name == "sqlite":
        rows = zip(ids, new, ranks or repeat(None), strict=False)
        values = [new_lead_row(lead_id, campaign_id, lead, rules, rank) for lead_id, lead, rank in rows]
        connection.exec_driver_sql(_INSERT, values)
    else:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(COPY) as copy:
            for lines in copied(ids, new, campaign_id, rules, ranks):
                copy.write(lines)
    _insert_numbers(
        connection, {lead_id: numbers_of(lead) for lead_id, lead in zip(ids, new, strict=True) if lead.numbers}
    )
    groups = Counter((campaign_id, rules.list_id, lead.time_zone, lead.priority) for lead in new)
    sql_leads.change_groups(connection, groups)


def _next_ids(connection: sa.Connection, count: int) -> Sequence[int]:
    if connection.dialect.name == "sqlite":
        # Nobody else writes while this transaction holds the write lock.
        first = connection.exec_driver_sql(_NEXT_ID).scalar_one()
        return range(first, first + count)
    return connection.exec_driver_sql(_NEXT_IDS, (count,)).scalars().all()


def _insert_numbers(connection: sa.Connection, numbers: Mapping[int, Iterable[str]]) -> None:
    rows = [{"number": number, "lead_id": lead_id} for lead_id, all_of in numbers.items() for number in all_of]
    if rows:
        connection.execute(insert(connection, lead_numbers).on_conflict_do_nothing(), rows)


_UPDATED_COLUMNS = (
    "name", "time_zone", "priority", "attributes", "external_id", "postal_code", "language", "consent",
    "number", "phone_kind", "numbers",
)  # fmt: skip
_UPDATE = (
    leads.update()
    .where(leads.c.lead_id == sa.bindparam("key"))
    .values({column: sa.bindparam(column) for column in _UPDATED_COLUMNS})
)


def _update(connection: sa.Connection, updates: Mapping[int, Sequence[NewLead]]) -> None:
    if not updates:
        return
    rows = []
    groups: Counter[Group] = Counter()
    numbers: dict[int, tuple[str, ...]] = {}
    for lead_id, (lead, _) in sql_leads.lock(connection, updates).items():
        after = lead
        for new in updates[lead_id]:
            after = updated(after, new)
        rows.append({"key": lead_id} | lead_fields_row(after))
        if after.numbers:
            numbers[lead_id] = numbers_of(after)
        if lead.status is not LeadStatus.CLOSED:
            groups[lead.campaign_id, lead.list_id, lead.time_zone, lead.priority] -= 1
            groups[lead.campaign_id, lead.list_id, after.time_zone, after.priority] += 1
    connection.execute(_UPDATE, rows)
    _insert_numbers(connection, numbers)
    sql_leads.change_groups(connection, {group: change for group, change in groups.items() if change})
