"""The whole engine against a world that does everything, in any order, twice, late and never."""

import io
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from campaigns.model import (
    ANSWERED_BY_PERSON,
    Attempt,
    CampaignStatus,
    CampaignTask,
    Outcome,
    PacingSettings,
    Treatment,
)
from campaigns.terms import PreviewLimit
from dialer import messages as m
from dialer.engine import Engine
from dialer.model import AgentState, AmdResult, CallCause, EngineSettings, Trunk
from dialer.pds import scores
from dialer.runner import TraceWriter, replay
from pacing.estimators.signalling import Signal
from pacing.model import Decision, Observation, PolicySettings, Snapshot
from tests.dialer.world import START, campaign, known_policy, lead

AGENTS = ("ann", "bob", "cid", "dee")
AT_WORK = (AgentState.IDLE, AgentState.PREVIEWING, AgentState.RESERVED, AgentState.TALKING, AgentState.ACW)
ON_A_CALL = (AgentState.RESERVED, AgentState.TALKING)
TRUNKS = (
    Trunk(name="main", caller_id="+12025550100", cps_max=20, channels_max=12),
    Trunk(name="spare", caller_id="+12025550101", cps_max=5, channels_max=5, priority=1),
)


HASTY = "test: hasty"


class Hasty:
    """Gives up every call it sees, which the engine must refuse until each has rung long enough; chooses wildly."""

    def __init__(self, settings: PolicySettings) -> None:
        pass

    def decide(self, snapshot: Snapshot) -> Decision:
        cancel = tuple(call.call_id for call in snapshot.calls)
        return Decision(
            calls=snapshot.calls_max + 3, leads=(5, 2, 2, -1, 10**6, 0), cancel=cancel, reason=f"{len(cancel)} given up"
        )

    def learn(self, observation: Observation) -> None:
        pass


class Oracle:
    """An answer model that trusts itself from the first attempt on."""

    is_trusted = True

    def probability(self, features: Mapping[str, str], now: float) -> float | None:
        return len(features["hour"]) / 20.0

    def as_placed(self, probability: float, signal: Signal, now: float) -> float:
        return probability / 2.0

    def update(self, features: Mapping[str, str], answered: bool, now: float, signal: Signal | None = None) -> None:
        pass


@pytest.fixture(autouse=True, scope="module")
def hasty_policy() -> Iterator[None]:
    with known_policy(HASTY, Hasty), pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "AnswerModel", Oracle)
        yield


EVERYTHING = {"cancel_after_s": 15.0, "lead_scores": True, "chooses_leads": True}


CAMPAIGNS = {
    1: campaign(1, pacing=PacingSettings(policy="ratio", ratio=3.0)),
    2: campaign(2, pacing=PacingSettings(policy=HASTY, **EVERYTHING), priority=1),
    3: campaign(3, treatment=Treatment.MESSAGE, skill_group="none"),
    4: campaign(4, pacing=PacingSettings(policy="predictive", **EVERYTHING), skill_group="service"),
    5: campaign(5, pacing=PacingSettings(policy=HASTY)),
    6: campaign(6, pacing=PacingSettings(policy="preview", preview_s=30.0, preview_at_limit=PreviewLimit.DIAL)),
}
PREVIEWED = 6
index = st.integers(0, 63)
REFUSALS = range(400, 700)
TARGETS: list[dict[str, str]] = [
    *({"to_agent": name} for name in AGENTS),
    {"skill_group": "sales"},
    {"skill_group": "service"},
    *({"number": number} for number in ("+12025550177", "+12025550177", "+19005550177", "12025550177")),
    {},
]


