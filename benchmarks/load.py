"""A floor at work as a list of events: what an engine with so many agents and one busy campaign is told.

The world here is as small as it can be; the simulator has the true-to-life one. An engine is deterministic, so events
recorded from one run are the load of the next.
"""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np

from campaigns.model import CallingWindow, Campaign, CampaignStatus, CampaignTask, Lead, LeadStatus, PacingSettings
from dialer import messages as m
from dialer.engine import Engine
from dialer.model import AgentState, CallCause, EngineSettings, Trunk
from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.policy import policy_names, register

START = 1_700_000_000.0
SETTINGS = EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100", cps_max=1000, channels_max=5000),))
TRIVIAL = "benchmark: trivial"
ANSWER_RATE = 0.3
RING_S = 14.0
TALK_S = 120.0
ACW_S = 15.0

Step = tuple[float, m.Event]


class Trivial:
    """Three calls in flight per idle agent, with nothing to compute: what is left is the engine's own time."""

    def __init__(self, settings: PolicySettings) -> None:
        del settings
        self._decisions = [Decision(calls=calls, reason="trivial") for calls in range(501)]

    def decide(self, snapshot: Snapshot) -> Decision:
        """Fill up to three calls per idle agent."""
        wanted = 3 * snapshot.idle_agents - len(snapshot.calls)
        return self._decisions[max(0, min(wanted, snapshot.calls_max, 500))]

    def learn(self, observation: Observation) -> None:
        """Nothing to learn."""


class Floor:
    """The world around one engine; every event it posts is kept."""

    def __init__(self, *, agents: int, policy: str, seed: int) -> None:
        self.steps: list[Step] = []
        self.engine = Engine(SETTINGS)
        self._generator = np.random.default_rng(seed)
        self._due: list[tuple[float, int, m.Event]] = []
        self._order = count()
        self._leads = count(1)
        self._talks: dict[str, float] = {}
        self._now = START
        campaign = Campaign(
            campaign_id=1,
            name="benchmark",
            status=CampaignStatus.RUNNING,
            skill_group="all",
            pacing=PacingSettings(policy=policy),
            calling_window=CallingWindow(start="00:00", end="24:00"),
        )
        self._post(0.0, m.CampaignChanged(task=CampaignTask(campaign=campaign)))
        for agent in range(agents):
            agent_id = f"agent-{agent}"
            self._post(0.0, m.AgentLoggedIn(agent_id=agent_id, skill_groups=("all",), address="sip:agent"))
            self._post(0.1, m.AgentWentReady(agent_id=agent_id))

    def run(self, events: int) -> list[Step]:
        """Let the floor work until the engine has had so many events."""
        while len(self.steps) < events:
            self._now, _, event = heapq.heappop(self._due)
            self.steps.append((self._now, event))
            for command in self.engine.handle(event, self._now):
                act = ACTIONS.get(type(command))
                if act is not None:
                    act(self, command)
        return self.steps

    def _post(self, delay_s: float, event: m.Event) -> None:
        heapq.heappush(self._due, (self._now + delay_s, next(self._order), event))

    def _set_timer(self, command: m.SetTimer) -> None:
        self._post(max(0.0, command.at - self._now), m.TimerFired(key=command.key))

    def _reserve(self, command: m.ReserveLeads) -> None:
        leads = tuple(
            Lead(lead_id=number, campaign_id=1, number=f"+1202{number % 10**7:07d}", status=LeadStatus.RESERVED)
            for number, _ in zip(self._leads, range(command.count), strict=False)
        )
        self._post(0.005, m.LeadsReserved(campaign_id=1, leads=leads))

    def _record(self, command: m.RecordAttempts) -> None:
        names = tuple(attempt.attempt_id for attempt in command.attempts)
        self._post(0.003, m.AttemptsRecorded(attempt_ids=names))

    def _place(self, command: m.PlaceCall) -> None:
        call_id = command.call_id
        draw = self._generator.random()
        self._post(1.0 + draw, m.CallRinging(call_id=call_id))
        if draw < ANSWER_RATE:
            self._post(float(self._generator.gamma(4.0, RING_S / 4)) + 2.0, m.CallAnswered(call_id=call_id))
            self._talks[call_id] = float(self._generator.exponential(TALK_S))
        else:
            cause = CallCause.BUSY if draw < ANSWER_RATE + 0.1 else CallCause.NO_ANSWER
            self._post(4.0 if cause is CallCause.BUSY else 27.0, m.CallEnded(call_id=call_id, cause=cause))

    def _bridge(self, command: m.BridgeCall) -> None:
        self._post(0.0, m.CallBridged(call_id=command.call_id, leg_id=command.leg_id))
        talk_s = self._talks.pop(command.call_id)
        self._post(talk_s, m.CallEnded(call_id=command.call_id, cause=CallCause.FAR_END))

    def _play(self, command: m.PlayMessage) -> None:
        self._post(5.0, m.MessagePlayed(call_id=command.call_id))

    def _hang_up(self, command: m.HangUpCall) -> None:
        self._talks.pop(command.call_id, None)
        self._post(0.05, m.CallEnded(call_id=command.call_id, cause=CallCause.DIALER))

    def _result(self, command: m.RecordResult) -> None:
        self._post(0.003, m.ResultsRecorded(attempt_ids=(command.result.attempt.attempt_id,)))

    def _open(self, command: m.OpenLeg) -> None:
        self._post(0.0, m.LegOpened(leg_id=command.leg_id))

    def _show(self, command: m.ShowAgent) -> None:
        if command.state is AgentState.ACW and command.call is not None:
            said = m.DispositionSet(agent_id=command.agent_id, attempt_id=command.call.attempt_id, disposition="talked")
            self._post(float(self._generator.gamma(4.0, ACW_S / 4)), said)


ACTIONS: dict[type, Callable[[Floor, Any], None]] = {
    m.SetTimer: Floor._set_timer,
    m.ReserveLeads: Floor._reserve,
    m.RecordAttempts: Floor._record,
    m.PlaceCall: Floor._place,
    m.BridgeCall: Floor._bridge,
    m.PlayMessage: Floor._play,
    m.HangUpCall: Floor._hang_up,
    m.RecordResult: Floor._result,
    m.OpenLeg: Floor._open,
    m.ShowAgent: Floor._show,
}


def record(*, agents: int, policy: str, events: int, seed: int) -> list[Step]:
    """The events of a floor of so many agents under one policy."""
    if TRIVIAL not in policy_names():
        # Not at import: whoever only lists the benchmarks must not find it among the product's policies.
        register(TRIVIAL)(Trivial)
    return Floor(agents=agents, policy=policy, seed=seed).run(events)
