"""From the floor to a pacing snapshot, and from a decision to the calls it may touch."""

from collections.abc import Iterable

from dialer.pds.tasks import CampaignWork
from pacing.model import CallInFlight, Snapshot

RING_S_MIN = 15.0
"""No call is given up before it has rung this long (16 CFR 310.4(b)(4)(ii), 47 CFR 64.1200(a)(6))."""


def snapshot(
    work: CampaignWork,
    *,
    idle_agents: int,
    talking_since: Iterable[float],
    acw_since: Iterable[float],
    calls: tuple[CallInFlight, ...],
    queued_calls: int,
    calls_max: int,
    now: float,
) -> Snapshot:
    """What the campaign's policy may look at."""
    campaign = work.campaign
    return Snapshot(
        now=now,
        idle_agents=idle_agents,
        talking_since=tuple(talking_since),
        acw_since=tuple(acw_since),
        calls=calls,
        queued_calls=queued_calls,
        calls_max=calls_max,
        answer_limit_s=campaign.answer_limit_s,
        ring_timeout_s=campaign.ring_timeout_s,
        budget=work.account.budget(campaign.pacing.abandon_rate_max),
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


def may_cancel(call: CallInFlight, now: float) -> bool:
    """Whether a call has rung long enough to be given up."""
    return call.ringing_at is not None and now - call.ringing_at >= RING_S_MIN
