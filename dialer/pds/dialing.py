"""From the floor to a pacing snapshot, and from a decision to the calls it may touch."""

from collections.abc import Iterable

from msgspec.structs import replace

from campaigns.model import PacingSettings
from dialer.pds.history import NumberHistory
from dialer.pds.scores import Offer
from dialer.pds.tasks import CampaignWork
from pacing.model import CallInFlight, Promise, Snapshot

RING_S_MIN = 15.0
"""No call is given up before it has rung this long (16 CFR 310.4(b)(4)(ii), 47 CFR 64.1200(a)(6))."""


def snapshot(
    work: CampaignWork,
    *,
    idle_agents: int,
    talking_since: Iterable[float],
    acw_since: Iterable[float],
    talking_ids: Iterable[str],
    acw_ids: Iterable[str],
    promises: Iterable[Promise],
    calls: tuple[CallInFlight, ...],
    queued_calls: int,
    detecting_calls: int,
    calls_max: int,
    offer: Offer,
    now: float,
) -> Snapshot:
    """What the campaign's policy may look at."""
    campaign = work.campaign
    return Snapshot(
        now=now,
        idle_agents=idle_agents,
        talking_since=tuple(talking_since),
        acw_since=tuple(acw_since),
        talking_ids=tuple(talking_ids),
        acw_ids=tuple(acw_ids),
        promises=tuple(promises),
        calls=calls,
        queued_calls=queued_calls,
        detecting_calls=detecting_calls,
        calls_max=calls_max,
        answer_limit_s=campaign.answer_limit_s,
        ring_timeout_s=campaign.ring_timeout_s,
        budget=work.account.budget(campaign.pacing.abandon_rate_max, work.dialing_ends_at(now)),
        other_budgets=work.regulators.budgets(),
        cancel_after_s=cancel_after_s(campaign.pacing),
        leads_left=work.leads_open,
        lead_probabilities=offer.probabilities,
        leads_in_order=offer.in_order,
    )


def serving_order(works: Iterable[CampaignWork]) -> list[CampaignWork]:
    """Campaigns that share agents in the order in which they are served: priority, then whose turn it is."""
    return sorted(works, key=lambda work: (-work.campaign.priority, work.served, work.campaign_id))


def part_of(calls: dict[str, CallInFlight], shared: int, members: int) -> tuple[CallInFlight, ...]:
    """The part of another group's calls in flight that is counted against the agents both groups share.

    Rounded up, oldest first: the agents shared will take about that part of them.
    """
    count = -(-len(calls) * shared // members)
    return tuple(calls.values()) if count >= len(calls) else tuple(calls.values())[:count]


def kept(calls: Iterable[CallInFlight]) -> tuple[CallInFlight, ...]:
    """Other campaigns' calls as a campaign sees them that may give up its own."""
    return tuple(replace(call, may_cancel=False) for call in calls)


def cancel_after_s(pacing: PacingSettings) -> float | None:
    """How long the campaign's calls ring before they may be given up; None where they may not."""
    return None if pacing.cancel_after_s is None else max(pacing.cancel_after_s, RING_S_MIN)


def remembers_numbers(pacing: PacingSettings) -> bool:
    """Whether the campaign asks anything of the numbers' history."""
    return pacing.lead_scores or pacing.cancel_after_s is not None


def number_may_cancel(pacing: PacingSettings, number: str, history: NumberHistory) -> bool:
    """Whether a number has been given up less often than is allowed."""
    return history.late_cancels(number) < pacing.late_cancels_max


def may_cancel(call: CallInFlight, after_s: float | None, now: float) -> bool:
    """Whether a call has rung long enough to be given up, where that is allowed at all."""
    return after_s is not None and call.ringing_at is not None and now - call.ringing_at >= after_s
