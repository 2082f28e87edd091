import asyncio
import itertools
import time
from collections.abc import Coroutine
from typing import Any

import pytest
import uvloop

from dialer.gateway.sip import (
    Ending,
    Invitation,
    SessionAnswered,
    SessionConfirmed,
    SessionEnded,
    SessionOffered,
    TimerSettings,
    UserAgent,
    UserAgentEvent,
    UserAgentSettings,
    make_answer,
    make_offer,
    parse_sdp,
)
from dialer.gateway.udp import open_udp

SETTINGS = UserAgentSettings(timers=TimerSettings(t1_s=0.02, t2_s=0.1, t4_s=0.05))
_numbers = itertools.count(1)


def make_agent(address: tuple[str, int]) -> UserAgent:
    return UserAgent(address, lambda: f"t{next(_numbers)}", SETTINGS)


def run(loop_kind: str, main: Coroutine[Any, Any, None]) -> None:
    factory = uvloop.new_event_loop if loop_kind == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(asyncio.wait_for(main, 120))


async def call_through_sockets() -> None:
    heard: list[UserAgentEvent] = []
    done = asyncio.Event()

    def on_callee(event: UserAgentEvent) -> None:
        if isinstance(event, SessionOffered):
            answer = make_answer(parse_sdp(event.request.body), "127.0.0.1", 30000, origin_id=1)
            callee.agent.answer(event.session_id, answer, time.time())
        elif isinstance(event, SessionConfirmed):
            callee.agent.hang_up(event.session_id, time.time())

    def on_caller(event: UserAgentEvent) -> None:
        heard.append(event)
        if isinstance(event, SessionEnded):
            done.set()

    callee = await open_udp("127.0.0.1", 0, make_agent, on_callee, time.time)
    caller = await open_udp("127.0.0.1", 0, make_agent, on_caller, time.time)
    host, port = callee.agent.identity.address
    caller.agent.invite(
        Invitation(
            session_id="1-1",
            uri=f"sip:1@{host}:{port}",
            destination=(host, port),
            caller="<sip:2@127.0.0.1>",
            body=make_offer("127.0.0.1", 40000, origin_id=1),
        ),
        time.time(),
    )
    caller.pump()
    await done.wait()
    assert [type(event) for event in heard] == [SessionAnswered, SessionEnded]
    for shell in (caller, callee):
        shell.agent.handle_timers(time.time() + 60)
        assert shell.agent.transactions == shell.agent.dialogs == 0
    caller.close()
    callee.close()
    assert caller.is_closed


@pytest.mark.parametrize("loop_kind", ["asyncio", "uvloop"])
def test_a_call_goes_through_real_sockets(loop_kind: str) -> None:
    run(loop_kind, call_through_sockets())


async def call_to_nowhere() -> None:
    heard: list[UserAgentEvent] = []
    caller = await open_udp("127.0.0.1", 0, make_agent, heard.append, time.time)
    invitation = Invitation(
        session_id="1-1", uri="sip:1@192.0.2.1", destination=("127.0.0.1", 0), caller="<sip:2@127.0.0.1>"
    )
    caller.agent.invite(invitation, time.time())
    caller.pump()
    assert [type(event) for event in heard] == [SessionEnded]
    assert caller.send_errors == 1
    caller.close()


@pytest.mark.parametrize("loop_kind", ["asyncio", "uvloop"])
def test_what_cannot_be_sent_ends_the_call_at_once(loop_kind: str) -> None:
    run(loop_kind, call_to_nowhere())


async def call_after_close() -> None:
    heard: list[UserAgentEvent] = []
    caller = await open_udp("127.0.0.1", 0, make_agent, heard.append, time.time)
    caller.close()
    invitation = Invitation(
        session_id="1-1", uri="sip:1@127.0.0.1", destination=("127.0.0.1", 5060), caller="<sip:2@127.0.0.1>"
    )
    caller.agent.invite(invitation, time.time())
    caller.pump()
    assert [type(event) for event in heard] == [SessionEnded]


def test_a_call_on_a_closed_socket_ends_at_once() -> None:
    run("asyncio", call_after_close())


async def call_to_silence() -> None:
    heard: list[UserAgentEvent] = []
    done = asyncio.Event()

    def on_event(event: UserAgentEvent) -> None:
        heard.append(event)
        done.set()

    loop = asyncio.get_running_loop()
    silent, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    caller = await open_udp("127.0.0.1", 0, make_agent, on_event, time.time)
    host, port = silent.get_extra_info("sockname")
    caller.agent.invite(
        Invitation(session_id="1-1", uri="sip:1@127.0.0.1", destination=(host, port), caller="<sip:2@127.0.0.1>"),
        time.time(),
    )
    caller.pump()
    await done.wait()
    assert isinstance(heard[0], SessionEnded)
    assert heard[0].ending is Ending.NO_RESPONSE
    # Six on an idle machine; a busy one wakes us late, and timer B does not wait.
    assert 3 <= caller.agent.counters()["retransmissions"] <= 6
    caller.close()
    silent.close()


@pytest.mark.parametrize("loop_kind", ["asyncio", "uvloop"])
def test_the_shell_wakes_the_agent_for_its_timers(loop_kind: str) -> None:
    run(loop_kind, call_to_silence())
