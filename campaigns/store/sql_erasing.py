"""Erasing a person in SQL: one transaction, after which no table names them but the do-not-call list.

That list keeps the bare number, so that a list with it that is imported next year calls nobody (GDPR, article 17(3)(b)
and 21(3)).
"""

from collections.abc import Collection, Sequence

import msgspec
import sqlalchemy as sa

from campaigns.model import Lead, attempt_id
from campaigns.ports import Erased
from campaigns.service.erasing import CallUnderWayError, erased_verdicts, pseudonym
from campaigns.store import progress, sql_dispositions, sql_gate, sql_leads
from campaigns.store.adding import numbers_of
from campaigns.store.schema import attempts, cdrs, evidence, lead_numbers, leads


def erase(connection: sa.Connection, number: str, now: float, tenant_id: int) -> Erased:
    """Erase the tenant's leads that have a number; returns what was found.

    Raises:
        CallUnderWayError: one of them is being called.
    """
    found = [lead for lead, _ in sql_leads.lock(connection, _with_number(connection, number)).values()]
    tenants = sql_leads.tenants_of(connection, {lead.campaign_id for lead in found})
    theirs = [lead for lead in found if tenants[lead.campaign_id] == tenant_id]
    known = tuple(dict.fromkeys((number, *(one for lead in theirs for one in numbers_of(lead)))))
    sql_dispositions.block(connection, known, "erased on request", now, tenant_id)
    of_leads = attempts.c.lead_id.in_([lead.lead_id for lead in theirs])
    called = connection.execute(
        sa.select(attempts.c.lead_id, attempts.c.attempt_number, attempts.c.number, attempts.c.outcome).where(of_leads)
    ).all()
    if any(row.outcome is None for row in called):
        raise CallUnderWayError
    tries = {lead.lead_id: [row.attempt_number for row in called if row.lead_id == lead.lead_id] for lead in theirs}
    cdr_count = sum(_erase_lead(connection, lead, tries[lead.lead_id], known) for lead in theirs)
    return Erased(leads=len(theirs), attempts=len(called), cdrs=cdr_count)


def _with_number(connection: sa.Connection, number: str) -> Collection[int]:
    by_first = sa.select(leads.c.lead_id).where(leads.c.number == number)
    by_any = sa.select(lead_numbers.c.lead_id).where(lead_numbers.c.number == number)
    # Called under the number once, and moved on to another since.
    by_attempt = sa.select(attempts.c.lead_id).where(attempts.c.number == number)
    return set(connection.scalars(by_first.union(by_any, by_attempt)))


def _erase_lead(connection: sa.Connection, lead: Lead, tries: Sequence[int], numbers: tuple[str, ...]) -> int:
    """Erase one lead; returns how many CDRs its attempts have."""
    # As it is now that its numbers are blocked.
    ((blocked, _),) = sql_leads.lock(connection, {lead.lead_id}).values()
    sql_leads.move(connection, [(blocked, progress.closed(blocked, progress.ERASED))])
    name = pseudonym(lead.lead_id)
    nothing = {"name": "", "attributes": "{}", "external_id": "", "postal_code": "", "language": "", "consent": ""}
    of_lead = leads.c.lead_id == lead.lead_id
    connection.execute(leads.update().where(of_lead).values(number=name, numbers="", phone_kind="unknown", **nothing))
    connection.execute(lead_numbers.delete().where(lead_numbers.c.lead_id == lead.lead_id))
    connection.execute(attempts.update().where(attempts.c.lead_id == lead.lead_id).values(number=name))
    verdicts = sa.select(evidence.c.attempt_number, evidence.c.verdicts).where(evidence.c.lead_id == lead.lead_id)
    for number, text in connection.execute(verdicts).all():
        this = (evidence.c.lead_id == lead.lead_id, evidence.c.attempt_number == number)
        erased = erased_verdicts(sql_gate.VERDICTS.decode(text), (*numbers, lead.consent.source), lead.lead_id)
        connection.execute(evidence.update().where(*this).values(verdicts=msgspec.json.encode(erased).decode()))
    call_ids = [attempt_id(lead.lead_id, number) for number in tries]
    return connection.execute(cdrs.update().where(cdrs.c.call_id.in_(call_ids)).values(called_number=name)).rowcount
