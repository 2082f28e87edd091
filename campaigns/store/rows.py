"""Rows of the SQL store to structs and back."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from campaigns.model import Attempt, Campaign, Cdr, Lead, LeadStatus, NewLead, Outcome, attempt_id
from campaigns.store.schema import attempts, cdrs, leads

T = TypeVar("T")

LEAD_COLUMNS = tuple(leads.c[field] for field in Lead.__struct_fields__)
_ATTEMPT_FIELDS = tuple(field for field in Attempt.__struct_fields__ if field != "attempt_id")
ATTEMPT_COLUMNS = tuple(attempts.c[field] for field in _ATTEMPT_FIELDS)
CDR_COLUMNS = tuple(cdrs.c[field] for field in Cdr.__struct_fields__)

_NOT_IN_SETTINGS = ("campaign_id", "status")


def settings_text(campaign: Campaign) -> str:
    """All of a campaign but its id and status, as JSON."""
    settings = msgspec.to_builtins(campaign)
    return msgspec.json.encode({key: settings[key] for key in settings if key not in _NOT_IN_SETTINGS}).decode()


def to_campaign(campaign_id: int, status: str, settings: str) -> Campaign:
    """A campaign from its row."""
    return msgspec.convert({**msgspec.json.decode(settings), "campaign_id": campaign_id, "status": status}, Campaign)


def to_lead(row: Sequence[Any]) -> Lead:
    """A lead from a row that begins with `LEAD_COLUMNS`."""
    fields = dict(zip(Lead.__struct_fields__, row, strict=False))
    fields["attributes"] = msgspec.json.decode(fields["attributes"], type=dict[str, str])
    fields["status"] = LeadStatus(fields["status"])
    return Lead(**fields)


def new_lead_row(campaign_id: int, lead: NewLead) -> dict[str, Any]:
    """The row of a lead that is about to be stored."""
    return {
        "campaign_id": campaign_id,
        "number": lead.number,
        "name": lead.name,
        "time_zone": lead.time_zone,
        "priority": lead.priority,
        "attributes": msgspec.json.encode(lead.attributes).decode(),
        "external_id": lead.external_id,
        "status": LeadStatus.OPEN,
        "attempts_made": 0,
        "not_before": 0.0,
        "closed_reason": "",
        "engine_id": "",
        "lease_until": None,
    }


def to_attempt(row: Sequence[Any]) -> Attempt:
    """An attempt from a row of `ATTEMPT_COLUMNS`."""
    fields = dict(zip(_ATTEMPT_FIELDS, row, strict=True))
    fields["attempt_id"] = attempt_id(fields["lead_id"], fields["attempt_number"])
    fields["outcome"] = None if fields["outcome"] is None else Outcome(fields["outcome"])
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
