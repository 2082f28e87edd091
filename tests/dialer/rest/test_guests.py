import pytest

from dialer.messages import CloseLeg, HoldCall, JoinCall, LeaveCall, OpenLeg
from dialer.model import MonitorMode
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio

BOSS = {"mode": "listen", "address": "sip:boss@192.0.2.9:5060"}


async def test_a_customer_waits_with_music_and_is_talked_to_again(bench: Bench) -> None:
    call_id = await bench.talk()
    assert (await bench.call("POST", "/agents/ann/hold"))["agent"]["state"] == "talking"
    await bench.call("POST", "/agents/ann/resume")
    held = [one for one in bench.gateway.sent if isinstance(one, HoldCall)]
    assert [(one.call_id, one.is_held) for one in held] == [(call_id, True), (call_id, False)]


async def test_a_supervisor_listens_whispers_and_leaves(bench: Bench) -> None:
    call_id = await bench.talk()
    await bench.call("PUT", "/agents/ann/monitor", json=BOSS)
    await bench.until(lambda: any(isinstance(one, JoinCall) for one in bench.gateway.sent))
    await bench.call("PUT", "/agents/ann/monitor", json={"mode": "whisper"})
    joins = [one for one in bench.gateway.sent if isinstance(one, JoinCall)]
    assert [one.mode for one in joins] == [MonitorMode.LISTEN, MonitorMode.WHISPER]
    assert {one.call_id for one in joins} == {call_id}
    await bench.call("DELETE", "/agents/ann/monitor")
    assert LeaveCall(leg_id=joins[0].leg_id) in bench.gateway.sent
    assert CloseLeg(leg_id=joins[0].leg_id) in bench.gateway.sent
    problem = await bench.call("DELETE", "/agents/ann/monitor", 409)
    assert "is not with agent" in problem["detail"]


async def test_a_third_party_is_called_in_and_dismissed(bench: Bench) -> None:
    await bench.talk()
    await bench.call("POST", "/agents/ann/third-party", json={"address": "sip:bob@192.0.2.9"})
    await bench.until(lambda: any(isinstance(one, JoinCall) for one in bench.gateway.sent))
    (join,) = (one for one in bench.gateway.sent if isinstance(one, JoinCall))
    assert join.mode is MonitorMode.BARGE
    await bench.call("DELETE", "/agents/ann/third-party")
    assert CloseLeg(leg_id=join.leg_id) in bench.gateway.sent


async def test_what_cannot_be_done_is_said(bench: Bench) -> None:
    for path, body in (("hold", None), ("resume", None), ("third-party", {"address": "sip:bob@192.0.2.9"})):
        problem = await bench.call("POST", f"/agents/ann/{path}", 409, json=body)
        assert "ann" in problem["detail"]
    await bench.call("PUT", "/agents/ann/monitor", 409, json=BOSS)
    await bench.call("PUT", "/agents/ann/monitor", 422, json={"mode": "shout"})
    await bench.call("POST", "/agents/ann/third-party", 422, json={"address": ""})
    assert not [one for one in bench.gateway.sent if isinstance(one, OpenLeg)]
