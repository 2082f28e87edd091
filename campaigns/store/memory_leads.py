"""A lead as the memory store keeps it."""

import msgspec

from campaigns.model import Attempt, Lead


class LeadSlot(msgspec.Struct):
    """A lead, its attempts in order, and its lease."""

    lead: Lead
    attempts: list[Attempt] = []
    engine_id: str = ""
    lease_until: float | None = None
    """None while the lead is open, closed or being called."""
    import_id: int = 0