class Adversary(RuleBasedStateMachine):
    """Plays clock, store, gateway and desk, and checks every command against its own books."""

    @initialize(
        amd=st.booleans(),
        bridge_timeout_s=st.sampled_from([0.5, 2.0]),
        is_prompt=st.sampled_from([True, True, False]),
        bridges_at_once=st.booleans(),
        ends_by_shutdown=st.booleans(),
        campaigns=st.one_of(st.just({PREVIEWED}), st.sets(st.sampled_from(sorted(CAMPAIGNS)), min_size=1)),
    )
    def begin(
        self,
        amd: bool,
        bridge_timeout_s: float,
        is_prompt: bool,
        bridges_at_once: bool,
        ends_by_shutdown: bool,
        campaigns: set[int],
    ) -> None:
        options = EngineSettings(trunks=TRUNKS, amd=amd, bridge_timeout_s=bridge_timeout_s, hopper_min=6, hopper_max=12)
        self.engine = Engine(options)
        self.twin = Engine(options)
        self.recording = io.BytesIO()
        self.trace = TraceWriter(self.recording, options)
        self.time = START
        self.request_id = 0
        self.requests: dict[int, bool] = {}
        self.status: dict[int, CampaignStatus] = {}
        self.timers: dict[str, float] = {}
        self.polls: list[tuple[CampaignTask, ...]] = []
        self.reservations: list[m.ReserveLeads] = []
        self.writes: list[m.StoreCommand] = []
        self.next_lead = 1
        self.groups: dict[str, tuple[str, ...]] = {}
        self.states: dict[str, AgentState] = {}
        self.previews: dict[str, str] = {}
        """The attempt that each previewing agent is shown."""
        self.legs: dict[str, str] = {}
        self.busy: dict[str, str] = {}
        self.bridges: list[m.BridgeCall] = []
        self.parties: dict[str, str] = {}
        """The call of each leg to whom it is handed on, until that leg is closed."""
        self.closing: set[str] = set()
        self.referred: dict[str, int] = {}
        """What each leg was last told of the transfer that it asked for."""
        self.handed_on = False
        self.attempts: dict[str, Attempt] = {}
        self.durable: set[str] = set()
        self.placed: dict[str, int] = {}
        self.tried: dict[str, set[str]] = {}
        self.answered: set[str] = set()
        self.ended: set[str] = set()
        self.rang_at: dict[str, float] = {}
        self.results: dict[str, Outcome] = {}
        self.given_up: Counter[str] = Counter()
        self.is_prompt = False
        self.bridges_at_once = bridges_at_once
        self.ends_by_shutdown = ends_by_shutdown
        self.is_shutting_down = False
        for name, groups in (("ann", ("sales",)), ("bob", ("sales", "service"))):
            self.agent_logs_in(name, groups)
            self.agent_goes_ready(name)
        for campaign_id in sorted(campaigns):
            self.campaign_changes(campaign_id, "running")
        self.is_prompt = is_prompt
        """Whether the store answers at once; otherwise as the rules choose."""

    # What the engine is told

    def tell(self, event: m.Event) -> None:
        commands = self.engine.handle(event, self.time)
        assert commands == self.twin.handle(event, self.time)
        self.trace.write(self.time, event, commands)
        for command in commands:
            self.check(command)
        for command in commands:
            if self.bridges_at_once and isinstance(command, m.BridgeCall):
                self.tell(m.CallBridged(call_id=command.call_id, leg_id=command.leg_id))
        while self.is_prompt and (self.writes or self.reservations):
            if self.reservations:
                self.leads_come(0, 1.0)
            else:
                self.write_is_answered(refused=False)

    def request(self) -> int:
        self.request_id += 1
        self.requests[self.request_id] = False
        return self.request_id

    # What the engine says

    def check(self, command: m.Command) -> None:
        match command:
            case m.SetTimer(key=key, at=at):
                self.timers[key] = at
            case m.PlaceCall():
                self.check_place(command)
            case m.BridgeCall():
                self.check_bridge(command)
            case m.HangUpCall(call_id=call_id) | m.CancelCall(call_id=call_id) | m.PlayMessage(call_id=call_id):
                assert call_id in self.placed
                assert call_id not in self.ended
                if isinstance(command, m.CancelCall) and not self.is_shutting_down:
                    assert self.time - self.rang_at[call_id] >= 15.0
                    assert CAMPAIGNS[self.placed[call_id]].pacing.cancel_after_s is not None
                    self.given_up[self.attempts[call_id].number] += 1
                    assert self.given_up[self.attempts[call_id].number] == 1
            case m.OpenLeg() | m.CloseLeg() | m.AnswerRefer():
                self.check_leg(command)
            case m.ShowAgent(agent_id=agent_id, state=state, call=call):
                self.states[agent_id] = state
                self.previews.pop(agent_id, None)
                if state is AgentState.PREVIEWING:
                    assert call is not None
                    assert call.attempt_id not in self.previews.values(), "one lead at two agents"
                    self.previews[agent_id] = call.attempt_id
                if state not in ON_A_CALL:
                    self.busy.pop(agent_id, None)
            case m.AnswerRequest(request_id=request_id):
                assert self.requests[request_id] is False
                self.requests[request_id] = True
            case _:
                self.check_write(command)

    def check_leg(self, command: m.OpenLeg | m.CloseLeg | m.AnswerRefer) -> None:
        match command:
            case m.OpenLeg(leg_id=leg_id, agent_id=agent_id):
                assert leg_id not in self.legs
                if ">" in leg_id:
                    call_id = leg_id.partition(">")[0]
                    assert self.busy[agent_id] == call_id, "only who has a call hands it on"
                    open_parties = [leg for leg, call in self.parties.items() if leg not in self.closing]
                    assert call_id not in {self.parties[leg] for leg in open_parties}, "one party of a call at a time"
                    assert not command.address.startswith("+1900"), "the fence holds for those a call is handed on to"
                    self.parties[leg_id] = call_id
                else:
                    self.legs[leg_id] = agent_id
            case m.CloseLeg(leg_id=leg_id):
                assert leg_id in self.legs or leg_id in self.parties
                assert leg_id not in self.closing
                self.closing.add(leg_id)
            case m.AnswerRefer(leg_id=leg_id, status=status):
                assert leg_id in self.legs
                assert status in REFUSALS or status == (200 if self.referred.get(leg_id) == 202 else 202)
                self.referred[leg_id] = 202 if status == 202 else 0

    def check_write(self, command: m.Command) -> None:
        match command:
            case m.PollTasks():
                self.polls.append(self.tasks())
            case m.ReserveLeads(campaign_id=campaign_id, count=wanted):
                assert wanted > 0
                assert self.status[campaign_id] is CampaignStatus.RUNNING
                self.reservations.append(command)
            case m.RecordAttempts(attempts=attempts):
                for attempt in attempts:
                    assert attempt.attempt_id not in self.attempts
                    assert self.status[attempt.campaign_id] is CampaignStatus.RUNNING
                    self.attempts[attempt.attempt_id] = attempt
                self.writes.append(command)
            case m.RecordResult():
                self.check_result(command)
                self.writes.append(command)
            case m.RecordDisposition():
                self.writes.append(command)
            case m.RecordSkip(skip=skip):
                shown = self.previews[skip.agent_id]
                assert shown.partition("-")[0] == str(skip.lead_id), "another lead than the agent had in hand"
                assert shown not in self.attempts, "skipped, and called all the same"
                assert skip.reason or skip.note
                assert skip.looked_s >= 0.0

    def check_place(self, command: m.PlaceCall) -> None:
        call_id = command.call_id
        assert call_id in self.durable
        if call_id in self.placed:
            assert call_id in self.ended, "moved to another trunk only once the first has let it go"
            assert call_id not in self.rang_at, "no telephone rings twice for one attempt"
            assert call_id not in self.answered
            self.ended.discard(call_id)
        assert command.trunk not in self.tried.setdefault(call_id, set())
        self.tried[call_id].add(command.trunk)
        assert command.caller_id == self.attempts[call_id].caller_id
        campaign_id = self.attempts[call_id].campaign_id
        assert self.status[campaign_id] is CampaignStatus.RUNNING
        if CAMPAIGNS[campaign_id].treatment is Treatment.AGENT:
            group = CAMPAIGNS[campaign_id].skill_group
            assert any(self.states[name] in AT_WORK and group in self.groups[name] for name in self.states)
        self.placed[call_id] = campaign_id
        carried = [name for name in self.placed if name not in self.ended]
        assert len(carried) <= sum(trunk.channels_max for trunk in TRUNKS)

    def check_bridge(self, command: m.BridgeCall) -> None:
        if command.leg_id in self.parties:
            assert self.parties[command.leg_id] == command.call_id
            assert command.leg_id not in self.closing
            assert command.call_id not in self.busy.values(), "the agent has let go of it"
            assert command.call_id in self.answered
            assert command.call_id not in self.ended
            self.bridges.append(command)
            return
        agent_id = self.legs[command.leg_id]
        assert agent_id not in self.busy, "one agent in two calls"
        assert command.call_id not in self.busy.values(), "one call at two agents"
        if command.call_id in self.previews.values():
            assert self.previews[agent_id] == command.call_id, "who dialed the lead has the call"
        else:
            assert self.states[agent_id] is AgentState.IDLE
        assert command.call_id in self.answered
        assert command.call_id not in self.ended
        if not self.handed_on:
            assert CAMPAIGNS[self.placed[command.call_id]].skill_group in self.groups[agent_id]
        self.busy[agent_id] = command.call_id
        self.bridges.append(command)

    def check_result(self, command: m.RecordResult) -> None:
        attempt, cdr = command.result.attempt, command.result.cdr
        assert attempt.attempt_id in self.durable
        assert attempt.attempt_id not in self.results
        assert (cdr is not None) == (attempt.attempt_id in self.placed)
        assert cdr is None or attempt.attempt_id in self.ended
        assert attempt.outcome is not None
        assert (attempt.bridged_at is not None) == (attempt.outcome is Outcome.CONNECTED) == bool(attempt.agent_id)
        assert attempt.outcome not in ANSWERED_BY_PERSON or attempt.answered_at is not None
        self.results[attempt.attempt_id] = attempt.outcome

    def tasks(self) -> tuple[CampaignTask, ...]:
        return tuple(
            self.task(campaign_id, status)
            for campaign_id, status in self.status.items()
            if status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED)
        )

    def task(self, campaign_id: int, status: CampaignStatus) -> CampaignTask:
        changed = campaign(campaign_id, **{name: getattr(CAMPAIGNS[campaign_id], name) for name in VARIED})
        return CampaignTask(campaign=type(changed)(**{**fields(changed), "status": status}), leads_open=50)

    # Clock

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.5, 1.0, 2.0, 16.0, 70.0, 700.0]))
    def time_passes(self, seconds: float) -> None:
        self.time += seconds

    @precondition(lambda self: self.timers)
    @rule(which=index)
    def timer_fires(self, which: int) -> None:
        key = sorted(self.timers)[which % len(self.timers)]
        at = self.timers.pop(key)
        self.time = max(self.time, at)
        self.tell(m.TimerFired(key=key))

    @precondition(lambda self: any(key.startswith("acw") for key in self.timers))
    @rule()
    def acw_runs_out(self) -> None:
        key = min(key for key in self.timers if key.startswith("acw"))
        self.time = max(self.time, self.timers.pop(key))
        self.tell(m.TimerFired(key=key))

    # Store

    @rule(
        campaign_id=st.sampled_from(sorted(CAMPAIGNS)),
        status=st.sampled_from(["running", "running", "paused", "stopped"]),
    )
    def campaign_changes(self, campaign_id: int, status: str) -> None:
        self.status[campaign_id] = CampaignStatus(status)
        self.tell(m.CampaignChanged(task=self.task(campaign_id, CampaignStatus(status))))

    @rule()
    def poll(self) -> None:
        self.tell(m.PollDue())

    @precondition(lambda self: self.polls)
    @rule()
    def poll_is_answered(self) -> None:
        self.tell(m.TasksPolled(tasks=self.polls.pop(0)))

    @precondition(lambda self: self.reservations)
    @rule(which=index, part=st.sampled_from([0.0, 0.5, 1.0, 1.0]))
    def leads_come(self, which: int, part: float) -> None:
        asked = self.reservations.pop(which % len(self.reservations))
        given = range(self.next_lead, self.next_lead + int(asked.count * part))
        self.next_lead += len(given)
        leads = tuple(lead(lead_id, asked.campaign_id) for lead_id in given)
        self.tell(m.LeadsReserved(campaign_id=asked.campaign_id, leads=leads))

    @precondition(lambda self: self.writes)
    @rule(refused=st.sampled_from([False, False, False, True]))
    def write_is_answered(self, refused: bool) -> None:
        self.answer_write(self.writes.pop(0), refused)

    def answer_write(self, command: m.StoreCommand, refused: bool) -> None:
        match command:
            case m.RecordAttempts(attempts=attempts):
                names = tuple(attempt.attempt_id for attempt in attempts)
                kept = names[1:] if refused else names
                if refused:
                    self.tell(m.AttemptsRefused(attempt_ids=names[:1], reason="exists"))
                if kept:
                    self.durable.update(kept)
                    self.tell(m.AttemptsRecorded(attempt_ids=kept))
            case m.RecordResult(result=result):
                self.tell(m.ResultsRecorded(attempt_ids=(result.attempt.attempt_id,)))
            case m.RecordDisposition(attempt_id=attempt_id, request_id=request_id):
                self.tell(m.DispositionRecorded(attempt_id=attempt_id, request_id=request_id))

    @rule(lead_id=st.integers(1, 40))
    def number_is_blocked(self, lead_id: int) -> None:
        self.tell(m.NumbersBlocked(numbers=(lead(lead_id).number,)))

    # Gateway

    def open_call(self, which: int) -> str:
        names = [name for name in self.placed if name not in self.ended]
        return names[which % len(names)] if names else "99-9"

    @rule(which=index)
    def call_rings(self, which: int) -> None:
        name = self.open_call(which)
        self.rang_at.setdefault(name, self.time)
        self.tell(m.CallRinging(call_id=name))

    @rule(which=index)
    def call_is_answered(self, which: int) -> None:
        names = [name for name in self.placed if name not in self.ended and name not in self.answered]
        if names:
            name = names[which % len(names)]
            self.answered.add(name)
            self.tell(m.CallAnswered(call_id=name))

    @rule(which=index, result=st.sampled_from(AmdResult))
    def amd_decides(self, which: int, result: AmdResult) -> None:
        self.tell(m.AmdDecided(call_id=self.open_call(which), result=result))

    @precondition(lambda self: self.bridges)
    @rule()
    def last_bridge_stands(self) -> None:
        last = self.bridges[-1]
        self.tell(m.CallBridged(call_id=last.call_id, leg_id=last.leg_id))

    @rule(which=index)
    def message_has_been_played(self, which: int) -> None:
        self.tell(m.MessagePlayed(call_id=self.open_call(which)))

    @rule(which=index, cause=st.sampled_from(CallCause))
    def call_ends(self, which: int, cause: CallCause) -> None:
        name = self.open_call(which)
        if name in self.placed:
            self.ended.add(name)
        self.tell(m.CallEnded(call_id=name, cause=cause))

    @rule(data=st.data(), which=index, other=index)
    def nonsense_comes(self, data: st.DataObject, which: int, other: int) -> None:
        """Late, repeated and foreign events."""
        name = data.draw(st.sampled_from(["99-9", *self.attempts, *self.ended]), label="call")
        if name in self.placed and name not in self.ended:
            name = "99-9"
        leg_id = list(self.legs)[other % len(self.legs)]
        fresh = lead(100_000 + self.next_lead, 1 + which % 9)
        self.next_lead += 1
        events: list[m.Event] = [
            m.CallRinging(call_id=name),
            m.CallAnswered(call_id=name),
            m.AmdDecided(call_id=name, result=AmdResult.MACHINE),
            m.CallBridged(call_id=name, leg_id=leg_id),
            m.MessagePlayed(call_id=name),
            m.CallEnded(call_id=name, cause=CallCause.FAR_END),
            m.LegOpened(leg_id=leg_id),
            m.LegOpened(leg_id="nobody#1"),
            m.AttemptsRefused(attempt_ids=("99-9",), reason="never seen"),
            m.AttemptsRecorded(attempt_ids=(name,)) if name in self.durable else m.AttemptsRecorded(attempt_ids=()),
            m.DispositionRecorded(attempt_id=name, request_id=10_000),
            m.LeadsReserved(campaign_id=fresh.campaign_id, leads=(fresh,)),
            m.TrunkStateChanged(trunk="unknown", is_up=False),
            *(m.TimerFired(key=key) for key in ("tick", f"answer:{name}", f"bridge:{name}", "acw:ann", "x", "")),
        ]
        self.tell(data.draw(st.sampled_from(events), label="event"))

    @precondition(lambda self: self.bridges)
    @rule(which=index, other=index)
    def any_bridge_stands(self, which: int, other: int) -> None:
        call_id = self.bridges[which % len(self.bridges)].call_id
        self.tell(m.CallBridged(call_id=call_id, leg_id=self.bridges[other % len(self.bridges)].leg_id))

    @precondition(lambda self: self.legs)
    @rule(which=index, is_open=st.sampled_from([True, True, True, False]))
    def leg_changes(self, which: int, is_open: bool) -> None:
        leg_id = list(self.legs)[-1 - which % min(6, len(self.legs))]
        self.tell(m.LegOpened(leg_id=leg_id) if is_open else m.LegClosed(leg_id=leg_id))

    @precondition(lambda self: self.parties)
    @rule(which=index, is_open=st.booleans())
    def party_changes(self, which: int, is_open: bool) -> None:
        leg_id = list(self.parties)[which % len(self.parties)]
        if is_open:
            self.tell(m.LegOpened(leg_id=leg_id))
        else:
            self.closing.add(leg_id)
            self.tell(m.LegClosed(leg_id=leg_id))
            del self.parties[leg_id]

    @rule(trunk=st.sampled_from(["main", "spare"]), is_up=st.sampled_from([True, True, False]))
    def trunk_changes(self, trunk: str, is_up: bool) -> None:
        self.tell(m.TrunkStateChanged(trunk=trunk, is_up=is_up))

    # Desk

    @rule(name=st.sampled_from(AGENTS), groups=st.sampled_from([("sales",), ("sales", "service"), ("service",), ()]))
    def agent_logs_in(self, name: str, groups: tuple[str, ...]) -> None:
        if self.states.get(name, AgentState.OFFLINE) is AgentState.OFFLINE:
            self.groups[name] = groups
        self.tell(m.AgentLoggedIn(agent_id=name, skill_groups=groups, address="sip:x", request_id=self.request()))
        if groups and self.states[name] is AgentState.CONNECTING:
            self.tell(m.LegOpened(leg_id=list(self.legs)[-1]))

    @rule(name=st.sampled_from(AGENTS))
    def agent_goes_ready(self, name: str) -> None:
        if self.states.get(name, AgentState.OFFLINE) is AgentState.OFFLINE:
            self.agent_logs_in(name, ("sales", "service"))
        self.tell(m.AgentWentReady(agent_id=name, request_id=self.request()))

    @rule(
        kind=st.sampled_from(
            [m.AgentPaused, m.AgentHinted, m.AgentLoggedOut, m.AgentHungUp, m.AgentHungUp, m.AgentHungUp]
        ),
        name=st.sampled_from(AGENTS),
    )
    def agent_acts(self, kind: type[m.AgentPaused], name: str) -> None:
        self.tell(kind(agent_id=name, request_id=self.request()))

    @rule(
        kind=st.sampled_from([m.PreviewAsked, m.PreviewDialed, m.PreviewDialed, m.PreviewSkipped]),
        name=st.sampled_from(AGENTS),
        reason=st.sampled_from(["bad_time", "bad_time", "not a reason", ""]),
    )
    def agent_previews(self, kind: type[m.PreviewAsked], name: str, reason: str) -> None:
        if kind is not m.PreviewAsked:
            name = next(iter(sorted(self.previews)), name)
        event = kind(agent_id=name, request_id=self.request())
        self.tell(replace(event, reason=reason) if isinstance(event, m.PreviewSkipped) else event)

    @precondition(lambda self: not self.is_shutting_down)
    @rule(name=st.sampled_from(AGENTS), dials=st.sampled_from([True, True, False]))
    def agent_previews_in_earnest(self, name: str, dials: bool) -> None:
        """What seldom comes together by chance: leads at hand, an idle agent who asks for one, and dials it."""
        if self.status.get(PREVIEWED) is not CampaignStatus.RUNNING:
            self.campaign_changes(PREVIEWED, "running")
        if self.reservations:
            self.leads_come(0, 1.0)
        idle = [agent for agent, state in sorted(self.states.items()) if state is AgentState.IDLE]
        name = next((agent for agent in idle if "sales" in self.groups[agent]), name)
        self.tell(m.PreviewAsked(agent_id=name, request_id=self.request()))
        if dials:
            self.tell(m.PreviewDialed(agent_id=name, request_id=self.request()))
            if self.writes:
                self.write_is_answered(refused=False)

    @rule(name=st.sampled_from(AGENTS), whom=st.sampled_from(TARGETS))
    def agent_hands_on(self, name: str, whom: dict[str, str]) -> None:
        name = next((agent for agent in sorted(self.busy) if self.states[agent] is AgentState.TALKING), name)
        self.handed_on = True
        self.tell(m.TransferAsked(agent_id=name, request_id=self.request(), **whom))

    @rule(name=st.sampled_from(AGENTS))
    def agent_gives_up_handing_on(self, name: str) -> None:
        self.tell(m.TransferGivenUp(agent_id=name, request_id=self.request()))

    @precondition(lambda self: self.legs)
    @rule(
        which=index,
        whom=st.sampled_from(["ann", "bob", "service", "+12025550177", "+19005550177", "x"]),
        replaces=st.sampled_from(["", "", "a;to-tag=b;from-tag=c"]),
    )
    def phone_refers(self, which: int, whom: str, replaces: str) -> None:
        leg_id = list(self.legs)[-1 - which % min(6, len(self.legs))]
        if self.referred.get(leg_id, 0) != 202:
            self.handed_on = True
            self.tell(m.LegReferred(leg_id=leg_id, target=whom, replaces=replaces))

    @rule(name=st.sampled_from(AGENTS), which=index, said=st.sampled_from(["sale", "do_not_call", "sold", ""]))
    def agent_says_what_came_of_it(self, name: str, which: int, said: str) -> None:
        attempt_id = self.busy.get(name) or self.open_call(which)
        event = m.DispositionSet(agent_id=name, attempt_id=attempt_id, disposition=said, request_id=self.request())
        self.tell(event)

    # Always

    @invariant()
    def the_books_agree(self) -> None:
        view = self.engine.statistics(self.time)
        assert view == self.twin.statistics(self.time)
        assert {agent.agent_id: agent.state for agent in view.agents} == {
            name: state for name, state in self.states.items() if state is not AgentState.OFFLINE
        }
        for each in view.campaigns:
            ended = sum(count for name, count in each.outcomes.items() if Outcome(name) in ANSWERED_BY_PERSON)
            assert ended <= each.answered <= ended + len(self.answered - self.ended)
            assert each.outcomes.get("abandoned", 0) <= each.abandoned <= each.answered
            assert each.hopper <= 12
        assert len(self.durable) == sum(each.attempts for each in view.campaigns)

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self.close_everything()
        view = self.engine.statistics(self.time)
        for each in view.campaigns:
            answered = sum(count for name, count in each.outcomes.items() if Outcome(name) in ANSWERED_BY_PERSON)
            assert each.answered == answered
            assert each.abandoned == each.outcomes.get("abandoned", 0)
            assert sum(each.outcomes.values()) == each.attempts
            assert each.recording == each.placed == each.ringing == each.queued == each.bridged == 0
        assert set(self.results) == self.durable, "an attempt without its one result"
        assert all(self.requests.values()), "a request without its answer"
        assert not self.ends_by_shutdown or not view.agents
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trace.jsonl"
            path.write_bytes(self.recording.getvalue())
            assert replay(path) is None

    def close_everything(self) -> None:
        """Stop all campaigns, answer every write, end every call: what a shutdown does."""
        if self.ends_by_shutdown:
            self.is_shutting_down = True
            self.status = dict.fromkeys(self.status, CampaignStatus.STOPPED)
            self.tell(m.ShutdownBegan())
        for campaign_id in self.status:
            self.status[campaign_id] = CampaignStatus.STOPPED
            self.tell(m.CampaignChanged(task=self.task(campaign_id, CampaignStatus.STOPPED)))
        while self.writes:
            self.answer_write(self.writes.pop(0), refused=False)
        for name in self.placed:
            if name not in self.ended:
                self.ended.add(name)
                self.tell(m.CallEnded(call_id=name, cause=CallCause.DIALER))
        while self.writes:
            self.answer_write(self.writes.pop(0), refused=False)


VARIED = ("pacing", "skill_group", "treatment", "priority")


def fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]


TestAdversary = Adversary.TestCase
TestAdversary.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
