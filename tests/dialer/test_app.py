import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campaigns.model import CallingWindow, Campaign, CampaignStatus, NewLead, Outcome, PacingSettings
from campaigns.ports import AttemptFilter, CampaignStore
from campaigns.store.opening import open_store
from dialer import messages as m
from dialer.app import LiveService, serve
from dialer.config import Settings
from dialer.live.starting import StartError
from dialer.runner import replay
from dialer.telephony import sip_gateway
from tests.dialer.stub_gateway import StubGateway

pytestmark = pytest.mark.anyio

WAIT_S = 120.0
TRUNK = {"name": "carrier", "address": "192.0.2.1:5060", "caller_id": "+12025550199"}
SPRING = Campaign(
    campaign_id=0,
    name="spring",
    skill_group="sales",
    status=CampaignStatus.RUNNING,
    calling_window=CallingWindow(start="00:00", end="24:00"),
    pacing=PacingSettings(policy="progressive"),
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store(empty_sqlite_url: str) -> AsyncIterator[CampaignStore]:
    opened = open_store(empty_sqlite_url)
    yield opened
    opened.close()


def settings(**changes: Any) -> Settings:
    plain = {"service": {"port": 0, "shutdown_s": 5.0, "poll_s": 3600.0}, "trunks": [TRUNK]}
    return Settings.model_validate({**plain, **changes})


def add_leads(store: CampaignStore, count: int, **changes: Any) -> Campaign:
    campaign = store.create_campaign(replace(SPRING, **changes))
    store.add_leads(campaign.campaign_id, [NewLead(number=f"+1202555{index:04d}") for index in range(count)])
    return campaign


async def until(happened: Any) -> None:
    async with asyncio.timeout(WAIT_S):
        # What is waited for happens in many places, none of which would tell.
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def log_in(live: LiveService, agents: int) -> None:
    for index in range(agents):
        live.post(m.AgentLoggedIn(agent_id=f"agent-{index}", skill_groups=("sales",), address="sip:a"))
    await until(lambda: live.statistics().agents_by_state.get("paused") == agents)
    for index in range(agents):
        live.post(m.AgentWentReady(agent_id=f"agent-{index}"))


async def started(store: CampaignStore, make_gateway: Any = StubGateway, **changes: Any) -> LiveService:
    live = LiveService(settings(**changes), store, make_gateway)
    await live.start()
    return live


async def test_stopping_ends_conversations_and_writes_their_results(store: CampaignStore) -> None:
    add_leads(store, 20)
    live = await started(store)
    await log_in(live, 5)
    await until(lambda: live.statistics().agents_by_state.get("talking") == 5)
    assert await live.stop()
    assert store.outcome_counts(1) == {Outcome.CONNECTED: 5}
    assert {attempt.cause for attempt in store.attempts(AttemptFilter()).items} == {"the service is shutting down"}
    assert store.campaign(1).status is CampaignStatus.RUNNING
    assert not live.gateway.is_open  # type: ignore[attr-defined]


async def test_calls_that_do_not_end_are_cut_off_in_time(store: CampaignStore) -> None:
    add_leads(store, 1)
    live = await started(store, service={"port": 0, "shutdown_s": 0.1})
    await log_in(live, 1)
    await until(lambda: live.statistics().agents_by_state.get("talking") == 1)
    live.gateway.is_deaf = True  # type: ignore[attr-defined]
    async with asyncio.timeout(WAIT_S):
        assert await live.stop()
    assert store.outcome_counts(1) == {None: 1}
    sent = live.gateway.sent  # type: ignore[attr-defined]
    assert sent[-2:] == [m.HangUpCall(call_id="1-1"), m.CloseLeg(leg_id="agent-0#1")]


async def test_what_a_crash_left_open_is_interrupted_at_the_next_start(store: CampaignStore) -> None:
    add_leads(store, 3)
    crashed = await started(store)
    await log_in(crashed, 2)
    await until(lambda: crashed.statistics().agents_by_state.get("talking") == 2)
    # As a crash does: nobody tells the engine, and what the worker was told is written.
    crashed.poll.stop()
    crashed.clock.stop()
    crashed.worker.close(WAIT_S)
    assert crashed._publishing is not None
    crashed._publishing.cancel()
    assert store.outcome_counts(1) == {None: 2}
    again = await started(store)
    assert store.outcome_counts(1) == {Outcome.INTERRUPTED: 2}
    await log_in(again, 2)
    await until(lambda: again.statistics().agents_by_state.get("talking") == 1)
    attempts = store.attempts(AttemptFilter()).items
    assert sorted(attempt.lead_id for attempt in attempts) == [1, 2, 3], "an interrupted lead was dialed again at once"
    assert await again.stop()


async def test_a_live_trace_replays_command_for_command(store: CampaignStore, tmp_path: Path) -> None:
    add_leads(store, 30, acw_s_max=0.01)
    live = await started(store, trace={"path": str(tmp_path / "t.jsonl")})
    await log_in(live, 3)
    await until(lambda: len(live.statistics().campaigns) == 1 and live.statistics().campaigns[0].bridged == 3)
    for _ in range(5):
        for call_id in tuple(live.gateway._open):  # type: ignore[attr-defined]
            live.gateway.end(call_id)  # type: ignore[attr-defined]
        await until(lambda: live.statistics().campaigns[0].bridged == 3)
    assert await live.stop()
    assert replay(tmp_path / "t.jsonl") is None
    assert (tmp_path / "t.jsonl").read_bytes().count(b"\n") > 50


async def test_attempts_being_written_at_the_end_get_their_result(store: CampaignStore) -> None:
    add_leads(store, 200, treatment="message")
    live = await started(store)
    await until(lambda: live.worker.counters().get("attempts_written", 0) > 0)
    assert await live.stop()
    assert None not in store.outcome_counts(1)


async def test_an_error_in_the_engine_is_counted_and_kept_from_whoever_posted(
    store: CampaignStore, caplog: pytest.LogCaptureFixture
) -> None:
    live = await started(store)
    live.post(m.TimerFired(key=None))  # type: ignore[arg-type]
    assert live.failures == 1
    assert not live.health()["engine"].is_ok
    assert "the engine failed on TimerFired" in caplog.text
    assert await live.stop()


async def test_a_gateway_that_raises_is_counted_and_stops_nobody_else(
    store: CampaignStore, caplog: pytest.LogCaptureFixture
) -> None:
    live = await started(store)

    def broken(command: m.GatewayCommand) -> None:
        raise ZeroDivisionError("socket")

    live.gateway.send = broken  # type: ignore[method-assign]
    live.post(m.AgentLoggedIn(agent_id="a", skill_groups=("sales",), address="sip:a"))
    assert live.runner.port_errors == 1
    assert "a port failed on OpenLeg" in caplog.text
    del live.gateway.send
    live.open_calls.post(m.LegClosed(leg_id="a#1"))
    assert await live.stop()


async def test_serving_announces_itself_and_ends_when_told(store: CampaignStore) -> None:
    said: list[str] = []
    ending = asyncio.Event()

    def announce(text: str) -> None:
        said.append(text)
        ending.set()

    assert await serve(settings(), store, StubGateway, until=ending, announce=announce)
    assert said[0].endswith("/api/v1/docs, SIP at 127.0.0.1:5060")


async def test_an_api_port_in_use_is_said_so_before_anything_is_touched(store: CampaignStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = settings(service={"port": other.getsockname()[1]})
        with pytest.raises(StartError, match="another program has it"):
            await serve(taken, store, StubGateway, until=asyncio.Event(), announce=print)


async def test_a_sip_port_in_use_is_said_so(store: CampaignStore, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        taken = settings(sip={"port": port}, trace={"path": str(tmp_path / "t.jsonl")})
        with pytest.raises(StartError) as caught:
            await serve(taken, store, sip_gateway, until=asyncio.Event(), announce=print)
    assert str(caught.value) == (
        f"the SIP address 127.0.0.1:{port}/udp cannot be used: another program has it; stop that one, "
        "or choose another with [sip] port (or DIALER_SIP_PORT)"
    )


async def test_a_trace_that_cannot_be_written_is_said_so(store: CampaignStore, tmp_path: Path) -> None:
    lost = settings(trace={"path": str(tmp_path / "missing" / "t.jsonl")})
    with pytest.raises(StartError, match=r"choose another \[trace\] path"):
        await serve(lost, store, StubGateway, until=asyncio.Event(), announce=print)
