"""Who is logged in, and what each skill group's agents are doing right now.

The groups are kept up to date at every change of state, so that a pacing decision reads them without looking at agents.
"""

from collections.abc import Iterable
from typing import Final

from dialer.ccs.agents import Agent, AgentTrigger, advance
from dialer.ccs.occupancy import TimeAccount
from dialer.model import AgentState
from pacing.model import Promise

IDLE: Final = AgentState.IDLE
ACW: Final = AgentState.ACW
IN_CALL: Final = (AgentState.RESERVED, AgentState.TALKING)
BUSY: Final = (*IN_CALL, ACW)


class SkillGroup:
    """The agents of one skill group by what they do; an agent may be in several groups."""

    __slots__ = ("acw", "idle", "leaving", "members", "name", "promises", "talking")

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[str, Agent] = {}
        self.idle: dict[str, Agent] = {}
        """In the order in which they became idle: the first has been idle longest."""
        self.talking: dict[str, float] = {}
        """Since when each reserved or talking agent has been so."""
        self.acw: dict[str, float] = {}
        self.leaving: dict[str, None] = {}
        """Busy agents who have said that they will pause after their call."""
        self.promises: dict[str, Promise] = {}
        """Busy agents who have said when they will be free, and stay."""

    @property
    def at_work(self) -> int:
        """Agents idle, reserved, talking or in after-call work: those for whom calls may be placed."""
        return len(self.idle) + len(self.talking) + len(self.acw)


class Roster:
    """All agents who are logged in, by id, by leg and by skill group."""

    __slots__ = ("agents", "groups", "legs", "legs_opened", "shared", "times")

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}
        self.legs: dict[str, Agent] = {}
        self.legs_opened = 0
        self.groups: dict[str, SkillGroup] = {}
        self.shared: dict[str, dict[str, int]] = {}
        """For each group, the groups it shares agents with, and how many."""
        self.times = TimeAccount()

    def log_in(self, agent_id: str, skill_groups: Iterable[str], address: str, now: float) -> Agent:
        """Add an agent, whose leg is to be opened next."""
        assert agent_id not in self.agents, f"agent {agent_id} is logged in already"
        names = tuple(dict.fromkeys(skill_groups))
        agent = Agent(agent_id, names, address, self.new_leg_id(agent_id), now)
        self.agents[agent_id] = agent
        self.legs[agent.leg_id] = agent
        for name in names:
            self.group(name).members[agent_id] = agent
        self._count_shared(names, +1)
        self.move(agent, AgentTrigger.LOG_IN, now)
        return agent

    def new_leg_id(self, name: str) -> str:
        """The id of a leg that is about to be opened, never given before."""
        self.legs_opened += 1
        return f"{name}#{self.legs_opened}"

    def renew_leg(self, agent: Agent) -> None:
        """Give an agent, whose leg is down, the id of the next."""
        del self.legs[agent.leg_id]
        agent.leg_id = self.new_leg_id(agent.agent_id)
        self.legs[agent.leg_id] = agent

    def leave(self, agent: Agent, now: float) -> None:
        """Take an agent out; their time stays in the account."""
        self.move(agent, AgentTrigger.LEAVE, now)
        self.times.close(agent)
        del self.agents[agent.agent_id]
        del self.legs[agent.leg_id]
        self._count_shared(agent.skill_groups, -1)
        for name in agent.skill_groups:
            group = self.groups[name]
            del group.members[agent.agent_id]
            if not group.members:
                del self.groups[name]

    def move(self, agent: Agent, trigger: AgentTrigger, now: float) -> None:
        """Change an agent's state by the table, and the groups' picture of it."""
        before = advance(agent, trigger, now)
        after = agent.state
        if after not in BUSY:
            agent.promise = None
        agent_id = agent.agent_id
        for name in agent.skill_groups:
            group = self.groups[name]
            if after not in BUSY:
                group.leaving.pop(agent_id, None)
                group.promises.pop(agent_id, None)
            if before is IDLE:
                del group.idle[agent_id]
            elif before is ACW:
                del group.acw[agent_id]
            elif before in IN_CALL:
                del group.talking[agent_id]
            if after is IDLE:
                group.idle[agent_id] = agent
            elif after is ACW:
                group.acw[agent_id] = agent.since
            elif after in IN_CALL:
                group.talking[agent_id] = agent.since

    def note_intent(self, agent: Agent) -> None:
        """Enter in the groups' picture what a busy agent has said about pausing and about being free."""
        for name in agent.skill_groups:
            group = self.groups[name]
            group.leaving.pop(agent.agent_id, None)
            group.promises.pop(agent.agent_id, None)
            if agent.wants_pause:
                group.leaving[agent.agent_id] = None
            elif agent.promise is not None:
                group.promises[agent.agent_id] = agent.promise

    def group(self, name: str) -> SkillGroup:
        """The skill group of that name, made when it is first named by an agent."""
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = SkillGroup(name)
        return group

    def at_work(self, name: str) -> int:
        """How many agents of a skill group are at work; 0 for a group nobody is in."""
        group = self.groups.get(name)
        return group.at_work if group is not None else 0

    def _count_shared(self, names: tuple[str, ...], step: int) -> None:
        for name in names:
            for other in names:
                if other == name:
                    continue
                counts = self.shared.setdefault(name, {})
                counts[other] = counts.get(other, 0) + step
                if not counts[other]:
                    del counts[other]
            if name in self.shared and not self.shared[name]:
                del self.shared[name]
