import asyncio

import msgspec
import pytest

from dialer import messages as m
from dialer.live.desk import LiveDesk
from dialer.model import AgentState, ScreenPop

POP = ScreenPop(
    attempt_id="4711-2",
    campaign_id=1,
    campaign_name="x",
    lead_id=4711,
    name="Ann",
    number="+12025550100",
    attributes={},
)


def test_a_request_waits_for_its_own_answer() -> None:
    async def run() -> None:
        posted: list[m.Event] = []
        desk = LiveDesk(post=posted.append)
        first = asyncio.ensure_future(desk.request(lambda n: m.AgentWentReady(agent_id="a", request_id=n), 20.0))
        second = asyncio.ensure_future(desk.request(lambda n: m.AgentWentReady(agent_id="b", request_id=n), 20.0))
        await asyncio.sleep(0)
        ids = {event.agent_id: event.request_id for event in posted if isinstance(event, m.AgentWentReady)}
        assert 0 not in ids.values()
        desk.send(m.AnswerRequest(request_id=ids["b"], error="not logged in"))
        desk.send(m.AnswerRequest(request_id=ids["a"]))
        assert ((await first).error, (await second).error) == ("", "not logged in")
        assert desk.counters()["requests_waiting"] == 0

    asyncio.run(run())


def test_an_answer_given_inside_the_post_is_not_missed() -> None:
    async def run() -> None:
        desk = LiveDesk(post=lambda event: desk.send(m.AnswerRequest(request_id=event.request_id)))  # type: ignore[union-attr]
        assert await desk.request(lambda n: m.AgentWentReady(agent_id="a", request_id=n), 20.0) == m.AnswerRequest(
            request_id=1
        )

    asyncio.run(run())


def test_a_request_that_is_not_answered_times_out_and_a_late_answer_does_no_harm() -> None:
    async def run() -> None:
        posted: list[m.Event] = []
        desk = LiveDesk(post=posted.append)
        with pytest.raises(TimeoutError):
            await desk.request(lambda n: m.AgentWentReady(agent_id="a", request_id=n), 0.01)
        assert desk.counters()["requests_waiting"] == 0
        desk.send(m.AnswerRequest(request_id=1))

    asyncio.run(run())


def test_the_call_on_the_line_is_remembered_until_it_is_gone() -> None:
    desk = LiveDesk(post=lambda event: None)
    desk.send(m.ShowAgent(agent_id="a", state=AgentState.TALKING, since=1.0, call=POP))
    assert desk.call_of("a") == POP
    assert desk.call_of("b") is None
    desk.send(m.ShowAgent(agent_id="a", state=AgentState.IDLE, since=2.0))
    assert desk.call_of("a") is None


def test_the_stream_carries_agents_and_decisions() -> None:
    async def run() -> None:
        desk = LiveDesk(post=lambda event: None)
        messages = desk.watch()
        reading = asyncio.ensure_future(anext(messages))
        await asyncio.sleep(0)
        assert desk.is_watched
        desk.send(m.ShowAgent(agent_id="a", state=AgentState.TALKING, since=1.0, call=POP))
        desk.send(
            m.ReportDecision(campaign_id=1, calls=2, reason="two idle", numbers={}, agents_free=2, agents_soon_free=0)
        )
        agent, decision = await reading, await anext(messages)
        assert (agent.name, decision.name) == ("agent", "decision")
        assert msgspec.json.decode(agent.data)["call"]["attempt_id"] == "4711-2"
        assert msgspec.json.decode(decision.data)["reason"] == "two idle"
        desk.close()

    asyncio.run(run())


def test_closing_answers_whoever_waits() -> None:
    async def run() -> None:
        desk = LiveDesk(post=lambda event: None)
        waiting = asyncio.ensure_future(desk.request(lambda n: m.AgentWentReady(agent_id="a", request_id=n), 20.0))
        await asyncio.sleep(0)
        desk.close()
        assert (await waiting).error == "the service is shutting down"

    asyncio.run(run())
