"""Engine and gateway with two sipp processes as trunks: a call that one fails goes out over the other, once."""

import asyncio
import signal
import time
from collections.abc import Callable

import pytest

from dialer import messages as m
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.trunk_health import HealthSettings
from dialer.model import EngineSettings, Trunk
from tests.dialer.world import World, task
from tests.interop.conftest import StartSipp
from tests.interop.sipp_process import Sipp

pytestmark = pytest.mark.sipp

ENGINE = EngineSettings(
    trunks=(
        Trunk(name="main", caller_id="+12025550100"),
        Trunk(name="spare", caller_id="+12025550100", priority=1),
    )
)
TRIAL_S = 2.0
"""sipp answers no OPTIONS, so this is also how long what rings on it is waited for."""


class TwoTrunks(World):
    """The engine's small world with the real gateway in it; whoever is bridged is hung up by the agent at once."""

    def __init__(self, main: Sipp, spare: Sipp) -> None:
        super().__init__(ENGINE, leads=0)
        addresses = {"main": main.address, "spare": spare.address}
        self.media = SilentMedia()
        self.done = asyncio.Event()
        self.rings = asyncio.Event()
        self.trunk_changes: list[bool] = []
        self.placed_at: list[float] = []
        self.gateway = SipGateway(
            GatewaySettings(
                port=0,
                trunks=tuple(TrunkAddress(name=name, host=at[0], port=at[1]) for name, at in addresses.items()),
                health=HealthSettings(trial_s=TRIAL_S),
            ),
            self.media,
            self._take,
            time.monotonic,
        )

    def _take(self, event: m.Event) -> None:
        if isinstance(event, m.CallRinging):
            self.rings.set()
        if isinstance(event, m.TrunkStateChanged):
            self.trunk_changes.append(event.is_up)
        self.runner.post(event)
        if isinstance(event, m.CallEnded) and not self.engine._state.calls:
            self.done.set()

    def _gateway(self, command: m.GatewayCommand) -> None:
        match command:
            case m.OpenLeg() | m.CloseLeg():
                super()._gateway(command)
            case m.BridgeCall(call_id=call_id, leg_id=leg_id):
                self.runner.post(m.CallBridged(call_id=call_id, leg_id=leg_id))
                self.runner.post(m.AgentHungUp(agent_id="agent-0"))
            case _:
                if isinstance(command, m.PlaceCall):
                    self.placed_at.append(time.monotonic())
                self.gateway.send(command)

    async def dial(self, calls: int = 1) -> None:
        """Let one agent be called for until so many calls have come to their end, one after the other."""
        await self.gateway.start()
        self.start(task())
        self.add_agents(1)
        for _ in range(calls):
            self.leads_left = 1
            self.done.clear()
            self.run(60.0)
            await asyncio.wait_for(self.done.wait(), 120)
        await self.close()

    async def close(self) -> None:
        """Close the gateway; nothing may be left behind."""
        agent = self.gateway.agent
        await self.gateway.close()
        assert agent.session_ids == ()
        assert agent.dialogs == 0
        assert agent.requests_under_way == 0
        agent.handle_timers(time.monotonic() + 200)
        assert agent.transactions == 0
        assert self.media.open_streams == ()

    def records(self) -> list[tuple[str, str, int | None]]:
        """Outcome, trunk and SIP status of each attempt."""
        return [(str(r.attempt.outcome), r.attempt.trunk, r.attempt.sip_status) for r in self.results.values()]


def run(main: Sipp, spare: Sipp, *, calls: int = 1, check: Callable[[TwoTrunks], None] = lambda _: None) -> TwoTrunks:
    async def dial() -> TwoTrunks:
        world = TwoTrunks(main, spare)
        await world.dial(calls)
        return world

    world = asyncio.run(dial())
    check(world)
    return world


