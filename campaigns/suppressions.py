"""A request not to be called, as it is kept beside the database."""

import msgspec


class Suppression(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Numbers that were put on a do-not-call list together."""

    at: float
    """Unix seconds."""
    tenant_id: int
    numbers: tuple[str, ...]
    """E.164."""
    reason: str = ""
    """Who asked for it, and when."""
    campaign_id: int = 0
    """The campaign on whose own list they are; 0 for the tenant's."""
