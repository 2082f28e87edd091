"""Erasing a person in memory."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from campaigns.erasures import Erased
from campaigns.model import Cdr
from campaigns.service.erasing import CallUnderWayError, pseudonym
from campaigns.store.adding import numbers_of
from campaigns.store.gate_records import GateRecords
from campaigns.store.memory_leads import LeadSlot, MemoryLeads
from campaigns.store.memory_skips import MemorySkips

Block = Callable[[Sequence[str]], object]


def erase(
    leads: MemoryLeads,
    cdrs: dict[str, Cdr],
    records: GateRecords,
    skips: MemorySkips,
    number: str,
    tenant_of: Callable[[int], int],
    tenant_id: int,
    block: Block,
) -> Erased:
    """Erase the leads that have a number.

    Args:
        leads: all there are.
        cdrs: by call.
        records: what the gate knows.
        skips: what agents noted of leads.
        number: E.164.
        tenant_of: whose a campaign is.
        tenant_id: whose leads.
        block: puts numbers on the do-not-call list.

    Raises:
        CallUnderWayError: one of them is being called.
    """
    theirs = (slot for slot in leads.all() if tenant_of(slot.lead.campaign_id) == tenant_id)
    slots = [slot for slot in theirs if number in _numbers(slot)]
    if any(attempt.outcome is None for slot in slots for attempt in slot.attempts):
        raise CallUnderWayError
    known = tuple(dict.fromkeys((number, *(one for slot in slots for one in _numbers(slot)))))
    known = tuple(one for one in known if one.startswith("+"))
    callbacks = sum(slot.lead.callback is not None for slot in slots)
    block(known)
    cdr_count = evidence_count = 0
    for slot in slots:
        erased = pseudonym(slot.lead.lead_id)
        for attempt in slot.attempts:
            evidence_count += bool(records.evidence(attempt.attempt_id))
            records.forget(attempt, tenant_id)
            cdr = cdrs.get(attempt.attempt_id)
            if cdr is not None:
                cdr_count += 1
                cdrs[attempt.attempt_id] = replace(cdr, called_number=erased, digits="")
        slot.attempts = [replace(attempt, number=erased) for attempt in slot.attempts]
        skips.erase(slot.lead.lead_id)
        leads.erase(slot, erased)
    return Erased(
        leads=len(slots),
        attempts=sum(len(slot.attempts) for slot in slots),
        cdrs=cdr_count,
        evidence=evidence_count,
        callbacks=callbacks,
        suppressed=known,
    )


def _numbers(slot: LeadSlot) -> list[str]:
    """Under which a lead is known, or was called."""
    return [*numbers_of(slot.lead), *(attempt.number for attempt in slot.attempts)]
