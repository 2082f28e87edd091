import hypothesis.strategies as st
import pytest
from hypothesis import given

from dialer.ccs.agents import TRANSITIONS, AgentTrigger
from dialer.ccs.roster import Roster
from dialer.model import AgentState

GROUPS = ("sales", "service")


def test_an_agent_is_in_every_group_named_once() -> None:
    roster = Roster()
    agent = roster.log_in("ann", ("sales", "service", "sales"), "sip:ann", 0.0)
    assert agent.skill_groups == GROUPS
    assert agent.state is AgentState.CONNECTING
    assert agent.leg_id == "ann#1"
    assert roster.legs["ann#1"] is agent
    assert roster.shared == {"sales": {"service": 1}, "service": {"sales": 1}}


def test_a_leg_id_is_never_used_twice() -> None:
    roster = Roster()
    first = roster.log_in("ann", ("sales",), "sip:ann", 0.0)
    roster.leave(first, 1.0)
    assert roster.log_in("ann", ("sales",), "sip:ann", 2.0).leg_id != first.leg_id


def test_logging_in_twice_is_a_bug() -> None:
    roster = Roster()
    roster.log_in("ann", ("sales",), "sip:ann", 0.0)
    with pytest.raises(AssertionError, match="logged in already"):
        roster.log_in("ann", ("sales",), "sip:ann", 0.0)


def test_a_group_nobody_is_in_has_nobody_at_work() -> None:
    assert Roster().at_work("sales") == 0


@given(st.data())
def test_the_groups_show_what_the_agents_do(data: st.DataObject) -> None:
    roster = Roster()
    now = 0.0
    for _ in range(data.draw(st.integers(0, 40))):
        now += 1.0
        name = data.draw(st.sampled_from(["ann", "bob", "cid"]))
        agent = roster.agents.get(name)
        if agent is None:
            names = data.draw(st.sampled_from([("sales",), ("service",), GROUPS]))
            roster.log_in(name, names, "sip:x", now)
            continue
        trigger = data.draw(st.sampled_from([each for state, each in TRANSITIONS if state is agent.state]))
        if trigger is AgentTrigger.LEAVE:
            roster.leave(agent, now)
        else:
            roster.move(agent, trigger, now)
    for name in GROUPS:
        members = [agent for agent in roster.agents.values() if name in agent.skill_groups]
        if not members:
            assert name not in roster.groups
            continue
        group = roster.groups[name]
        by_state = {state: {each.agent_id for each in members if each.state is state} for state in AgentState}
        assert set(group.idle) == by_state[AgentState.IDLE]
        assert set(group.talking) == by_state[AgentState.RESERVED] | by_state[AgentState.TALKING]
        assert set(group.acw) == by_state[AgentState.ACW]
        assert set(group.members) == {agent.agent_id for agent in members}
        assert [agent.since for agent in group.idle.values()] == sorted(agent.since for agent in group.idle.values())
        assert group.at_work == roster.at_work(name)
    both = sum(len(agent.skill_groups) == 2 for agent in roster.agents.values())
    assert roster.shared.get("sales", {}).get("service", 0) == both
    assert all(count > 0 for counts in roster.shared.values() for count in counts.values())
