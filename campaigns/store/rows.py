"""Rows of the SQL store to structs and back."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from campaigns.consents import NO_CONSENT_STATED, Consent
from campaigns.dispositions import Callback, Meaning
from campaigns.imports import AddRules
from campaigns.model import (
    Attempt,
    Campaign,
    Cdr,
    Lead,
    LeadNumber,
    LeadStatus,
    NewLead,
    Outcome,
    PhoneKind,
    attempt_id,
)
from campaigns.store.schema import attempts, cdrs, leads

T = TypeVar("T")

LEAD_COLUMNS = tuple(leads.c[field] for field in Lead.__struct_fields__)
_ATTEMPT_FIELDS = tuple(field for field in Attempt.__struct_fields__ if field != "attempt_id")
ATTEMPT_COLUMNS = tuple(attempts.c[field] for field in _ATTEMPT_FIELDS)
CDR_COLUMNS = tuple(cdrs.c[field] for field in Cdr.__struct_fields__)

_ATTRIBUTES = msgspec.json.Decoder(dict[str, str])
_NUMBERS = msgspec.json.Decoder(tuple[LeadNumber, ...])
_CONSENT = msgspec.json.Decoder(Consent)
CALLED_BACK = "callback"
"""The status, in its row, of an open lead that has a callback."""
_STATUS = {status.value: status for status in LeadStatus} | {CALLED_BACK: LeadStatus.OPEN}
_CALLBACK = msgspec.json.Decoder(Callback)
_KIND = {kind.value: kind for kind in PhoneKind}
_ENCODE = msgspec.json.Encoder().encode
_NOT_IN_SETTINGS = ("campaign_id", "status", "tenant_id")


def settings_text(campaign: Campaign) -> str:
    """All of a campaign but its id and status, as JSON."""
    settings = msgspec.to_builtins(campaign)
    return msgspec.json.encode({key: settings[key] for key in settings if key not in _NOT_IN_SETTINGS}).decode()


def to_campaign(campaign_id: int, status: str, settings: str, tenant_id: int) -> Campaign:
    """A campaign from its row."""
    return msgspec.convert(
        {**msgspec.json.decode(settings), "campaign_id": campaign_id, "status": status, "tenant_id": tenant_id},
        Campaign,
    )


def to_lead(row: Sequence[Any]) -> Lead:
    """A lead from a row that begins with `LEAD_COLUMNS`."""
    # Written out: a thousand leads are reserved at once, and a dict for each would take as long again.
    (lead_id, campaign_id, number, name, time_zone, priority, attributes, status, attempts_made, not_before) = row[:10]
    (external_id, closed_reason, phone_kind, numbers, postal_code, language, consent, list_id, callback) = row[10:19]
    return Lead(
        lead_id=lead_id,
        campaign_id=campaign_id,
        number=number,
        name=name,
        time_zone=time_zone,
        priority=priority,
        attributes=_ATTRIBUTES.decode(attributes),
        status=_STATUS[status],
        attempts_made=attempts_made,
        not_before=not_before,
        external_id=external_id,
        closed_reason=closed_reason,
        phone_kind=_KIND[phone_kind],
        numbers=_NUMBERS.decode(numbers) if numbers else (),
        postal_code=postal_code,
        language=language,
        consent=_CONSENT.decode(consent) if consent else NO_CONSENT_STATED,
        list_id=list_id,
        callback=_CALLBACK.decode(callback) if callback else None,
    )


NEW_LEAD_COLUMNS = (
    "lead_id",
    "campaign_id",
    "list_id",
    "import_id",
    "number",
    "phone_kind",
    "numbers",
    "name",
    "time_zone",
    "priority",
    "attributes",
    "external_id",
    "postal_code",
    "language",
    "consent",
    "status",
    "attempts_made",
    "not_before",
    "closed_reason",
    "engine_id",
    "rank",
)


def new_lead_row(
    lead_id: int, campaign_id: int, lead: NewLead, rules: AddRules, rank: int | None = None
) -> tuple[Any, ...]:
    """The row of a lead that is about to be stored, in the order of `NEW_LEAD_COLUMNS`."""
    return (
        lead_id,
        campaign_id,
        rules.list_id,
        rules.import_id,
        lead.number,
        # Plain text, which no driver has to adapt; `value` would be a call of Python's for each lead.
        lead.phone_kind._value_,
        numbers_text(lead.numbers),
        lead.name,
        lead.time_zone,
        lead.priority,
        _ENCODE(lead.attributes).decode(),
        lead.external_id,
        lead.postal_code,
        lead.language,
        consent_text(lead.consent),
        "open",
        0,
        0.0,
        "",
        "",
        rank,
    )


def lead_fields_row(lead: Lead) -> dict[str, Any]:
    """What an update may change of a lead, by column."""
    return {
        "name": lead.name,
        "time_zone": lead.time_zone,
        "priority": lead.priority,
        "attributes": _ENCODE(lead.attributes).decode(),
        "external_id": lead.external_id,
        "postal_code": lead.postal_code,
        "language": lead.language,
        "consent": consent_text(lead.consent),
    } | numbers_row(lead)


def numbers_row(lead: Lead) -> dict[str, Any]:
    """A lead's numbers, by column."""
    return {"number": lead.number, "phone_kind": lead.phone_kind.value, "numbers": numbers_text(lead.numbers)}


def status_text(lead: Lead) -> str:
    """A lead's status as its row has it."""
    return CALLED_BACK if lead.status is LeadStatus.OPEN and lead.callback is not None else str(lead.status)


def callback_row(lead: Lead) -> dict[str, Any]:
    """A lead's callback, by column."""
    callback = lead.callback
    if callback is None:
        return {"callback": "", "callback_agent": None, "callback_ends_at": None}
    return {
        "callback": _ENCODE(callback).decode(),
        "callback_agent": callback.agent_id,
        "callback_ends_at": callback.ends_at,
    }


def numbers_text(numbers: Sequence[LeadNumber]) -> str:
    """Numbers as they are kept: JSON, or nothing where a lead has only one."""
    return _ENCODE(numbers).decode() if numbers else ""


def consent_text(consent: Consent) -> str:
    """Consent as it is kept: JSON, or nothing where none is stated."""
    return "" if consent == NO_CONSENT_STATED else _ENCODE(consent).decode()


def to_attempt(row: Sequence[Any]) -> Attempt:
    """An attempt from a row of `ATTEMPT_COLUMNS`."""
    fields = dict(zip(_ATTEMPT_FIELDS, row, strict=True))
    fields["attempt_id"] = attempt_id(fields["lead_id"], fields["attempt_number"])
    fields["outcome"] = None if fields["outcome"] is None else Outcome(fields["outcome"])
    fields["meaning"] = None if fields["meaning"] is None else Meaning(fields["meaning"])
    return Attempt(**fields)


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """The row of an attempt, without its engine."""
    fields = msgspec.structs.asdict(attempt)
    del fields["attempt_id"]
    return fields


def to_cdr(row: Sequence[Any]) -> Cdr:
    """A CDR from a row of `CDR_COLUMNS`."""
    fields = dict(zip(Cdr.__struct_fields__, row, strict=True))
    fields["outcome"] = Outcome(fields["outcome"])
    return Cdr(**fields)


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Cut a sequence into pieces; databases limit the parameters of one statement (SQLite: 32,766)."""
    return [items[start : start + size] for start in range(0, len(items), size)]
