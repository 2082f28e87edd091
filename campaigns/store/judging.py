"""Leads and attempts before the compliance gate; every store lets them through by these functions."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from campaigns.model import Attempt, Campaign, Lead, NewLead
from campaigns.rules.checks import GateRule, Seen
from campaigns.rules.gate import Gate, Refusal
from campaigns.rules.places.place import place_of
from campaigns.rules.profiles.reading import GENERAL
from campaigns.store import progress

AGAIN_S = 3600.0
"""A lead refused for a reason that no clock ends (a list too old, no consent) is looked at again after this long."""
NEVER = "an attempt cap of the campaign or its profiles is used up for ever"

SeenOf = Callable[[str], Seen]
"""What a store knows of a number."""


def with_zones(campaign: Campaign, new: Sequence[NewLead]) -> Sequence[NewLead]:
    """Leads that state no zone take that of their number where it has only one, so that they are found by it."""
    if campaign.compliance == GENERAL:
        return new
    return [_with_zone(lead) for lead in new]


def judge(gate: Gate, due: Sequence[Lead], now: float, seen_of: SeenOf) -> tuple[list[Lead], list[tuple[Lead, Lead]]]:
    """Sort due leads into those that may be dialed, and those that must wait or end, as they were and as they are now.

    What waits waits for the time the gate names, so that it is not read again until then.
    """
    chosen: list[Lead] = []
    moved: list[tuple[Lead, Lead]] = []
    for lead in due:
        seen = seen_of(lead.number)
        refused = gate.refusals(lead, now, seen)
        if refused:
            moved.append((lead, _put_off(gate, lead, now, seen, refused)))
        else:
            chosen.append(lead)
    return chosen, moved


def refusals_of(gate: Gate, lead: Lead, attempt: Attempt, seen: Seen) -> tuple[Refusal, ...]:
    """The gate's last word on an attempt that is about to be written, at the number it names."""
    return gate.refusals(at_number(lead, attempt), attempt.placed_at, seen)


def at_number(lead: Lead, attempt: Attempt) -> Lead:
    """The lead as an attempt is about to call it."""
    return lead if lead.number == attempt.number else replace(lead, number=attempt.number)


def _put_off(gate: Gate, lead: Lead, now: float, seen: Seen, refused: Sequence[Refusal]) -> Lead:
    rules = {refusal.rule for refusal in refused}
    if GateRule.ATTEMPTS_MAX in rules:
        return progress.closed(lead, progress.attempts_used_up(gate.campaign))
    not_before = gate.not_before(lead, now, seen)
    if not_before is None and not rules.isdisjoint({GateRule.ATTEMPT_CAPS}):
        return progress.closed(lead, NEVER)
    if not_before is None or not_before <= now:
        not_before = now + AGAIN_S
    return replace(lead, not_before=not_before)


def _with_zone(lead: NewLead) -> NewLead:
    if lead.time_zone:
        return lead
    zones = place_of(lead.number, lead.postal_code).zones
    return replace(lead, time_zone=zones[0]) if len(zones) == 1 else lead
