"""A tiny world in memory for the engine: a clock, a carrier that behaves as told, a desk that writes down, a store.

Everything happens on one heap of due events, so a test advances time and looks at what the engine did.
"""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from msgspec.structs import replace

from campaigns.model import (
    Attempt,
    CallingWindow,
    Campaign,
    CampaignStatus,
    CampaignTask,
    Lead,
    LeadStatus,
    PacingSettings,
)
from campaigns.ports import Result
from dialer import messages as m
from dialer.engine import Engine
from dialer.model import CallCause, CampaignView, EngineSettings, Trunk
from dialer.runner import Runner, TraceWriter
from pacing.model import Decision, Observation, PolicySettings, Snapshot
from pacing.policy import _POLICIES, Policy, register

START = 1_700_000_000.0
STEADY = "test: steady"
SETTINGS = EngineSettings(trunks=(Trunk(name="main", caller_id="+12025550100"),))


class Steady:
    """Two calls in flight per idle agent; gives up those that have been in flight for 20 s when nobody is idle."""

    def __init__(self, settings: PolicySettings) -> None:
        self.learned: list[Observation] = []

    def decide(self, snapshot: Snapshot) -> Decision:
        wanted = 2 * snapshot.idle_agents - len(snapshot.calls)
        late = [call.call_id for call in snapshot.calls if snapshot.now - call.placed_at >= 20.0]
        return Decision(
            calls=max(0, min(wanted, snapshot.calls_max)),
            cancel=() if snapshot.idle_agents else tuple(late),
            reason=f"{snapshot.idle_agents} idle, {len(snapshot.calls)} in flight",
            numbers={"idle": snapshot.idle_agents},
        )

    def learn(self, observation: Observation) -> None:
        self.learned.append(observation)


@contextmanager
def known_policy(name: str = STEADY, factory: Callable[[PolicySettings], Policy] = Steady) -> Iterator[None]:
    """Make a policy known for a while; registered for good, it would be taken for one of the product's."""
    register(name)(factory)
    try:
        yield
    finally:
        del _POLICIES[name]


def campaign(campaign_id: int = 1, **changes: Any) -> Campaign:
    """A running progressive campaign that may call at any hour."""
    plain = Campaign(
        campaign_id=campaign_id,
        name=f"campaign {campaign_id}",
        status=CampaignStatus.RUNNING,
        skill_group="sales",
        pacing=PacingSettings(policy="progressive"),
        calling_window=CallingWindow(start="00:00", end="24:00"),
    )
    return replace(plain, **changes)


def task(campaign_id: int = 1, **changes: Any) -> CampaignTask:
    """The task of such a campaign."""
    return CampaignTask(campaign=campaign(campaign_id, **changes), leads_open=1000)


def lead(lead_id: int, campaign_id: int = 1, **changes: Any) -> Lead:
    """A lead with a fictional number."""
    number = f"+1202555{lead_id % 10_000:04d}"
    return replace(Lead(lead_id=lead_id, campaign_id=campaign_id, number=number, status=LeadStatus.RESERVED), **changes)


class Fate:
    """What becomes of one call: when it rings, is answered or fails, and how long the person talks."""

    def __init__(
        self,
        *,
        ring_s: float = 2.0,
        answer_s: float | None = None,
        cause: CallCause = CallCause.NO_ANSWER,
        end_s: float = 25.0,
        talk_s: float = 60.0,
        patience_s: float = 60.0,
    ) -> None:
        self.ring_s = ring_s
        self.answer_s = answer_s
        self.cause = cause
        self.end_s = end_s
        self.talk_s = talk_s
        self.patience_s = patience_s
        """How long the person stays without an agent."""


def silent(call: m.PlaceCall) -> Fate:
    """A call of which nothing is heard unless the test says so."""
    return Fate(ring_s=1e6, end_s=1e6, talk_s=1e6, patience_s=1e6)


