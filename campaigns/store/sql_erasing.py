"""Erasing a person in SQL: one transaction, after which no lead, attempt or CDR names them.

What is beside comes after. The do-not-call list keeps the bare number, so that a list with it that is imported next
year calls nobody (GDPR, article 17(3)(b) and 21(3)).
"""

from collections.abc import Collection, Sequence

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from campaigns.erasures import Erased
from campaigns.model import Lead, attempt_id
from campaigns.service.erasing import CallUnderWayError, erased_verdicts, pseudonym
from campaigns.service.spelling import Spellings
from campaigns.store import progress, sql_dispositions, sql_gate, sql_leads, sql_skips
from campaigns.store.adding import numbers_of
from campaigns.store.erasure_schema import erasures
from campaigns.store.recording_schema import recordings
from campaigns.store.schema import attempts, blocked_numbers, cdrs, evidence, lead_numbers, leads

NOTHING = {"name": "", "attributes": "{}", "external_id": "", "postal_code": "", "language": "", "consent": ""}


def erase(
    connection: sa.Connection,
    numbers: Sequence[str],
    now: float,
    tenant_id: int,
    uid: str,
    *,
    is_restoring: bool = False,
) -> Erased:
    """Erase the tenant's leads that have one of a person's numbers, and note that it was done.

    Args:
        connection: in a transaction.
        numbers: of one person, E.164.
        now: Unix seconds.
        tenant_id: whose leads.
        uid: of this erasure, unlike any other.
        is_restoring: no call is under way, whatever the attempts say.

    Raises:
        CallUnderWayError: one of them is being called.
    """
    found = [lead for lead, _ in sql_leads.lock(connection, _with_numbers(connection, numbers)).values()]
    tenants = sql_leads.tenants_of(connection, {lead.campaign_id for lead in found})
    theirs = [lead for lead in found if tenants[lead.campaign_id] == tenant_id]
    of_leads = attempts.c.lead_id.in_([lead.lead_id for lead in theirs])
    called = connection.execute(
        sa.select(attempts.c.lead_id, attempts.c.attempt_number, attempts.c.number, attempts.c.outcome).where(of_leads)
    ).all()
    if not is_restoring and any(row.outcome is None for row in called):
        raise CallUnderWayError
    # Numbers that a lead no longer has, but was called under, are the person's too.
    once = [row.number for row in called if row.number.startswith("+")]
    known = tuple(dict.fromkeys((*numbers, *(one for lead in theirs for one in numbers_of(lead)), *once)))
    known = tuple(one for one in known if one.startswith("+"))
    tries = {lead.lead_id: [row.attempt_number for row in called if row.lead_id == lead.lead_id] for lead in theirs}
    person = _Person(connection, known)
    sql_dispositions.block(connection, known, progress.ERASED, now, tenant_id)
    for lead in theirs:
        person.erase(lead, tries[lead.lead_id])
    erased = Erased(
        leads=len(theirs),
        attempts=len(called),
        cdrs=person.cdrs,
        evidence=person.evidence,
        callbacks=sum(lead.callback is not None for lead in theirs),
        suppressed=known,
    )
    made = _note(connection, erased, [lead.lead_id for lead in theirs], now, tenant_id, uid)
    return replace(erased, erasure_id=made)


def _with_numbers(connection: sa.Connection, numbers: Sequence[str]) -> Collection[int]:
    by_first = sa.select(leads.c.lead_id).where(leads.c.number.in_(numbers))
    by_any = sa.select(lead_numbers.c.lead_id).where(lead_numbers.c.number.in_(numbers))
    # Called under the number once, and moved on to another since.
    by_attempt = sa.select(attempts.c.lead_id).where(attempts.c.number.in_(numbers))
    return set(connection.scalars(by_first.union(by_any, by_attempt)))


def _note(
    connection: sa.Connection, erased: Erased, lead_ids: Sequence[int], now: float, tenant_id: int, uid: str
) -> int:
    """Write that a person was erased, so that no crash keeps anything beside; the numbers are only marked."""
    row = {
        "uid": uid,
        "tenant_id": tenant_id,
        "at": now,
        "lead_ids": msgspec.json.encode(lead_ids).decode(),
        "erased": msgspec.json.encode(replace(erased, suppressed=())).decode(),
    }
    made = connection.execute(erasures.insert().values(row).returning(erasures.c.erasure_id)).scalar_one()
    theirs = (blocked_numbers.c.tenant_id == tenant_id, blocked_numbers.c.number.in_(erased.suppressed))
    # Why a number was blocked before may name the person too; when it was is kept.
    connection.execute(blocked_numbers.update().where(*theirs).values(erasure_id=made, reason=progress.ERASED))
    return int(made)


class _Person:
    """Who is being erased: leads of theirs, one by one."""

    def __init__(self, connection: sa.Connection, numbers: tuple[str, ...]) -> None:
        self._connection = connection
        self._numbers = numbers
        self._spellings = Spellings(numbers)
        self.cdrs = 0
        self.evidence = 0

    def erase(self, lead: Lead, tries: Sequence[int]) -> None:
        connection, name = self._connection, pseudonym(lead.lead_id)
        # As it is now that its numbers are blocked.
        ((blocked, _),) = sql_leads.lock(connection, {lead.lead_id}).values()
        sql_leads.move(connection, [(blocked, progress.closed(blocked, progress.ERASED))])
        of_lead = leads.c.lead_id == lead.lead_id
        told = NOTHING | {"number": name, "numbers": "", "phone_kind": "unknown"}
        connection.execute(leads.update().where(of_lead).values(told))
        connection.execute(lead_numbers.delete().where(lead_numbers.c.lead_id == lead.lead_id))
        self._erase_evidence(lead)
        sql_skips.erase(connection, lead.lead_id)
        call_ids = [attempt_id(lead.lead_id, number) for number in tries]
        named = {"number": name}
        connection.execute(attempts.update().where(attempts.c.lead_id == lead.lead_id).values(named))
        of_calls = cdrs.c.call_id.in_(call_ids)
        # Keys pressed may be an account's number.
        erased = cdrs.update().where(of_calls).values(called_number=name, digits="")
        self.cdrs += connection.execute(erased).rowcount
        # Their files are yet to be deleted, each on the machine where it is.
        connection.execute(recordings.update().where(recordings.c.call_id.in_(call_ids)).values(named))
        for table, wanted in ((attempts, attempts.c.lead_id == lead.lead_id), (cdrs, of_calls)):
            self._erase_causes(table, wanted)

    def _erase_evidence(self, lead: Lead) -> None:
        of_lead = evidence.c.lead_id == lead.lead_id
        wanted = sa.select(evidence.c.attempt_number, evidence.c.verdicts).where(of_lead)
        for number, text in self._connection.execute(wanted).all():
            told = (*self._numbers, lead.consent.source)
            erased = erased_verdicts(sql_gate.VERDICTS.decode(text), told, lead.lead_id)
            change = evidence.update().where(of_lead, evidence.c.attempt_number == number)
            self._connection.execute(change.values(verdicts=msgspec.json.encode(erased).decode()))
            self.evidence += 1

    def _erase_causes(self, table: sa.Table, wanted: sa.ColumnElement[bool]) -> None:
        """What the network said of a call may repeat the number."""
        for cause in self._connection.scalars(sa.select(table.c.cause).where(wanted).distinct()).all():
            said = self._spellings.replaced(cause, "erased")
            if said != cause:
                change = table.update().where(wanted, table.c.cause == cause)
                self._connection.execute(change.values(cause=said))
