"""Campaign tasks: which campaigns the engine works on, each with its hopper, calls in flight, policy and accounts.

A task comes from the poll or from a change over REST. A campaign that the poll no longer names has been stopped, unless
it changed after that poll was asked for: then the poll is older than what we know.
"""

import math
from collections.abc import Iterable

from campaigns.model import Campaign, CampaignStatus, CampaignTask, Outcome, PacingSettings
from campaigns.rules.gate import gate_of
from dialer.model import EngineSettings
from dialer.pds.account import AbandonAccount, dialing_ends_at
from dialer.pds.callbacks import Callbacks
from dialer.pds.hopper import Hopper
from dialer.pds.list_rates import ListRates
from dialer.pds.regulators import RegulatorAccounts
from dialer.pds.scores import LeadScores
from pacing import PolicySettings, UnknownPolicyError, create_policy
from pacing.calibration import RiskCalibration
from pacing.model import AnswerObserved, CallInFlight, Decision, Observation, Snapshot
from pacing.policies.progressive import decide_progressive
from pacing.policy import Policy
from pacing.shadow import Shadow, ShadowTally

ENDS_LIFE_S = 60.0
"""How often the clock is asked anew when dialing ends."""
STOPPED_MAX = 100
"""Stopped campaigns whose counts are kept for live views."""


class CampaignWork:
    """One campaign as the engine works on it."""

    __slots__ = (
        "_ends_at",
        "_ends_judged_until",
        "account",
        "attempts",
        "callbacks",
        "campaign",
        "campaign_id",
        "changed_at",
        "decision",
        "detecting",
        "gate",
        "hopper",
        "in_flight",
        "is_running",
        "late_cancels",
        "leads_open",
        "open_calls",
        "outcomes",
        "policy",
        "policy_error",
        "policy_failures",
        "quiet_until",
        "regulators",
        "reported",
        "reported_at",
        "risks",
        "scores",
        "served",
    )

    def __init__(self, task: CampaignTask, settings: EngineSettings) -> None:
        self.campaign: Campaign = task.campaign
        self.campaign_id = task.campaign.campaign_id
        self.is_running = False
        self.account = AbandonAccount(task)
        self.regulators = RegulatorAccounts(task)
        self._ends_at = math.inf
        self._ends_judged_until = -math.inf
        self.hopper = Hopper(settings)
        self.callbacks = Callbacks(settings)
        self.in_flight: dict[str, CallInFlight] = {}
        """Calls decided on and not yet answered or ended, oldest first."""
        self.detecting = 0
        """Answered calls in which AMD listens."""
        self.open_calls = 0
        """Calls that have no final result yet."""
        self.policy: Policy | None = None
        self.policy_error = ""
        """Why there is no policy, where there is none."""
        self.policy_failures = 0
        """Times the policy raised."""
        self.scores: LeadScores | ListRates = ListRates()
        """The answer model, or where the campaign has none the answer rates by list, try, trunk and hour."""
        self.risks = RiskCalibration()
        """Forecast risks of dials against what became of them."""
        self.leads_open = task.leads_open
        self.attempts = 0
        self.late_cancels = 0
        """Calls given up while they rang: each is a missed call at somebody's telephone."""
        self.outcomes: dict[Outcome, int] = {}
        self.changed_at = 0.0
        self.decision = ""
        """The last pacing decision's reason, or why none is made."""
        self.reported = ""
        """The last reason reported to the desk."""
        self.quiet_until = 0.0
        self.reported_at = 0.0
        self.served = 0
        """Rises with every call placed over all campaigns: equals take turns."""
        self._apply(task, None)

    def update(self, task: CampaignTask) -> None:
        """Take over new settings and a new status; learned estimates stay as long as the pacing stays."""
        before = self.campaign
        self.campaign = task.campaign
        self.leads_open = task.leads_open
        self.account.follow(task)
        self.regulators.follow(task)
        self._apply(task, before)

    def stop(self) -> None:
        """The campaign is not among the tasks any more."""
        self.is_running = False

    @property
    def shadow_tally(self) -> ShadowTally:
        """How often the policy and its shadow agreed; all 0 where there is none."""
        return self.policy.tally if isinstance(self.policy, Shadow) else ShadowTally()

    def dialing_ends_at(self, now: float) -> float:
        """When dialing ends today by the campaign's own setting; infinite where that is not known or past."""
        if now >= self._ends_judged_until:
            self._ends_at = dialing_ends_at(self.campaign, now)
            self._ends_judged_until = min(self._ends_at, now + ENDS_LIFE_S)
        return self._ends_at

    def leased_until(self, lead_id: int) -> float:
        """Until when a lead among the callbacks or in the hopper is surely ours."""
        return (self.callbacks if lead_id in self.callbacks else self.hopper).leased_until(lead_id)

    def take(self, lead_ids: Iterable[int]) -> None:
        """Take leads that are dialed, or refused, out of the callbacks or the hopper."""
        if not self.callbacks:
            self.hopper.take(lead_ids)
            return
        for lead_id in lead_ids:
            if lead_id in self.callbacks:
                self.callbacks.take(lead_id)
            else:
                self.hopper.take((lead_id,))

    def decide(self, snapshot: Snapshot) -> Decision:
        """Ask the policy; one that raises is counted, and pacing is progressive for once.

        A policy is exchangeable, so its mistake must not take the rest of the step with it: the same event may just
        have bridged a person to an agent.
        """
        assert self.policy is not None, f"campaign {self.campaign_id} has no policy"
        try:
            return self.policy.decide(snapshot)
        except Exception as error:
            self.policy_failures += 1
            return decide_progressive(snapshot, f"progressive, as the policy failed ({error!r})")

    def learn(self, observation: Observation) -> None:
        """Tell the policy what happened; one that raises is counted."""
        if type(observation) is AnswerObserved and observation.risk is not None:
            self.risks.update(observation.risk, observation.abandoned)
        if self.policy is None:
            return
        try:
            self.policy.learn(observation)
        except Exception:
            self.policy_failures += 1

    def _apply(self, task: CampaignTask, before: Campaign | None) -> None:
        campaign = task.campaign
        self.is_running = campaign.status is CampaignStatus.RUNNING
        self.callbacks.follow(task.callbacks_due)
        self._ends_judged_until = -math.inf
        # Asked of every lead at the moment of dialing.
        self.gate = gate_of(campaign)
        pacing = campaign.pacing
        if pacing.lead_scores != isinstance(self.scores, LeadScores):
            self.scores = LeadScores() if pacing.lead_scores else ListRates()
        if before is not None and _policy_part(before.pacing) == _policy_part(pacing):
            return
        self.risks = RiskCalibration()
        try:
            self.policy = _policy(pacing)
        except UnknownPolicyError as error:
            self.policy = None
            self.policy_error = self.decision = f"not dialing: {error}"