class World:
    """The four ports, one heap of due events, and a record of every command."""

    def __init__(
        self,
        settings: EngineSettings = SETTINGS,
        fate: Callable[[m.PlaceCall], Fate] | None = None,
        leads: int = 1000,
        trace: TraceWriter | None = None,
        acw_s: float | None = 10.0,
    ) -> None:
        self.time = START
        self.engine = Engine(settings)
        self.runner = Runner(engine=self.engine, now=self.now, trace=trace)
        self.runner.connect(clock=self, gateway=_Port(self._gateway), desk=_Port(self._desk), store=_Port(self._store))
        self.sent: list[m.Command] = []
        self.fate = fate or (lambda call: Fate(answer_s=8.0))
        self.leads_left = leads
        self.tasks: dict[int, CampaignTask] = {}
        self.attempts: dict[str, Attempt] = {}
        self.results: dict[str, Result] = {}
        self.answers: dict[int, str] = {}
        self.acw_s = acw_s
        self.holds_attempts = False
        """Keeps `RecordAttempts` unanswered, for crossings."""
        self.holds_bridges = False
        """Keeps `BridgeCall` unanswered."""
        self.holds_hang_ups = False
        """Keeps `HangUpCall` and `CancelCall` unanswered."""
        self.holds_legs = False
        """Keeps `OpenLeg` unanswered."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._timers: dict[str, int] = {}
        self._lead_ids = count(1)
        self._calls: dict[str, Fate] = {}
        """What becomes of each call."""
        self._ended: set[str] = set()
        self._bridged: dict[str, str] = {}
        self.plays: dict[str, int] = {}
        """The number of what plays to each call: what was replaced or stopped does not come to its end."""

    def now(self) -> float:
        return self.time

    def post_at(self, at: float, event: m.Event, key: str) -> None:
        order = next(self._order)
        self._timers[key] = order

        def fire() -> None:
            if self._timers.get(key) == order:
                del self._timers[key]
                self.runner.post(event)

        heapq.heappush(self._due, (max(at, self.time), order, fire))

    def post(self, event: m.Event) -> list[m.Command]:
        """Post an event; returns the commands it led to."""
        before = len(self.sent)
        self.runner.post(event)
        return self.sent[before:]

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + delay_s, next(self._order), action))

    def run(self, seconds: float) -> None:
        """Advance time."""
        until = self.time + seconds
        while self._due and self._due[0][0] <= until:
            at, _, action = heapq.heappop(self._due)
            self.time = max(self.time, at)
            action()
        self.time = until

    def start(self, *tasks: CampaignTask) -> None:
        """Start campaigns over REST."""
        for each in tasks:
            self.tasks[each.campaign.campaign_id] = each
            self.post(m.CampaignChanged(task=each))

    def add_agents(self, number: int, *skill_groups: str) -> None:
        """Log agents in and let them go ready."""
        for index in range(number):
            agent_id = f"agent-{index}"
            self.post(m.AgentLoggedIn(agent_id=agent_id, skill_groups=skill_groups or ("sales",), address="sip:a"))
            self.run(0.0)
            self.post(m.AgentWentReady(agent_id=agent_id))

    def add_agent(self, agent_id: str, skill_groups: tuple[str, ...]) -> None:
        """Log one agent in, and let them go ready, whatever becomes of other legs."""
        commands = self.post(m.AgentLoggedIn(agent_id=agent_id, skill_groups=skill_groups, address="sip:a"))
        (leg,) = [command for command in commands if isinstance(command, m.OpenLeg)]
        self.post(m.LegOpened(leg_id=leg.leg_id))
        self.post(m.AgentWentReady(agent_id=agent_id))

    def of(self, kind: type[Any]) -> list[Any]:
        """Every command of one kind, in the order sent."""
        return [command for command in self.sent if type(command) is kind]

    @property
    def placed(self) -> list[str]:
        """The calls placed so far."""
        return [command.call_id for command in self.of(m.PlaceCall)]

    def states(self) -> dict[str, str]:
        """Each agent's state."""
        return {agent.agent_id: str(agent.state) for agent in self.engine.statistics(self.time).agents}

    def count(self, name: str) -> int:
        """An OAM counter."""
        return self.engine.statistics(self.time).counters.get(name, 0)

    def view(self, campaign_id: int = 1) -> CampaignView:
        """The live view of a campaign."""
        views = self.engine.statistics(self.time).campaigns
        return next(each for each in views if each.campaign_id == campaign_id)

    def outcomes(self) -> list[str]:
        """The outcomes recorded so far, in order."""
        return [str(result.attempt.outcome) for result in self.results.values()]

    def answer(self, call_id: str) -> None:
        """The person picks up now; hangs up when out of patience."""
        if call_id in self._ended:
            return
        self.runner.post(m.CallAnswered(call_id=call_id))
        self.after(self._calls[call_id].patience_s, lambda: self._lose_patience(call_id))

    def end(self, call_id: str, cause: CallCause, sip_status: int | None = None) -> None:
        """The one final event."""
        if call_id not in self._ended:
            self._ended.add(call_id)
            self.runner.post(m.CallEnded(call_id=call_id, cause=cause, sip_status=sip_status))

    def _lose_patience(self, call_id: str) -> None:
        if call_id not in self._bridged:
            self.end(call_id, CallCause.FAR_END)

    def _gateway(self, command: m.GatewayCommand) -> None:
        match command:
            case m.PlaceCall(call_id=call_id):
                fate = self._calls[call_id] = self.fate(command)
                self._ended.discard(call_id)  # a call whose trunk failed is placed again over the next one
                self.after(fate.ring_s, lambda: self._ring(call_id))
                if fate.answer_s is not None:
                    self.after(fate.answer_s, lambda: self.answer(call_id))
                else:
                    self.after(fate.end_s, lambda: self.end(call_id, fate.cause))
            case m.BridgeCall(call_id=call_id, leg_id=leg_id) if not self.holds_bridges:
                self._bridged[call_id] = leg_id
                self.runner.post(m.CallBridged(call_id=call_id, leg_id=leg_id))
                self.after(self._calls[call_id].talk_s, lambda: self.end(call_id, CallCause.FAR_END))
            case m.PlayMessage(call_id=call_id):
                self.plays[call_id] = self.plays.get(call_id, 0) + 1
                number = self.plays[call_id]
                self.after(5.0, lambda: self._played(call_id, number))
            case m.SendDigits(request_id=request_id):
                self.runner.post(m.DigitsSent(request_id=request_id))
            case m.StopMessage(call_id=call_id):
                self.plays[call_id] += 1
            case m.HangUpCall(call_id=call_id) | m.CancelCall(call_id=call_id) if not self.holds_hang_ups:
                self.after(0.01, lambda: self.end(call_id, CallCause.DIALER))
            case m.OpenLeg(leg_id=leg_id) if not self.holds_legs:
                self.after(0.0, lambda: self.runner.post(m.LegOpened(leg_id=leg_id)))
            case m.CloseLeg(leg_id=leg_id):
                self.after(0.0, lambda: self.runner.post(m.LegClosed(leg_id=leg_id)))

    def _ring(self, call_id: str) -> None:
        if call_id not in self._ended:
            self.runner.post(m.CallRinging(call_id=call_id))

    def _played(self, call_id: str, number: int) -> None:
        if call_id not in self._ended and self.plays[call_id] == number:
            self.runner.post(m.MessagePlayed(call_id=call_id))

    def _desk(self, command: m.DeskCommand) -> None:
        match command:
            case m.AnswerRequest(request_id=request_id, error=error):
                assert request_id not in self.answers, f"request {request_id} was answered twice"
                self.answers[request_id] = error
            case m.ShowAgent(agent_id=agent_id, state="acw", call=call) if self.acw_s is not None and call is not None:
                said = m.DispositionSet(agent_id=agent_id, attempt_id=call.attempt_id, disposition="talked")
                self.after(self.acw_s, lambda: self.runner.post(said))

    def _store(self, command: m.StoreCommand) -> None:
        match command:
            case m.PollTasks():
                self.runner.post(m.TasksPolled(tasks=tuple(self.tasks.values())))
            case m.ReserveLeads(campaign_id=campaign_id, count=wanted):
                given = min(wanted, self.leads_left)
                self.leads_left -= given
                leads = tuple(lead(next(self._lead_ids), campaign_id) for _ in range(given))
                self.runner.post(m.LeadsReserved(campaign_id=campaign_id, leads=leads))
            case m.RecordAttempts(attempts=attempts) if not self.holds_attempts:
                for attempt in attempts:
                    assert attempt.attempt_id not in self.attempts
                    self.attempts[attempt.attempt_id] = attempt
                self.runner.post(m.AttemptsRecorded(attempt_ids=tuple(each.attempt_id for each in attempts)))
            case m.RecordResult(result=result):
                name = result.attempt.attempt_id
                assert name not in self.results, f"attempt {name} has two results"
                self.results[name] = result
                self.runner.post(m.ResultsRecorded(attempt_ids=(name,)))
            case m.RecordDisposition(attempt_id=name, request_id=request_id):
                self.runner.post(m.DispositionRecorded(attempt_id=name, request_id=request_id))


class _Port:
    """A port that writes its commands into the world's record."""

    def __init__(self, act: Callable[[Any], None]) -> None:
        self._world: World = act.__self__  # type: ignore[attr-defined]
        self._act = act

    def send(self, command: Any) -> None:
        self._world.sent.append(command)
        self._act(command)
