"""The compliance gate: may this lead be dialed now? Every rule that says no is reported, not only the first.

The store asks when it chooses leads, the engine asks again at the moment of dialing. Anything that cannot be judged (an
unknown time zone, a window that cannot be read) is a refusal.
"""

from collections.abc import Container
from datetime import datetime
from enum import StrEnum

import msgspec

from campaigns.model import Campaign, CampaignStatus, Lead, LeadStatus
from campaigns.rules.window import find_zone, is_open

RING_TIMEOUT_S_MIN = 15.0
"""An unanswered call must ring at least this long (16 CFR 310.4(b)(4)(ii), 47 CFR 64.1200(a)(6))."""

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class GateRule(StrEnum):
    """The rules of the gate."""

    CAMPAIGN_RUNNING = "campaign_running"
    RING_TIMEOUT = "ring_timeout"
    LEAD_OPEN = "lead_open"
    NOT_BEFORE = "not_before"
    ATTEMPTS_MAX = "attempts_max"
    DO_NOT_CALL = "do_not_call"
    TIME_ZONE = "time_zone"
    CALLING_WINDOW = "calling_window"


class Refusal(msgspec.Struct, frozen=True, gc=False):
    """One rule that says no, and why in words."""

    rule: GateRule
    reason: str


def refusals(campaign: Campaign, lead: Lead, now: float, blocked: Container[str]) -> tuple[Refusal, ...]:
    """All the rules by which `lead` may not be dialed now; empty means it may be.

    Args:
        campaign: the lead's campaign.
        lead: open, or reserved for the dialer that asks.
        now: Unix seconds.
        blocked: numbers on the do-not-call list, E.164.
    """
    return campaign_refusals(campaign) + lead_refusals(campaign, lead, now, blocked)


def campaign_refusals(campaign: Campaign) -> tuple[Refusal, ...]:
    """The rules by which nobody of the campaign may be dialed."""
    found = []
    if campaign.status is not CampaignStatus.RUNNING:
        found.append(Refusal(GateRule.CAMPAIGN_RUNNING, f"the campaign is {campaign.status}, not running"))
    if not campaign.ring_timeout_s >= RING_TIMEOUT_S_MIN:
        reason = f"the ring timeout is {campaign.ring_timeout_s:g} s, at least {RING_TIMEOUT_S_MIN:g} s are required"
        found.append(Refusal(GateRule.RING_TIMEOUT, reason))
    return tuple(found)


def lead_refusals(campaign: Campaign, lead: Lead, now: float, blocked: Container[str]) -> tuple[Refusal, ...]:
    """The rules by which this one lead may not be dialed now."""
    found = []
    if lead.status is LeadStatus.CLOSED:
        found.append(Refusal(GateRule.LEAD_OPEN, "the lead is closed"))
    if lead.not_before > now:
        found.append(Refusal(GateRule.NOT_BEFORE, f"the next attempt is due in {lead.not_before - now:.0f} s"))
    if lead.attempts_made >= campaign.attempts_max:
        reason = f"{lead.attempts_made} attempts made, {campaign.attempts_max} allowed"
        found.append(Refusal(GateRule.ATTEMPTS_MAX, reason))
    if lead.number in blocked:
        found.append(Refusal(GateRule.DO_NOT_CALL, f"{lead.number} is on the do-not-call list"))
    window = window_refusal(campaign, lead.time_zone, now)
    if window is not None:
        found.append(window)
    return tuple(found)


def window_refusal(campaign: Campaign, time_zone: str, now: float) -> Refusal | None:
    """Why nobody in this time zone may be called now, or None; an empty zone means the campaign's.

    The store asks this once for each distinct zone of a campaign's leads, and reserves only from those that are open.
    """
    name = time_zone or campaign.time_zone
    zone = find_zone(name)
    if zone is None:
        return Refusal(GateRule.TIME_ZONE, f"the time zone {name!r} is not known")
    window = campaign.calling_window
    if is_open(window, zone, now):
        return None
    local = datetime.fromtimestamp(now, zone)
    days = ",".join(DAY_NAMES[day] for day in window.days if 0 <= day <= 6) or "no day"
    clock = f"{DAY_NAMES[local.weekday()]} {local:%H:%M}"
    reason = f"it is {clock} in {name}, calls are allowed {window.start}-{window.end} on {days}"
    return Refusal(GateRule.CALLING_WINDOW, reason)
