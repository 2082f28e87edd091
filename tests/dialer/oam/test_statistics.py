from dialer.model import AgentState, AgentView
from dialer.oam.statistics import statistics


def test_every_agent_state_is_named() -> None:
    agents = (AgentView(agent_id=str(n), skill_groups=("sales",), state=AgentState.IDLE, since=0.0) for n in range(3))
    seen = statistics(
        now=10.0, started_at=1.0, agents=agents, campaigns=(), occupancy=None, events=7, counters={"calls_placed": 2}
    )
    assert seen.agents_by_state == {str(state): 3 * (state is AgentState.IDLE) for state in AgentState}
    assert len(seen.agents) == 3
    assert (seen.now, seen.started_at, seen.events, seen.counters) == (10.0, 1.0, 7, {"calls_placed": 2})
