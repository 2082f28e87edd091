from dialer.ccs.agents import AgentTrigger
from dialer.ccs.occupancy import occupancy
from dialer.ccs.roster import Roster
from dialer.model import AgentState

CALL = (AgentTrigger.RESERVE, AgentTrigger.BRIDGE, AgentTrigger.CALL_OVER, AgentTrigger.READY)


def test_nobody_available_has_no_occupancy() -> None:
    assert occupancy(dict.fromkeys(AgentState, 0.0)) is None


def test_pauses_are_not_counted() -> None:
    seconds = dict.fromkeys(AgentState, 0.0)
    seconds |= {AgentState.PAUSED: 1000.0, AgentState.IDLE: 30.0, AgentState.TALKING: 60.0, AgentState.ACW: 10.0}
    assert occupancy(seconds) == 0.7


def test_time_of_those_who_left_and_of_those_still_here_adds_up() -> None:
    roster = Roster()
    agents = [roster.log_in(name, ("sales",), "sip:x", 0.0) for name in ("ann", "bob")]
    for agent in agents:
        roster.move(agent, AgentTrigger.LEG_OPENED, 0.0)
        roster.move(agent, AgentTrigger.READY, 10.0)
        for trigger, now in zip(CALL, (20.0, 21.0, 81.0, 91.0), strict=True):
            roster.move(agent, trigger, now)
    roster.leave(agents[0], 100.0)
    seconds = roster.times.seconds(roster.agents.values(), 111.0)
    assert seconds[AgentState.PAUSED] == 20.0
    assert seconds[AgentState.IDLE] == 10.0 + 9.0 + 10.0 + 20.0
    assert seconds[AgentState.RESERVED] == 2.0
    assert seconds[AgentState.TALKING] == 120.0
    assert seconds[AgentState.ACW] == 20.0
    assert occupancy(seconds) == 140.0 / 191.0
