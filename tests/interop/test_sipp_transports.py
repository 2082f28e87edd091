"""TCP, IPv6 and long requests, against sipp; TLS is in test_tls.py, for this sipp has none."""

import asyncio
import time

import pytest

from dialer.gateway.settings import GatewaySettings
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import CallEnded, OpenLeg
from dialer.model import CallCause
from tests.interop.conftest import StartSipp
from tests.interop.test_sipp_carrier import (
    ANSWERED,
    BY_DIALER,
    REQUESTS,
    RINGING,
    Bench,
    cancel_when_ringing,
    ended,
    hang_up_when_answered,
    run,
)

pytestmark = pytest.mark.sipp


def test_a_call_over_tcp(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer", transport="tcp")
    assert run(sipp, hang_up_when_answered, transport="tcp") == [RINGING, ANSWERED, BY_DIALER]
    assert "Via: SIP/2.0/TCP 127.0.0.1:" in sipp.messages()
    assert ";transport=tcp>" in sipp.messages()


def test_messages_in_pieces_and_in_one_piece_over_tcp(start_sipp: StartSipp) -> None:
    sipp = start_sipp("tcp_pieces", transport="tcp")
    assert run(sipp, hang_up_when_answered, transport="tcp") == [RINGING, ANSWERED, BY_DIALER]


def test_a_refusal_over_tcp(start_sipp: StartSipp) -> None:
    keys = {"status": "486", "phrase": "Busy Here", "header": "X-Nothing: 1"}
    events = run(start_sipp("refuse", transport="tcp", keys=keys), transport="tcp")
    assert events == [ended(CallCause.BUSY, 486, "486 Busy Here")]


def test_a_call_given_up_over_tcp(start_sipp: StartSipp) -> None:
    events = run(start_sipp("never_answers", transport="tcp"), cancel_when_ringing, transport="tcp")
    assert events == [RINGING, ended(CallCause.DIALER, 487, "given up by the dialer")]


def test_a_challenge_over_tcp(start_sipp: StartSipp) -> None:
    sipp = start_sipp("digest", transport="tcp", keys={"algorithm": "MD5", "qop": "auth"})
    events = run(sipp, hang_up_when_answered, transport="tcp", username="dialer", password="secret")
    assert events == [RINGING, ANSWERED, BY_DIALER]


def test_the_far_end_hangs_up_over_tcp(start_sipp: StartSipp) -> None:
    events = run(start_sipp("far_end_hangs_up", transport="tcp"), transport="tcp")
    assert events == [RINGING, ANSWERED, ended(CallCause.FAR_END, None, "the far end hung up (Q.850 16)")]


def test_many_calls_share_one_connection(start_sipp: StartSipp) -> None:
    calls = 30
    sipp = start_sipp("-uas", calls=calls, transport="tcp")

    async def main() -> None:
        bench = Bench(sipp, hang_up_when_answered, transport="tcp")
        await bench.gateway.start()
        for n in range(calls):
            bench.place(f"{n}-1")
        while sum(isinstance(event, CallEnded) for event in bench.events) < calls:
            await bench.wait()
        counters = bench.gateway.counters()
        assert {event.cause for event in bench.events if isinstance(event, CallEnded)} == {CallCause.DIALER}
        assert counters["connections_opened"] == 1
        assert counters["retransmissions"] == 0
        # A call that sipp has not done with when its connection closes counts as failed there.
        await asyncio.to_thread(sipp.finish)
        await bench.close()

    asyncio.run(main())


def test_a_trunk_that_takes_no_connections_fails_at_once(start_sipp: StartSipp) -> None:
    sipp = start_sipp("silent")  # on UDP
    began = time.monotonic()

    async def main() -> list[object]:
        bench = Bench(sipp, lambda gateway, event: None, transport="tcp")
        return list(await bench.call())

    (event,) = [event for event in asyncio.run(main()) if isinstance(event, CallEnded)]
    assert (event.cause, event.sip_status) == (CallCause.TRUNK_FAILURE, None)
    assert time.monotonic() - began < 30, "not timer B"


def test_a_request_too_long_for_a_packet_takes_tcp(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer", transport="tcp")
    events = run(sipp, hang_up_when_answered, headers=(("Identity", "x" * 900), ("Subject", "y" * 200)))
    assert events == [RINGING, ANSWERED, BY_DIALER]
    assert "Via: SIP/2.0/TCP" in sipp.messages()


def test_and_udp_after_all_where_there_is_no_tcp(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer")
    events = run(sipp, hang_up_when_answered, headers=(("Identity", "x" * 900), ("Subject", "y" * 200)))
    assert events == [RINGING, ANSWERED, BY_DIALER]
    assert "Via: SIP/2.0/UDP" in sipp.messages()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_over_ipv6(start_sipp: StartSipp, transport: str) -> None:
    sipp = start_sipp("answer", host="::1", transport=transport)
    assert run(sipp, hang_up_when_answered, transport=transport) == [RINGING, ANSWERED, BY_DIALER]
    assert f"Via: SIP/2.0/{transport.upper()} [::1]:" in sipp.messages()
    assert "c=IN IP6 ::1" in sipp.messages()


def test_a_phone_is_reached_over_tcp(start_sipp: StartSipp) -> None:
    sipp = start_sipp("far_end_hangs_up", transport="tcp")

    async def main() -> None:
        bench = Bench(sipp, lambda gateway, event: None)
        await bench.gateway.start()
        address = f"sip:anna@127.0.0.1:{sipp.port};transport=tcp"
        bench.gateway.send(OpenLeg(leg_id="anna#1", agent_id="anna", address=address))
        await bench.wait()
        assert bench.gateway.counters()["connections_opened"] == 1
        await bench.close()

    asyncio.run(main())
    sipp.finish()


@pytest.mark.parametrize("transport", ["tcp"])
def test_a_request_that_comes_over_tcp_is_answered_there(start_sipp: StartSipp, transport: str) -> None:
    async def main() -> None:
        gateway = SipGateway(GatewaySettings(port=0), SilentMedia(), lambda event: None, time.monotonic)
        await gateway.start()
        host, port = gateway.address
        sipp = start_sipp(
            "ask", target=f"{host}:{port}", keys={**REQUESTS["options"], "expected": "200"}, transport=transport
        )
        await asyncio.to_thread(sipp.finish)
        assert "SIP/2.0 200 " in sipp.messages()
        assert gateway.counters()["connections_taken"] == 1
        await gateway.close()

    asyncio.run(main())
