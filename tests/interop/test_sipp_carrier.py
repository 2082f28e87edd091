"""The gateway against sipp as the carrier: what it reports, in which order, and that it leaves nothing behind."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dialer.gateway.settings import GatewaySettings, TrunkAddress
from dialer.gateway.silent_media import SilentMedia
from dialer.gateway.sip import TimerSettings, UserAgent
from dialer.gateway.sip_gateway import SipGateway
from dialer.messages import (
    CallAnswered,
    CallEnded,
    CallRinging,
    CancelCall,
    Event,
    HangUpCall,
    LegClosed,
    LegOpened,
    OpenLeg,
    PlaceCall,
    TrunkStateChanged,
)
from dialer.model import CallCause
from tests.interop.conftest import StartSipp
from tests.interop.sipp_process import Sipp

pytestmark = pytest.mark.sipp

Reaction = Callable[[SipGateway, Event], None]


class Bench:
    """A gateway on real UDP whose one trunk is a sipp process."""

    def __init__(self, sipp: Sipp, react: Reaction, t1_s: float = 0.5, **trunk: Any) -> None:
        self.events: list[Event] = []
        self.media = SilentMedia()
        self._sipp = sipp
        self._react = react
        self._ended = asyncio.Event()
        host, port = sipp.address
        address = TrunkAddress(name="carrier", host=host, port=port, **trunk)
        settings = GatewaySettings(host="::1" if ":" in host else "127.0.0.1", port=0, trunks=(address,),
                                   timers=TimerSettings(t1_s=t1_s))  # fmt: skip
        self.gateway = SipGateway(settings, self.media, self._post, time.monotonic)

    def _post(self, event: Event) -> None:
        # How it sounded is the media's matter, and there is none here.
        self.events.append(replace(event, quality=None) if isinstance(event, CallEnded) else event)
        if isinstance(event, CallEnded | LegClosed):
            self._ended.set()
        self._react(self.gateway, event)

    async def call(self, call_id: str = "4711-2", ring_timeout_s: float = 5.0) -> list[Event]:
        """Place a call and let it come to its end."""
        await self.gateway.start()
        self.place(call_id, ring_timeout_s)
        await self.wait()
        if self.gateway.counters()["connections"]:
            # A call that sipp has not done with when its connection closes counts as failed there.
            await asyncio.to_thread(self._sipp.finish)
        elif isinstance(self._sipp, Sipp):
            # What sipp still says must find somebody who answers.
            await asyncio.to_thread(self._sipp.linger)
        await self.close()
        return self.events

    def place(self, call_id: str, ring_timeout_s: float = 5.0) -> None:
        self.gateway.send(
            PlaceCall(
                call_id=call_id,
                number="+12025550199",
                caller_id="+12025550100",
                trunk="carrier",
                ring_timeout_s=ring_timeout_s,
            )
        )

    async def wait(self) -> None:
        """Until a call or a leg has ended; a gateway that hangs is closed, and the test fails."""
        try:
            await asyncio.wait_for(self._ended.wait(), 120)
        except TimeoutError:
            await self.gateway.close(0.1)
            raise
        self._ended.clear()

    async def close(self) -> None:
        """End it; nothing may be left but transactions that wait for stragglers, and those only for so long."""
        agent = self.gateway.agent
        await self.gateway.close()
        assert agent.session_ids == ()
        assert agent.dialogs == 0
        assert agent.requests_under_way == 0
        agent.handle_timers(time.monotonic() + 100)
        assert agent.transactions == 0
        assert self.media.open_streams == ()


def nothing(_gateway: SipGateway, _event: Event) -> None:
    """Let the far end end it."""


def hang_up_when_answered(gateway: SipGateway, event: Event) -> None:
    if isinstance(event, CallAnswered):
        gateway.send(HangUpCall(call_id=event.call_id))


def hang_up_after(delay_s: float) -> Reaction:
    def react(gateway: SipGateway, event: Event) -> None:
        if isinstance(event, CallAnswered):
            loop = asyncio.get_running_loop()
            loop.call_later(delay_s, lambda: gateway.send(HangUpCall(call_id=event.call_id)))

    return react


def cancel_when_ringing(gateway: SipGateway, event: Event) -> None:
    if isinstance(event, CallRinging):
        gateway.send(CancelCall(call_id=event.call_id))


def run(
    sipp: Sipp, react: Reaction = nothing, ring_timeout_s: float = 5.0, t1_s: float = 0.5, **trunk: Any
) -> list[Event]:
    async def main() -> list[Event]:
        return await Bench(sipp, react, t1_s, **trunk).call(ring_timeout_s=ring_timeout_s)

    events = asyncio.run(main())
    sipp.finish()
    return events


RINGING = CallRinging(call_id="4711-2")
ANSWERED = CallAnswered(call_id="4711-2")


def ended(cause: CallCause, status: int | None, reason: str) -> CallEnded:
    return CallEnded(call_id="4711-2", cause=cause, sip_status=status, reason=reason)


BY_DIALER = ended(CallCause.DIALER, None, "hung up by the dialer")


def test_an_answered_call_is_hung_up(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer")
    assert run(sipp, hang_up_when_answered) == [RINGING, ANSWERED, BY_DIALER]
    assert "X-Attempt-Id: 4711-2" in sipp.messages()
    assert "From: <sip:+12025550100@127.0.0.1>" in sipp.messages()


def test_sipps_own_carrier_is_happy_with_many_calls(start_sipp: StartSipp) -> None:
    calls, at_once = 50, 10
    sipp = start_sipp("-uas", calls=calls)

    async def main() -> None:
        bench = Bench(sipp, hang_up_when_answered)
        await bench.gateway.start()
        for n in range(calls):
            bench.place(f"{n}-1")
            while n + 1 - sum(isinstance(event, CallEnded) for event in bench.events) >= at_once:
                await bench.wait()
        while sum(isinstance(event, CallEnded) for event in bench.events) < calls:
            await bench.wait()
        assert {event.cause for event in bench.events if isinstance(event, CallEnded)} == {CallCause.DIALER}
        assert bench.gateway.counters()["invites_sent"] == calls
        await bench.close()

    asyncio.run(main())
    sipp.finish()


def test_183_with_audio_then_200(start_sipp: StartSipp) -> None:
    events = run(start_sipp("early_media"), hang_up_when_answered)
    assert events == [CallRinging(call_id="4711-2", sip_status=183), ANSWERED, BY_DIALER]


@pytest.mark.parametrize(
    ("status", "phrase", "header", "cause", "reason"),
    [
        (486, "Busy Here", "X-Nothing: 1", CallCause.BUSY, "486 Busy Here"),
        (404, "Not Found", "X-Nothing: 1", CallCause.INVALID_NUMBER, "404 Not Found"),
        (503, "Service Unavailable", "Retry-After: 5", CallCause.CONGESTION, "503 Service Unavailable"),
        (503, "No Route", "Reason: Q.850;cause=1", CallCause.INVALID_NUMBER, "503 No Route (Q.850 1)"),
        (603, "Decline", "X-Nothing: 1", CallCause.REJECTED, "603 Decline"),
        (302, "Moved", "Contact: <sip:other@192.0.2.1>", CallCause.CONGESTION, "302 Moved"),
    ],
)
def test_a_refusal_is_acknowledged_and_named(
    start_sipp: StartSipp, status: int, phrase: str, header: str, cause: CallCause, reason: str
) -> None:
    sipp = start_sipp("refuse", keys={"status": str(status), "phrase": phrase, "header": header})
    rests = [TrunkStateChanged(trunk="carrier", is_up=False)] if "Retry-After" in header else []
    assert run(sipp) == [*rests, ended(cause, status, reason)]


def test_nobody_answers(start_sipp: StartSipp) -> None:
    events = run(start_sipp("never_answers"), ring_timeout_s=0.5)
    assert events == [RINGING, ended(CallCause.NO_ANSWER, 487, "not answered in time")]


def test_the_dialer_gives_up_while_it_rings(start_sipp: StartSipp) -> None:
    events = run(start_sipp("never_answers"), cancel_when_ringing)
    assert events == [RINGING, ended(CallCause.DIALER, 487, "given up by the dialer")]


def test_a_call_that_never_even_rings_is_congestion(start_sipp: StartSipp) -> None:
    events = run(start_sipp("trying_only"), ring_timeout_s=0.5)
    assert events == [ended(CallCause.CONGESTION, 487, "not answered in time")]


def test_no_response_at_all(start_sipp: StartSipp) -> None:
    sipp = start_sipp("silent")
    events = run(sipp, ring_timeout_s=5.0)
    down = TrunkStateChanged(trunk="carrier", is_up=False)
    assert events == [down, ended(CallCause.TRUNK_FAILURE, None, "the trunk did not respond")]
    assert "\nCANCEL sip:" not in sipp.messages()


def test_an_answer_that_comes_again_is_acknowledged_again(start_sipp: StartSipp) -> None:
    # Without -nr sipp takes the second ACK, which is the first byte for byte, as a reason to send its 200 yet again.
    sipp = start_sipp("answer_repeated", options=("-nr",))
    assert run(sipp, hang_up_after(1.0)) == [RINGING, ANSWERED, BY_DIALER]
    assert sipp.messages().count("\nACK ") == 2


def test_the_far_end_hangs_up(start_sipp: StartSipp) -> None:
    events = run(start_sipp("far_end_hangs_up"))
    assert events == [RINGING, ANSWERED, ended(CallCause.FAR_END, None, "the far end hung up (Q.850 16)")]


def test_a_reinvite_puts_us_on_hold(start_sipp: StartSipp) -> None:
    assert run(start_sipp("hold"), hang_up_after(0.8)) == [RINGING, ANSWERED, BY_DIALER]


def test_an_answer_that_crosses_our_cancel_is_hung_up(start_sipp: StartSipp) -> None:
    events = run(start_sipp("answer_crosses_cancel"), cancel_when_ringing)
    crossed = ended(CallCause.DIALER, None, "the answer crossed our CANCEL; hung up at once")
    assert events == [RINGING, ANSWERED, crossed]


def test_an_answer_that_crosses_the_ring_timeout_is_talked_to(start_sipp: StartSipp) -> None:
    events = run(start_sipp("answer_crosses_cancel"), hang_up_after(0.3), ring_timeout_s=0.4)
    assert events == [RINGING, ANSWERED, BY_DIALER]


@pytest.mark.parametrize("qop", ["auth", "auth-int", "auth-int,auth"])
def test_a_challenge_is_answered_as_sipp_would(start_sipp: StartSipp, qop: str) -> None:
    sipp = start_sipp("digest", keys={"algorithm": "MD5", "qop": qop})
    events = run(sipp, hang_up_when_answered, username="dialer", password="secret")
    assert events == [RINGING, ANSWERED, BY_DIALER]


def test_a_wrong_password_ends_the_call(start_sipp: StartSipp) -> None:
    sipp = start_sipp("digest", keys={"algorithm": "MD5", "qop": "auth"})
    events = run(sipp, username="dialer", password="wrong")
    assert events == [ended(CallCause.REJECTED, 403, "403 Forbidden")]


@pytest.mark.parametrize(("algorithm", "hash_name"), [("MD5", "md5"), ("SHA-256", "sha256")])
def test_a_proxys_challenge_is_answered(start_sipp: StartSipp, algorithm: str, hash_name: str) -> None:
    sipp = start_sipp("proxy_digest", keys={"algorithm": algorithm})
    events = run(sipp, hang_up_when_answered, username="dialer", password="secret")
    assert events == [RINGING, ANSWERED, BY_DIALER]
    answers = re.findall(r"^Proxy-Authorization: Digest (.*)$", sipp.messages(), re.MULTILINE)
    # The second INVITE, the ACK that repeats its credentials, and the BYE with the same nonce used once more.
    assert len(answers) == 3
    for answer, method, count in ((answers[0], "INVITE", "00000001"), (answers[2], "BYE", "00000002")):
        fields = dict(re.findall(r'(\w+)="?([^",]*)"?', answer))
        secret = hashlib.new(hash_name, b"dialer:carrier:secret").hexdigest()
        subject = hashlib.new(hash_name, f"{method}:{fields['uri']}".encode()).hexdigest()
        text = f"{secret}:{fields['nonce']}:{fields['nc']}:{fields['cnonce']}:auth:{subject}"
        assert fields["response"] == hashlib.new(hash_name, text.encode()).hexdigest()
        assert fields["nc"] == count


def test_a_proxy_that_stays_in_the_path(start_sipp: StartSipp) -> None:
    assert run(start_sipp("record_route"), hang_up_when_answered) == [RINGING, ANSWERED, BY_DIALER]


def test_an_agents_leg_is_opened_kept_and_closed(start_sipp: StartSipp) -> None:
    sipp = start_sipp("far_end_hangs_up")

    async def main() -> list[Event]:
        bench = Bench(sipp, nothing)
        await bench.gateway.start()
        address = f"sip:anna@127.0.0.1:{sipp.port}"
        bench.gateway.send(OpenLeg(leg_id="anna#1", agent_id="anna", address=address))
        await bench.wait()
        await bench.close()
        return bench.events

    assert asyncio.run(main()) == [
        LegOpened(leg_id="anna#1"),
        LegClosed(leg_id="anna#1", reason="the far end hung up (Q.850 16)"),
    ]
    sipp.finish()


def test_closing_the_gateway_hangs_up_what_is_open(start_sipp: StartSipp) -> None:
    sipp = start_sipp("answer")

    async def main() -> list[Event]:
        answered = asyncio.Event()
        bench = Bench(sipp, lambda _, event: answered.set() if isinstance(event, CallAnswered) else None)
        await bench.gateway.start()
        bench.gateway.send(PlaceCall(call_id="4711-2", number="1", caller_id="", trunk="carrier", ring_timeout_s=5.0))
        await asyncio.wait_for(answered.wait(), 120)
        await bench.close()
        return bench.events

    assert asyncio.run(main()) == [RINGING, ANSWERED, BY_DIALER]
    sipp.finish()


@pytest.mark.parametrize(
    ("scenario", "expected"), [("options", "200"), ("unknown_method", "501"), ("stray_bye", "481"), ("invite", "404")]
)
def test_requests_from_outside_are_answered_by_rule(start_sipp: StartSipp, scenario: str, expected: str) -> None:
    async def main() -> None:
        settings = GatewaySettings(port=0)
        gateway = SipGateway(settings, SilentMedia(), lambda event: None, time.monotonic)
        await gateway.start()
        host, port = gateway.address
        sipp = start_sipp("ask", target=f"{host}:{port}", keys={**REQUESTS[scenario], "expected": expected})
        await asyncio.to_thread(sipp.finish)
        assert f"SIP/2.0 {expected} " in sipp.messages()
        await gateway.close()

    asyncio.run(main())


def test_a_stranger_is_refused_once_there_are_trunks(start_sipp: StartSipp) -> None:
    async def main() -> None:
        settings = GatewaySettings(port=0, trunks=(TrunkAddress(name="elsewhere", host="192.0.2.1"),))
        gateway = SipGateway(settings, SilentMedia(), lambda event: None, time.monotonic)
        await gateway.start()
        host, port = gateway.address
        sipp = start_sipp("ask", target=f"{host}:{port}", keys={**REQUESTS["options"], "expected": "403"})
        await asyncio.to_thread(sipp.finish)
        assert "SIP/2.0 403 " in sipp.messages()
        assert gateway.agent.transactions == 0
        await gateway.close()

    asyncio.run(main())


REQUESTS = {
    "options": {"method": "OPTIONS", "to_tag": ""},
    "unknown_method": {"method": "DANCE", "to_tag": ""},
    "stray_bye": {"method": "BYE", "to_tag": ";tag=nobody"},
    "invite": {"method": "INVITE", "to_tag": ""},
}


def test_ids_are_never_the_same_twice() -> None:
    agent = UserAgent(("127.0.0.1", 5060), lambda: secrets.token_hex(8))
    assert len({agent.identity.new_call_id() for _ in range(1000)}) == 1000
