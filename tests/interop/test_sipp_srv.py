"""A trunk named by SRV records: its first server is silent, the next one carries the calls."""

import asyncio
import time

import pytest

from benchmarks.ports import free_port
from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip_gateway import SipGateway
from dialer.gateway.trunk_health import HealthSettings
from dialer.messages import CallAnswered, CallEnded, Event, HangUpCall, PlaceCall, TrunkStateChanged
from dialer.model import CallCause
from tests.dialer.gateway.test_server_names import start_name_server
from tests.interop.conftest import StartSipp

pytestmark = pytest.mark.sipp


def test_the_next_server_of_a_name_carries_the_calls(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer")

    async def main() -> list[Event]:
        events: asyncio.Queue[Event] = asyncio.Queue()
        seen: list[Event] = []
        name_server, server, resolver = await start_name_server()
        server.zone = {
            ("_sip._udp.carrier.test.", "SRV"): (
                f"10 1 {free_port()} host.carrier.test.",
                f"20 1 {sipp.port} host.carrier.test.",
            ),
            ("host.carrier.test.", "A"): ("127.0.0.1",),
        }
        # Sipp takes an OPTIONS for a call; without it a trunk that is down is given calls again on trial.
        health = HealthSettings(probe_s=0, silence_s=0.5, trial_s=0.2)
        settings = GatewaySettings(port=0, trunks=(TrunkAddress(name="c", host="carrier.test", port=0),), health=health)
        gateway = SipGateway(settings, SilentMedia(), events.put_nowait, time.monotonic, resolver=resolver)
        await gateway.start()

        async def until(wanted: type[Event]) -> Event:
            while True:
                event = await asyncio.wait_for(events.get(), 120)
                seen.append(event)
                if isinstance(event, wanted):
                    return event

        def place(call_id: str) -> None:
            gateway.send(PlaceCall(call_id=call_id, number="1", caller_id="2", trunk="c", ring_timeout_s=20))

        place("1-1")
        await until(CallEnded)
        while await until(TrunkStateChanged) != TrunkStateChanged(trunk="c", is_up=True):
            pass
        place("2-1")
        await until(CallAnswered)
        gateway.send(HangUpCall(call_id="2-1"))
        await until(CallEnded)
        await gateway.close()
        name_server.close()
        return seen

    ends = [event for event in asyncio.run(main()) if isinstance(event, CallEnded)]
    assert [(event.call_id, event.cause) for event in ends] == [
        ("1-1", CallCause.TRUNK_FAILURE),
        ("2-1", CallCause.DIALER),
    ]
    sipp.finish()
    assert "INVITE sip:1@carrier.test SIP/2.0" in sipp.messages()
