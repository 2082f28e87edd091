"""How agents' time adds up: occupancy is time at work over time available for it."""

from collections.abc import Iterable

from dialer.ccs.agents import Agent
from dialer.model import AgentState

AT_WORK = (AgentState.TALKING, AgentState.ACW)
AVAILABLE = (AgentState.IDLE, AgentState.PREVIEWING, AgentState.RESERVED, *AT_WORK)


class TimeAccount:
    """Seconds by state of agents who have left; those still here are added when the sum is asked for."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: dict[AgentState, float] = dict.fromkeys(AgentState, 0.0)

    def close(self, agent: Agent) -> None:
        """Keep the time of an agent who leaves."""
        for state, seconds in agent.seconds.items():
            self._seconds[state] += seconds

    def seconds(self, agents: Iterable[Agent], now: float) -> dict[AgentState, float]:
        """Seconds in each state since the start, of everybody who was ever logged in."""
        total = dict(self._seconds)
        for agent in agents:
            for state, seconds in agent.seconds.items():
                total[state] += seconds
            total[agent.state] += now - agent.since
        return total


def occupancy(seconds: dict[AgentState, float]) -> float | None:
    """(talk + ACW) / (idle + previewing + reserved + talk + ACW), 0..1; None while nobody has been available."""
    available = sum(seconds[state] for state in AVAILABLE)
    return sum(seconds[state] for state in AT_WORK) / available if available > 0 else None
