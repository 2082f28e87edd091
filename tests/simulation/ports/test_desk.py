import simpy

from dialer.messages import (
    AgentHinted,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentWentReady,
    DispositionSet,
    Event,
    ReportDecision,
    ShowAgent,
)
from dialer.model import AgentState, ScreenPop
from simulation.models.agents import Absence, AgentPlan, Presence, UnplannedPauses
from simulation.models.distributions import Deterministic
from simulation.models.timelines import Timeline
from simulation.ports.desk import DeskWatcher, SimDesk
from simulation.scenario.model import Agents

CALL = ScreenPop(
    attempt_id="7-2", campaign_id=1, campaign_name="main", lead_id=7, name="", number="+99900000000006", attributes={}
)


class Watcher(DeskWatcher):
    def __init__(self) -> None:
        self.agents: list[AgentState] = []
        self.decisions: list[float] = []

    def on_agent(self, command: ShowAgent) -> None:
        self.agents.append(command.state)

    def on_decision(self, command: ReportDecision, now: float) -> None:
        self.decisions.append(now)


class Office:
    """One agent at a desk, and what the agent did when."""

    def __init__(
        self,
        breaks=(),
        pauses: UnplannedPauses | None = None,
        announced=True,
        dispositions=False,
        talk_hint_s: float | None = None,
        tells_acw=False,
    ) -> None:
        self.env = simpy.Environment()
        self.did: list[tuple[float, Event]] = []
        self.watcher = Watcher()
        self.desk = SimDesk(
            self.env,
            lambda event: self.did.append((float(self.env.now), event)),
            lambda number, attempt: 15.0 if (number, attempt) == (CALL.number, 2) else -1.0,
            self.watcher,
            dispositions,
            lambda _: 150.0,
        )
        plan = AgentPlan("ann", ("default",), (Presence(10.0, 1000.0),), tuple(breaks), 2.0, talk_hint_s, tells_acw)
        self.desk.begin_day([plan], {"ann": pauses} if pauses else {}, {"ann": announced})

    def show(self, at: float, state: AgentState) -> None:
        self.env.run(until=at)
        has_call = state in (AgentState.RESERVED, AgentState.TALKING, AgentState.ACW)
        self.desk.send(ShowAgent(agent_id="ann", state=state, since=at, call=CALL if has_call else None))

    def run(self, until: float) -> list[tuple[float, Event]]:
        self.env.run(until=until)
        return self.did


LOGGED_IN = (10.0, AgentLoggedIn(agent_id="ann", skill_groups=("default",), address="desk"))


def test_an_agent_arrives_goes_ready_and_ends_acw_at_their_own_speed() -> None:
    office = Office()
    office.show(11.0, AgentState.PAUSED)
    office.show(12.0, AgentState.IDLE)
    office.show(50.0, AgentState.TALKING)
    office.show(90.0, AgentState.ACW)

    assert office.run(500.0) == [
        LOGGED_IN,
        (11.0, AgentWentReady(agent_id="ann")),
        (90.0 + 2.0 * 15.0, AgentWentReady(agent_id="ann")),
    ]
    assert office.desk.present == 1


def test_acw_that_the_dialer_has_ended_is_not_ended_again() -> None:
    office = Office()
    office.show(90.0, AgentState.ACW)
    office.show(95.0, AgentState.IDLE)

    assert office.run(500.0) == [LOGGED_IN]


def test_dispositions_end_acw_where_the_scenario_wants_them() -> None:
    office = Office(dispositions=True)
    office.show(90.0, AgentState.ACW)

    assert office.run(500.0)[-1] == (120.0, DispositionSet(agent_id="ann", attempt_id="7-2", disposition="talked"))


def test_a_planned_break_is_taken_and_ended() -> None:
    office = Office(breaks=[Absence(100.0, 60.0)])
    office.show(50.0, AgentState.IDLE)
    office.run(100.5)
    office.show(101.0, AgentState.PAUSED)

    assert office.run(500.0)[1:] == [
        (100.0, AgentPaused(agent_id="ann", reason="break")),
        (161.0, AgentWentReady(agent_id="ann")),
    ]


def test_an_unplanned_pause_is_announced_in_the_call_or_taken_by_surprise() -> None:
    group = Agents(count=1, pause=Deterministic(value_s=40.0))
    told, untold = (
        Office(pauses=UnplannedPauses(group, Timeline(1.0), Timeline(1.0), 1, (0,)), announced=announced)
        for announced in (True, False)
    )
    for office in (told, untold):
        office.show(50.0, AgentState.TALKING)
        office.show(90.0, AgentState.ACW)

    pauses = [[at for at, event in office.run(500.0) if isinstance(event, AgentPaused)] for office in (told, untold)]

    assert pauses == [[50.0, 120.0], [120.0]]


def test_agents_may_say_when_they_will_be_free() -> None:
    silent, told = Office(), Office(talk_hint_s=30.0, tells_acw=True)
    for office in (silent, told):
        office.show(50.0, AgentState.TALKING)
        office.show(150.0, AgentState.ACW)

    hints = [
        [(at, event) for at, event in office.run(500.0) if isinstance(event, AgentHinted)] for office in (silent, told)
    ]

    assert hints == [[], [(120.0, AgentHinted(agent_id="ann")), (150.0, AgentHinted(agent_id="ann", free_in_s=30.0))]]


def test_an_agent_goes_home_at_once_when_free_and_after_the_call_otherwise() -> None:
    free, busy = Office(), Office()
    free.show(900.0, AgentState.IDLE)
    busy.show(900.0, AgentState.TALKING)

    assert free.run(1001.0)[-1] == (1000.0, AgentLoggedOut(agent_id="ann"))
    assert busy.run(1001.0)[-1] == (1000.0, AgentPaused(agent_id="ann", reason="end of shift"))
    busy.show(1100.0, AgentState.ACW)
    busy.run(1131.0)
    busy.show(1131.0 + 0.5, AgentState.PAUSED)
    assert busy.did[-1][1] == AgentLoggedOut(agent_id="ann")


def test_states_and_decisions_are_told_to_the_watcher() -> None:
    office = Office()
    office.show(20.0, AgentState.IDLE)
    office.desk.send(ReportDecision(campaign_id=1, calls=2, reason="", numbers={}, agents_free=1, agents_soon_free=0))

    assert office.watcher.agents == [AgentState.IDLE]
    assert office.watcher.decisions == [20.0]
