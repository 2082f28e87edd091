"""The live view of an engine, read from its state and changing nothing."""

from dialer.ccs.occupancy import occupancy
from dialer.engine.state import EngineState
from dialer.model import AgentView, CallState, CampaignView, Statistics
from dialer.oam.statistics import statistics
from dialer.pds.tasks import CampaignWork

ANSWERED_WAITING = (CallState.DETECTING, CallState.QUEUED, CallState.BRIDGING)


def view(state: EngineState, now: float) -> Statistics:
    """Everything a supervisor sees at `now`."""
    roster = state.roster
    by_campaign: dict[int, dict[CallState, int]] = {campaign_id: {} for campaign_id in state.tasks.works}
    for call in state.calls.values():
        counts = by_campaign[call.campaign_id]
        counts[call.state] = counts.get(call.state, 0) + 1
    return statistics(
        now=now,
        started_at=state.started_at,
        agents=[
            AgentView(
                agent_id=agent.agent_id,
                skill_groups=agent.skill_groups,
                state=agent.state,
                since=agent.since,
                pause_reason=agent.pause_reason,
                attempt_id=agent.attempt_id,
            )
            for agent in roster.agents.values()
        ],
        campaigns=[_campaign_view(work, by_campaign[work.campaign_id]) for work in state.tasks.works.values()],
        occupancy=occupancy(roster.times.seconds(roster.agents.values(), now)),
        events=state.events,
        counters=_counters(state),
    )


def _counters(state: EngineState) -> dict[str, int]:
    counters = state.counters.values()
    failures = sum(work.policy_failures for work in state.tasks.works.values())
    return counters | {"policy_failures": failures} if failures else counters


def _campaign_view(work: CampaignWork, calls: dict[CallState, int]) -> CampaignView:
    campaign = work.campaign
    account = work.account
    ratio = work.risks.ratio()
    tally = work.shadow_tally
    return CampaignView(
        campaign_id=campaign.campaign_id,
        name=campaign.name,
        status=str(campaign.status),
        policy=campaign.pacing.policy,
        hopper=len(work.hopper),
        recording=calls.get(CallState.RECORDING, 0),
        placed=calls.get(CallState.PLACED, 0),
        ringing=calls.get(CallState.RINGING, 0),
        queued=sum(calls.get(state, 0) for state in ANSWERED_WAITING),
        bridged=calls.get(CallState.BRIDGED, 0) + calls.get(CallState.TRANSFERRED, 0),
        attempts=work.attempts,
        outcomes={str(outcome): count for outcome, count in work.outcomes.items()},
        answered=account.answered,
        abandoned=account.abandoned,
        abandon_rate=account.abandoned / account.answered if account.answered else None,
        abandon_rate_max=campaign.pacing.abandon_rate_max,
        decision=work.decision,
        tenant_id=campaign.tenant_id,
        late_cancels=work.late_cancels,
        risk_ratio=ratio.value if ratio is not None else None,
        is_forecast_off=work.risks.is_off,
        shadow=campaign.pacing.shadow,
        shadow_decisions=tally.decisions,
        shadow_more=tally.more,
        shadow_fewer=tally.fewer,
        shadow_failures=tally.failures,
        are_scores_used=work.scores.is_trusted,
    )
