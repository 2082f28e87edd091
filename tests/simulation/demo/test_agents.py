import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest

from dialer.model import AgentState
from simulation.demo import agents as module
from simulation.demo.agents import Agents
from simulation.demo.service import DialerService, ServiceError
from simulation.models.distributions import Deterministic


class StubService(DialerService):
    """Takes note of what agents ask for; says no to what is in `refused`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Mapping[str, object] | None]] = []
        self.refused: set[str] = set()
        self.was_asked = asyncio.Event()

    async def change_agent(self, agent_id: str, what: str, body: Mapping[str, object] | None = None) -> None:
        self.asked.append((agent_id, what, body))
        self.was_asked.set()
        if what in self.refused:
            raise ServiceError("409")

    async def request(self) -> tuple[str, str, Mapping[str, object] | None]:
        """The next thing asked for."""
        async with asyncio.timeout(120):
            while not self.asked:
                self.was_asked.clear()
                await self.was_asked.wait()
        return self.asked.pop(0)


def run(scenario: Callable[[Agents, StubService], Awaitable[None]], count: int = 1) -> None:
    async def whole() -> None:
        service = StubService()
        agents = Agents(service, count, "127.0.0.1:5080", seed=1)
        await asyncio.wait_for(scenario(agents, service), 120)
        agents.close()

    asyncio.run(whole())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ACW", Deterministic(value_s=0.0))
    monkeypatch.setattr(module, "TALK_LIMIT", Deterministic(value_s=0.0))


def test_they_log_in_and_go_ready_once_connected() -> None:
    async def scenario(agents: Agents, service: StubService) -> None:
        logging_in = asyncio.create_task(agents.log_in("sales"))
        login = {"skill_groups": ["sales"], "address": "sip:agent-1@127.0.0.1:5080"}
        assert await service.request() == ("agent-1", "login", login)
        assert (await service.request())[:2] == ("agent-2", "login")
        agents.see("agent-1", AgentState.PAUSED, "")
        await asyncio.sleep(0)
        assert not logging_in.done()
        agents.see("agent-2", AgentState.PAUSED, "")
        await logging_in
        assert [one[:2] for one in service.asked] == [("agent-1", "ready"), ("agent-2", "ready")]

    run(scenario, count=2)


def test_a_telephone_that_is_never_connected_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_S", 0.01)

    async def scenario(agents: Agents, _: StubService) -> None:
        with pytest.raises(ServiceError, match="not every agent's telephone was connected"):
            await agents.log_in("sales")

    run(scenario)


def test_they_say_what_came_of_each_call_once() -> None:
    async def scenario(agents: Agents, service: StubService) -> None:
        agents.see("agent-1", AgentState.ACW, "7-1")
        agents.see("agent-1", AgentState.ACW, "7-1")
        agent_id, what, body = await service.request()
        assert (agent_id, what) == ("agent-1", "disposition")
        assert body is not None
        assert body["attempt_id"] == "7-1"
        assert body["disposition"] in module.DISPOSITIONS
        assert service.asked == []

    run(scenario)


def test_they_end_conversations_that_go_on_and_leave_those_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(agents: Agents, service: StubService) -> None:
        agents.see("agent-1", AgentState.TALKING, "7-1")
        assert (await service.request())[:2] == ("agent-1", "hang-up")
        monkeypatch.setattr(module, "TALK_LIMIT", Deterministic(value_s=1000.0))
        agents.see("agent-1", AgentState.TALKING, "8-1")
        agents.see("agent-1", AgentState.IDLE, "")
        agents.see("agent-2", AgentState.TALKING, "9-1")
        agents.see("a stranger", AgentState.TALKING, "10-1")
        await agents.hang_up_all()
        assert [one[:2] for one in service.asked] == [("agent-2", "hang-up")]

    run(scenario, count=2)


def test_a_request_that_comes_too_late_is_counted() -> None:
    async def scenario(agents: Agents, service: StubService) -> None:
        service.refused.add("hang-up")
        agents.see("agent-1", AgentState.TALKING, "7-1")
        await service.request()
        await asyncio.sleep(0)
        assert agents.refused == 1

    run(scenario)
