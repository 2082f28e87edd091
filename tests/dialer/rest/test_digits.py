import pytest

from dialer.messages import SendDigits
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_keys_go_to_whoever_is_on_the_line_and_the_log_says_how_many(bench: Bench) -> None:
    call_id = await bench.talk()
    answer = await bench.call("POST", "/agents/ann/digits", json={"digits": "42#"})
    assert answer["agent"]["state"] == "talking"
    (sent,) = [one for one in bench.gateway.sent if isinstance(one, SendDigits)]
    assert (sent.call_id, sent.digits) == (call_id, "42#")
    (entry,) = [one for one in (await bench.call("GET", "/audit"))["items"] if "/digits" in one["action"]]
    assert entry["detail"] == '{"digits":3}'


async def test_what_the_gateway_cannot_do_is_told(bench: Bench) -> None:
    await bench.talk()
    bench.gateway.refuses_digits = "the far end takes no keys"
    problem = await bench.call("POST", "/agents/ann/digits", 409, json={"digits": "1"})
    assert problem["detail"] == "the far end takes no keys"


async def test_only_keys_are_taken_and_only_in_a_conversation(bench: Bench) -> None:
    problem = await bench.call("POST", "/agents/ann/digits", 409, json={"digits": "1"})
    assert "has no call on the line" in problem["detail"]
    for wrong in ("", "1" * 33, "1,2", "E", "\u0661"):
        await bench.call("POST", "/agents/ann/digits", 422, json={"digits": wrong})
