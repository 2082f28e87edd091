import pytest

from dialer.messages import PlaceCall
from tests.dialer.rest.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_numbers_are_counted_as_new_or_known(bench: Bench) -> None:
    body = {"numbers": ["+12025550101", "+12025550102", "+12025550101"], "reason": "asked on the phone"}
    assert await bench.call("POST", "/do-not-call", json=body) == {"added": 2, "known": 0}
    body["numbers"].append("+12025550103")
    assert await bench.call("POST", "/do-not-call", json=body) == {"added": 1, "known": 2}


async def test_a_number_that_is_not_e164_is_named_and_nothing_is_written(bench: Bench) -> None:
    problem = await bench.call("POST", "/do-not-call", 422, json={"numbers": ["+12025550101", "2025550102"]})
    assert "'2025550102' is not an E.164 number" in problem["detail"]
    assert await bench.call("POST", "/do-not-call", json={"numbers": ["+12025550101"]}) == {"added": 1, "known": 0}


async def test_an_empty_list_is_refused(bench: Bench) -> None:
    problem = await bench.call("POST", "/do-not-call", 422, json={"numbers": []})
    assert problem["problems"][0]["field"] == "numbers"


async def test_a_blocked_number_that_waits_in_the_hopper_is_not_called(bench: Bench) -> None:
    campaign_id = await bench.add_campaign(leads=2)
    await bench.add_agent()
    await bench.call("POST", f"/campaigns/{campaign_id}/start")
    await bench.until(lambda: bench.state_of("ann") == "talking")
    assert bench.live.statistics().campaigns[0].hopper == 1
    await bench.call("POST", "/do-not-call", json={"numbers": ["+12025550001"]})
    assert bench.live.statistics().campaigns[0].hopper == 0
    await bench.call("POST", "/agents/ann/hang-up")
    assert (await bench.call("POST", "/agents/ann/ready"))["agent"]["state"] == "idle"
    called = [command.number for command in bench.gateway.sent if isinstance(command, PlaceCall)]
    assert called == ["+12025550000"]
