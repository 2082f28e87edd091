"""The agents of the demo: they log in, take what comes, and say over the REST API what came of each call."""

import asyncio

import numpy as np

from dialer.model import AgentState
from simulation.demo.service import DialerService, ServiceError
from simulation.models.distributions import Lognormal
from simulation.models.streams import Stream, generator

ACW = Lognormal(mean_s=3.5, cv=0.5, max_s=15.0)
TALK_LIMIT = Lognormal(mean_s=14.0, cv=0.5, max_s=40.0)
"""How long an agent lets a customer talk who does not hang up."""
DISPOSITIONS = ("talked", "sale", "refusal", "wrong_number")
CONNECT_S = 20.0


class Agent:
    """One agent's head: what they are doing about the call they have."""

    def __init__(self, agent_id: str, rng: np.random.Generator) -> None:
        self.agent_id = agent_id
        self.rng = rng
        self.state = AgentState.OFFLINE
        self.attempt_id = ""
        self.timer: asyncio.TimerHandle | None = None
        """What they will do next, if nothing happens before."""


class Agents:
    """All of them, told of every change by the live stream."""

    def __init__(self, service: DialerService, count: int, phones_address: str, seed: int) -> None:
        self._service = service
        self._phones_address = phones_address
        self._agents = {
            f"agent-{place}": Agent(f"agent-{place}", generator(seed, Stream.AGENT, place))
            for place in range(1, count + 1)
        }
        self._changed = asyncio.Event()
        self._requests: set[asyncio.Task[None]] = set()
        self.refused = 0
        """Requests that came too late, the customer having been quicker."""

    async def log_in(self, skill_group: str) -> None:
        """Log everybody in, wait until their telephones are connected, and make them ready.

        Somebody must be telling us of changes meanwhile.

        Raises:
            ServiceError: a telephone could not be connected in time.
        """
        addresses = {agent_id: f"sip:{agent_id}@{self._phones_address}" for agent_id in self._agents}
        for agent_id, address in addresses.items():
            login = {"skill_groups": [skill_group], "address": address}
            await self._service.change_agent(agent_id, "login", login)
        try:
            async with asyncio.timeout(CONNECT_S):
                while any(agent.state is not AgentState.PAUSED for agent in self._agents.values()):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise ServiceError(f"not every agent's telephone was connected within {CONNECT_S:g} s") from None
        for agent_id in self._agents:
            await self._service.change_agent(agent_id, "ready")

    def see(self, agent_id: str, state: AgentState, attempt_id: str) -> None:
        """Take note of an agent's state, and do what follows from a new one."""
        agent = self._agents.get(agent_id)
        if agent is None or (agent.state, agent.attempt_id) == (state, attempt_id):
            return
        agent.state, agent.attempt_id = state, attempt_id
        self._changed.set()
        if agent.timer is not None:
            agent.timer.cancel()
            agent.timer = None
        if state is AgentState.TALKING:
            self._later(agent, TALK_LIMIT, "hang-up")
        elif state is AgentState.ACW:
            disposition = str(agent.rng.choice(DISPOSITIONS))
            self._later(agent, ACW, "disposition", {"attempt_id": attempt_id, "disposition": disposition})

    async def hang_up_all(self) -> None:
        """End every conversation now."""
        for agent in self._agents.values():
            if agent.state is AgentState.TALKING:
                await self._request(agent, "hang-up", None)

    def close(self) -> None:
        """Let go of everything they meant to do."""
        for agent in self._agents.values():
            if agent.timer is not None:
                agent.timer.cancel()
        for request in self._requests:
            request.cancel()

    def _later(self, agent: Agent, delay: Lognormal, what: str, body: dict[str, object] | None = None) -> None:
        def due() -> None:
            request = loop.create_task(self._request(agent, what, body))
            self._requests.add(request)
            request.add_done_callback(self._requests.discard)

        loop = asyncio.get_running_loop()
        agent.timer = loop.call_later(float(delay.sample(agent.rng, 1)[0]), due)

    async def _request(self, agent: Agent, what: str, body: dict[str, object] | None) -> None:
        try:
            await self._service.change_agent(agent.agent_id, what, body)
        except ServiceError:
            self.refused += 1
