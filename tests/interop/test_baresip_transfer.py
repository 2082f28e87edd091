"""baresip as a phone whose transfers fail: it hangs up over that, is called again, and the conversation goes on."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dialer import messages as m
from dialer.gateway.media.engine import RtpEngine
from dialer.gateway.media.prompts import load_prompts
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.sip import RegistrarSettings
from dialer.gateway.sip_gateway import SipGateway
from dialer.model import EngineSettings, Trunk
from tests.dialer.world import World, task
from tests.interop.baresip_process import Baresip
from tests.interop.conftest import StartSipp

pytestmark = [pytest.mark.peers, pytest.mark.sipp]

FLOWING = 50
"""Packets: a second."""
BARRED = "+19005550177"


class Talk(World):
    """The engine's small world with the real gateway for calls and legs."""

    def __init__(self, customers: tuple[str, int], party: tuple[str, int]) -> None:
        trunks = {"main": customers, "party": party}
        super().__init__(
            EngineSettings(
                trunks=(
                    Trunk(name="party", caller_id="+12025550100", prefixes=("+12025550177",)),
                    Trunk(name="main", caller_id="+12025550100"),
                ),
                barred_prefixes=("+1900",),
            ),
            leads=1,
            acw_s=None,
        )
        self.media = RtpEngine(asyncio.get_running_loop(), "127.0.0.1", 32000, 32999, load_prompts(), 30)
        self.gateway = SipGateway(
            GatewaySettings(
                port=0,
                trunks=tuple(TrunkAddress(name=name, host=at[0], port=at[1]) for name, at in trunks.items()),
                phones=RegistrarSettings(passwords={"1001": "secret"}, algorithms=("MD5",)),
            ),
            self.media,
            self.runner.post,
            time.monotonic,
        )

    def _gateway(self, command: m.GatewayCommand) -> None:
        self.gateway.send(command)

    async def begin(self) -> None:
        """baresip is called as the agent's leg, a customer answers, they are bridged."""
        self.post(m.AgentLoggedIn(agent_id="ann", skill_groups=("sales",), address="1001"))
        await self.until(lambda: self.states()["ann"] == "paused")
        self.post(m.AgentWentReady(agent_id="ann"))
        self.start(task())
        await self.until(lambda: self.states()["ann"] == "talking")

    def leg(self) -> str:
        return str(self.of(m.OpenLeg)[-1].leg_id)

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not holds():  # noqa: ASYNC110 - baresip and sipp say nothing
                await asyncio.sleep(0.02)

    async def audio_flows(self) -> None:
        """The phone is heard, and what it says is sent on to the customer."""
        (call_id,) = self.placed
        heard, sent = self.media.statistics(self.leg()).packets_in, self.media.statistics(call_id).packets_out
        await self.until(lambda: self.media.statistics(self.leg()).packets_in >= heard + FLOWING)
        assert self.media.statistics(call_id).packets_out >= sent + FLOWING // 2


@pytest.mark.parametrize(
    ("target", "heard"),
    [
        (BARRED, [403]),
        ("nobody", [404]),
        ("+12025550177", [202, 480]),
        ("1002?Replaces=gone%40h%3Bto-tag%3D1%3Bfrom-tag%3D2", [202, 480]),
    ],
    ids=["refused at once", "nobody of that name", "blind, busy", "attended, the other phone is gone"],
)
def test_a_transfer_that_fails_costs_neither_the_customer_nor_the_agent(
    tmp_path: Path, start_sipp: StartSipp, target: str, heard: list[int]
) -> None:
    customer = start_sipp("answer")
    busy = start_sipp("refuse", keys={"status": "486", "phrase": "Busy Here", "header": "X-Nothing: 1"})

    async def main() -> None:
        talk = Talk(customer.address, busy.address)
        await talk.gateway.start()
        registrar = talk.gateway.agent.registrar
        assert registrar is not None
        with Baresip(tmp_path, "1001", "secret", talk.gateway.address) as phone:
            await talk.until(lambda: registrar.phones_of("1001", time.monotonic()))
            await talk.begin()
            await talk.audio_flows()
            user, mark, rest = target.partition("?")
            uri = "sip:{}@{}:{}".format(user, *talk.gateway.address) + mark + rest
            await asyncio.to_thread(phone.press, "transfer", f"<{uri}>" if mark else uri)
            await talk.until(lambda: [answer.status for answer in talk.of(m.AnswerRefer)] == heard)
            # baresip 1.0 takes every end of a transfer for the end of its call.
            await talk.until(lambda: [hold.is_held for hold in talk.of(m.HoldCall)] == [True, False])
            assert talk.states() == {"ann": "talking"}
            await talk.audio_flows()
            talk.post(m.AgentHungUp(agent_id="ann"))
            await talk.until(lambda: talk.results)
            assert talk.outcomes() == ["connected"]
            assert talk.states() == {"ann": "acw"}
            talk.post(m.AgentLoggedOut(agent_id="ann"))
            await talk.until(lambda: not talk.states())
        agent = talk.gateway.agent
        await talk.gateway.close()
        talk.media.close_all()
        agent.handle_timers(time.monotonic() + 100)
        assert (agent.session_ids, agent.dialogs, agent.transactions) == ((), 0, 0)

    asyncio.run(main())