def _policy(pacing: PacingSettings) -> Policy:
    """The campaign's policy, with its shadow where one is set."""
    settings = PolicySettings(ratio=pacing.ratio, abandon_rate_target=pacing.abandon_rate_target)
    policy = create_policy(pacing.policy, settings)
    if not pacing.shadow:
        return policy
    return Shadow(policy, create_policy(pacing.shadow, settings), f"shadow {pacing.shadow}")


def _policy_part(pacing: PacingSettings) -> tuple[object, ...]:
    """The settings with whose change a policy begins anew."""
    return pacing.policy, pacing.shadow, pacing.ratio, pacing.abandon_rate_target


class Tasks:
    """All campaigns the engine knows, and which skill group each one draws on."""

    __slots__ = ("_settings", "by_group", "works")

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self.works: dict[int, CampaignWork] = {}
        self.by_group: dict[str, list[CampaignWork]] = {}
        """Running campaigns by skill group."""

    def apply(self, task: CampaignTask) -> CampaignWork:
        """Meet a campaign, or take over its new settings."""
        work = self.works.get(task.campaign.campaign_id)
        if work is None:
            work = self.works[task.campaign.campaign_id] = CampaignWork(task, self._settings)
            self._index()
            return work
        before = (work.is_running, work.campaign.skill_group)
        work.update(task)
        if before != (work.is_running, work.campaign.skill_group):
            self._index()
        return work

    def missing(self, tasks: tuple[CampaignTask, ...], asked_at: float) -> list[CampaignWork]:
        """The campaigns that a poll asked for at `asked_at` does not name any more."""
        named = {task.campaign.campaign_id for task in tasks}
        return [
            work
            for work in self.works.values()
            if work.campaign_id not in named
            and work.changed_at < asked_at
            and work.campaign.status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED)
        ]

    def stop(self, work: CampaignWork, stopped: Campaign) -> None:
        """Note that a campaign has been stopped."""
        work.campaign = stopped
        work.stop()
        self._index()

    def forget_stopped(self) -> None:
        """Let go of the oldest stopped campaigns without open calls, beyond those kept for live views."""
        idle = [
            work
            for work in self.works.values()
            if work.campaign.status not in (CampaignStatus.RUNNING, CampaignStatus.PAUSED) and not work.open_calls
        ]
        for work in idle[: max(0, len(idle) - STOPPED_MAX)]:
            del self.works[work.campaign_id]

    def _index(self) -> None:
        self.by_group = {}
        for work in self.works.values():
            if work.is_running:
                self.by_group.setdefault(work.campaign.skill_group, []).append(work)