@pytest.mark.parametrize("status", ["500", "502", "503", "504"])
def test_a_failure_in_the_trunk_moves_the_call(start_sipp: StartSipp, status: str) -> None:
    main, spare = start_sipp("fails", keys={"status": status}), start_sipp("answer")
    world = run(main, spare)
    main.finish()
    spare.finish()
    assert world.records() == [("connected", "spare", None)]
    assert [command.trunk for command in world.of(m.PlaceCall)] == ["main", "spare"]
    assert world.count("calls_moved") == 1


@pytest.mark.parametrize("status", ["486", "404", "603"])
def test_an_answer_from_the_person_does_not(start_sipp: StartSipp, status: str) -> None:
    main, spare = start_sipp("fails", keys={"status": status}), start_sipp("answer")
    world = run(main, spare)
    main.finish()
    assert [record[1:] for record in world.records()] == [("main", int(status))]
    assert "INVITE" not in spare.messages()


def test_a_telephone_that_rang_does_not_ring_again(start_sipp: StartSipp) -> None:
    main, spare = start_sipp("rings_then_fails", keys={"status": "503"}), start_sipp("answer")
    world = run(main, spare)
    main.finish()
    assert world.records() == [("congestion", "main", 503)]
    assert "INVITE" not in spare.messages()


def test_a_silent_trunk_loses_its_call_to_the_next_within_a_second(start_sipp: StartSipp) -> None:
    main, spare = start_sipp("silent"), start_sipp("answer")
    world = run(main, spare)
    spare.finish()
    assert world.records() == [("connected", "spare", None)]
    assert world.trunk_changes == [False]
    first, second = world.placed_at
    # 0.8 s by the clock of the gateway; the rest is room for a busy machine.
    assert 0.75 < second - first < 3.0


def test_a_trunk_that_is_not_there_gets_no_second_call(start_sipp: StartSipp) -> None:
    main, spare = start_sipp("answer"), start_sipp("answer", calls=2)
    main.__exit__()
    world = run(main, spare, calls=2)
    spare.finish()
    assert [record[:2] for record in world.records()] == [("connected", "spare")] * 2
    assert [command.trunk for command in world.of(m.PlaceCall)] == ["main", "spare", "spare"]


def test_a_trunk_that_asks_for_rest_gets_it(start_sipp: StartSipp) -> None:
    header = {"status": "503", "phrase": "Service Unavailable", "header": "Retry-After: 60"}
    main, spare = start_sipp("refuse", keys=header), start_sipp("answer", calls=2)
    world = run(main, spare, calls=2)
    main.finish()
    spare.finish()
    assert [command.trunk for command in world.of(m.PlaceCall)] == ["main", "spare", "spare"]
    assert world.trunk_changes == [False]


@pytest.mark.parametrize("death", [signal.SIGSTOP, signal.SIGKILL])
def test_what_rings_on_a_trunk_that_dies_ends_soon_and_rings_nowhere_else(
    start_sipp: StartSipp, death: signal.Signals
) -> None:
    main, spare = start_sipp("never_answers", calls=10), start_sipp("answer")

    async def dial() -> TwoTrunks:
        world = TwoTrunks(main, spare)
        await world.gateway.start()
        world.leads_left = 1
        world.start(task(retry_rules={}))
        world.add_agents(2)
        async with asyncio.timeout(120):
            await world.rings.wait()
            main.send(death)
            # The next call shows that it is dead.
            world.leads_left = 1
            world.run(60.0)
            await world.done.wait()
        if death is signal.SIGSTOP:
            # What it was told while it could not hear: stop ringing.
            main.send(signal.SIGCONT)
        await world.close()
        return world

    world = asyncio.run(dial())
    spare.finish()
    assert world.trunk_changes[0] is False
    assert sorted(world.records()) == [("congestion", "main", None), ("connected", "spare", None)]
    cdrs = {result.cdr.trunk: result.cdr for result in world.results.values() if result.cdr is not None}
    assert cdrs["main"].cause == "the trunk fell silent before an answer"
    assert cdrs["spare"].answered_at is not None
    assert [command.trunk for command in world.of(m.PlaceCall)] == ["main", "main", "spare"], "what rang is not moved"
    assert world.count("calls_moved") == 1
    assert spare.messages().count("INVITE sip:") == 1
