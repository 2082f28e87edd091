"""Registered caller IDs in memory, and how often each has been shown."""

from collections.abc import Sequence

from msgspec.structs import replace

from campaigns.caller_ids import CallerId
from campaigns.model import Attempt, Campaign
from campaigns.rules.caller_ids import shown
from campaigns.service.errors import CallerIdNotFoundError
from campaigns.store import showing


class MemoryCallerIds:
    """The numbers that tenants have registered as their own."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], CallerId] = {}

    def add(self, numbers: Sequence[str], label: str, now: float, tenant_id: int) -> int:
        """Register numbers; returns how many were new."""
        new = 0
        for number in dict.fromkeys(numbers):
            known = self._known.get((tenant_id, number))
            new += known is None
            self._known[tenant_id, number] = replace(known or CallerId(number=number, added_at=now), label=label)
        return new

    def remove(self, number: str, tenant_id: int) -> None:
        """Take a number off the register."""
        if self._known.pop((tenant_id, number), None) is None:
            raise CallerIdNotFoundError(number)

    def of(self, tenant_id: int) -> tuple[CallerId, ...]:
        """A tenant's numbers, by number."""
        found = (one for (of_tenant, _), one in self._known.items() if of_tenant == tenant_id)
        return tuple(sorted(found, key=lambda one: one.number))

    def may_show(self, campaign: Campaign, attempt: Attempt) -> bool:
        """Whether an attempt may show its number now."""
        return showing.may_show(campaign, attempt, self._known.get((campaign.tenant_id, attempt.caller_id)))

    def count(self, campaign: Campaign, attempt: Attempt) -> None:
        """Count an attempt that has been written."""
        key = campaign.tenant_id, attempt.caller_id
        known = self._known.get(key)
        if known is not None:
            use = shown(known.use, campaign.caller_ids, attempt.placed_at)
            self._known[key] = replace(known, use=use)
