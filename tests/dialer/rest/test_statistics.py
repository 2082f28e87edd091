import asyncio
import socket
from contextlib import aclosing

import httpx
import msgspec
import pytest

from dialer.model import Statistics
from dialer.rest.statistics import _events
from tests.dialer.rest.conftest import Bench, Stage

pytestmark = pytest.mark.anyio


def parse(event: bytes) -> tuple[str, dict[str, object]]:
    name, data, *rest = event.decode().split("\n")
    assert rest == ["", ""]
    return name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))


async def test_statistics_are_those_of_the_engine(bench: Bench) -> None:
    await bench.talk()
    found = msgspec.convert(await bench.call("GET", "/statistics"), Statistics)
    assert found.agents_by_state["talking"] == 1
    assert found.campaigns[0].bridged == 1


async def test_the_stream_begins_with_statistics_and_tells_of_agents_and_decisions(bench: Bench) -> None:
    async with aclosing(_events(bench.live.service(), 1)) as events:
        assert parse(await anext(events))[0] == "statistics"
        following = asyncio.ensure_future(anext(events))
        await bench.until(lambda: bench.live.desk.is_watched)
        await bench.talk()
        seen = [parse(await following)]
        while not {"agent", "decision"} <= {name for name, _ in seen}:
            seen.append(parse(await anext(events)))
        agent = next(value for name, value in seen if name == "agent")
        assert agent["agent_id"] == "ann"
        decision = next(value for name, value in seen if name == "decision")
        assert decision["reason"]
    assert not bench.live.desk.is_watched


async def test_statistics_come_every_second_over_http(bench: Bench) -> None:
    from dialer.rest import create_app
    from dialer.rest.serving import server_of

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = server_of(create_app(bench.live.service()))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1/statistics/stream"
        async with httpx.AsyncClient(timeout=240) as client, client.stream("GET", url) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            names = []
            while len(names) < 3:
                line = await anext(lines)
                if line.startswith("event: "):
                    names.append(line)
        assert names == ["event: statistics"] * 3
        server.should_exit = True
        await serving


async def test_there_is_a_limit_of_watchers(stage: Stage) -> None:
    bench = await stage.start(service={"watchers_max": 1})
    reader = _events(bench.live.service(), 1)
    await anext(reader)
    waiting = asyncio.ensure_future(anext(reader))
    await bench.until(lambda: bench.live.desk.is_watched)
    problem = await bench.call("GET", "/statistics/stream", 503)
    assert "watchers_max" in problem["detail"]
    await waiting
    await reader.aclose()


async def test_health_names_every_part(bench: Bench) -> None:
    health = await bench.call("GET", "/health")
    assert health["is_ok"]
    assert set(health["parts"]) == {"engine", "store", "gateway", "desk", "clock"}
    assert all(part["is_ok"] for part in health["parts"].values())


async def test_a_part_in_trouble_makes_health_503_and_says_what(bench: Bench) -> None:
    bench.live.worker._trouble = "the cable is out"
    answer = await bench.client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["parts"]["store"] == {
        "is_ok": False,
        "detail": "the cable is out",
        "counters": answer.json()["parts"]["store"]["counters"],
    }
