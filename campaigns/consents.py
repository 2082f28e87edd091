"""What people have said to being called."""

from enum import StrEnum

import msgspec


class ConsentKind(StrEnum):
    """What a person has said to being called (47 CFR 64.1200(f)(9) tells written consent from other)."""

    UNSTATED = "unstated"
    EXPRESS = "express"
    EXPRESS_WRITTEN = "express_written"
    REFUSED = "refused"


class Consent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's consent as the list states it."""

    kind: ConsentKind = ConsentKind.UNSTATED
    at: float | None = None
    """When it was given, Unix seconds; None where the list does not say."""
    source: str = ""
    """Where it is on record: a form, a call, a contract."""


NO_CONSENT_STATED = Consent()
