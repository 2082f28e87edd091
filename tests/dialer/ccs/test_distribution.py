from dialer.ccs.agents import Agent, AgentTrigger
from dialer.ccs.distribution import agent_for, call_for
from dialer.ccs.queue import CallQueue
from dialer.ccs.roster import Roster


def idle_agent(roster: Roster, name: str, now: float, *skill_groups: str) -> Agent:
    agent = roster.log_in(name, skill_groups or ("sales",), "sip:x", now)
    roster.move(agent, AgentTrigger.LEG_OPENED, now)
    roster.move(agent, AgentTrigger.READY, now)
    return agent


def test_the_longest_idle_agent_of_the_group_is_chosen() -> None:
    roster = Roster()
    ann, bob = idle_agent(roster, "ann", 1.0), idle_agent(roster, "bob", 2.0)
    idle_agent(roster, "eve", 0.0, "service")
    assert agent_for(roster, "sales") is ann
    roster.move(ann, AgentTrigger.RESERVE, 3.0)
    assert agent_for(roster, "sales") is bob
    roster.move(ann, AgentTrigger.RELEASE, 4.0)
    assert agent_for(roster, "sales") is bob
    assert agent_for(roster, "nobody") is None


def test_an_agent_takes_the_most_urgent_call_of_all_their_groups() -> None:
    roster, queue = Roster(), CallQueue()
    agent = idle_agent(roster, "ann", 0.0, "sales", "service")
    assert call_for(queue, agent, 0.0) is None
    queue.add("1-1", "service", 0, 10.0)
    queue.add("2-1", "sales", 0, 10.0)
    first = call_for(queue, agent, 0.0)
    assert first is not None
    assert first.call_id == "1-1"
    queue.add("3-1", "sales", 1, 10.0)
    urgent = call_for(queue, agent, 0.0)
    assert urgent is not None
    assert urgent.call_id == "3-1"
    assert call_for(queue, agent, 11.0) is None
