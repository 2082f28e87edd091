import hypothesis.strategies as st
import pytest
from hypothesis import given

from dialer.ccs.agents import TRANSITIONS, Agent, AgentTrigger, advance
from dialer.model import AgentState


def an_agent(state: AgentState = AgentState.OFFLINE) -> Agent:
    agent = Agent("ann", ("sales",), "sip:ann", "ann#1", 100.0)
    agent.state = state
    return agent


def test_advance_follows_the_table_and_accounts_for_the_time() -> None:
    agent = an_agent(AgentState.TALKING)
    assert advance(agent, AgentTrigger.CALL_OVER, 160.0) is AgentState.TALKING
    assert agent.state is AgentState.ACW
    assert agent.since == 160.0
    assert agent.seconds[AgentState.TALKING] == 60.0


@pytest.mark.parametrize("state", AgentState)
@pytest.mark.parametrize("trigger", AgentTrigger)
def test_what_is_not_in_the_table_is_a_bug(state: AgentState, trigger: AgentTrigger) -> None:
    if (state, trigger) in TRANSITIONS:
        return
    agent = an_agent(state)
    with pytest.raises(AssertionError, match=f"agent ann is {state}"):
        advance(agent, trigger, 101.0)
    assert agent.state is state


def test_every_state_can_be_left_and_reached() -> None:
    assert {before for before, _ in TRANSITIONS} == set(AgentState)
    assert set(TRANSITIONS.values()) == set(AgentState)


def test_an_agent_may_leave_from_everywhere_but_offline() -> None:
    leaving = {before for before, trigger in TRANSITIONS if trigger is AgentTrigger.LEAVE}
    assert leaving == set(AgentState) - {AgentState.OFFLINE}


@given(st.data())
def test_no_second_is_lost_or_counted_twice(data: st.DataObject) -> None:
    agent = an_agent()
    now = 100.0
    for _ in range(data.draw(st.integers(0, 30))):
        now += data.draw(st.integers(0, 1000)) / 8
        possible = [trigger for state, trigger in TRANSITIONS if state is agent.state]
        advance(agent, data.draw(st.sampled_from(possible)), now)
    assert sum(agent.seconds.values()) == agent.since - 100.0
